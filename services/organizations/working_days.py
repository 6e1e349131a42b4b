"""Working days of the Russian calendar with its holidays and moved days off."""

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase

LANGUAGES = {"ru": "ru", "en": "en_US"}  # of the panel, as the library calls them


def find_working_day(day: date, *, after: int) -> date:
    """The working day that is `after` working days later; the day itself does not count."""
    found: date = _calendar().get_nth_working_day(day, after)
    return found


def is_working_day(day: date) -> bool:
    """Whether the country works on this day, moved days off and working Saturdays counted."""
    return bool(_calendar().is_working_day(day))


def is_public_holiday(day: date) -> bool:
    """Whether the country rests on this day beside its usual days off, moved days off counted."""
    return day in _calendar()


def list_holidays(first: date, last: date, *, locale: str) -> tuple[tuple[date, str], ...]:
    """Public holidays between two days, both included, with their names in the reader's language."""
    calendar = _calendar(LANGUAGES[locale])
    found = []
    day = first
    while day <= last:
        if (name := calendar.get(day)) is not None:
            found.append((day, name))
        day += timedelta(days=1)
    return tuple(found)


@lru_cache(maxsize=len(LANGUAGES))
def _calendar(language: str = LANGUAGES["ru"]) -> "HolidayBase":
    from holidays import country_holidays

    return country_holidays("RU", language=language)  # unsaid, it would be that of the server
