"""The consent ledger: one row a decision, never changed, only followed by another."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, enum_column


class ConsentKind(StrEnum):
    """Each is a document of its own (law 156-ФЗ, since 1 September 2025); ids of the pack's texts."""

    PD_PROCESSING = "pd_processing"
    REPRESENTATIVE = "representative"  # the legal representative's, for someone under 18
    MINOR_ASSENT = "minor_assent"  # the minor's own, from 14
    DISSEMINATION = "dissemination"
    LONG_TERM_BANK = "long_term_bank"
    PHOTO_VIDEO = "photo_video"
    MENTORING = "mentoring"  # Labour Code, art. 351.8: no consent to data processing


class ConsentDecision(StrEnum):
    GIVEN = "given"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"  # its term has ended; nobody's decision, so that the newest row still tells the truth


class ConsentMedium(StrEnum):
    CHAT = "chat"
    PAPER = "paper"
    WEB = "web"  # the one-time form of the panel


class Consent(Base):
    """A decision on one consent text, with the evidence the operator needs (152-ФЗ art. 9; A49, D5).

    A refusal keeps the decision, the moment and the text's version only: chat, message and hash stay empty.
    `choices` is what a dissemination allows: {"fields": [...], "sites": [...], "bans": "..."}. `signed_by`
    names a legal representative. Of an erased person ids, template, hash and times stay.
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
    choices: Mapped[dict[str, Any] | None]
    term_until: Mapped[date | None]  # last day; None: as the text says
    paper_number: Mapped[str | None] = mapped_column(String(60))
    signed_by: Mapped[str | None] = mapped_column(String(200))
    registered_by: Mapped[int | None]  # the account, as in the audit trail
    # the scan
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id", ondelete="SET NULL"), index=True)
    scan_gone_at: Mapped[datetime | None]  # there was a scan, whose retention is over
