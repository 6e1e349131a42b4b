"""What a form or an address carries, read as what it is meant to be: the one place that reads either.

A field that cannot be read is refused with a sentence, which stands above the page and beside the field
(`faults`). An empty field is None, or refused where `needed` says what to ask for.
"""

from datetime import date, datetime, time
from enum import StrEnum
from typing import TypeVar, overload
from zoneinfo import ZoneInfo

from flask import abort, g, request
from werkzeug.datastructures import FileStorage, MultiDict

from admin.access import current_account
from admin.languages import sentence
from admin.numbers import read_number, read_numbers
from models.names import fold
from models.storable import MOST
from services.access.errors import N_, DomainError
from services.dates.full_dates import read_full_date

E = TypeVar("E", bound=StrEnum)


class InputRefused(DomainError):
    """A field says nothing that can be used."""

    def __init__(self, field: str, text: str, **facts: object) -> None:
        super().__init__(field=field, **facts)
        self.text = text  # type: ignore[misc]  # each field has a sentence of its own
        remember_fault(self)


def remember_fault(error: DomainError) -> None:
    """A refusal that names a field is shown beside it too."""
    if error.field:
        faults()[error.field] = error


def faults() -> dict[str, DomainError]:
    """What was refused in this request, by the name of the field."""
    if "faults" not in g:
        g.faults = {}
    found: dict[str, DomainError] = g.faults
    return found


def fault_of(field: str) -> str:
    """What is said beside a field; "" beside one that was not refused."""
    found = faults().get(field)
    return sentence(found) if found is not None else ""


def sent() -> MultiDict[str, str]:
    """The fields of the form that was sent, or of the address of a page that is only read."""
    return request.form if request.method == "POST" else request.args


def text(name: str) -> str:
    """As it was typed; "" for a field that is empty or not there."""
    return sent().get(name, "")


def texts(*names: str) -> dict[str, str]:
    """Several fields as they were typed, to store them or to draw a form anew."""
    return {name: text(name) for name in names}


def chosen(name: str) -> list[str]:
    """What is ticked of several boxes of one name."""
    return sent().getlist(name)


def flag(name: str) -> bool:
    """Whether a box is ticked or a button pressed."""
    return bool(text(name))


def ids(name: str) -> list[int]:
    """The records that are ticked; what is no number of a record is left out."""
    return read_numbers(chosen(name))


def upload(name: str) -> FileStorage | None:
    """The file that was sent; None when none was chosen."""
    found = request.files.get(name)
    return found if found is not None and found.filename else None


@overload
def day(name: str) -> date | None: ...
@overload
def day(name: str, *, needed: str) -> date: ...
def day(name: str, *, needed: str = "") -> date | None:
    """A browser's date field sends 2026-10-01, a person may type 01.10.2026. Raises InputRefused."""
    return read_day(text(name), field=name, needed=needed)


@overload
def read_day(typed: str, *, field: str) -> date | None: ...
@overload
def read_day(typed: str, *, field: str, needed: str) -> date: ...
def read_day(typed: str, *, field: str, needed: str = "") -> date | None:
    """The same for what stands in a form already. Raises InputRefused."""
    folded = fold(typed)
    if not folded:
        _ask(field, needed)
        return None
    try:
        return read_full_date(folded)
    except ValueError:
        raise InputRefused(field, needed or N_("This is no date. Write it like 15.10.2026.")) from None


@overload
def read_clock(typed: str, *, field: str) -> time | None: ...
@overload
def read_clock(typed: str, *, field: str, needed: str) -> time: ...
def read_clock(typed: str, *, field: str, needed: str = "") -> time | None:
    """A time of day: 14:30, also 9.05. Raises InputRefused."""
    plain = typed.strip().replace(".", ":")
    if not plain:
        _ask(field, needed)
        return None
    try:
        return time.fromisoformat(plain.zfill(5))
    except ValueError:
        raise InputRefused(field, needed or N_("This is no time. Write it like 14:30.")) from None


def moment(day: date, clock: time) -> datetime:
    """A day and a time by the clock of the organisation."""
    return datetime.combine(day, clock, ZoneInfo(current_account().timezone))


@overload
def choice(name: str, kind: type[E]) -> E | None: ...
@overload
def choice(name: str, kind: type[E], usual: E) -> E: ...
@overload
def choice(name: str, kind: type[E], *, needed: str) -> E: ...
def choice(name: str, kind: type[E], usual: E | None = None, *, needed: str = "") -> E | None:
    """One of a list; `usual` where nothing is chosen. Raises InputRefused.

    In an address what is not in the list counts as not chosen.
    """
    typed = text(name)
    if not typed or (typed not in set(kind) and request.method == "GET"):
        if usual is None:
            _ask(name, needed)
        return usual
    if typed not in set(kind):
        raise InputRefused(name, needed or N_("Please choose one of the list."))
    return kind(typed)


@overload
def number(name: str, low: int = 0, high: int = MOST) -> int | None: ...
@overload
def number(name: str, low: int = 0, high: int = MOST, *, needed: str) -> int: ...
def number(name: str, low: int = 0, high: int = MOST, *, needed: str = "") -> int | None:
    """A whole number, both ends included. Raises InputRefused."""
    typed = text(name)
    if not typed.strip():
        _ask(name, needed)
        return None
    found = read_number(typed)
    if found is None or not low <= found <= high:
        asked = N_("Please give a whole number from {low} to {high}.")
        raise InputRefused(name, needed or asked, low=low, high=high)
    return found


def record(name: str) -> int | None:
    """The number of the record that is chosen; None for none and for what is no number of a record."""
    return read_number(text(name))


def page_number() -> int:
    """The page of a list, from 0."""
    return read_number(request.args.get("page", "")) or 0


def _ask(field: str, needed: str) -> None:
    if needed:
        raise InputRefused(field, needed)


def one_of(kind: type[E], written: str) -> E:
    """A part of an address that names a member; with another one there is no such page."""
    if written not in set(kind):
        abort(404)
    return kind(written)
