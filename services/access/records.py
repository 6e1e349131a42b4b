"""Looking one row up by its id."""

from typing import TypeVar

from sqlalchemy.orm import Session

from models.base import Base
from services.access.errors import NotFound

T = TypeVar("T", bound=Base)


def find(session: Session, model: type[T], row_id: int | None, *, lock: bool = False) -> T:
    """The row, whatever its organisation: the caller checks who may see it.

    `lock` holds the row until the end of the transaction and reads it anew. Raises NotFound.
    """
    row = None
    if row_id is not None:
        row = session.get(model, row_id, with_for_update=lock or None, populate_existing=lock)
    if row is None:
        raise NotFound
    return row
