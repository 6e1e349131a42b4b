"""The roadmap as it runs: plans and actual dates of its rows, what proves them, days off, Monday digests."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.audit import Audited
from models.base import Base, enum_column


class ProofKind(StrEnum):
    """How a person proves a row; what the data prove is computed and never stored."""

    LINK = "link"
    FILE = "file"
    WORD = "word"  # somebody says that it is done: the weakest, so it is counted apart


class RoadmapEntry(Audited, Base):
    """One row of a programme's roadmap in one school year; its words stand in the programme's pack.

    `year` is the first of the school year's two. A yearly row has an entry for each school year (A49 to A54),
    a row that is due several times in one (B20: December and June) has several, told apart by `turn`.
    `done_on` is the actual date; `is_done_by_data` says that the data proved it. `quiet_until` puts reminders
    off and leaves the plan as it is. `remind_at` is when the next reminder is due.
    """

    __tablename__ = "roadmap_entries"
    audited_as = "roadmap_entry"
    __table_args__ = (UniqueConstraint("cycle_id", "row_id", "year", "turn"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    row_id: Mapped[str] = mapped_column(String(24))
    year: Mapped[int]
    turn: Mapped[int] = mapped_column(default=0)
    planned_from: Mapped[date | None]
    planned_to: Mapped[date | None]
    is_replanned: Mapped[bool] = mapped_column(default=False)
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    done_on: Mapped[date | None]
    is_done_by_data: Mapped[bool] = mapped_column(default=False)
    quiet_until: Mapped[date | None]
    remind_at: Mapped[datetime | None] = mapped_column(index=True)


class RoadmapProof(Base):
    """What a person put down for a row: a link, a file or a word."""

    __tablename__ = "roadmap_proofs"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("roadmap_entries.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ProofKind] = mapped_column(enum_column(ProofKind))
    url: Mapped[str | None] = mapped_column(String(500))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id", ondelete="SET NULL"), index=True)
    note: Mapped[str] = mapped_column(String(300), default="")
    given_at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))


class RoadmapCheck(Base):
    """When the clock last looked at a programme's roadmap, and the Monday of the last digest that it made."""

    __tablename__ = "roadmap_checks"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), primary_key=True, autoincrement=False)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    checked_at: Mapped[datetime]
    digest_week: Mapped[date | None]


class RoadmapDigest(Base):
    """What one curator was shown on a Monday: `items` are ids of entries, so that it keeps its order."""

    __tablename__ = "roadmap_digests"
    __table_args__ = (UniqueConstraint("cycle_id", "person_id", "week"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    week: Mapped[date]  # its Monday
    items: Mapped[list[Any]]
    made_at: Mapped[datetime]


class SchoolDays(Audited, Base):
    """Days on which a school's own calendar differs from the country's: holidays, working Saturdays."""

    __tablename__ = "school_days"
    audited_as = "school_days"
    __table_args__ = (Index("ix_school_days_organization", "organization_id", "first_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    title: Mapped[str] = mapped_column(String(100))
    is_working: Mapped[bool] = mapped_column(default=False)
