"""Cycles (school years) and the programme that runs in one."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.audit import Audited
from models.base import Base


class Cycle(Audited, Base):
    """A school year of one organisation, e.g. "2026-2027"."""

    __tablename__ = "cycles"
    audited_as = "cycle"
    __table_args__ = (UniqueConstraint("organization_id", "label"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    label: Mapped[str] = mapped_column(String(20))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    is_open: Mapped[bool] = mapped_column(default=True)
    closed_at: Mapped[datetime | None]


class Programme(Audited, Base):
    """A running programme: the whole resolved pack as it was when the programme began.

    Later edits of the pack's folder never change it. `settings` holds what the curator changed.
    """

    __tablename__ = "programmes"
    audited_as = "programme"
    __table_args__ = (UniqueConstraint("cycle_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    pack_id: Mapped[str] = mapped_column(String(64))
    pack_version: Mapped[int]
    pack_sha256: Mapped[str] = mapped_column(String(64))
    pack: Mapped[dict[str, Any]]
    settings: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
