"""Bringing a database to the newest schema, and stamping it for what it is."""

from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from models.engine import Database
from models.installation import Installation, Stamp

FOLDER = Path(__file__).parent / "migrations"


class WrongStamp(Exception):
    """The database belongs to the other kind of installation (decision 11)."""

    def __init__(self, found: Stamp) -> None:
        super().__init__(found.value)
        self.found = found


class SchemaNewer(Exception):
    """The database has a revision that this version does not know."""


def configuration(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def migrate(database: Database, *, stamp: Stamp, now: datetime) -> None:
    """Bring the schema to the newest revision. Raises WrongStamp, SchemaNewer before it changes anything."""
    found = read_stamp(database)
    if found is not None and found is not stamp:
        raise WrongStamp(found)
    is_current(database)
    with database.write_engine.begin() as connection:
        command.upgrade(configuration(connection), "head")
    with database.writing() as session:
        if session.get(Installation, 1) is None:
            session.add(Installation(id=1, stamp=stamp, created_at=now))


def read_stamp(database: Database) -> Stamp | None:
    """The stamp of this database, None when it is new."""
    with database.engine.connect() as connection:
        if not database.engine.dialect.has_table(connection, Installation.__tablename__):
            return None
    with database.reading() as session:
        found = session.get(Installation, 1)
        return found.stamp if found else None


def is_current(database: Database) -> bool:
    """Whether the schema is at the newest revision. Raises SchemaNewer."""
    scripts = ScriptDirectory.from_config(configuration())
    with database.engine.connect() as connection:
        heads = set(MigrationContext.configure(connection).get_current_heads())
    if not heads <= {script.revision for script in scripts.walk_revisions()}:
        raise SchemaNewer
    return heads == set(scripts.get_heads())
