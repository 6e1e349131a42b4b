"""Databases of the benchmark's own: a SQLite file or a PostgreSQL database, gone afterwards."""

import os
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

SERVER = os.environ.get("TEST_POSTGRESQL_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
KINDS = ("sqlite", "postgresql")


def read_server_version() -> str | None:
    """PostgreSQL's version, None when no server answers: its figures are then left out."""
    try:
        with psycopg.connect(SERVER, connect_timeout=3) as connection:
            number = connection.info.server_version
    except psycopg.OperationalError:
        return None
    return f"{number // 10_000}.{number % 10_000}"


def list_kinds() -> list[str]:
    return [kind for kind in KINDS if kind == "sqlite" or read_server_version()]


def sqlite_version() -> str:
    return sqlite3.sqlite_version


@contextmanager
def empty_database(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database of this kind."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / f'bench-{uuid.uuid4().hex[:8]}.db'}"
        return
    name = f"nastavnik_bench_{uuid.uuid4().hex[:12]}"
    _execute("CREATE DATABASE {}", name)
    try:
        yield SERVER.rpartition("/")[0] + "/" + name
    finally:
        _execute("DROP DATABASE {} WITH (FORCE)", name)


def _execute(statement: str, name: str) -> None:
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
