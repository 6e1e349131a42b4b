"""When the scheduler acts on a meeting next, and the end of that: only this module writes those columns.

The policy: a reminder belongs to an offset; an offset that had passed when the meeting was planned is
skipped; in quiet hours it moves to the nearest earlier allowed minute; whoever wakes up late sends only the
nearest one; after the start there is none (docs/design.md#reminders; SV04).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.audit import Action
from models.meetings import OPEN, Meeting, MeetingStatus
from models.pairs import Pair
from services.access.actors import Actor, ActorKind
from services.access.audit import record
from services.delivery.quiet_hours import QuietHours
from services.programmes.regulations import Settings


@dataclass(frozen=True, slots=True)
class Reminder:
    at: datetime
    offset: int  # minutes before the start


def quiet_hours_of(timezone: str, settings: Settings) -> QuietHours:
    return QuietHours(ZoneInfo(timezone), settings.quiet_from, settings.quiet_to)


def list_reminders(meeting: Meeting, settings: Settings) -> list[Reminder]:
    """Every reminder that the meeting has had or will have since it was planned, the earliest first."""
    quiet = quiet_hours_of(meeting.timezone, settings)
    planned_at = meeting.planned_at or meeting.proposed_at
    found = [
        Reminder(quiet.earlier(meeting.starts_at - timedelta(minutes=offset)), offset)
        for offset in set(settings.reminder_offsets_minutes)
    ]
    ahead = [one for one in found if planned_at < one.at < meeting.starts_at]
    return sorted(ahead, key=lambda one: (one.at, -one.offset))


def schedule(meeting: Meeting, *, settings: Settings, now: datetime) -> None:
    """Set `remind_at`, `remind_offset` and `ask_at` from the meeting's state. Raises nothing."""
    schedule_reminder(meeting, settings=settings, now=now)
    if meeting.status is MeetingStatus.PLANNED:
        meeting.ask_at = _find_question(meeting, settings)


def schedule_reminder(meeting: Meeting, *, settings: Settings, now: datetime) -> None:
    """As `schedule`, but a question that was asked is not asked again. Raises nothing."""
    if meeting.status is not MeetingStatus.PLANNED:
        _forget(meeting)
        return
    coming = next((one for one in list_reminders(meeting, settings) if one.at > now), None)
    meeting.remind_at = coming.at if coming else None
    meeting.remind_offset = coming.offset if coming else None


def schedule_anew(session: Session, *, cycle_id: int, now: datetime) -> None:
    """Let the next tick set the reminders of a year's coming meetings by its new rules. Raises nothing."""
    session.execute(
        update(Meeting)
        .where(Meeting.cycle_id == cycle_id, Meeting.status == MeetingStatus.PLANNED, Meeting.starts_at > now)
        .values(remind_at=now, remind_offset=None)
    )


def cancel(session: Session, meeting: Meeting, *, actor: Actor, now: datetime) -> None:
    """A meeting will not be, or never was; written to the audit. The caller has checked the right and tells
    the sides. Raises nothing.
    """
    before = meeting.status
    meeting.status = MeetingStatus.CANCELLED
    meeting.cancelled_by = actor.id if actor.kind is ActorKind.PERSON else None
    _forget(meeting)
    record_meeting(session, meeting, actor=actor, action=Action.MEETING_CANCELLED, now=now, before=before)


def cancel_coming(session: Session, pair: Pair, *, actor: Actor, now: datetime) -> None:
    """Cancel what a pair has proposed or planned for later. The caller holds the pair. Raises nothing."""
    coming = select(Meeting).where(
        Meeting.pair_id == pair.id, Meeting.status.in_(OPEN), Meeting.starts_at > now
    )
    for meeting in session.scalars(coming.order_by(Meeting.id).with_for_update()):
        cancel(session, meeting, actor=actor, now=now)


def record_meeting(
    session: Session,
    meeting: Meeting,
    *,
    actor: Actor,
    action: Action,
    now: datetime,
    before: MeetingStatus | None = None,
    **facts: object,
) -> None:
    """Write down that a meeting was proposed, planned, moved or cancelled. Raises nothing."""
    after = {"status": meeting.status.value, "starts_at": meeting.starts_at.isoformat(), **facts}
    record(
        session,
        actor,
        action,
        meeting,
        now=now,
        before={"status": before.value} if before else None,
        after=after,
    )


def take_question(meeting: Meeting, *, settings: Settings, now: datetime) -> bool:
    """Whether both sides are asked now if the meeting took place; at night it waits for the morning.
    Raises nothing.
    """
    morning = quiet_hours_of(meeting.timezone, settings).later(now)
    meeting.ask_at = morning if morning > now else None
    return meeting.ask_at is None and meeting.status is MeetingStatus.PLANNED


def find_due(meeting: Meeting, *, settings: Settings, now: datetime) -> Reminder | None:
    """The one reminder to send now: the nearest of those whose time has come, none after the start."""
    if meeting.status is not MeetingStatus.PLANNED or meeting.starts_at <= now:
        return None
    due = [one for one in list_reminders(meeting, settings) if one.at <= now]
    return min(due, key=lambda one: one.offset, default=None)


def postpone_reminder(meeting: Meeting, *, settings: Settings, now: datetime) -> bool:
    """Woken up late and at night: wait for the morning, if the meeting does not begin before it."""
    morning = quiet_hours_of(meeting.timezone, settings).later(now)
    if morning <= now:
        return False
    schedule(meeting, settings=settings, now=now)
    is_sooner = meeting.remind_at is None or morning < meeting.remind_at
    if meeting.status is MeetingStatus.PLANNED and morning < meeting.starts_at and is_sooner:
        meeting.remind_at, meeting.remind_offset = morning, None
    return True


def _find_question(meeting: Meeting, settings: Settings) -> datetime:
    quiet = quiet_hours_of(meeting.timezone, settings)
    wanted = meeting.ends_at + timedelta(minutes=settings.feedback_after_minutes)
    earlier = quiet.earlier(wanted)
    return earlier if earlier >= meeting.ends_at else quiet.later(wanted)


def _forget(meeting: Meeting) -> None:
    meeting.remind_at = meeting.remind_offset = meeting.ask_at = None
