"""Agreeing on a meeting: propose, confirm, another time, move, cancel.

Whoever proposes waits for the other side; a moved meeting is a new row, and the old one never reminds again.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.meetings import OPEN, Meeting, MeetingAnswer, MeetingFormat, MeetingKind, MeetingStatus
from models.messages import NoticeKind
from models.pairs import MEETING, Pair, PairMember
from models.people import Role
from services.access.actors import Actor, ActorKind, Right
from services.access.errors import N_, DomainError, NotAllowed, NotFound
from services.access.records import find
from services.delivery.outbox import enqueue
from services.meetings.kinds import list_kinds
from services.meetings.moments import Span, find_overlaps, span_of
from services.meetings.slots import find_last_day
from services.organizations.days import day_of, timezone_of
from services.pairs.rules import rules_of
from services.programmes.meeting_schedule import cancel, record_meeting, schedule
from services.programmes.running import settings_of


class MeetingChanged(DomainError):
    """The button belongs to an earlier state; the chat shows the true one."""

    text = N_("This meeting has changed meanwhile.")


class MeetingBegun(MeetingChanged):
    """Its time has come: it took place or it did not, it is no longer cancelled."""

    text = N_("This meeting has begun already.")


class GroupMeetsAnyway(DomainError):
    text = N_("In a group the mentor moves and cancels meetings. You may say that you cannot come.")


class PairCannotMeet(DomainError):
    text = N_("This pair cannot plan meetings now.")


class StandsThere(DomainError):
    text = N_("The meeting stands at this time already: please choose another one.")


class KindNotDue(DomainError):
    text = N_("Such a meeting cannot be planned now.")


class TimePassed(DomainError):
    text = N_("This time has already passed. Please choose another.")


class TooFarAhead(DomainError):
    text = N_("This is more than six months ahead. Please choose a nearer day.")


class SameTime(DomainError):
    text = N_("A meeting of this pair already stands at this time.")


class WaitsForTheOther(DomainError):
    text = N_("You proposed this time yourself: now the other side answers.")


@dataclass(frozen=True, slots=True)
class MeetingProposed:
    meeting_id: int
    overlaps: tuple[int, ...]  # other planned meetings of either side at that time
    old_id: int | None = None


@dataclass(frozen=True, slots=True)
class MeetingPlanned:
    meeting_id: int
    overlaps: tuple[int, ...]


def propose_meeting(
    session: Session,
    *,
    actor: Actor,
    pair_id: int,
    kind: MeetingKind,
    local_start: datetime,
    minutes: int | None = None,
    topic: str | None = None,
    now: datetime,
) -> MeetingProposed:
    """One side proposes a time; the other hears of it at once. `local_start` is naive, in the school's zone.

    Raises PairCannotMeet, KindNotDue, TimePassed, TooFarAhead, SameTime, TimeDoesNotExist, NotAllowed,
    NotFound.
    """
    pair = find(session, Pair, pair_id, lock=True)
    check_member(actor, pair)
    if pair.status not in MEETING:
        raise PairCannotMeet
    if kind not in list_kinds(session, pair=pair, now=now):
        raise KindNotDue
    meeting = _add_proposal(session, actor, pair, kind, local_start, minutes, topic, now)
    record_meeting(session, meeting, actor=actor, action=Action.MEETING_PROPOSED, now=now)
    return MeetingProposed(meeting.id, _find_overlaps(session, pair, meeting))


def move_meeting(
    session: Session,
    *,
    actor: Actor,
    meeting_id: int,
    local_start: datetime,
    minutes: int | None = None,
    now: datetime,
) -> MeetingProposed:
    """Another time instead: an answer to a proposal or a change of plans; the other side confirms.

    A planned meeting may also be moved after its time, while nobody has said that it took place.
    Raises MeetingChanged, StandsThere, GroupMeetsAnyway and what `propose_meeting` raises.
    """
    old, pair = lock_meeting(session, meeting_id)
    _check_speaks_for_all(actor, pair)
    if old.status not in OPEN:
        raise MeetingChanged
    if pair.status not in MEETING:
        raise PairCannotMeet
    if local_start == datetime.fromisoformat(old.local_start) and minutes in {None, old.minutes}:
        raise StandsThere
    before = old.status
    old.status = MeetingStatus.MOVED
    schedule(old, settings=settings_of(session, cycle_id=old.cycle_id), now=now)
    meeting = _add_proposal(
        session, actor, pair, old.kind, local_start, minutes or old.minutes, old.topic, now
    )
    old.moved_to_id = meeting.id
    record_meeting(
        session, old, actor=actor, action=Action.MEETING_MOVED, now=now, before=before, moved_to=meeting.id
    )
    return MeetingProposed(meeting.id, _find_overlaps(session, pair, meeting), old.id)


def confirm_meeting(session: Session, *, actor: Actor, meeting_id: int, now: datetime) -> MeetingPlanned:
    """The other side agrees: the meeting is planned and its reminders with it. A second tap changes nothing.

    Raises MeetingChanged, WaitsForTheOther, TimePassed, NotAllowed.
    """
    meeting, pair = lock_meeting(session, meeting_id)
    check_member(actor, pair)
    if meeting.status is MeetingStatus.PROPOSED and meeting.proposed_by == actor.id:
        raise WaitsForTheOther
    if meeting.status is MeetingStatus.PLANNED and meeting.proposed_by != actor.id:
        return MeetingPlanned(meeting.id, ())
    if meeting.status is not MeetingStatus.PROPOSED or pair.status not in MEETING:
        raise MeetingChanged
    if meeting.starts_at <= now:
        raise TimePassed
    overlaps = _find_overlaps(session, pair, meeting)
    meeting.status, meeting.planned_at = MeetingStatus.PLANNED, now
    schedule(meeting, settings=settings_of(session, cycle_id=meeting.cycle_id), now=now)
    record_meeting(
        session, meeting, actor=actor, action=Action.MEETING_PLANNED, now=now, before=MeetingStatus.PROPOSED
    )
    for member in pair.sides:
        if member.person_id != actor.id:
            tell_of_meeting(session, meeting, NoticeKind.MEETING_PLANNED, member.person_id, now=now)
    return MeetingPlanned(meeting.id, overlaps)


def cancel_meeting(session: Session, *, actor: Actor, meeting_id: int, now: datetime) -> int:
    """A side or the curator cancels what is proposed or planned; the others hear of it. A mentee of a group
    says `cannot_come` instead.

    A side cancels a planned meeting only before its time.
    Raises MeetingChanged, MeetingBegun, GroupMeetsAnyway, NotAllowed.
    """
    meeting, pair = lock_meeting(session, meeting_id)
    if actor.kind is ActorKind.PERSON:
        _check_speaks_for_all(actor, pair)
    else:
        actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
    if meeting.status not in OPEN:
        raise MeetingChanged
    has_begun = meeting.status is MeetingStatus.PLANNED and meeting.starts_at <= now
    if has_begun and actor.kind is ActorKind.PERSON:
        raise MeetingBegun
    cancel(session, meeting, actor=actor, now=now)
    for member in pair.sides:
        if actor.kind is not ActorKind.PERSON or member.person_id != actor.id:
            tell_of_meeting(session, meeting, NoticeKind.MEETING_CANCELLED, member.person_id, now=now)
    return meeting.id


def answer_coming(session: Session, *, actor: Actor, meeting_id: int, is_coming: bool, now: datetime) -> int:
    """A mentee of a group cannot come to a meeting that is proposed or planned, or can come after all: the
    others meet anyway, the mentor hears of it. Raises MeetingChanged, MeetingBegun, NotAllowed.
    """
    meeting, pair = lock_meeting(session, meeting_id)
    member = check_member(actor, pair)
    if member.role is not Role.MENTEE or len(pair.mentees) == 1:
        raise NotAllowed
    if meeting.status not in OPEN:
        raise MeetingChanged
    if meeting.starts_at <= now:
        raise MeetingBegun
    own = MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.person_id == member.person_id
    word = session.scalars(select(MeetingAnswer).where(*own)).one_or_none()
    if is_coming is (word is None):
        return meeting.id
    if word is None:
        session.add(
            MeetingAnswer(
                meeting_id=meeting.id,
                person_id=member.person_id,
                role=member.role,
                took_place=False,
                said_at=now,
            )
        )
    else:
        session.delete(word)
    record_meeting(
        session,
        meeting,
        actor=actor,
        action=Action.MEETING_COMING_SAID,
        now=now,
        person=member.person_id,
        is_coming=is_coming,
    )
    key = f"meeting:{meeting.id}:coming:{member.person_id}:{now.isoformat()}"
    facts = {"meeting_id": meeting.id, "about": member.person_id}
    to = pair.mentor.person_id
    enqueue(session, NoticeKind.MEETING_COMING, meeting, key=key, person_id=to, facts=facts, now=now)
    return meeting.id


def _check_speaks_for_all(actor: Actor, pair: Pair) -> None:
    """A mentee of a group moves and cancels nothing for the others. Raises GroupMeetsAnyway, NotAllowed."""
    member = check_member(actor, pair)
    if member.role is Role.MENTEE and len(pair.mentees) > 1:
        raise GroupMeetsAnyway


def lock_meeting(session: Session, meeting_id: int) -> tuple[Meeting, Pair]:
    """The meeting with its pair, both held until the transaction ends; the pair first. Raises NotFound."""
    pair_id = session.scalar(select(Meeting.pair_id).where(Meeting.id == meeting_id))
    if pair_id is None:
        raise NotFound
    pair = find(session, Pair, pair_id, lock=True)
    meeting = find(session, Meeting, meeting_id, lock=True)
    return meeting, pair


def check_member(actor: Actor, pair: Pair) -> PairMember:
    """The actor's side of the pair. Raises NotAllowed for everybody else."""
    actor.check_organization(pair.organization_id)
    for member in pair.sides:
        if actor.kind is ActorKind.PERSON and member.person_id == actor.id:
            return member
    raise NotAllowed


