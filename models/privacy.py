"""What an operator of personal data owes by a date, and the papers that prove it was done.

See docs/domain.md#personal-data.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.audit import Audited
from models.base import Base, enum_column
from models.consents import ConsentKind


class DutyKind(StrEnum):
    ERASURE = "erasure"  # 30 days after a withdrawal or after the purpose is reached
    STOP = "stop"  # 10 working days after a demand to stop processing
    UNPUBLISH = "unpublish"  # 3 working days after a withdrawn dissemination


class PrivacyDuty(Audited, Base):
    """One thing owed to one person by `due_on`; over when it is done or called off (the person came back)."""

    __tablename__ = "privacy_duties"
    audited_as = "person"
    audited_by = "person_id"
    __table_args__ = (Index("ix_privacy_duties_open", "organization_id", "done_at", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    kind: Mapped[DutyKind] = mapped_column(enum_column(DutyKind))
    consent_kind: Mapped[ConsentKind | None] = mapped_column(enum_column(ConsentKind))
    opened_at: Mapped[datetime]
    due_on: Mapped[date]
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None]  # the account, as in the audit trail
    called_off_at: Mapped[datetime | None]


class DestructionAct(Base):
    """The act of destruction with its extract of the event log (Roskomnadzor order 179; DC33).

    The one place, beside papers of the retention list, where the name of an erased person stays: until
    `keep_until`, three years later.
    """

    __tablename__ = "destruction_acts"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    subject: Mapped[str] = mapped_column(String(310))
    reason: Mapped[str] = mapped_column(String(32))  # "withdrawn", "demanded", "retention"
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(200))  # a name; empty when the deadline did it
    destroyed: Mapped[dict[str, Any]]  # group of data -> number of records
    kept: Mapped[list[Any]]  # [{"title": {...}, "ground": {...}, "until": "2029-11-23"}]
    log: Mapped[list[Any]]  # [{"at": iso, "action": "...", "number": 1}]
    cleaned_at: Mapped[datetime | None]  # the files of the database are rewritten since then
    keep_until: Mapped[date] = mapped_column(index=True)


class OperatorCard(Audited, Base):
    """What consents and the notice to the regulator say of an operator beyond its name, address and INN."""

    __tablename__ = "operator_cards"
    audited_as = "organization"
    audited_by = "organization_id"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
    ogrn: Mapped[str] = mapped_column(String(15), default="")
    contact: Mapped[str] = mapped_column(String(300), default="")
    officer: Mapped[str] = mapped_column(String(300), default="")  # who answers for personal data
    storage_place: Mapped[str] = mapped_column(String(300), default="")
    sites: Mapped[list[Any]]  # web addresses where the organisation publishes
    notified_on: Mapped[date | None]  # when the regulator was notified


class AgreementBasis(StrEnum):
    """Rostrud, 2025: paid as extra work, or part of what the person is employed for."""

    ASSIGNMENT = "assignment"
    PERMANENT_DUTY = "permanent_duty"


class MentoringAgreement(Base):
    """The agreement of art. 351.8 of the Labour Code with a mentor: content, terms, form, payment (DC08)."""

    __tablename__ = "mentoring_agreements"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    pair_id: Mapped[int | None] = mapped_column(ForeignKey("pairs.id"), index=True)
    number: Mapped[str] = mapped_column(String(60))
    signed_on: Mapped[date]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    basis: Mapped[AgreementBasis] = mapped_column(enum_column(AgreementBasis))
    content: Mapped[str] = mapped_column(Text)
    form: Mapped[str] = mapped_column(String(300))
    payment: Mapped[str] = mapped_column(String(500), default="")
    registered_at: Mapped[datetime]
    registered_by: Mapped[int | None]  # the account, as in the audit trail
    # the scan
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id", ondelete="SET NULL"), index=True)
    scan_gone_at: Mapped[datetime | None]  # there was a scan, whose retention is over


class ChatMessage(Base):
    """A screen the bot sent, remembered for the 48 hours in which Telegram lets it be deleted."""

    __tablename__ = "chat_messages"

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    message_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    sent_at: Mapped[datetime] = mapped_column(index=True)
