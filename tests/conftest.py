"""Databases for every test: a SQLite file and, where one answers, PostgreSQL; each test gets its own."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from models.engine import Database
from models.installation import Stamp
from models.migrating import migrate

POSTGRESQL = os.environ.get("TEST_POSTGRESQL_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
FIRST_MOMENT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, noon in Moscow


def migrated(url: str) -> None:
    database = Database(url)
    migrate(database, stamp=Stamp.SANDBOX, now=FIRST_MOMENT)
    database.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One migrated file; tests copy it."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    migrated(f"sqlite:///{path}")
    return path


class PostgresServer:
    """A server that answers, with one migrated template database for this run."""

    def __init__(self) -> None:
        self._template: str | None = None
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

    def template(self) -> str:
        if self._template is None:
            self._template = f"nastavnik_test_{uuid.uuid4().hex[:12]}"
            self.execute("CREATE DATABASE {}", self._template)
            migrated(self.address(self._template))
        return self._template

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The address of a new database, dropped afterwards."""
        name = f"nastavnik_test_{uuid.uuid4().hex[:12]}"
        self.execute("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, self.template())
        try:
            yield self.address(name)
        finally:
            self.execute("DROP DATABASE {} WITH (FORCE)", name)

    def close(self) -> None:
        if self._template is not None:
            self.execute("DROP DATABASE {} WITH (FORCE)", self._template)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.close()


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    path = tmp_path / "nastavnik.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    if postgres_server.fault:
        pytest.skip(postgres_server.fault)
    with postgres_server.fresh() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh migrated database, once on each of the two engines."""
    url: str = request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param])
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The synchronous door to a fresh database: `database.reading()`, `database.writing()`."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def open_database() -> Iterator[Callable[[str], Database]]:
    """Open one more door to a database by its address; closed after the test."""
    opened: list[Database] = []

    def open_one(url: str) -> Database:
        opened.append(Database(url))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def now() -> datetime:
    return FIRST_MOMENT
