"""Numbers as they come in addresses and forms: what no column holds is no number of ours."""

from collections.abc import Iterable

from werkzeug.routing import IntegerConverter, Map

from models.storable import MOST

LONGEST = len(str(MOST))


class RecordNumber(IntegerConverter):
    """The number of a record in an address; a larger one is a page that does not exist."""

    def __init__(self, map: Map) -> None:  # noqa: A002  # Werkzeug's name
        super().__init__(map, max=MOST)


def read_number(written: str) -> int | None:
    """A whole number of a form; None for anything else, or beyond a column."""
    digits = written.strip().lstrip("0") or "0"
    if not (written.strip().isdecimal() and len(digits) <= LONGEST):
        return None
    number = int(digits)
    return number if number <= MOST else None


def read_numbers(written: Iterable[str]) -> list[int]:
    return [number for one in written if (number := read_number(one)) is not None]
