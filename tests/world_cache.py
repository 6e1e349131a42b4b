"""Cached test worlds: what a builder did to a database once is copied when it is asked of the same one again.

A step is known by its name, its arguments and every row and counter that it begins with; what it did is the
rows of the tables it changed, and its result. So the first test of a run goes through the real services, and
the others begin where it came to. Whatever differs, by a single value, goes through the services again.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Hashable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol, TypeVar, cast

import psycopg
from psycopg import sql

from models.engine import Database
from tests.databases import copy_out, list_tables, read_counters, replace_rows, set_counters

T = TypeVar("T")
MARK = "SELECT {}, (SELECT md5(string_agg(r::text, E'\\n' ORDER BY r::text COLLATE \"C\")) FROM {} r)"

State = dict[str, str]  # table or counter to a mark of what it holds


@dataclass(frozen=True)
class Done:
    """`changes` is what the databases of this engine take to be where the step led."""

    changes: Any
    result: Any


class Rows(Protocol):
    """The bare rows of one database, past models and services."""

    def read_state(self) -> State: ...

    def take(self, changed: set[str]) -> Any: ...

    def put(self, changes: Any) -> None: ...


class SqliteRows:
    def __init__(self, path: str) -> None:
        self._path = path

    def read_state(self) -> State:
        with closing(sqlite3.connect(self._path)) as connection:
            return {name: mark(self._rows(connection, name)) for name in self._tables(connection)}

    def take(self, changed: set[str]) -> dict[str, list[tuple[Any, ...]]]:
        with closing(sqlite3.connect(self._path)) as connection:
            return {name: self._rows(connection, name) for name in changed}

    def put(self, changes: dict[str, list[tuple[Any, ...]]]) -> None:
        with closing(sqlite3.connect(self._path)) as connection, connection:
            connection.execute("PRAGMA synchronous=OFF")
            for name, rows in changes.items():
                connection.execute(f'DELETE FROM "{name}"')
                if rows:
                    places = ", ".join("?" * len(rows[0]))
                    connection.executemany(f'INSERT INTO "{name}" VALUES ({places})', rows)

    def _tables(self, connection: sqlite3.Connection) -> list[str]:
        return [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]

    def _rows(self, connection: sqlite3.Connection, name: str) -> list[tuple[Any, ...]]:
        return connection.execute(f'SELECT * FROM "{name}"').fetchall()


class PostgresRows:
    def __init__(self, database: Database) -> None:
        self._database = database

    def read_state(self) -> State:
        def look(connection: psycopg.Connection) -> State:
            marks = [
                sql.SQL(MARK).format(sql.Literal(name), sql.Identifier(name))
                for name in list_tables(connection)
            ]
            state = {
                name: found or "" for name, found in connection.execute(sql.SQL(" UNION ALL ").join(marks))
            }
            return state | {f"counter {name}": str(last) for name, last in read_counters(connection).items()}

        return self._within(look)

    def take(self, changed: set[str]) -> Any:
        tables = [name for name in changed if not name.startswith("counter ")]
        return self._within(
            lambda connection: (
                {name: copy_out(connection, name) for name in tables},
                read_counters(connection),
            )
        )

    def put(self, changes: Any) -> None:
        def act(connection: psycopg.Connection) -> None:
            content, counters = changes
            replace_rows(connection, content)
            set_counters(connection, counters)

        self._within(act)

    def _within(self, act: Callable[[psycopg.Connection], T]) -> T:
        with self._database.engine.connect() as connection:
            bare = connection.connection.driver_connection
            assert isinstance(bare, psycopg.Connection)
            with bare.transaction():
                return act(bare)


def mark(rows: list[tuple[Any, ...]]) -> str:
    return hashlib.blake2b(repr(rows).encode(), digest_size=16).hexdigest() if rows else ""


_done: dict[tuple[str, Hashable, frozenset[tuple[str, str]]], Done] = {}


def repeat(database: Database, name: str, facts: Hashable, step: Callable[[], T]) -> T:
    """Take the step, or copy what it did when it was taken from exactly here before.

    `facts` are all that the step depends on besides the database; its result is shared, so it must be frozen.
    """
    engine = database.engine.dialect.name
    rows: Rows = SqliteRows(path_of(database)) if engine == "sqlite" else PostgresRows(database)
    before = rows.read_state()
    key = (engine, (name, facts), frozenset(before.items()))
    done = _done.get(key)
    if done is not None:
        rows.put(done.changes)
        return cast("T", done.result)
    result = step()
    _done[key] = Done(rows.take(find_changed(before, rows.read_state())), result)
    return result


def repeat_aside(database: Database, name: str, facts: Hashable, build: Callable[[Database], T]) -> T:
    """What `build` makes of a copy of this SQLite database, copied into it; built once for each beginning.

    For a database that a bot serves, at rest: what the bot did meanwhile would be remembered with the step.
    """
    rows = SqliteRows(path_of(database))
    before = rows.read_state()
    key = ("sqlite", (name, facts), frozenset(before.items()))
    done = _done.get(key)
    if done is None:
        with TemporaryDirectory() as folder:
            copy = Path(folder) / "aside.db"
            with closing(sqlite3.connect(path_of(database))) as here, closing(sqlite3.connect(copy)) as there:
                here.backup(there)
            aside = Database(f"sqlite:///{copy}")
            result = build(aside)
            aside.close()
            built = SqliteRows(str(copy))
            done = _done[key] = Done(built.take(find_changed(before, built.read_state())), result)
    rows.put(done.changes)
    return cast("T", done.result)


def path_of(database: Database) -> str:
    return database.engine.url.database or ""


def find_changed(before: State, after: State) -> set[str]:
    return {table for table in after if after[table] != before.get(table)}
