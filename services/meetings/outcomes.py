"""After a meeting: did it take place, how long, about what (B14; DC18)."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import Action
from models.meetings import Meeting, MeetingFormat, MeetingKind, MeetingStatus, Source
from models.pairs import IN_WORK, Pair, PairMember
from models.people import Role
from models.programmes import Cycle
from models.tasks import TaskKind
from services.access.actors import Actor, ActorKind, Channel, Right, system
from services.access.audit import record
from services.access.errors import N_, DomainError
from services.access.records import find
from services.dates.readings import LONGEST_USUAL_MINUTES
from services.delivery.tasks import close_by_fact, open_task
from services.meetings.answers import has_answered, list_attending, read_sides, store_meeting_answer
from services.meetings.kinds import find_usual_kind
from services.meetings.moments import span_of
from services.meetings.planning import MeetingChanged, check_member, lock_meeting
from services.organizations.days import timezone_of
from services.pairs.assignments import EndReason, end_any
from services.pairs.rules import rules_of
from services.programmes.meeting_schedule import schedule_reminder
from services.programmes.running import settings_of
from services.surveys.feedback import invite, open_feedback

A_DAY = 1440
TOPIC_LIMIT = 500
LOGGABLE = frozenset(
    {MeetingStatus.PROPOSED, MeetingStatus.PLANNED, MeetingStatus.MISSED, MeetingStatus.HELD}
)


class NotBegun(DomainError):
    text = N_("This meeting has not begun yet.")


class LoggedAlready(DomainError):
    text = N_("This meeting has been logged already.")


class MinutesOutOfRange(DomainError):
    text = N_("Please give the length in minutes, from 1 to {longest}.")

    def __init__(self) -> None:
        super().__init__(longest=LONGEST_USUAL_MINUTES)


class DayNotPast(DomainError):
    text = N_("A meeting is logged for today or a day of this school year that has passed.")


class PairNeverMet(DomainError):
    text = N_("This pair has no meetings to log: it has not been accepted by both.")


@dataclass(frozen=True, slots=True)
class Story:
    """What a log tells besides the length and the topic (DC18)."""

    next_step: str | None = None
    format: MeetingFormat | None = None
    place: str | None = None


class Next(StrEnum):
    """What the side that answered is asked now."""

    LOG = "log"
    FEEDBACK = "feedback"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Reported:
    meeting_id: int
    role: Role
    took_place: bool
    status: MeetingStatus
    next: Next
    run_id: int | None


@dataclass(frozen=True, slots=True)
class MeetingLogged:
    """`run_id` is the feedback of whoever logged it; None for the panel. `is_group`: a group has met,
    and who was there may be told.
    """

    meeting_id: int
    run_id: int | None
    is_group: bool = False


def report_held(
    session: Session, *, actor: Actor, meeting_id: int, took_place: bool, now: datetime
) -> Reported:
    """One side says whether the meeting took place, and may correct itself; disagreement is a task.

    Raises NotBegun, MeetingChanged (moved or cancelled meanwhile), NotAllowed.
    """
    meeting, pair = lock_meeting(session, meeting_id)
    member = check_member(actor, pair)
    if meeting.status not in LOGGABLE:
        raise MeetingChanged
    if meeting.starts_at > now:
        raise NotBegun
    store_meeting_answer(session, meeting, member, took_place=took_place, now=now)
    settle(session, meeting, actor=actor, now=now)
    run_id = None
    following = Next.NOTHING
    if took_place:
        run_id = open_feedback(
            session, meeting=meeting, person_id=member.person_id, role=member.role, now=now
        )
        is_log_due = member.role is Role.MENTOR and meeting.held_minutes is None
        following = Next.LOG if is_log_due else Next.FEEDBACK if run_id else Next.NOTHING
    after = {"by": member.role.value, "took_place": took_place, "status": meeting.status.value}
    record(session, actor, Action.MEETING_SAID, meeting, now=now, after=after)
    _complete(session, pair, now=now)
    return Reported(meeting.id, member.role, took_place, meeting.status, following, run_id)


def log_meeting(
    session: Session,
    *,
    actor: Actor,
    meeting_id: int,
    minutes: int,
    topic: str | None,
    story: Story | None = None,
    is_sure: bool = False,
    now: datetime,
) -> MeetingLogged:
    """Write down a meeting that was planned: how long, about what. The mentor in the chat, or the curator.

    `is_sure`: more than LONGEST_USUAL_MINUTES were confirmed a second time.
    Raises LoggedAlready, NotBegun, MeetingChanged, MinutesOutOfRange, NotAllowed.
    """
    meeting, pair = lock_meeting(session, meeting_id)
    check_logger(actor, pair)
    check_minutes(minutes, is_sure=is_sure)
    return _log(session, meeting, pair, actor=actor, minutes=minutes, topic=topic, story=story, now=now)


def log_past_meeting(
    session: Session,
    *,
    actor: Actor,
    pair_id: int,
    day: date,
    clock: time | None = None,
    minutes: int,
    topic: str | None,
    kind: MeetingKind | None = None,
    story: Story | None = None,
    is_sure: bool = False,
    is_another: bool = False,
    now: datetime,
) -> MeetingLogged:
    """Write down a meeting that nobody planned; one that was planned for that day is logged instead.

    Without a `clock` only the day is known. `is_another`: not the planned one, whatever stands there.
    Raises DayNotPast, PairNeverMet, MinutesOutOfRange, NotAllowed, NotFound.
    """
    pair = find(session, Pair, pair_id, lock=True)
    check_logger(actor, pair)
    if pair.accepted_at is None:
        raise PairNeverMet
    timezone = timezone_of(session, pair.organization_id)
    check_past(session, pair, day, clock, now.astimezone(ZoneInfo(timezone)))
    check_minutes(minutes, is_sure=is_sure)
    is_open = clock is None and not is_another
    planned = _find_planned(session, pair, day, kind, now) if is_open else None
    if planned is not None:
        return _log(session, planned, pair, actor=actor, minutes=minutes, topic=topic, story=story, now=now)
    span = span_of(datetime.combine(day, clock or time.min), timezone, minutes)
    meeting = Meeting(
        organization_id=pair.organization_id,
        cycle_id=pair.cycle_id,
        pair_id=pair.id,
        kind=kind or find_usual_kind(session, pair=pair, now=now),
        status=MeetingStatus.PLANNED,
        local_start=span.local_start,
        timezone=timezone,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        minutes=minutes,
        proposed_by=actor.id if actor.kind is ActorKind.PERSON else _mentor(pair).person_id,
        proposed_at=now,
    )
    session.add(meeting)
    session.flush()
    return _log(session, meeting, pair, actor=actor, minutes=minutes, topic=topic, story=story, now=now)


def _log(
    session: Session,
    meeting: Meeting,
    pair: Pair,
    *,
    actor: Actor,
    minutes: int,
    topic: str | None,
    story: Story | None,
    now: datetime,
) -> MeetingLogged:
    if meeting.status not in LOGGABLE:
        raise MeetingChanged
    if meeting.held_minutes is not None:
        raise LoggedAlready
    if meeting.starts_at > now:
        raise NotBegun
    was_asked = meeting.status is MeetingStatus.PLANNED and meeting.planned_at and meeting.ask_at is None
    before = meeting.status
    meeting.held_minutes = minutes
    meeting.topic = (topic or "").strip()[:TOPIC_LIMIT] or meeting.topic
    if story is not None:
        meeting.next_step, meeting.place = story.next_step, story.place
        meeting.format = story.format or meeting.format
    if meeting.format is None and rules_of(session, pair).is_online:
        meeting.format = MeetingFormat.ONLINE
    meeting.logged_by = actor.id if actor.kind is ActorKind.PERSON else None
    meeting.logged_at = now
    meeting.source = Source.BOT if actor.kind is ActorKind.PERSON else Source.PANEL
    run_of_actor = None
    for member in list_attending(session, meeting, pair):
        if member.person_id == actor.id and actor.kind is ActorKind.PERSON:
            store_meeting_answer(session, meeting, member, took_place=True, now=now)
            run_of_actor = open_feedback(
                session, meeting=meeting, person_id=member.person_id, role=member.role, now=now
            )
        elif not was_asked and not has_answered(session, meeting, member):
            run_id = open_feedback(
                session, meeting=meeting, person_id=member.person_id, role=member.role, now=now
            )
            if run_id is not None:
                invite(session, meeting=meeting, person_id=member.person_id, now=now)
    settle(session, meeting, actor=actor, now=now)
    after = {"status": meeting.status.value, "minutes": minutes, "source": meeting.source.value}
    record(
        session, actor, Action.MEETING_LOGGED, meeting, now=now, before={"status": before.value}, after=after
    )
    _complete(session, pair, now=now)
    return MeetingLogged(meeting.id, run_of_actor, is_group=len(pair.mentees) > 1)


def _complete(session: Session, pair: Pair, *, now: datetime) -> None:
    """The meetings that the kind of mentoring provides for are held: the pair has done its work."""
    most = rules_of(session, pair).most_meetings
    if most is None or pair.status not in IN_WORK:
        return
    session.flush()
    held = select(func.count(Meeting.id)).where(
        Meeting.pair_id == pair.id, Meeting.status == MeetingStatus.HELD
    )
    if (session.scalar(held) or 0) >= most:
        actor = system(Channel.SCHEDULER)
        end_any(session, actor=actor, pair_id=pair.id, reason=EndReason.COMPLETED, now=now)


def settle(session: Session, meeting: Meeting, *, actor: Actor, now: datetime) -> None:
    """The state that follows from what both say and from the log; the log outweighs a word.

    Of a group a mentee speaks of being there, so the mentees together say no when all of them do.
    """
    session.flush()
    said = read_sides(session, meeting)
    answers = set(said.values())
    is_logged = meeting.held_minutes is not None
    if is_logged or (answers == {True} and len(said) == len(Role)):
        meeting.status = MeetingStatus.HELD
    elif answers == {False}:
        meeting.status = MeetingStatus.MISSED
    elif meeting.status in {MeetingStatus.MISSED, MeetingStatus.HELD}:
        meeting.status = MeetingStatus.PLANNED  # somebody corrected what was said: it is open again
    schedule_reminder(meeting, settings=settings_of(session, cycle_id=meeting.cycle_id), now=now)
    key = f"meeting:{meeting.id}:mismatch"
    is_decided = meeting.source is Source.PANEL  # the curator has looked into it and logged it
    if not is_decided and (answers == {True, False} or (is_logged and False in answers)):
        open_task(
            session,
            TaskKind.MEETING_MISMATCH,
            meeting,
            key=key,
            person_id=actor.id if actor.kind is ActorKind.PERSON else None,
            now=now,
        )
    else:
        close_by_fact(session, dedup_key=key, now=now)


def check_logger(actor: Actor, pair: Pair) -> None:
    """The mentor logs in the chat; a curator for any pair, marked as such (docs/design.md#panel)."""
    if actor.kind is ActorKind.PERSON:
        actor.check_is_person(_mentor(pair).person_id)
        actor.check_organization(pair.organization_id)
    else:
        actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)


def _mentor(pair: Pair) -> PairMember:
    return pair.mentor


def check_minutes(minutes: int, *, is_sure: bool) -> None:
    """Raises MinutesOutOfRange."""
    if not 1 <= minutes <= (A_DAY if is_sure else LONGEST_USUAL_MINUTES):
        raise MinutesOutOfRange


def check_past(session: Session, pair: Pair, day: date, clock: time | None, local_now: datetime) -> None:
    cycle = session.get_one(Cycle, pair.cycle_id)
    is_later_today = day == local_now.date() and clock is not None and clock > local_now.time()
    if not cycle.starts_on <= day <= local_now.date() or is_later_today:
        raise DayNotPast


def _find_planned(
    session: Session, pair: Pair, day: date, kind: MeetingKind | None, now: datetime
) -> Meeting | None:
    query = select(Meeting).where(
        Meeting.pair_id == pair.id,
        Meeting.local_start.startswith(day.isoformat()),
        Meeting.status.in_(LOGGABLE),
        Meeting.held_minutes.is_(None),
        Meeting.starts_at <= now,
    )
    if kind is not None:
        query = query.where(Meeting.kind == kind)
    return session.scalars(query.order_by(Meeting.starts_at).limit(1).with_for_update()).first()
