"""Official documents made from live data, and what they need beyond it (docs/documents.md)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.audit import Audited
from models.base import Base, enum_column


class DocumentKind(StrEnum):
    """The codes are those of docs/domain.md#documents."""

    CURATOR_ORDER = "curator_order"  # DC05
    MENTORS_ORDER = "mentors_order"  # DC06
    PAIRS_ORDER = "pairs_order"  # DC07
    MENTOR_CONSENT = "mentor_consent"  # DC08
    MENTEE_CONSENT = "mentee_consent"  # DC08
    AGREEMENT = "agreement"  # DC08
    PROGRAMME = "programme"  # DC16
    SUPPORT_PLAN = "support_plan"  # DC20
    REQUESTS = "requests"  # DC21
    ENDING_ORDER = "ending_order"  # DC22
    PAIR_REPORT = "pair_report"  # DC31


class DocumentStatus(StrEnum):
    DRAFT = "draft"  # has no number; "проект" is printed on it
    SIGNED = "signed"


class PaperCard(Audited, Base):
    """What an organisation's papers say of it: founder, head, acts, terms of the work (A1, A3, A4).

    `facts` is by the names of services/documents/paper_cards.py; `acts` is the organisation's own list.
    """

    __tablename__ = "paper_cards"
    audited_as = "organization"
    audited_by = "organization_id"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
    facts: Mapped[dict[str, Any]]
    acts: Mapped[list[Any]]


class PaperName(Base):
    """Name and position of a person as papers decline them, confirmed once by the curator.

    `name` and `position` are what was declined: after a correction of the card the forms are asked anew.
    """

    __tablename__ = "paper_names"

    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"), primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    name: Mapped[str] = mapped_column(String(310))
    position: Mapped[str] = mapped_column(String(200))
    forms: Mapped[dict[str, Any]]  # {"name": {"genitive": "...", ...}, "position": {...}}
    category: Mapped[str] = mapped_column(String(100), default="")  # of a mentor, as the employer knows it
    confirmed_at: Mapped[datetime]
    confirmed_by: Mapped[int | None]  # the account, as in the audit trail


class DocumentTemplate(Audited, Base):
    """A Word file that the school uses instead of ours; earlier versions stay, at most one is in use."""

    __tablename__ = "document_templates"
    audited_as = "document_template"
    __table_args__ = (
        UniqueConstraint("organization_id", "kind", "version"),
        Index(
            "uq_document_templates_one_in_use",
            "organization_id",
            "kind",
            unique=True,
            sqlite_where=text("is_in_use"),
            postgresql_where=text("is_in_use"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    kind: Mapped[DocumentKind] = mapped_column(enum_column(DocumentKind))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))  # as the school called the file
    is_in_use: Mapped[bool]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id", ondelete="SET NULL"), index=True)
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[int | None]  # the account, as in the audit trail


class Document(Audited, Base):
    """One document. `facts` are what it says, without number and date, `facts_sha256` is their mark.

    `choices` is what was chosen for it beyond the data: dates as ISO text, codes. Without a file it is just
    being made, or it was made elsewhere on paper.
    """

    __tablename__ = "documents"
    audited_as = "document"
    __table_args__ = (Index("ix_documents_listed", "organization_id", "cycle_id", "kind", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    kind: Mapped[DocumentKind] = mapped_column(enum_column(DocumentKind))
    status: Mapped[DocumentStatus] = mapped_column(enum_column(DocumentStatus))
    number: Mapped[str | None] = mapped_column(String(60))
    signed_on: Mapped[date | None]
    choices: Mapped[dict[str, Any]]
    facts: Mapped[dict[str, Any] | None]
    facts_sha256: Mapped[str | None] = mapped_column(String(64))
    template: Mapped[str | None] = mapped_column(String(80))  # which one, with its mark
    is_elsewhere: Mapped[bool] = mapped_column(default=False)  # made on paper without us
    due_on: Mapped[date | None] = mapped_column(index=True)  # when what it orders is still to happen
    made_at: Mapped[datetime]
    made_by: Mapped[int | None]  # the account, as in the audit trail
    registered_at: Mapped[datetime | None]  # when the signed paper was registered
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id", ondelete="SET NULL"), index=True)
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("files.id", ondelete="SET NULL"), index=True)


class DocumentPair(Base):
    """A pair that a document is about."""

    __tablename__ = "document_pairs"

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    pair_id: Mapped[int] = mapped_column(ForeignKey("pairs.id"), primary_key=True, index=True)


class DocumentPerson(Base):
    """A person whom a document names."""

    __tablename__ = "document_persons"

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True, index=True)
