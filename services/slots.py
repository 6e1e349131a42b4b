"""Days and times to propose as buttons, the calendar for other days, and a typed time.

All of it is local: the caller passes the moment in the organisation's zone.
"""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.errors import N_, DomainError

DAYS_OFFERED = 10
MONTHS_AHEAD = 6
SATURDAY = 5


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


def propose_days(local_now: datetime, slots: Sequence[time], *, count: int = DAYS_OFFERED) -> list[date]:
    """The next working days on which at least one slot is still ahead."""
    found: list[date] = []
    day = local_now.date()
    while len(found) < count:
        if day.weekday() < SATURDAY and propose_times(local_now, day, slots):
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
    return _shift_months(today, months)


def find_first_day(today: date, *, months: int = MONTHS_AHEAD) -> date:
    """As `find_last_day`, backwards: how far back a meeting may be logged."""
    return _shift_months(today, -months)


def draw_month(month: date, *, first_day: date, last_day: date) -> Month:
    """The month's page of the calendar, held between the first and the last day that may be chosen."""
    first = min(max(month, first_day), last_day).replace(day=1)
    weeks = tuple(
        tuple(day if day.month == first.month and first_day <= day <= last_day else None for day in week)
        for week in calendar.Calendar(calendar.MONDAY).monthdatescalendar(first.year, first.month)
    )
    before, after = _shift_months(first, -1), _shift_months(first, 1)
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


_TIME = re.compile(
    r"(?:в|at|к)?\s*(?P<hour>\d{1,2})(?:\s*(?:[:.,\-–ч]|час(?:а|ов)?|\s)\s*(?P<minute>\d{2})?)?\s*(?:мин(?:ут)?\.?|час(?:а|ов)?)?",
    re.IGNORECASE,
)
_RUN_TOGETHER = re.compile(r"(?:в\s*)?(?P<hour>\d{2})(?P<minute>\d{2})", re.IGNORECASE)


def read_time(text: str) -> time:
    """A time of day out of "15:30", "15.30", "15 30", "1530", "в 15". Raises TimeNotUnderstood."""
    plain = text.strip().rstrip(".!")
    found = _RUN_TOGETHER.fullmatch(plain) or _TIME.fullmatch(plain)
    if found is None:
        raise TimeNotUnderstood
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    try:
        return time(hour, minute)
    except ValueError as error:
        raise TimeNotUnderstood from error


class MinutesNotUnderstood(DomainError):
    text = N_("I could not read this as a length. Please write the minutes, like 45.")


_NUMBER = r"\d{1,3}"
_MINUTES = re.compile(rf"(?P<minutes>{_NUMBER})\s*(?:мин(?:ут[аы]?)?\.?|min(?:utes?)?|м)?", re.IGNORECASE)
_HOURS = re.compile(
    rf"(?:(?P<hours>{_NUMBER})\s*)?(?:час(?:а|ов)?|ч\.?|hours?|h)"
    rf"(?:\s*(?P<minutes>{_NUMBER})\s*(?:мин(?:ут[аы]?)?\.?|min(?:utes?)?|м)?)?",
    re.IGNORECASE,
)
_FIXED = {"полчаса": 30, "полтора часа": 90, "half an hour": 30}


def read_minutes(text: str) -> int:
    """A length out of "45", "45 минут", "час", "1 час 20 минут". Raises MinutesNotUnderstood."""
    plain = " ".join(text.casefold().replace("ё", "е").split()).rstrip(".!")
    if plain in _FIXED:
        return _FIXED[plain]
    if found := _MINUTES.fullmatch(plain):
        return int(found["minutes"])
    if found := _HOURS.fullmatch(plain):
        return int(found["hours"] or 1) * 60 + int(found["minutes"] or 0)
    raise MinutesNotUnderstood


def _shift_months(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    length = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, length))
