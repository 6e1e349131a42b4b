"""What services have read in one unit of work and need not read again in it."""

from typing import Generic, TypeVar

from sqlalchemy.orm import Session

T = TypeVar("T")


class UnitNotes(Generic[T]):
    """Facts of one kind by the id of their row; the module that reads them keeps one for itself.

    They live as long as the unit. Whoever changes what was noted forgets it in the same function.
    """

    def find(self, session: Session, row_id: int) -> T | None:
        found: T | None = session.info.get((self, row_id))
        return found

    def note(self, session: Session, row_id: int, fact: T) -> T:
        session.info[self, row_id] = fact
        return fact

    def forget(self, session: Session, row_id: int) -> None:
        session.info.pop((self, row_id), None)

    @staticmethod
    def forget_all(session: Session) -> None:
        """Of every kind, between two units that share a session."""
        session.info.clear()
