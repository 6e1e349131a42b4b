"""What an export table is made of: columns, a scope, and items read in chunks by a growing id."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.access.actors import Actor, Right
from services.access.errors import N_, DomainError
from services.access.rights import LISTS
from services.programmes.texts import Text

Kind = Literal["text", "number", "flag", "moment", "day", "code", "raw"]
"""`code` is worded outside JSON; `raw` is any JSON value and stands in JSON only."""

Words = Mapping[Any, str | Text]
"""Msgids of ours by state, or texts of a pack by id."""

Row = list[Any]

CHUNK = 500  # rows of the base table in one read: a few milliseconds, and memory stays level


class Wording(Protocol):
    """Whoever asks for an export gives the words of its language."""

    locale: str

    def label(self, message: str, /, **facts: object) -> str: ...


class UnknownFilter(DomainError):
    text = N_("This export has no filter {filter}.")


class UnknownFilterValue(DomainError):
    text = N_("The filter {filter} has no such value.")


@dataclass(frozen=True, slots=True)
class Column:
    """`key` is stable and English, for JSON; `title` heads the column: a msgid, or a text of a pack; `get`
    takes the cell out of an item that the table read.
    """

    key: str
    title: str | Text
    get: Callable[[Any], Any]
    kind: Kind = "text"
    words: Words | None = None
    width: int = 16  # characters

    def translated(self, t: Wording) -> "Column":
        """The same column, its words in one language."""
        told = {str(code): _tell(one, t) for code, one in (self.words or {}).items()}
        return replace(self, title=_tell(self.title, t), words=told or None)

    def label_of(self, code: str) -> str:
        """A code without a word stays as it is: it may be of a pack that no longer runs."""
        return str((self.words or {}).get(code, code))


def _tell(words: str | Text, t: Wording) -> str:
    return words.get(t.locale) if isinstance(words, Text) else t.label(words)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which records go out. Ids, states and local dates (both ends included), never typed text."""

    organization_id: int | None = None
    cycle_id: int | None = None
    role: str | None = None
    statuses: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def given(self) -> dict[str, Any]:
        """What narrows the export, JSON-able, in a stable order."""
        found: dict[str, Any] = {
            "cycle_id": self.cycle_id,
            "role": self.role,
            "statuses": list(self.statuses),
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
        }
        return {name: value for name, value in found.items() if value}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Filters":
        """Out of a job's arguments or a command line. Raises UnknownFilter, UnknownFilterValue."""
        for name in plain:
            if name not in cls.__slots__:
                raise UnknownFilter(filter=name)
        values = {name: value for name, value in plain.items() if value not in (None, "", [], ())}
        try:
            for name in ("organization_id", "cycle_id"):
                if name in values:
                    values[name] = int(values[name])
            for name in ("since", "until"):
                if name in values:
                    values[name] = date.fromisoformat(str(values[name]))
        except ValueError as error:
            raise UnknownFilterValue(filter=name) from error
        if "statuses" in values:
            values["statuses"] = tuple(values["statuses"])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom and of what: fixed once, before the first row."""

    actor: Actor
    organization_id: int
    timezone: str
    filters: Filters
    locale: str
    now: datetime

    def has_right(self, right: Right) -> bool:
        try:
            self.actor.check_right(right, self.organization_id)
        except DomainError:
            return False
        return True

    def between(self, column: InstrumentedAttribute[Any]) -> list[ColumnElement[bool]]:
        """Conditions that keep a moment within the local dates of the filter."""
        zone = ZoneInfo(self.timezone)
        conditions: list[ColumnElement[bool]] = []
        if self.filters.since is not None:
            conditions.append(column >= datetime.combine(self.filters.since, time.min, zone))
        if self.filters.until is not None:
            following = self.filters.until + timedelta(days=1)
            conditions.append(column < datetime.combine(following, time.min, zone))
        return conditions


@dataclass(frozen=True, slots=True)
class Found:
    """An item for each row, of which the columns take their cells; `after` is where the next ones begin,
    None when these were the last.
    """

    items: Sequence[Any]
    after: int | None
    withheld: int = 0


@dataclass(frozen=True, slots=True)
class Chunk:
    """The same with the rows made."""

    rows: Sequence[Row]
    after: int | None
    withheld: int


@dataclass(frozen=True, slots=True)
class Table:
    """`read(session, scope, after, limit)` gives what the next `limit` base records hold."""

    name: str
    title: str
    columns: Callable[[Session, Scope], tuple[Column, ...]]
    read: Callable[[Session, Scope, int, int], Found]
    count: Callable[[Session, Scope], int]
    filters: frozenset[str] = frozenset()
    statuses: frozenset[str] = field(default_factory=frozenset)

    @property
    def right(self) -> Right:
        """The same as of the page that shows this list."""
        return LISTS[self.name]

    def check_filters(self, filters: Filters) -> None:
        """Raises UnknownFilter, UnknownFilterValue: a filter that is ignored would give too much away."""
        for name in filters.given():
            if name not in self.filters:
                raise UnknownFilter(filter=name)
        if not set(filters.statuses) <= self.statuses:
            raise UnknownFilterValue(filter="statuses")
        if filters.role not in {None, "mentee", "mentor"}:
            raise UnknownFilterValue(filter="role")
        if filters.since and filters.until and filters.since > filters.until:
            raise UnknownFilterValue(filter="until")


def fixed(*columns: Column) -> Callable[[Session, Scope], tuple[Column, ...]]:
    """The columns of a table that are the same everywhere."""
    return lambda _session, _scope: columns


def last_of(ids: Sequence[int], limit: int) -> int | None:
    """Where the next chunk begins after these ids of base records."""
    return ids[-1] if len(ids) == limit else None
