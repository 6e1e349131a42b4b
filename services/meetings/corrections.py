"""A log that was wrong: corrected with its history in the audit, or taken back.

See docs/domain.md#meeting-messages; DC18.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.audit import Action
from models.meetings import Meeting, MeetingAnswer, MeetingKind, MeetingStatus
from models.pairs import Pair
from models.surveys import SurveyRun, SurveyStatus
from services.access.actors import Actor
from services.access.audit import record
from services.access.errors import N_, DomainError
from services.meetings.answers import store_meeting_answer
from services.meetings.cards import DAY_ONLY
from services.meetings.moments import span_of
from services.meetings.outcomes import (
    TOPIC_LIMIT,
    check_logger,
    check_minutes,
    check_past,
    settle,
)
from services.meetings.planning import MeetingChanged, lock_meeting
from services.programmes.meeting_schedule import cancel
from services.surveys.closing import close
from services.surveys.feedback import find_feedback


class NotLogged(DomainError):
    text = N_("Nothing is written down about this meeting any more.")


class NothingDiffers(DomainError):
    text = N_("Nothing differs from the record, so nothing was changed. Please tell what is right instead.")


@dataclass(frozen=True, slots=True)
class Logged:
    """What stands in the journal; without a clock time only the day was told."""

    local_start: datetime
    has_clock_time: bool
    minutes: int | None
    topic: str | None
    kind: MeetingKind


@dataclass(frozen=True, slots=True)
class Correction:
    """What is true instead; None leaves what was written."""

    day: date | None = None
    clock: time | None = None
    minutes: int | None = None
    topic: str | None = None
    kind: MeetingKind | None = None

    @property
    def is_empty(self) -> bool:
        return self == Correction()

    def against(self, logged: Logged) -> "Correction":
        """Only what differs from the record."""
        is_same_day = self.day == logged.local_start.date()
        is_same_clock = logged.has_clock_time and self.clock == logged.local_start.time()
        topic = None if self.topic is None else self.topic.strip()[:TOPIC_LIMIT]
        return Correction(
            day=None if is_same_day else self.day,
            clock=None if is_same_clock else self.clock,
            minutes=None if self.minutes == logged.minutes else self.minutes,
            topic=None if topic == (logged.topic or "") else topic,
            kind=None if self.kind is logged.kind else self.kind,
        )


def correct_log(
    session: Session,
    *,
    actor: Actor,
    meeting_id: int,
    correction: Correction,
    is_sure: bool = False,
    now: datetime,
) -> int:
    """Change what was logged. The audit keeps both versions, of a topic only that it changed.

    Raises NotLogged, MeetingChanged, NothingDiffers, DayNotPast, MinutesOutOfRange, NotAllowed.
    """
    meeting, pair = lock_meeting(session, meeting_id)
    _check_own_log(meeting, pair, actor)
    correction = correction.against(
        Logged(
            local_start=datetime.fromisoformat(meeting.local_start),
            has_clock_time=not meeting.local_start.endswith(DAY_ONLY),
            minutes=meeting.held_minutes,
            topic=meeting.topic,
            kind=meeting.kind,
        )
    )
    if correction.is_empty:
        raise NothingDiffers
    before = _facts(meeting)
    if correction.minutes is not None:
        check_minutes(correction.minutes, is_sure=is_sure)
        meeting.held_minutes = correction.minutes
    if correction.kind is not None:
        meeting.kind = correction.kind
    has_new_topic = correction.topic is not None
    if has_new_topic:
        meeting.topic = correction.topic or None
    _move_in_time(session, meeting, pair, correction, now)
    meeting.corrected_at = now
    after = {**_facts(meeting), "topic_changed": has_new_topic}
    record(session, actor, Action.MEETING_CORRECTED, meeting, now=now, before=before, after=after)
    return meeting.id


def withdraw_log(session: Session, *, actor: Actor, meeting_id: int, now: datetime) -> int:
    """Take a log back. A meeting that nobody had planned is cancelled with it and counts nowhere.

    A planned one waits for a word again. Where the other side says that they met, the mentor's taking back
    is a disagreement, and the curator's to settle. Raises NotLogged, MeetingChanged, NotAllowed.
    """
    meeting, pair = lock_meeting(session, meeting_id)
    _check_own_log(meeting, pair, actor)
    before = _facts(meeting)
    meeting.held_minutes = meeting.topic = meeting.next_step = meeting.format = meeting.place = None
    meeting.logged_by = meeting.logged_at = meeting.source = None
    is_confirmed = _hear_others(session, meeting, pair, actor, now)
    if meeting.planned_at is None and not is_confirmed:
        cancel(session, meeting, actor=actor, now=now)
        close(session, SurveyRun.meeting_id == meeting.id, now=now)
    else:
        settle(session, meeting, actor=actor, now=now)
    after = {"status": meeting.status.value}
    record(session, actor, Action.MEETING_LOG_WITHDRAWN, meeting, now=now, before=before, after=after)
    return meeting.id


def _check_own_log(meeting: Meeting, pair: Pair, actor: Actor) -> None:
    check_logger(actor, pair)
    if meeting.status is not MeetingStatus.HELD:
        raise MeetingChanged
    if meeting.held_minutes is None:
        raise NotLogged


def _facts(meeting: Meeting) -> dict[str, Any]:
    return {
        "status": meeting.status.value,
        "local_start": meeting.local_start,
        "minutes": meeting.held_minutes,
        "kind": meeting.kind.value,
    }


def _move_in_time(
    session: Session, meeting: Meeting, pair: Pair, correction: Correction, now: datetime
) -> None:
    """To the right day and time; a day alone keeps the time that was known."""
    if correction.day is None and correction.clock is None:
        return
    started = datetime.fromisoformat(meeting.local_start)
    day = correction.day or started.date()
    is_day_only = correction.clock is None and meeting.local_start.endswith(DAY_ONLY)
    clock = correction.clock or started.time()
    local_now = now.astimezone(ZoneInfo(meeting.timezone))
    check_past(session, pair, day, None if is_day_only else clock, local_now)
    span = span_of(datetime.combine(day, clock), meeting.timezone, meeting.held_minutes or meeting.minutes)
    meeting.local_start, meeting.starts_at, meeting.ends_at = span.local_start, span.starts_at, span.ends_at


def _hear_others(session: Session, meeting: Meeting, pair: Pair, actor: Actor, now: datetime) -> bool:
    """Whether another side says that they met, by a word or by a rating; the author's own yes is undone."""
    others = [member for member in pair.sides if member.person_id != actor.id]
    for member in others:
        run_id = find_feedback(session, meeting_id=meeting.id, person_id=member.person_id)
        run = session.get(SurveyRun, run_id) if run_id is not None else None
        if run is not None and run.status is SurveyStatus.SENT:
            store_meeting_answer(session, meeting, member, took_place=True, now=run.sent_at or now)
    session.flush()
    is_confirmed = bool(
        session.scalar(
            select(MeetingAnswer.id)
            .where(
                MeetingAnswer.meeting_id == meeting.id,
                MeetingAnswer.took_place,
                MeetingAnswer.is_marked.is_(False),
                MeetingAnswer.person_id.in_([member.person_id for member in others]),
            )
            .limit(1)
        )
    )
    if is_confirmed:
        for member in pair.sides:
            if member.person_id == actor.id:
                store_meeting_answer(session, meeting, member, took_place=False, now=now)
    else:
        session.execute(
            delete(MeetingAnswer).where(
                MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.person_id == actor.id
            )
        )
    return is_confirmed
