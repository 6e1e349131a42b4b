"""From the cells of a list to names and positions: pure rules, nothing is read or written here (A22)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from models import names
from services.access.errors import N_, DomainError
from services.people.cards import NAME_LIMIT, POSITION_LIMIT

HEADINGS_WITHIN = 20  # rows: above them lists carry the school's name and a title
FAMILY, GIVEN, PATRONYMIC, POSITION, FULL = "family_name", "given_name", "patronymic", "position", "full_name"

HEADINGS: Mapping[str, str] = {
    "фамилия": FAMILY,
    "family name": FAMILY,
    "last name": FAMILY,
    "surname": FAMILY,
    "имя": GIVEN,
    "first name": GIVEN,
    "given name": GIVEN,
    "отчество": PATRONYMIC,
    "patronymic": PATRONYMIC,
    "middle name": PATRONYMIC,
    "фио": FULL,
    "фамилия имя отчество": FULL,
    "фио сотрудника": FULL,
    "фио педагога": FULL,
    "фио работника": FULL,
    "сотрудник": FULL,
    "full name": FULL,
    "name": FULL,
    "должность": POSITION,
    "занимаемая должность": POSITION,
    "position": POSITION,
    "job title": POSITION,
}
NAME = re.compile(r"[^\W\d_]+(?:[ '’‘.\-–‑][^\W\d_]+)*\.?")
INITIALS = re.compile(r"[^\W\d_]\.?(?:[ \-]?[^\W\d_]\.?)?")
SONS = frozenset({"оглы", "оглу", "кызы", "угли", "гызы"})


class ListUnreadable(DomainError):
    text = N_(
        "No line with headings was found among the first {rows}. The list needs the columns “Фамилия” and "
        "“Имя”, or “ФИО”: please take the template."
    )


class Fate(StrEnum):
    """What an import does with a row."""

    NEW = "new"
    KNOWN = "known"
    DUPLICATE = "duplicate"
    ERROR = "error"


class RowFault(StrEnum):
    """Why a row cannot be taken."""

    NO_FAMILY_NAME = "no_family_name"
    NO_GIVEN_NAME = "no_given_name"
    TOO_LONG = "too_long"
    NOT_A_NAME = "not_a_name"
    INITIALS = "initials"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of a list. `cell` is where the fault stands, e.g. "B17"."""

    row: int
    family_name: str
    given_name: str
    patronymic: str
    position: str
    fault: RowFault | None = None
    cell: str = ""

    @property
    def full_name(self) -> str:
        return names.full_name(self.family_name, self.given_name, self.patronymic)


@dataclass(frozen=True, slots=True)
class StaffList:
    """All rows with anything in them, and the headings of columns that are not read."""

    rows: tuple[Listed, ...]
    ignored: tuple[str, ...]


class _Fault(Exception):
    def __init__(self, fault: RowFault, column: str) -> None:
        self.fault, self.column = fault, column


def read_list(table: Iterator[Sequence[str]]) -> StaffList:
    """Names and positions of a table whose headings stand somewhere near its top. Raises ListUnreadable."""
    columns, ignored, start = _find_headings(table)
    rows = [
        _read_row(number, cells, columns)
        for number, cells in enumerate(table, start)
        if any(_cell(cells, place) for place in columns.values())
    ]
    return StaffList(tuple(rows), ignored)


