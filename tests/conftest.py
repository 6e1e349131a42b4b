"""Databases for every test: a SQLite file and, where one answers, PostgreSQL; each test gets its own."""

import fcntl
import gc
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import settings

from models.engine import Database
from models.installation import Stamp
from models.migrating import migrate
from tests.databases import PostgresServer
from tests.engines import share_compiled

# What is imported stays until the end; the collector would look through it all at every few thousand objects.
gc.disable()

# The same examples in every run: a landing does not fail by chance, and no run depends on the one before.
settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
settings.load_profile("repeatable")

TWICE_IN_THE_GATE = {"guards", "panel", "unit"}
MEASURED = {"unit"}
PAGES_ON_BOTH = {
    "test_account_keeping",
    "test_exports",
    "test_extremes",
    "test_guests",
    "test_lists",
    "test_rights",
    "test_scores",
    "test_signing_in",
    "test_traces",
}
FIRST_MOMENT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, noon in Moscow


# What `make test` runs in part: whole flows, pages and processes, which cost the most. The gate runs all.
SHORTENED = {"browser", "dialogues", "integration", "life", "panel"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--first",
        type=int,
        metavar="N",
        help=f"of each file in {', '.join(sorted(SHORTENED))} only the first N tests that are not long",
    )


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """argon2 with its least effort: what is tested is who may enter, not how long a guess takes."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("services.accounts.passwords._HASHER", hasher)
        yield


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Every service twice is for the gate; `make test` tries PostgreSQL where the parts meet.

    Pages meet it where all of them are walked, search or sort, and where accounts are locked and
    counted; what they ask for beside that, services have proved there.
    """
    left_out = []
    first = config.getoption("--first")
    chosen: Counter[Path] = Counter()
    for item in items:
        folder = item.path.parent.name
        if "postgresql" in item.name and folder in TWICE_IN_THE_GATE:
            item.add_marker(pytest.mark.long)
            if folder == "panel" and item.path.stem not in PAGES_ON_BOTH:
                left_out.append(item)
        if folder in MEASURED and item.get_closest_marker("long") is None:
            item.add_marker(pytest.mark.measured)
        if first is not None and folder in SHORTENED and item.get_closest_marker("long") is None:
            chosen[item.path] += 1
            if chosen[item.path] > first:
                left_out.append(item)
    skipped = set(left_out)
    items[:] = [item for item in items if item not in skipped]
    config.hook.pytest_deselected(items=left_out)


def migrated(url: str) -> None:
    database = Database(url)
    migrate(database, stamp=Stamp.SANDBOX, now=FIRST_MOMENT)
    database.close()


@pytest.fixture(scope="session", autouse=True)
def shared_statements() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        share_compiled(patched)
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One migrated file for all workers of a run; tests copy it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    path = folder / "template.db"
    with (folder / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            unfinished = folder / "unfinished.db"
            migrated(f"sqlite:///{unfinished}")
            unfinished.rename(path)
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    server = PostgresServer(migrated)
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
    """Synchronous access to a fresh database: `database.reading()`, `database.writing()`."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def open_database() -> Iterator[Callable[[str], Database]]:
    """Open a database by its address; closed after the test."""
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
