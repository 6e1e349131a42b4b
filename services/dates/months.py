"""Counting by months."""

from calendar import monthrange
from datetime import date

YEAR = 12


def shift_months(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a month that does not have it."""
    years, month = divmod(day.month - 1 + months, YEAR)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