def letters(place: int) -> str:
    """The name of a column: 0 is A, 26 is AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


def _find_headings(table: Iterator[Sequence[str]]) -> tuple[dict[str, int], tuple[str, ...], int]:
    for number, cells in enumerate(table, 1):
        found: dict[str, int] = {}
        ignored = []
        for place, cell in enumerate(cells):
            meaning = HEADINGS.get(_fold_heading(cell))
            if meaning and meaning not in found:
                found[meaning] = place
            elif cell.strip():
                ignored.append(" ".join(cell.split())[:60])
        if FULL in found or {FAMILY, GIVEN} <= found.keys():
            if {FAMILY, GIVEN} <= found.keys():
                found.pop(FULL, None)
            return found, tuple(ignored), number + 1
        if number >= HEADINGS_WITHIN:
            break
    raise ListUnreadable(rows=HEADINGS_WITHIN)


def _fold_heading(cell: str) -> str:
    return names.fold(re.sub(r"[^\w\s]", "", cell))


def _cell(cells: Sequence[str], place: int) -> str:
    return " ".join(cells[place].split()) if place < len(cells) else ""


def _read_row(number: int, cells: Sequence[str], columns: Mapping[str, int]) -> Listed:
    read = {meaning: _cell(cells, place) for meaning, place in columns.items()}
    position = read.get(POSITION, "")
    try:
        if FULL in columns:
            family, given, patronymic = _split(read[FULL])
            origin = dict.fromkeys((FAMILY, GIVEN, PATRONYMIC), FULL)
        else:
            family, given, patronymic = read[FAMILY], read[GIVEN], read.get(PATRONYMIC, "")
            origin = {name: name for name in (FAMILY, GIVEN, PATRONYMIC)}
        parts = {FAMILY: family, GIVEN: given, PATRONYMIC: patronymic}
        for meaning, name in parts.items():
            _check_name(meaning, name, origin[meaning])
        _check_position(position)
    except _Fault as fault:
        told = read.get(FULL) or names.full_name(read.get(FAMILY, ""), read.get(GIVEN, ""), "")
        cell = f"{letters(columns[fault.column])}{number}"
        return Listed(number, told[:NAME_LIMIT], "", "", position[:POSITION_LIMIT], fault.fault, cell)
    family, given, patronymic = (_capitalise(name) for name in (family, given, patronymic))
    return Listed(number, family, given, patronymic, position)


def _check_name(meaning: str, name: str, column: str) -> None:
    if not name:
        if meaning == FAMILY:
            raise _Fault(RowFault.NO_FAMILY_NAME, column)
        if meaning == GIVEN:
            raise _Fault(RowFault.NO_GIVEN_NAME, column)
        return
    if len(name) > NAME_LIMIT:
        raise _Fault(RowFault.TOO_LONG, column)
    if meaning == GIVEN and INITIALS.fullmatch(name) and len(name.strip(". ")) != 2:  # noqa: PLR2004  # "Ян"
        raise _Fault(RowFault.INITIALS, column)
    if not NAME.fullmatch(name):
        raise _Fault(RowFault.NOT_A_NAME, column)


def _check_position(position: str) -> None:
    if len(position) > POSITION_LIMIT:
        raise _Fault(RowFault.TOO_LONG, POSITION)


def _split(full: str) -> tuple[str, str, str]:
    """Family name, first name, patronymic of one cell; "оглы" and "кызы" belong to the patronymic."""
    words = full.split()
    if not words:
        raise _Fault(RowFault.NO_FAMILY_NAME, FULL)
    if len(words) == 1:
        raise _Fault(RowFault.NO_GIVEN_NAME, FULL)
    if any(INITIALS.fullmatch(word) and "." in word for word in words[1:]):
        raise _Fault(RowFault.INITIALS, FULL)
    if len(words) == 4 and words[3].casefold() in SONS:  # noqa: PLR2004  # the patronymic has two words
        return words[0], words[1], f"{words[2]} {words[3]}"
    if len(words) > 3:  # noqa: PLR2004  # family, first name, patronymic
        raise _Fault(RowFault.UNCLEAR, FULL)
    return words[0], words[1], words[2] if len(words) == 3 else ""  # noqa: PLR2004


def _capitalise(name: str) -> str:
    """A list in capitals becomes usual writing; anything else stays as the school writes it."""
    if not name.isupper() or len(name) < 2:  # noqa: PLR2004
        return name
    return re.sub(r"[^\W\d_]+", lambda part: part[0].capitalize(), name)
