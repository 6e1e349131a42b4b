"""Rows that point at a row: asked of the schema, so that a new table is not forgotten."""

from sqlalchemy import Column, Table, func, select
from sqlalchemy.orm import Session

from models.base import Base


def columns_to(name: str) -> list[tuple[Table, Column[int]]]:
    """Every column that points at rows of the table of this name, of every table there is."""
    return [
        (table, column)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == name for key in column.foreign_keys)
    ]


def count_pointing(session: Session, name: str, row_id: int) -> dict[str, int]:
    """How many rows of which table point at this row of the table of this name."""
    found: dict[str, int] = {}
    for table, column in columns_to(name):
        number = session.scalar(select(func.count()).select_from(table).where(column == row_id)) or 0
        if number:
            found[table.name] = found.get(table.name, 0) + number
    return found
