"""What a programme shows to the outside, and whom it works with: publications, partners, memos."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.audit import Audited
from models.base import Base, enum_column
from models.people import Role


class PublicationKind(StrEnum):
    """What a publication is about (E36)."""

    NEWS = "news"
    PROGRAMME = "programme"
    RESULTS = "results"  # of a pair: only after its programme is completed (E37)
    CASE = "case"  # C35
    METHOD = "method"
    LEGAL = "legal"  # the regulation and other local acts (E38)


class Publication(Audited, Base):
    """A line of the publication register (DC30; A55, C36, E45)."""

    __tablename__ = "publications"
    audited_as = "publication"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    kind: Mapped[PublicationKind] = mapped_column(enum_column(PublicationKind))
    title: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(String(500))
    published_on: Mapped[date]
    pair_id: Mapped[int | None] = mapped_column(ForeignKey("pairs.id"), index=True)
    shows: Mapped[list[Any]]  # of the people named: "name", "photo", "position", "results"
    created_at: Mapped[datetime]


class PublicationPerson(Base):
    """Whom a publication names: what must come down when they take back their consent (152-ФЗ, art. 10.1)."""

    __tablename__ = "publication_persons"

    publication_id: Mapped[int] = mapped_column(
        ForeignKey("publications.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True, index=True)


class Partner(Audited, Base):
    """An outside organisation that helps the programme (C3); no person's data, only what it does."""

    __tablename__ = "partners"
    audited_as = "partner"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    helps_with: Mapped[str] = mapped_column(String(300), default="")
    url: Mapped[str] = mapped_column(String(500), default="")
    since: Mapped[date]
    created_at: Mapped[datetime]


class Memo(Audited, Base):
    """A memo for mentors or for mentees (DC19; E40, E41): its text or where it lies, and when it was sent."""

    __tablename__ = "memos"
    audited_as = "memo"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    audience: Mapped[Role] = mapped_column(enum_column(Role))
    title: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]
    body: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    sent_to: Mapped[int] = mapped_column(default=0)
