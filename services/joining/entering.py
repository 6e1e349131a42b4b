"""Ways into the programme: a personal invitation. It shows nobody more than a first name and patronymic.

`invitation` links are personal and used once. Someone without one types the school's code, see
services.joining.recognition.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.audit import Action
from models.people import ChatAccount, Invitation, Person
from models.tasks import TaskKind
from services.access.actors import Actor, Right, person_in_chat
from services.access.audit import record
from services.access.errors import NotFound
from services.access.records import find
from services.accounts.chats import choose_chat_locale, link_chat, owner_of
from services.delivery.tasks import close_unreachable, open_task
from services.people.pseudonyms import name_self
from services.programmes.running import current_cycle, settings_of

TOKEN_BYTES = 16  # 22 characters of URL-safe base64
TOKEN_LENGTH = 22


class InvitationState(StrEnum):
    """What an invitation is to the chat that opened it."""

    OPEN = "open"  # ask: is it you?
    MINE = "mine"  # this chat has used it: continue
    TAKEN = "taken"  # used from another chat, or this chat is somebody else's
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class InvitationMade:
    id: int
    person_id: int
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class InvitationOpened:
    state: InvitationState
    invitation_id: int | None = None
    person_id: int | None = None


def _revoke_unused(session: Session, actor: Actor, person_id: int, now: datetime) -> Person:
    person = find(session, Person, person_id, lock=True)
    actor.check_right(Right.EDIT_PEOPLE, person.organization_id)
    session.execute(
        update(Invitation)
        .where(
            Invitation.person_id == person_id,
            Invitation.claimed_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )
    return person


def create_invitation(session: Session, *, actor: Actor, person_id: int, now: datetime) -> InvitationMade:
    """A new link for a person; links made earlier and not used stop working. Raises NotFound, NotAllowed."""
    person = _revoke_unused(session, actor, person_id, now)
    invitation = Invitation(
        organization_id=person.organization_id,
        person_id=person_id,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        created_at=now,
        expires_at=now + _lifetime(session, person.organization_id),
    )
    session.add(invitation)
    session.flush()
    record(session, actor, Action.INVITATION_CREATED, person, now=now, after={"invitation": invitation.id})
    return InvitationMade(invitation.id, person_id, invitation.token, invitation.expires_at)


def _lifetime(session: Session, organization_id: int) -> timedelta:
    cycle = current_cycle(session, organization_id)
    return timedelta(days=settings_of(session, cycle_id=cycle.id).invitation_days)


def find_invitation(
    session: Session, *, actor: Actor, person_id: int, now: datetime
) -> InvitationMade | None:
    """The link that the curator may still hand over. Raises NotFound, NotAllowed."""
    person = find(session, Person, person_id)
    actor.check_right(Right.EDIT_PEOPLE, person.organization_id)
    found = session.scalars(
        select(Invitation)
        .where(
            Invitation.person_id == person_id,
            Invitation.claimed_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now,
        )
        .order_by(Invitation.id.desc())
        .limit(1)
    ).first()
    return InvitationMade(found.id, person_id, found.token, found.expires_at) if found else None


def revoke_invitation(session: Session, *, actor: Actor, person_id: int, now: datetime) -> None:
    """Make every unused link of a person useless. Raises NotFound, NotAllowed."""
    person = _revoke_unused(session, actor, person_id, now)
    record(session, actor, Action.INVITATION_REVOKED, person, now=now)


def open_invitation(
    session: Session, *, token: str, chat_id: int, locale: str, now: datetime
) -> InvitationOpened:
    """What the link is to this chat; a chat of nobody speaks `locale` from now on.

    Somebody else's link is told to the curator. Returns rather than raises, so that the task is kept.
    """
    if owner_of(session, chat_id) is None:
        choose_chat_locale(session, chat_id=chat_id, locale=locale, now=now)
    invitation = session.scalars(
        select(Invitation).where(Invitation.token == token).with_for_update()
    ).one_or_none()
    if invitation is None:
        return InvitationOpened(InvitationState.UNKNOWN)
    return _look_at(session, invitation, chat_id=chat_id, now=now)


def _look_at(session: Session, invitation: Invitation, *, chat_id: int, now: datetime) -> InvitationOpened:
    owner = owner_of(session, chat_id)
    state = InvitationState.OPEN
    if owner == invitation.person_id:
        state = InvitationState.MINE
    elif owner is not None or invitation.claimed_at is not None:
        state = InvitationState.TAKEN
        _report_wrong_person(session, invitation, chat_id=chat_id, now=now)
    elif invitation.revoked_at is not None:
        state = InvitationState.REVOKED
    elif invitation.expires_at <= now:
        state = InvitationState.EXPIRED
    return InvitationOpened(state, invitation.id, invitation.person_id)


def _report_wrong_person(session: Session, invitation: Invitation, *, chat_id: int, now: datetime) -> None:
    key = f"invitation:{invitation.id}:wrong:{chat_id}"
    open_task(session, TaskKind.WRONG_INVITATION, invitation, key=key, now=now)


def read_polite_name(session: Session, invitation_id: int) -> str:
    """All that leaves before "yes, it is me": first name and patronymic. Raises NotFound."""
    person = session.scalars(
        select(Person)
        .join(Invitation, Invitation.person_id == Person.id)
        .where(Invitation.id == invitation_id)
    ).one_or_none()
    if person is None:
        raise NotFound
    return name_self(session, person)


def claim_invitation(
    session: Session, *, invitation_id: int, chat_id: int, locale: str, now: datetime
) -> InvitationOpened:
    """Yes, it is me: the chat becomes the person's. MINE is success, the first time or again."""
    invitation = session.get(Invitation, invitation_id, with_for_update=True)
    if invitation is None:
        return InvitationOpened(InvitationState.UNKNOWN)
    seen = _look_at(session, invitation, chat_id=chat_id, now=now)
    if seen.state is not InvitationState.OPEN:
        return seen
    invitation.claimed_at, invitation.claimed_chat_id = now, chat_id
    old = link_chat(session, chat_id=chat_id, person_id=invitation.person_id, now=now)
    close_unreachable(session, person_id=invitation.person_id, now=now)
    person = session.get_one(Person, invitation.person_id)
    person.locale = locale
    after = {"invitation": invitation.id, "replaced_chats": len(old)}
    record(
        session,
        person_in_chat(person.id, person.organization_id),
        Action.INVITATION_CLAIMED,
        person,
        now=now,
        after=after,
    )
    return InvitationOpened(InvitationState.MINE, invitation.id, person.id)


