"""Days and times to propose as buttons, and the calendar for other days.

All of it is local: the caller passes the moment in the organisation's zone.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.access.errors import N_, DomainError
from services.dates.months import shift_months
from services.organizations.school_days import Calendar

DAYS_OFFERED = 10
MONTHS_AHEAD = 6


class TimeNotUnderstood(DomainError):
    text = N_("I could not read this as a time. Please write it like 15:30.")


class DayOutOfRange(DomainError):
    text = N_("Please choose a day from today to six months ahead.")


@dataclass(frozen=True, slots=True)
class Month:
    """One month as weeks from Monday; a day that may not be chosen is None, so is a day of another month."""

    first: date
    weeks: tuple[tuple[date | None, ...], ...]
    previous: date | None
    next: date | None


def propose_days(
    local_now: datetime, slots: Sequence[time], school: Calendar, *, count: int = DAYS_OFFERED
) -> list[date]:
    """The school's next working days with a slot still ahead; fewer where it has a long rest."""
    found: list[date] = []
    day, last_day = local_now.date(), find_last_day(local_now.date())
    while len(found) < count and day <= last_day:
        if school.is_working(day) and propose_times(local_now, day, slots):
            found.append(day)
        day += timedelta(days=1)
    return found


def propose_times(local_now: datetime, day: date, slots: Sequence[time]) -> list[time]:
    """The slots of a day that are still ahead, in order."""
    if day < local_now.date():
        return []
    ahead = sorted(set(slots))
    return ahead if day > local_now.date() else [slot for slot in ahead if slot > local_now.time()]


def find_last_day(today: date, *, months: int = MONTHS_AHEAD) -> date:
    """The last day of the same date some months ahead, or of the shorter month's end."""
    return shift_months(today, months)


def read_slot(code: str) -> time:
    """The time behind a button, "1530". Raises TimeNotUnderstood."""
    try:
        return time(int(code[:2]), int(code[2:]))
    except (ValueError, OverflowError):
        raise TimeNotUnderstood from None


def draw_month(month: date, *, first_day: date, last_day: date) -> Month:
    """The month's page of the calendar, held between the first and the last day that may be chosen."""
    first = min(max(month, first_day), last_day).replace(day=1)
    weeks = tuple(
        tuple(day if day.month == first.month and first_day <= day <= last_day else None for day in week)
        for week in calendar.Calendar(calendar.MONDAY).monthdatescalendar(first.year, first.month)
    )
    before, after = shift_months(first, -1), shift_months(first, 1)
    return Month(
        first=first,
        weeks=tuple(week for week in weeks if any(week)),
        previous=before if before >= first_day.replace(day=1) else None,
        next=after if after <= last_day else None,
    )


def check_day(day: date, *, first_day: date, last_day: date) -> None:
    """Raises DayOutOfRange: an old calendar's button may name a day that has passed."""
    if not first_day <= day <= last_day:
        raise DayOutOfRange
