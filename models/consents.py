"""The consent ledger: one row a decision, never changed, only followed by another."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, enum_column


class ConsentKind(StrEnum):
    PD_PROCESSING = "pd_processing"


class ConsentDecision(StrEnum):
    GIVEN = "given"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class ConsentMedium(StrEnum):
    CHAT = "chat"
    PAPER = "paper"


class Consent(Base):
    """A decision on one consent text, with the evidence the operator needs (152-ФЗ art. 9; A49, D5).

    A refusal keeps the decision, the moment and the text's version only: chat, message and hash stay empty.
    """

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_latest", "person_id", "kind", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    kind: Mapped[ConsentKind] = mapped_column(enum_column(ConsentKind))
    version: Mapped[int]
    text_locale: Mapped[str] = mapped_column(String(5))
    text_sha256: Mapped[str | None] = mapped_column(String(64))
    decision: Mapped[ConsentDecision] = mapped_column(enum_column(ConsentDecision))
    decided_at: Mapped[datetime]
    timezone: Mapped[str] = mapped_column(String(64))
    medium: Mapped[ConsentMedium] = mapped_column(enum_column(ConsentMedium))
    chat_id: Mapped[int | None] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