def refuse_invitation(
    session: Session, *, invitation_id: int, chat_id: int, now: datetime
) -> InvitationOpened:
    """No, it is not me: the link stays usable, the curator hears of it."""
    invitation = session.get(Invitation, invitation_id, with_for_update=True)
    if invitation is None:
        return InvitationOpened(InvitationState.UNKNOWN)
    seen = _look_at(session, invitation, chat_id=chat_id, now=now)
    if seen.state is InvitationState.OPEN:
        _report_wrong_person(session, invitation, chat_id=chat_id, now=now)
    return seen


def reopen_invitation(session: Session, *, person_id: int, now: datetime) -> str:
    """The way back for someone who declined: the newest link works again. Returns its token.

    Someone recognised by the curator had no link: one is made. Raises NotFound.
    """
    person = find(session, Person, person_id)
    invitation = session.scalars(
        select(Invitation)
        .where(Invitation.person_id == person_id, Invitation.revoked_at.is_(None))
        .order_by(Invitation.id.desc())
        .limit(1)
        .with_for_update()
    ).first()
    if invitation is None:
        invitation = Invitation(
            organization_id=person.organization_id,
            person_id=person_id,
            token=secrets.token_urlsafe(TOKEN_BYTES),
            created_at=now,
            expires_at=now,
        )
        session.add(invitation)
    # the chat that used it is forgotten with the refusal (docs/domain.md#personal-data)
    invitation.claimed_at = invitation.claimed_chat_id = None
    invitation.expires_at = max(invitation.expires_at, now + _lifetime(session, person.organization_id))
    session.flush()
    return invitation.token


def is_linked(session: Session, *, person_id: int) -> bool:
    """Whether the bot has a chat of this person."""
    found = session.scalar(select(ChatAccount.chat_id).where(ChatAccount.person_id == person_id).limit(1))
    return found is not None
