"""A day told in full, with its year: nothing is guessed, so that no present moment is needed."""

import re
from datetime import date

OF_MONTHS = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)
_ENGLISH = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_NUMERIC_DATE = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(?:\s*г(?:ода?)?)?")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_NAMED_DATE = re.compile(r"([0-9]{1,2}) ([a-zа-я]+) ([0-9]{4})(?:\s*г(?:ода?)?)?")


def read_full_date(folded: str) -> date:
    """«15.10.2026», «2026-10-15», «15 октября 2026 г». Raises ValueError for everything else."""
    if found := _NUMERIC_DATE.fullmatch(folded):
        return date(int(found[3]), int(found[2]), int(found[1]))
    if found := _ISO_DATE.fullmatch(folded):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _NAMED_DATE.fullmatch(folded):
        for names in (OF_MONTHS, _ENGLISH):
            if found[2] in names:
                return date(int(found[3]), names.index(found[2]) + 1, int(found[1]))
    raise ValueError(folded)
