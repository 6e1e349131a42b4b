"""What a person wrote about a meeting and has not decided on yet."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, enum_column


class DraftStatus(StrEnum):
    OPEN = "open"  # its card waits for a tap
    SAVED = "saved"
    REFUSED = "refused"  # "not a meeting", or replaced by what was written next


class Draft(Base):
    """A card before its tap. `text` and `contents` are dropped when it closes: a record has its own table.

    What is left for some days tells an edit of a decided message from an edit of any other.
    """

    __tablename__ = "drafts"
    __table_args__ = (
        Index(
            "uq_drafts_one_open_a_person",
            "person_id",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        Index("ix_drafts_person_message", "person_id", "message_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    message_id: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[str | None] = mapped_column(Text)
    contents: Mapped[dict[str, Any] | None]
    status: Mapped[DraftStatus] = mapped_column(enum_column(DraftStatus))
    opened_at: Mapped[datetime] = mapped_column(index=True)
    closed_at: Mapped[datetime | None]
