"""PostgreSQL databases for tests: a few of them, put back to their first state between tests.

Making a database costs the server half a second of writing files; emptying thirty small tables costs it ten
milliseconds. A test that changes the schema or writes very much gives its database up: the next one is new.
"""

import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

POSTGRESQL = os.environ.get("TEST_POSTGRESQL_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
MANY_ROWS = 3000  # deleted rows stay in the files until they are vacuumed
QUIT_SECONDS = 5.0

Content = dict[str, bytes]  # table to its rows, as COPY writes them; empty tables are left out
Counters = dict[str, int | None]  # sequence to its last value, None while unused

SCHEMA = """
SELECT md5(string_agg(line, E'\\n' ORDER BY line COLLATE "C")) FROM (
    SELECT format('%s %s %s %s', relname, attname, format_type(atttypid, atttypmod), attnotnull) AS line
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0
    WHERE relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
) AS lines
"""
OTHERS = """
SELECT {} FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@dataclass(frozen=True)
class Standing:
    """What a database looks like when a test gets it."""

    schema: str
    content: Content
    counters: Counters


def list_tables(connection: psycopg.Connection) -> list[str]:
    query = (
        "SELECT relname FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname"
    )
    return [name for (name,) in connection.execute(query)]


def list_filled(connection: psycopg.Connection) -> list[str]:
    """The tables that have rows."""
    looks = [
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(name), sql.Identifier(name))
        for name in list_tables(connection)
    ]
    return [name for (name,) in connection.execute(sql.SQL(" UNION ALL ").join(looks))] if looks else []


def copy_out(connection: psycopg.Connection, table: str) -> bytes:
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copied:
        return b"".join(bytes(piece) for piece in copied)


def replace_rows(connection: psycopg.Connection, content: Content) -> int:
    """Put these tables' rows in place of what they hold, in the transaction; gives how many are deleted."""
    connection.execute("SET LOCAL session_replication_role = replica")  # rows come in any order
    deleted = 0
    for table in content:
        deleted += connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table))).rowcount
    for table, rows in content.items():
        if rows:
            with connection.cursor().copy(
                sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
            ) as copied:
                copied.write(rows)
    return deleted


def read_counters(connection: psycopg.Connection) -> Counters:
    query = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
    return dict(connection.execute(query).fetchall())


def set_counters(connection: psycopg.Connection, counters: Counters) -> None:
    if not counters:
        return
    moves = [
        sql.SQL("setval({}, {}, {})").format(
            sql.Literal(f'public."{name}"'), sql.Literal(last or 1), sql.Literal(last is not None)
        )
        for name, last in counters.items()
    ]
    connection.execute(sql.SQL("SELECT ") + sql.SQL(", ").join(moves))


def read_schema(connection: psycopg.Connection) -> str:
    found = connection.execute(SCHEMA).fetchone()
    assert found is not None
    return str(found[0])


class PostgresServer:
    """A server that answers (else `fault` says why not), with this process's own databases in it."""

    def __init__(self, migrate: Callable[[str], None]) -> None:
        self._migrate = migrate
        self._template: str | None = None
        self._free: list[str] = []
        self._first: Standing | None = None
        self.fault: str | None = None
        try:
            psycopg.connect(POSTGRESQL, connect_timeout=3).close()
        except psycopg.OperationalError as error:
            self.fault = f"no PostgreSQL answers at {POSTGRESQL}: {type(error).__name__}"

    def address(self, name: str) -> str:
        return POSTGRESQL.rpartition("/")[0] + "/" + name

    def execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(POSTGRESQL, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The address of a migrated, empty database that nobody else has."""
        name = self._free.pop() if self._free else self._make()
        try:
            yield self.address(name)
        finally:
            if self._restore(name):
                self._free.append(name)
            else:
                self._drop(name)

    def close(self) -> None:
        for name in [*self._free, *filter(None, [self._template])]:
            self._drop(name)

    def _make(self) -> str:
        name = f"nastavnik_test_{uuid.uuid4().hex[:12]}"
        self.execute("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, self._ready_template())
        self._spare_disk(name)
        return name

    def _ready_template(self) -> str:
        if self._template is None:
            self._template = f"nastavnik_test_{uuid.uuid4().hex[:12]}"
            self.execute("CREATE DATABASE {}", self._template)
            self._spare_disk(self._template)
            self._migrate(self.address(self._template))
            with psycopg.connect(self.address(self._template)) as connection:
                content = {name: copy_out(connection, name) for name in list_filled(connection)}
                self._first = Standing(read_schema(connection), content, read_counters(connection))
        return self._template

    def _spare_disk(self, name: str) -> None:
        """Nothing here must outlive a power cut."""
        self.execute("ALTER DATABASE {} SET synchronous_commit = off", name)

    def _drop(self, name: str) -> None:
        self.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _restore(self, name: str) -> bool:
        """Bring a database back to how tests get it; False when a new one is the better choice."""
        first = self._first
        assert first is not None
        try:
            with psycopg.connect(self.address(name), autocommit=True) as connection:
                part_others(connection)
                if read_schema(connection) != first.schema:
                    return False
                with connection.transaction():
                    filled = dict.fromkeys(list_filled(connection), b"")
                    deleted = replace_rows(connection, filled | first.content)
                    set_counters(connection, first.counters)
                return deleted < MANY_ROWS
        except psycopg.Error:  # the test renamed or broke it
            return False


def part_others(connection: psycopg.Connection) -> None:
    """End every other connection to this database, and wait until they are gone: none may write any more."""
    deadline = time.monotonic() + QUIT_SECONDS
    while connection.execute(OTHERS.format("pg_terminate_backend(pid)")).fetchall():
        if time.monotonic() > deadline:
            raise psycopg.OperationalError("a connection does not end")
        time.sleep(0.002)
