"""What was entered in the panel for somebody who said or wrote it outside the chat."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.audit import Audited
from models.base import Base, enum_column


class WordOf(StrEnum):
    """How a participant gave it."""

    PAPER = "paper"
    IN_PERSON = "in_person"
    BY_PHONE = "by_phone"


class Deed(StrEnum):
    """What they would have done in the chat."""

    ROLE_CHOSEN = "role_chosen"
    OFFER_ACCEPTED = "offer_accepted"
    OFFER_DECLINED = "offer_declined"
    MEETING_PROPOSED = "meeting_proposed"
    MEETING_AGREED = "meeting_agreed"
    MEETING_CANCELLED = "meeting_cancelled"
    MEETING_HELD = "meeting_held"
    MEETING_MISSED = "meeting_missed"
    SUGGESTED = "suggested"


class PaperEntry(Audited, Base):
    """One deed with its source, author and date; `said_on` is the date on the paper or of the talk."""

    __tablename__ = "paper_entries"
    audited_as = "person"
    audited_by = "person_id"
    __table_args__ = (Index("ix_paper_entries_person", "person_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    deed: Mapped[Deed] = mapped_column(enum_column(Deed))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int | None]
    source: Mapped[WordOf] = mapped_column(enum_column(WordOf))
    said_on: Mapped[date]
    entered_at: Mapped[datetime]
