"""Long leave, dismissal, transfer: what follows for pairs, roles and chat, and their history."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models.accounts import Account
from models.audit import Action
from models.meetings import OPEN, Meeting
from models.messages import NoticeKind
from models.pairs import IN_WORK, MEETING, Pair, PairMember, PairStatus, may_move
from models.people import ChatAccount, Invitation, Organization, Participation, ParticipationStatus, Person
from models.person_notes import Absence, AbsenceKind
from models.surveys import UNSENT, SurveyRun
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed
from services.access.records import find
from services.accounts.chats import link_chat
from services.accounts.workplaces import list_where_may
from services.delivery.outbox import enqueue
from services.joining.handovers import StillResponsible, count_duties
from services.joining.withdrawing import erase_drafts
from services.organizations.days import zone_of
from services.pairs.assignments import EndReason, release_person
from services.pairs.capacity import move_pair
from services.programmes.meeting_schedule import cancel_coming
from services.programmes.running import settings_of
from services.surveys.closing import close


class AccountStillOpen(DomainError):
    text = N_(
        "This person has an open account of the panel. Please hand over what is under way and close the "
        "account first."
    )


class AwayAlready(DomainError):
    text = N_("This person is away already.")


class NotAway(DomainError):
    text = N_("This person is not away.")


class LeaveEndsBefore(DomainError):
    text = N_("The leave cannot end before it begins.")


class SameOrganization(DomainError):
    text = N_("The person works in this organisation already.")


@dataclass(frozen=True, slots=True)
class Ties:
    """What an absence would touch, shown before it is decided."""

    pairs: int
    meetings: int
    surveys: int
    has_chat: bool
    has_account: bool
    duties: int


@dataclass(frozen=True, slots=True)
class AbsenceFacts:
    id: int
    kind: AbsenceKind
    starts_on: date
    ends_on: date | None
    to_organization: str | None
    ended_at: datetime | None


def read_ties(session: Session, *, actor: Actor, person_id: int, now: datetime) -> Ties:
    """Raises NotFound, NotAllowed."""
    person = _find(session, actor, person_id)
    pair_ids = select(PairMember.pair_id).where(PairMember.person_id == person_id, PairMember.is_current)

    def count(query: object) -> int:
        return session.scalar(query) or 0  # type: ignore[call-overload]

    return Ties(
        pairs=count(select(func.count()).select_from(pair_ids.subquery())),
        meetings=count(
            select(func.count(Meeting.id)).where(
                Meeting.pair_id.in_(pair_ids), Meeting.status.in_(OPEN), Meeting.starts_at > now
            )
        ),
        surveys=count(
            select(func.count(SurveyRun.id)).where(
                SurveyRun.person_id == person.id, SurveyRun.status.in_(UNSENT)
            )
        ),
        has_chat=count(select(func.count()).where(ChatAccount.person_id == person_id)) > 0,
        has_account=_has_account(session, person_id),
        duties=count_duties(session, person_id=person_id),
    )


def begin_leave(
    session: Session, *, actor: Actor, person_id: int, starts_on: date, ends_on: date | None, now: datetime
) -> int:
    """A long leave: active pairs pause, meetings to come of any pair are cancelled, both sides hear of it.

    The place in the bank stays. Raises NotFound, NotAllowed, AwayAlready, LeaveEndsBefore.
    """
    person = _lock(session, actor, person_id)
    if ends_on is not None and ends_on < starts_on:
        raise LeaveEndsBefore
    for pair in _pairs_in(session, person_id, MEETING):
        # before the order there is no work to pause, only meetings
        if may_move(pair.status, Action.PAIR_PAUSED):
            move_pair(session, pair, PairStatus.PAUSED, actor=actor, action=Action.PAIR_PAUSED, now=now)
            pair.resumes_at = find_return(session, pair, ends_on)
        cancel_coming(session, pair, actor=actor, now=now)
        _tell_both(session, pair, NoticeKind.PAIR_PAUSED, now)
    return _note(session, actor, person, AbsenceKind.LEAVE, starts_on, now, ends_on=ends_on)


def find_return(session: Session, pair: Pair, ends_on: date | None) -> datetime | None:
    """The morning after the expected last day of a leave: then the pair goes on, or it is asked why not."""
    if ends_on is None:
        return None
    morning = settings_of(session, cycle_id=pair.cycle_id).quiet_to
    day = ends_on + timedelta(days=1)
    return datetime.combine(day, morning, zone_of(session, pair.organization_id))


def dismiss_person(session: Session, *, actor: Actor, person_id: int, starts_on: date, now: datetime) -> int:
    """The person works here no more: pairs end by the rules, roles and surveys close, links stop working.

    The card stays until its retention term ends, counted from now. Raises NotFound, NotAllowed,
    AwayAlready, AccountStillOpen, StillResponsible.
    """
    person = _lock(session, actor, person_id)
    _withdraw_from_everything(session, actor, person, now)
    key = f"person:{person.id}:dismissed:{now.isoformat()}"
    enqueue(session, NoticeKind.PERSON_DISMISSED, person, key=key, person_id=person.id, now=now)
    return _note(session, actor, person, AbsenceKind.DISMISSAL, starts_on, now)


def transfer_person(
    session: Session, *, actor: Actor, person_id: int, to_organization_id: int, starts_on: date, now: datetime
) -> int:
    """To another organisation in which the actor works too; gives the id of the card there.

    The other organisation is another operator: it gets a card with name and position only, in the same
    chat, and asks for its own consent. What happened here stays here. Raises NotFound, NotAllowed,
    AwayAlready, SameOrganization, AccountStillOpen.
    """
    person = _lock(session, actor, person_id)
    if to_organization_id == person.organization_id:
        raise SameOrganization
    if to_organization_id not in {
        one.organization_id for one in list_where_may(session, actor=actor, right=Right.EDIT_PEOPLE)
    }:
        raise NotAllowed
    _withdraw_from_everything(session, actor, person, now)
    there = Person(
        organization_id=to_organization_id,
        family_name=person.family_name,
        given_name=person.given_name,
        patronymic=person.patronymic,
        position=person.position,
        locale=person.locale,
        created_at=now,
    )
    session.add(there)
    session.flush()
    chat_id = session.scalar(select(ChatAccount.chat_id).where(ChatAccount.person_id == person.id))
    if chat_id is not None:
        link_chat(session, chat_id=chat_id, person_id=there.id, now=now)
    key = f"person:{person.id}:transferred:{there.id}"
    enqueue(session, NoticeKind.PERSON_TRANSFERRED, there, key=key, person_id=there.id, now=now)
    _note(session, actor, person, AbsenceKind.TRANSFER, starts_on, now, to=to_organization_id)
    after = {"transferred_from": person.organization_id}
    record(session, actor, Action.PERSON_ADDED, there, now=now, after=after)
    return there.id


def end_absence(session: Session, *, actor: Actor, person_id: int, now: datetime) -> AbsenceKind:
    """The person is back: paused pairs go on; after a dismissal they are invited and consent anew.

    Raises NotFound, NotAllowed, NotAway.
    """
    person = _find(session, actor, person_id, right=Right.EDIT_PEOPLE)
    absence = _open_absence(session, person_id)
    if absence is None or absence.kind is AbsenceKind.TRANSFER:
        raise NotAway
    absence.ended_at = now
    person.departed_at = None
    if absence.kind is AbsenceKind.LEAVE:
        session.flush()
        for pair in _pairs_in(session, person_id, IN_WORK):
            others = [one.person_id for one in pair.sides if one.person_id != person_id]
            is_group = len(pair.mentees) > 1
            if any(_open_absence(session, one) for one in others if not is_group):
                continue
            if may_move(pair.status, Action.PAIR_RESUMED):
                move_pair(session, pair, PairStatus.ACTIVE, actor=actor, action=Action.PAIR_RESUMED, now=now)
            _tell_both(session, pair, NoticeKind.PAIR_RESUMED, now)
    record(session, actor, Action.PERSON_RETURNED, person, now=now, after={"kind": absence.kind.value})
    return absence.kind


def list_absences(session: Session, *, actor: Actor, person_id: int) -> list[AbsenceFacts]:
    """The newest first. Raises NotFound, NotAllowed."""
    _find(session, actor, person_id)
    rows = session.execute(
        select(Absence, Organization.name)
        .outerjoin(Organization, Organization.id == Absence.to_organization_id)
        .where(Absence.person_id == person_id)
        .order_by(Absence.id.desc())
    )
    return [
        AbsenceFacts(one.id, one.kind, one.starts_on, one.ends_on, name, one.ended_at) for one, name in rows
    ]


def _withdraw_from_everything(session: Session, actor: Actor, person: Person, now: datetime) -> None:
    if _has_account(session, person.id):
        raise AccountStillOpen
    if count_duties(session, person_id=person.id):
        raise StillResponsible
    release_person(session, actor=actor, person_id=person.id, reason=EndReason.BY_CURATOR, now=now)
    close(session, SurveyRun.person_id == person.id, now=now)
    erase_drafts(session, person_id=person.id)
    session.execute(
        update(Participation)
        .where(Participation.person_id == person.id, Participation.outcome.is_(None))
        .values(status=ParticipationStatus.LEFT)
    )
    session.execute(
        update(Invitation)
        .where(Invitation.person_id == person.id, Invitation.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    person.departed_at = now


def _tell_both(session: Session, pair: Pair, kind: NoticeKind, now: datetime) -> None:
    """Each time anew: a pair may pause more than once."""
    for member in pair.sides:
        key = f"{kind}:{pair.id}:{now.isoformat()}:person:{member.person_id}"
        enqueue(session, kind, pair, key=key, person_id=member.person_id, facts={"pair_id": pair.id}, now=now)


def _note(
    session: Session,
    actor: Actor,
    person: Person,
    kind: AbsenceKind,
    starts_on: date,
    now: datetime,
    *,
    ends_on: date | None = None,
    to: int | None = None,
) -> int:
    row = Absence(
        organization_id=person.organization_id,
        person_id=person.id,
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
        to_organization_id=to,
        account_id=actor.id if actor.kind is ActorKind.ACCOUNT else None,
        created_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, _DONE[kind], person, now=now, after={"from": starts_on.isoformat()})
    return row.id


_DONE = {
    AbsenceKind.LEAVE: Action.PERSON_ON_LEAVE,
    AbsenceKind.DISMISSAL: Action.PERSON_DISMISSED,
    AbsenceKind.TRANSFER: Action.PERSON_TRANSFERRED,
}


def _pairs_in(session: Session, person_id: int, statuses: frozenset[PairStatus]) -> list[Pair]:
    ids = session.scalars(
        select(Pair.id)
        .join(PairMember, PairMember.pair_id == Pair.id)
        .where(PairMember.person_id == person_id, PairMember.is_current, Pair.status.in_(statuses))
        .order_by(Pair.id)
    ).all()
    pairs = [find(session, Pair, pair_id, lock=True) for pair_id in ids]
    return [pair for pair in pairs if not _goes_on_without(pair, person_id)]


def _goes_on_without(pair: Pair, person_id: int) -> bool:
    """A group works on while one of its mentees is away."""
    return person_id != pair.mentor.person_id and len(pair.mentees) > 1


def _open_absence(session: Session, person_id: int) -> Absence | None:
    return session.scalars(
        select(Absence)
        .where(Absence.person_id == person_id, Absence.ended_at.is_(None))
        .order_by(Absence.id.desc())
        .limit(1)
    ).first()


def _has_account(session: Session, person_id: int) -> bool:
    found = session.scalar(
        select(Account.id).where(Account.person_id == person_id, Account.disabled_at.is_(None)).limit(1)
    )
    return found is not None


def _find(session: Session, actor: Actor, person_id: int, *, right: Right = Right.SEE_PEOPLE) -> Person:
    person = find(session, Person, person_id)
    actor.check_right(right, person.organization_id)
    return person


def _lock(session: Session, actor: Actor, person_id: int) -> Person:
    person = find(session, Person, person_id, lock=True)
    actor.check_right(Right.EDIT_PEOPLE, person.organization_id)
    if _open_absence(session, person_id) is not None:
        raise AwayAlready
    return person
