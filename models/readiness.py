"""Whether a database can be worked with, for monitoring."""

from enum import StrEnum

from sqlalchemy.exc import SQLAlchemyError

from models.engine import Database
from models.schema import SchemaNewer, is_current


class Readiness(StrEnum):
    """Its values are what monitoring reads: no address and no reason, which may carry a secret."""

    READY = "ok"
    UNREACHABLE = "no answer"
    OLD = "schema too old"
    NEWER = "schema too new"


def look_at(database: Database) -> Readiness:
    try:
        return Readiness.READY if is_current(database) else Readiness.OLD
    except SchemaNewer:
        return Readiness.NEWER
    except SQLAlchemyError:
        return Readiness.UNREACHABLE
