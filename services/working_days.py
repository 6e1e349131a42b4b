"""Working days of the Russian calendar with its holidays and moved days off."""

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase


def find_working_day(day: date, *, after: int) -> date:
    """The working day that is `after` working days later; the day itself does not count."""
    found: date = _calendar().get_nth_working_day(day, after)
    return found


@lru_cache(maxsize=1)
def _calendar() -> "HolidayBase":
    from holidays import country_holidays

    return country_holidays("RU")
