"""Invitations of many people: sheets to print, who came by which, who has not come, a wrong claim undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from models.audit import Action
from models.consents import Consent
from models.messages import NoticeKind
from models.people import ChatAccount, Invitation, Person
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.listing import COUNTED, Asked, Listed, list_page
from services.access.records import find
from services.accounts.chats import owner_of, unlink_chat
from services.consents.states import has_refused, read_refusals
from services.delivery.outbox import enqueue
from services.joining.entering import InvitationMade, create_invitation
from services.people.searching import has_chat, is_found
from services.programmes.running import NoOpenCycle, current_cycle, settings_of

SHEET = 100  # links made or printed at once: a dozen sheets of paper


class TooManyInvitations(DomainError):
    text = N_("At most {limit} links are made at once. Please choose fewer people.")


class NoOneChosen(DomainError):
    text = N_("Please choose whom to invite.")


class ClaimGone(DomainError):
    text = N_("This link is not in use any more: there is nothing to undo.")


class ClaimWentOn(DomainError):
    text = N_(
        "A consent was already given or declined from this chat. If it was somebody else, let the person "
        "withdraw it first, or make a new link: the right chat then replaces this one."
    )


class InvitationStand(StrEnum):
    """Where a person stands on the way in."""

    NONE = "none"  # no link was ever made
    WAITING = "waiting"  # the link works, nobody has come
    LATE = "late"  # the first link was made long ago, nobody has come
    EXPIRED = "expired"  # the link ran out unused
    CAME = "came"
    DECLINED = "declined"  # came, said no to the consent and went; the link opens again for a change of mind
    UNDONE = "undone"  # claimed by somebody else, taken back, no new link yet


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """A person with their newest link. `first_at` is when they were invited for the first time.

    `declined_at`: they said no to the consent and nobody is to chase them.
    """

    person_id: int
    full_name: str
    position: str
    stand: InvitationStand
    invitation_id: int | None
    first_at: datetime | None
    expires_at: datetime | None
    claimed_at: datetime | None
    has_run_out: bool
    can_undo: bool
    declined_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SheetCard:
    """What one person gets on paper."""

    full_name: str
    polite_name: str
    invitation: InvitationMade


def invite_people(
    session: Session, *, actor: Actor, organization_id: int, person_ids: Sequence[int], now: datetime
) -> int:
    """Make a link for each who has no working one and has not come; how many were made.

    Raises NotAllowed, NoOneChosen, TooManyInvitations, NotFound for someone of another organisation.
    """
    actor.check_right(Right.EDIT_PEOPLE, organization_id)
    wanted = dict.fromkeys(person_ids)
    if not wanted:
        raise NoOneChosen
    if len(wanted) > SHEET:
        raise TooManyInvitations(limit=SHEET)
    rows = {one.person_id: one for one in _rows(session, list(wanted), organization_id, now)}
    if len(rows) != len(wanted):
        raise NotFound
    made = 0
    for person_id in wanted:
        row = rows[person_id]
        has_link = row.expires_at is not None and row.expires_at > now and row.claimed_at is None
        if row.stand is InvitationStand.CAME or has_link:
            continue
        create_invitation(session, actor=actor, person_id=person_id, now=now)
        made += 1
    return made


def list_invitations(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    now: datetime,
    stand: InvitationStand | None = None,
    search: str = "",
    asked: Asked = Asked(),  # noqa: B008  # frozen
) -> Listed[InvitationRow]:
    """A page of the people by name, with where they stand on the way in. Raises NotAllowed."""
    actor.check_right(Right.EDIT_PEOPLE, organization_id)
    late_before = now - _patience(session, organization_id)
    query = _people(organization_id).where(is_found(search))
    if stand is not None:
        query = query.where(_stand(late_before, now) == stand.value)
    found = list_page(session, query, keys={"name": (Person.sort_key, Person.id)}, asked=asked)
    return found.showing(_rows(session, [one.id for one in found.rows], organization_id, now))


def count_stands(
    session: Session, *, actor: Actor, organization_id: int, now: datetime
) -> dict[InvitationStand, int]:
    """How many people stand where; among COUNTED people at most. Raises NotAllowed."""
    actor.check_right(Right.EDIT_PEOPLE, organization_id)
    found = _stand(now - _patience(session, organization_id), now)
    some = _people(organization_id).with_only_columns(found, maintain_column_froms=True).limit(COUNTED)
    (stand,) = some.subquery().c
    counted = session.execute(select(stand, func.count()).group_by(stand)).all()
    return dict.fromkeys(InvitationStand, 0) | {InvitationStand(one): count for one, count in counted}


def list_late(
    session: Session, *, organization_id: int, now: datetime, asked: Asked
) -> Listed[InvitationRow]:
    """Who was invited longer ago than a link works and has not come, the longest ago first; for the tasks.

    See docs/design.md#silence: 14 days.
    """
    query = _people(organization_id).where(
        now - _patience(session, organization_id) >= _FIRST_AT,
        ~has_chat(),
        or_(Invitation.claimed_at.is_(None), Invitation.revoked_at.is_(None)),
        ~exists().where(Consent.person_id == Person.id),  # who decided on paper needs no chat
    )
    found = list_page(session, query, keys={"since": (_FIRST_AT, Person.id)}, asked=asked)
    return found.showing(_rows(session, [one.id for one in found.rows], organization_id, now))


def read_sheet(
    session: Session, *, actor: Actor, organization_id: int, person_ids: Sequence[int], now: datetime
) -> list[SheetCard]:
    """The working links of these people, to print; who has none is left out. Raises NotAllowed."""
    actor.check_right(Right.EDIT_PEOPLE, organization_id)
    found = session.execute(
        select(Invitation, Person)
        .join(Person, Person.id == Invitation.person_id)
        .where(
            Person.organization_id == organization_id,
            Person.id.in_(list(person_ids)[:SHEET]),
            Invitation.claimed_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now,
        )
        .order_by(Person.sort_key, Person.id, Invitation.id)
    )
    return [
        SheetCard(
            person.full_name,
            person.polite_name,
            InvitationMade(one.id, person.id, one.token, one.expires_at),
        )
        for one, person in found
    ]


def undo_claim(session: Session, *, actor: Actor, invitation_id: int, now: datetime) -> int:
    """Somebody else had opened the link: their chat is unlinked and told so. Gives the person's id.

    The link itself stays used; a new one is made for the right person. Raises NotFound, NotAllowed,
    ClaimGone, ClaimWentOn.
    """
    invitation = find(session, Invitation, invitation_id, lock=True)
    actor.check_right(Right.EDIT_PEOPLE, invitation.organization_id)
    chat_id = invitation.claimed_chat_id
    if chat_id is None or invitation.claimed_at is None or invitation.revoked_at is not None:
        raise ClaimGone
    if owner_of(session, chat_id) != invitation.person_id:
        raise ClaimGone
    if session.scalar(
        select(Consent.id)
        .where(Consent.person_id == invitation.person_id, Consent.decided_at >= invitation.claimed_at)
        .limit(1)
    ):
        raise ClaimWentOn
    unlink_chat(session, chat_id=chat_id)
    invitation.revoked_at, invitation.claimed_chat_id = now, None
    key = f"invitation:{invitation.id}:undone"
    enqueue(
        session,
        NoticeKind.JOINING_UNDONE,
        invitation,
        key=key,
        chat_id=chat_id,
        facts={"invitation_id": invitation.id},
        now=now,
    )
    record(session, actor, Action.INVITATION_UNDONE, invitation, now=now, after={"invitation": invitation.id})
    return invitation.person_id


_NEWEST_ID = (
    select(func.max(Invitation.id))
    .where(Invitation.person_id == Person.id)
    .correlate(Person)
    .scalar_subquery()
)
_FIRST_AT = (
    select(func.min(Invitation.created_at))
    .where(Invitation.person_id == Person.id)
    .correlate(Person)
    .scalar_subquery()
)


def _people(organization_id: int) -> Select[Person]:
    """With the newest invitation of each, where there is one."""
    return (
        select(Person)
        .outerjoin(Invitation, Invitation.id == _NEWEST_ID)
        .where(
            Person.organization_id == organization_id,
            Person.departed_at.is_(None),
            Person.erased_at.is_(None),
        )
    )


def _stand(late_before: datetime, now: datetime) -> ColumnElement[str]:
    """Where somebody of `_people` stands on the way in."""
    is_claimed, is_revoked = Invitation.claimed_at.is_not(None), Invitation.revoked_at.is_not(None)
    return case(
        (has_chat(), InvitationStand.CAME.value),
        (has_refused(), InvitationStand.DECLINED.value),
        (Invitation.id.is_(None), InvitationStand.NONE.value),
        (and_(is_claimed, is_revoked), InvitationStand.UNDONE.value),
        (late_before >= _FIRST_AT, InvitationStand.LATE.value),
        (or_(is_revoked, Invitation.expires_at <= now), InvitationStand.EXPIRED.value),
        else_=InvitationStand.WAITING.value,
    )


def _rows(session: Session, ids: Sequence[int], organization_id: int, now: datetime) -> list[InvitationRow]:
    """In the order of the numbers; of those people who still work in the organisation."""
    has_decided = exists().where(Consent.person_id == Person.id, Consent.decided_at >= Invitation.claimed_at)
    refused = read_refusals(session, organization_id=organization_id, people=ids)
    late_before = now - _patience(session, organization_id)
    found = {
        person.id: _row(
            person,
            InvitationStand(stand),
            invitation,
            since,
            chat_id,
            now,
            has_decided=is_settled,
            declined_at=refused.get(person.id),
        )
        for person, stand, invitation, since, chat_id, is_settled in session.execute(
            _people(organization_id)
            .outerjoin(ChatAccount, ChatAccount.person_id == Person.id)
            .where(Person.id.in_(ids))
            .with_only_columns(
                Person, _stand(late_before, now), Invitation, _FIRST_AT, ChatAccount.chat_id, has_decided
            )
        )
    }
    return [found[one] for one in ids if one in found]


def _row(
    person: Person,
    stand: InvitationStand,
    invitation: Invitation | None,
    first_at: datetime | None,
    chat_id: int | None,
    now: datetime,
    *,
    has_decided: bool,
    declined_at: datetime | None,
) -> InvitationRow:
    is_claimed = invitation is not None and invitation.claimed_at is not None
    is_revoked = invitation is not None and invitation.revoked_at is not None
    is_open = invitation is not None and not is_revoked
    is_this_chat = invitation is not None and chat_id is not None and invitation.claimed_chat_id == chat_id
    return InvitationRow(
        person_id=person.id,
        full_name=person.full_name,
        position=person.position,
        stand=stand,
        invitation_id=invitation.id if invitation else None,
        first_at=first_at,
        expires_at=invitation.expires_at if invitation and is_open else None,
        claimed_at=invitation.claimed_at if invitation and is_open else None,
        has_run_out=is_open and not is_claimed and invitation is not None and invitation.expires_at <= now,
        can_undo=is_claimed and is_open and is_this_chat and not has_decided,
        declined_at=declined_at,
    )


def _patience(session: Session, organization_id: int) -> timedelta:
    """How long an invitation may go unused: as long as a link works."""
    try:
        cycle = current_cycle(session, organization_id)
        return timedelta(days=settings_of(session, cycle_id=cycle.id).invitation_days)
    except (NoOpenCycle, NotFound):
        return timedelta(days=14)