def tell_of_meeting(
    session: Session, meeting: Meeting, kind: NoticeKind, person_id: int, *, now: datetime
) -> None:
    key = f"{kind.replace('.', f':{meeting.id}:')}:person:{person_id}"
    enqueue(session, kind, meeting, key=key, person_id=person_id, facts={"meeting_id": meeting.id}, now=now)


def _add_proposal(
    session: Session,
    actor: Actor,
    pair: Pair,
    kind: MeetingKind,
    local_start: datetime,
    minutes: int | None,
    topic: str | None,
    now: datetime,
) -> Meeting:
    timezone = timezone_of(session, pair.organization_id)
    length = minutes or settings_of(session, cycle_id=pair.cycle_id).meeting_minutes
    span = span_of(local_start, timezone, length)
    _check_time(session, pair, span, now)
    meeting = Meeting(
        organization_id=pair.organization_id,
        cycle_id=pair.cycle_id,
        pair_id=pair.id,
        kind=kind,
        status=MeetingStatus.PROPOSED,
        local_start=span.local_start,
        timezone=timezone,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        minutes=length,
        topic=topic,
        format=MeetingFormat.ONLINE if rules_of(session, pair).is_online else None,
        proposed_by=actor.id,
        proposed_at=now,
    )
    session.add(meeting)
    session.flush()
    for member in pair.sides:
        if member.person_id != actor.id:
            tell_of_meeting(session, meeting, NoticeKind.MEETING_PROPOSED, member.person_id, now=now)
    return meeting


def _check_time(session: Session, pair: Pair, span: Span, now: datetime) -> None:
    if span.starts_at <= now:
        raise TimePassed
    zone = ZoneInfo(span.timezone)
    if day_of(span.starts_at, zone) > find_last_day(day_of(now, zone)):
        raise TooFarAhead
    session.flush()
    same = session.scalar(
        select(Meeting.id).where(
            Meeting.pair_id == pair.id, Meeting.starts_at == span.starts_at, Meeting.status.in_(OPEN)
        )
    )
    if same is not None:
        raise SameTime


def _find_overlaps(session: Session, pair: Pair, meeting: Meeting) -> tuple[int, ...]:
    found: set[int] = set()
    for member in pair.sides:
        found.update(
            find_overlaps(
                session,
                person_id=member.person_id,
                starts_at=meeting.starts_at,
                ends_at=meeting.ends_at,
                except_id=meeting.id,
            )
        )
    return tuple(sorted(found))
