"""One page of a list, cut out by the database: what is shown, how many there are, and in which order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, SQLColumnExpression, func, literal, select
from sqlalchemy.orm import Session

PAGE = 50
COUNTED = 10_000
"""A list is counted and turned no further than so many rows; whoever needs more narrows it."""

Row = TypeVar("Row")
Other = TypeVar("Other")
Keys = Mapping[str, Sequence[SQLColumnExpression[Any]]]
"""The columns behind each key that a list may be sorted by, its usual key first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page of a list is wanted. Pages count from 0; an unknown or empty `sort` means the usual one."""

    page: int = 0
    size: int = PAGE
    sort: str = ""
    is_descending: bool = False


NEWEST_FIRST = Asked(is_descending=True)


@dataclass(frozen=True, slots=True)
class Listed(Generic[Row]):
    """A page of rows. `count` is of the whole list and stops at COUNTED; `is_capped`: there are more."""

    rows: tuple[Row, ...]
    count: int
    is_capped: bool
    page: int
    size: int
    sort: str
    is_descending: bool

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // self.size))

    def showing(self, rows: Sequence[Other]) -> "Listed[Other]":
        """The same page with what is told of each of its rows."""
        return Listed(
            tuple(rows), self.count, self.is_capped, self.page, self.size, self.sort, self.is_descending
        )


def list_page(session: Session, query: Select[Row], *, keys: Keys, asked: Asked) -> Listed[Row]:
    """The page of `query` that is asked for; one beyond the end is the last. `query` comes without ORDER BY.

    The query gives one entity or column a row. The last of a key's columns
    must tell any two rows apart, or a row would be on two pages.
    """
    sort = asked.sort if asked.sort in keys else next(iter(keys))
    count = count_rows(session, query)
    counted = min(count, COUNTED)
    page = min(max(asked.page, 0), max(counted - 1, 0) // asked.size)
    order = [column.desc() if asked.is_descending else column.asc() for column in keys[sort]]
    cut = query.order_by(*order).limit(asked.size).offset(page * asked.size)
    return Listed(
        rows=tuple(session.scalars(cut)) if count else (),
        count=counted,
        is_capped=count > COUNTED,
        page=page,
        size=asked.size,
        sort=sort,
        is_descending=asked.is_descending,
    )


def count_rows(session: Session, query: Select[Any]) -> int:
    """How many rows a query has; COUNTED + 1 stands for all that are more."""
    some = query.order_by(None).with_only_columns(literal(1), maintain_column_froms=True).limit(COUNTED + 1)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0
