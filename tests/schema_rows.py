"""Rows of any table, made from the schema alone, for tests of what happens to rows that point at others."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Date, DateTime, Enum, Table, insert, select
from sqlalchemy.orm import Session
from sqlalchemy.types import Boolean, Integer, String, TypeDecorator

from models.base import Base
from models.requests import RequestStatus

KNOWN: Mapping[str, Mapping[str, Any]] = {
    "meetings": {"local_start": "2026-11-20T12:00", "timezone": "Europe/Moscow"},
    "requests": {"status": RequestStatus.WAITING, "decided_at": None},
    "survey_runs": {
        "survey_id": "compatibility_check",
        "survey_version": 1,
    },
}
"""Columns that hold more than their type says, or that a CHECK ties to others."""

WANTED = {("survey_runs", "account_id")}
"""Columns that may be empty but for a CHECK."""


def add_row(session: Session, name: str, *, now: datetime, **facts: Any) -> int | None:
    """A row with these columns and the least of the others; gives its id where it has one of its own.

    A row that this one cannot do without is looked for, and made when there is none.
    """
    table = Base.metadata.tables[name]
    values = {**KNOWN.get(name, {}), **facts}
    for column in table.columns:
        if column.name in values or not _is_wanted(column):
            continue
        values[column.name] = _least(session, table, column, now)
    key = session.connection().execute(insert(table).values(values)).inserted_primary_key
    return int(key[0]) if key is not None and table.autoincrement_column is not None else None


def _is_wanted(column: Column[Any]) -> bool:
    if (column.table.name, column.name) in WANTED:
        return True
    is_own = column.primary_key and column.table.autoincrement_column is column
    return not (is_own or column.nullable or column.default is not None or column.server_default is not None)


def _least(session: Session, table: Table, column: Column[Any], now: datetime) -> Any:
    for key in column.foreign_keys:
        target = key.column
        found = session.scalar(select(target).order_by(target.desc()).limit(1))
        return found if found is not None else add_row(session, target.table.name, now=now)
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    if isinstance(kind, Enum):
        return next(iter(kind.enum_class)) if kind.enum_class else kind.enums[0]
    for known, value in (
        (DateTime, now),
        (Date, date(2026, 11, 20)),
        (Boolean, True),
        (Integer, 1),
        (JSON, {}),
    ):
        if isinstance(kind, known):
            return value
    assert isinstance(kind, String), f"{table.name}.{column.name}"
    return f"{column.name}{now:%S}"[: kind.length or 40]
