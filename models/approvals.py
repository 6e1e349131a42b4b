"""What the head of an organisation approves (E13): each approval with its author, date and cover."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.audit import Audited
from models.base import Base, enum_column


class ApprovalKind(StrEnum):
    CURATOR = "curator"
    MENTORS = "mentors"
    MENTEES = "mentees"
    ROADMAP = "roadmap"


class Approval(Audited, Base):
    """`covered_sha256` is of the ids and dates approved: when they change, it no longer covers all."""

    __tablename__ = "approvals"
    audited_as = "approval"
    __table_args__ = (Index("ix_approvals_cycle", "cycle_id", "kind", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    kind: Mapped[ApprovalKind] = mapped_column(enum_column(ApprovalKind))
    covered_sha256: Mapped[str] = mapped_column(String(64))
    document: Mapped[str] = mapped_column(String(200))  # number and date of the order, if there is one
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    approved_at: Mapped[datetime]
