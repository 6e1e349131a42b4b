"""Days as they come in forms: a browser's date field sends 2026-10-01, a person may type 01.10.2026."""

from datetime import date

from models.names import fold
from services.dates.full_dates import read_full_date


class DateUnreadable(ValueError):
    """What was typed is no date."""


def read_date(typed: str) -> date | None:
    """The day that was meant; None for an empty field. Raises DateUnreadable."""
    folded = fold(typed)
    if not folded:
        return None
    try:
        return read_full_date(folded)
    except ValueError as error:
        raise DateUnreadable from error


def read_day(typed: str) -> date | None:
    """The same where a field that cannot be read counts as empty. Raises nothing."""
    try:
        return read_date(typed)
    except DateUnreadable:
        return None
