"""Days as they come in forms: a browser's date field sends 2026-10-01, a person may type 01.10.2026."""

from datetime import date

PARTS = 3  # day, month, year


class DateUnreadable(ValueError):
    """What was typed is no date."""


def read_date(typed: str) -> date | None:
    """The day that was meant; None for an empty field. Raises DateUnreadable."""
    typed = typed.strip()
    if not typed:
        return None
    pieces = typed.split(".")
    try:
        if len(pieces) == PARTS:
            number, month, year = (int(piece) for piece in pieces)
            return date(year, month, number)
        return date.fromisoformat(typed)
    except ValueError as error:
        raise DateUnreadable from error


def read_day(typed: str) -> date | None:
    """The same where a field that cannot be read counts as empty. Raises nothing."""
    try:
        return read_date(typed)
    except DateUnreadable:
        return None
