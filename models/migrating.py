"""Bringing a database to the newest schema, and stamping it for what it is."""

from datetime import datetime

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from models.engine import Database
from models.installation import Installation, Stamp
from models.schema import FOLDER, WrongStamp, is_current, read_stamp


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
