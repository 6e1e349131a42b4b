"""When the scheduler acts on a meeting next. One function, `schedule`, keeps the three columns.

The policy: a reminder belongs to an offset; an offset that had passed when the meeting was planned is
skipped; in quiet hours it moves to the nearest earlier allowed minute; whoever wakes up late sends only the
nearest one; after the start there is none (docs/design.md#reminders; SV04).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from models.meetings import Meeting, MeetingStatus
from services.access.errors import NotFound
from services.delivery.quiet_hours import QuietHours
from services.programmes.regulations import Settings
from services.programmes.running import settings_of


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
    """Set `remind_at`, `remind_offset` and `ask_at` from the meeting's state. The only place that does."""
    if meeting.status is not MeetingStatus.PLANNED:
        meeting.remind_at = meeting.remind_offset = meeting.ask_at = None
        return
    coming = next((one for one in list_reminders(meeting, settings) if one.at > now), None)
    meeting.remind_at = coming.at if coming else None
    meeting.remind_offset = coming.offset if coming else None
    meeting.ask_at = _find_question(meeting, settings)


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


def list_reminder_times(session: Session, meeting_id: int) -> dict[int, datetime]:
    """When each offset's reminder of a meeting is due, by offset. Raises NotFound."""
    meeting = session.get(Meeting, meeting_id)
    if meeting is None:
        raise NotFound
    settings = settings_of(session, cycle_id=meeting.cycle_id)
    return {one.offset: one.at for one in list_reminders(meeting, settings)}
