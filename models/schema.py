"""What schema a database has, and whose database it is: asked without alembic, which is ten megabytes."""

from pathlib import Path

from sqlalchemy import select, text

from models.engine import Database
from models.installation import Installation, Stamp

FOLDER = Path(__file__).parent / "migrations"
REVISIONS = tuple(sorted(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py")))
"""What this version knows, oldest first: each file is named after its revision."""


class WrongStamp(Exception):
    """The database belongs to the other kind of installation (decision 11)."""

    def __init__(self, found: Stamp) -> None:
        super().__init__(found.value)
        self.found = found


class SchemaNewer(Exception):
    """The database has a revision that this version does not know."""


def read_stamp(database: Database) -> Stamp | None:
    """The stamp of this database, None when it is new."""
    with database.engine.connect() as connection:
        if not database.engine.dialect.has_table(connection, Installation.__tablename__):
            return None
    with database.reading() as session:
        # only this column: a database that waits for its migration has not got the newer ones
        return session.scalar(select(Installation.stamp).where(Installation.id == 1))


def is_current(database: Database) -> bool:
    """Whether the schema is at the newest revision. Raises SchemaNewer."""
    with database.engine.connect() as connection:
        if not database.engine.dialect.has_table(connection, "alembic_version"):
            return False
        found = set(connection.scalars(text("SELECT version_num FROM alembic_version")))
    if not found <= set(REVISIONS):
        raise SchemaNewer
    return found == {REVISIONS[-1]}
