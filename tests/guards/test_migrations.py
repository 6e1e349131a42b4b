"""Migrations run up and down on both databases, step by step, and end at what the models describe."""

import sqlite3
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, inspect, text

import models
from models.base import Base
from models.engine import Database
from models.installation import Stamp
from models.migrating import configuration, migrate
from models.schema import REVISIONS, SchemaNewer, WrongStamp, is_current, read_stamp

assert models.__all__  # every table is known to Base.metadata


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with nothing in it."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield database
        database.close()
        return
    server = request.getfixturevalue("postgres_server")
    if server.fault:
        pytest.skip(server.fault)
    name = f"nastavnik_test_{uuid.uuid4().hex[:12]}"
    server.execute("CREATE DATABASE {} TEMPLATE template0", name)
    database = Database(server.address(name))
    yield database
    database.close()
    server.execute("DROP DATABASE {} WITH (FORCE)", name)


def step(database: Database, act: Callable[..., None], revision: str) -> None:
    with database.write_engine.begin() as connection:
        act(configuration(connection), revision)


def revisions() -> list[str]:
    scripts = ScriptDirectory.from_config(configuration())
    return [script.revision for script in reversed(list(scripts.walk_revisions()))]


def test_files_of_migrations_are_named_after_their_revisions() -> None:
    """`is_current` goes by the names: whoever only asks need not load alembic."""
    assert list(REVISIONS) == revisions()


def test_there_is_one_line_of_revisions() -> None:
    assert len(ScriptDirectory.from_config(configuration()).get_heads()) == 1


@pytest.mark.long
def test_every_step_goes_up_down_and_up_again_and_the_way_down_leaves_nothing(empty: Database) -> None:
    for revision in revisions():
        step(empty, command.upgrade, revision)
        step(empty, command.downgrade, "-1")
        step(empty, command.upgrade, revision)
    assert is_current(empty)
    step(empty, command.downgrade, "base")
    assert set(inspect(empty.engine).get_table_names()) <= {"alembic_version"}


def test_migrations_end_at_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_checks_and_partial_indexes_are_those_of_the_models(database: Database) -> None:
    """Alembic's comparison does not look at CHECK constraints nor at conditions of indexes."""
    found = inspect(database.engine)
    for table in Base.metadata.sorted_tables:
        wanted = {
            constraint.name for constraint in table.constraints if isinstance(constraint, CheckConstraint)
        }
        assert {check["name"] for check in found.get_check_constraints(table.name)} == wanted, table.name
        conditions = {index.name: condition(database, index) for index in table.indexes}
        held = {
            index["name"]: index.get("dialect_options", {}).get(f"{database.engine.dialect.name}_where")
            for index in found.get_indexes(table.name)
            if not index.get("duplicates_constraint")
        }
        assert {name for name, where in conditions.items() if where is not None} == {
            name for name, where in held.items() if where is not None
        }, table.name


def condition(database: Database, index: Any) -> object:
    return index.dialect_options[database.engine.dialect.name]["where"]


def test_a_stamp_is_set_once_and_never_crossed(database: Database, now: datetime) -> None:
    migrate(database, stamp=Stamp.SANDBOX, now=now)
    migrate(database, stamp=Stamp.SANDBOX, now=now)
    assert read_stamp(database) is Stamp.SANDBOX
    with pytest.raises(WrongStamp):
        migrate(database, stamp=Stamp.LIVE, now=now)


def test_a_stamped_database_of_the_first_version_is_brought_up(empty: Database, now: datetime) -> None:
    """Whatever reads it before its migration asks for nothing that it has not got."""
    step(empty, command.upgrade, "0001")
    with empty.write_engine.begin() as connection:
        connection.execute(
            text("INSERT INTO installation (id, stamp, created_at) VALUES (1, 'live', :now)"),
            {"now": now.replace(tzinfo=None)},
        )
    assert read_stamp(empty) is Stamp.LIVE
    migrate(empty, stamp=Stamp.LIVE, now=now)
    assert is_current(empty)


def test_a_database_of_a_newer_version_is_left_alone(database: Database, now: datetime) -> None:
    with database.write_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'of_the_future'"))
    with pytest.raises(SchemaNewer):
        is_current(database)
    with pytest.raises(SchemaNewer):
        migrate(database, stamp=Stamp.SANDBOX, now=now)


def test_sqlite_keeps_its_promises(tmp_path: Path) -> None:
    """WAL, foreign keys, erased data gone from free pages (decision 5)."""
    database = Database(f"sqlite:///{tmp_path / 'promises.db'}")
    with database.engine.connect() as connection:
        told = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "secure_delete", "busy_timeout")
        }
    database.close()
    assert told == {"journal_mode": "wal", "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 10_000}
    assert sqlite3.sqlite_version_info >= (3, 35)
