"""Copying a whole database while others write to it, and putting a copy back in one step.

SQLite by its own backup API, PostgreSQL by pg_dump and psql. Both copies are of one moment.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, String, column, create_engine, func, inspect, make_url, select, table
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from models.base import Base
from models.engine import BUSY_TIMEOUT_MS, DRIVERS
from models.installation import Stamp
from services.files.backups.archives import DATABASES
from services.files.backups.refusals import (
    BackupBroken,
    BackupToolFailed,
    BackupToolMissing,
    NothingToBackUp,
    TargetBusy,
)
from services.files.log_masking import mask

LOCK_SECONDS = 10
VERSIONS = "alembic_version"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a database says of itself. `files` are the names that its rows expect on the disk."""

    stamp: Stamp
    revision: str
    counts: dict[str, int]
    files: frozenset[str]


def engine_of(database_url: str) -> str:
    return make_url(database_url).get_backend_name()


def dump(database_url: str, folder: Path) -> Facts:
    """A copy of one moment under its name in the folder.

    Raises NothingToBackUp, BackupToolMissing, BackupToolFailed.
    """
    address = make_url(database_url)
    target = folder / DATABASES[address.get_backend_name()]
    if address.get_backend_name() == "sqlite":
        return _dump_sqlite(_path_of(address), target)
    return _dump_postgresql(address, target)


def load(database_url: str, staged: Path) -> None:
    """Replace the whole database by the copy, in one transaction. Raises TargetBusy, BackupToolFailed."""
    address = make_url(database_url)
    source = staged / DATABASES[address.get_backend_name()]
    if address.get_backend_name() == "sqlite":
        _load_sqlite(source, _path_of(address))
    else:
        _load_postgresql(address, source)


def read_facts(database_url: str) -> Facts | None:
    """Facts of a database as it is now; None while it has no schema of ours."""
    address = make_url(database_url)
    if address.get_backend_name() == "sqlite" and not _path_of(address).exists():
        return None
    with _connect(address) as connection:
        return _read_facts(connection)


def check_copy(staged: Path) -> Facts:
    """Facts of an unpacked SQLite copy that is sound. Raises BackupBroken."""
    source = staged / DATABASES["sqlite"]
    try:
        with closing(sqlite3.connect(source)) as connection:
            answer = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupBroken(part=source.name) from error
    facts = read_facts(f"sqlite:///{source}") if answer == ("ok",) else None
    if facts is None:
        raise BackupBroken(part=source.name)
    return facts


def _connect(address: URL) -> "closing[Connection]":
    """One connection beside the pools: a backup runs rarely and must leave nothing open."""
    engine = create_engine(
        address.set(drivername=DRIVERS[address.get_backend_name()][False]), poolclass=NullPool
    )
    return closing(engine.connect())


def _read_facts(connection: Connection) -> Facts | None:
    tables = sorted(inspect(connection).get_table_names())
    if VERSIONS not in tables or "installation" not in tables:
        return None
    # By name, not reflected: reading the columns of all tables takes seconds.
    revision = connection.scalar(select(column("version_num")).select_from(table(VERSIONS)))
    stamp = connection.scalar(select(column("stamp")).select_from(table("installation")))
    if revision is None or stamp is None:
        return None
    counts = {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in tables}
    named = select(column("name", String)).select_from(table("files"))
    files = list(connection.scalars(named)) if "files" in tables else []
    return Facts(Stamp(stamp), revision, counts, frozenset(files))


def _path_of(address: URL) -> Path:
    return Path(address.database or "")


def _dump_sqlite(path: Path, target: Path) -> Facts:
    if not path.exists():
        raise NothingToBackUp
    target.touch(mode=0o600)
    with (
        closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)  # all pages in one step: one moment, and writers go on beside it (WAL)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, no -wal beside it
    facts = read_facts(f"sqlite:///{target}")
    if facts is None:
        raise NothingToBackUp
    return facts


def _dump_postgresql(address: URL, target: Path) -> Facts:
    tool = _tool("pg_dump")
    with _connect(address) as connection:
        connection.execution_options(isolation_level="REPEATABLE READ")
        snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        facts = _read_facts(connection)
        if facts is None:
            raise NothingToBackUp
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        _run([tool, *options, f"--file={target}"], address)
    target.chmod(0o600)
    return facts


def _load_sqlite(source: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    with (
        closing(sqlite3.connect(source)) as copy,
        closing(sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None)) as target,
    ):
        try:
            target.execute("BEGIN IMMEDIATE")  # the copying itself would wait for a writer without end
            target.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            raise TargetBusy from error
        copy.backup(target)


def _load_postgresql(address: URL, source: Path) -> None:
    """Drop our tables and load the copy in one transaction: a fault leaves everything as it was."""
    pg_restore, psql = _tool("pg_restore"), _tool("psql")
    content, drop = source.with_suffix(".sql"), source.with_name("drop.sql")
    content.touch(mode=0o600)
    _run([pg_restore, "--no-owner", "--no-privileges", f"--file={content}", str(source)], None)
    with _connect(address) as connection:
        present = inspect(connection).get_table_names()
    listed = _run([pg_restore, "--list", str(source)], None)
    ours = [name for name in present if _is_listed(name, listed) or name in _known_tables()]
    drop.write_text(_drop_statements(ours), encoding="utf-8")
    order = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    _run([psql, *order, f"--file={drop}", f"--file={content}", "--output=/dev/null"], address)


def _known_tables() -> set[str]:
    return {*Base.metadata.tables, VERSIONS}


def _is_listed(table: str, listed: str) -> bool:
    return any(f" TABLE public {table} " in f"{line} " for line in listed.splitlines())


def _drop_statements(tables: Iterable[str]) -> str:
    quoted = ", ".join('public."' + name.replace('"', '""') + '"' for name in tables)
    drop = f"DROP TABLE IF EXISTS {quoted} CASCADE;\n" if quoted else ""
    return f"SET lock_timeout = '{LOCK_SECONDS}s';\n{drop}"


def _tool(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise BackupToolMissing(tool=name)
    return path


def _run(command: list[str], address: URL | None) -> str:
    """Run one of PostgreSQL's programs; the address travels in the environment, where no list of processes
    shows its password. Raises TargetBusy, BackupToolFailed.
    """
    done = subprocess.run(  # noqa: S603  # our own arguments, no shell
        command,
        env={**os.environ, **(_environment(address) if address is not None else {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        if "lock timeout" in done.stderr:
            raise TargetBusy
        lines = [line for line in done.stderr.splitlines() if "error" in line.lower()]
        why = (lines or done.stderr.splitlines() or ["?"])[0]
        raise BackupToolFailed(tool=Path(command[0]).name, why=mask(why)[:200])
    return done.stdout


def _environment(address: URL) -> dict[str, str]:
    named = {
        "PGHOST": address.host,
        "PGPORT": str(address.port) if address.port else None,
        "PGUSER": address.username,
        "PGPASSWORD": str(address.password) if address.password else None,
        "PGDATABASE": address.database,
        "PGSSLMODE": _option(address, "sslmode"),
        "PGSSLROOTCERT": _option(address, "sslrootcert"),
        "PGCONNECT_TIMEOUT": _option(address, "connect_timeout"),
        "LC_ALL": "C",  # its messages are read above
    }
    return {name: value for name, value in named.items() if value}


def _option(address: URL, name: str) -> str | None:
    value = address.query.get(name)
    return value if isinstance(value, str) else None
