"""Pairs and groups: one entity with members (docs/domain.md#words)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    UniqueConstraint,
    and_,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.audit import Audited
from models.base import Base, enum_column
from models.people import Participation, Person, Role


class PairStatus(StrEnum):
    """docs/design.md#contracts: everywhere the same."""

    DRAFT = "draft"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    ORDERED = "ordered"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    TERMINATED = "terminated"
    DECLINED = "declined"
    EXPIRED = "expired"


BEGINNING = frozenset({PairStatus.DRAFT, PairStatus.OFFERED})
"""At least one of the two has not agreed."""

JUST_ANSWERED = frozenset({PairStatus.OFFERED, PairStatus.ACCEPTED})
"""At least one of the two has agreed, and nothing has followed yet."""

MEETING = frozenset({PairStatus.ACCEPTED, PairStatus.ORDERED, PairStatus.ACTIVE})
IN_WORK = MEETING | {PairStatus.PAUSED}
"""Both have agreed and the work has not ended: a missing paper waits for the curator."""

REFUSED = frozenset({PairStatus.DECLINED, PairStatus.EXPIRED})
ENDED = REFUSED | {PairStatus.COMPLETED, PairStatus.TERMINATED}
AGREED = IN_WORK | {PairStatus.COMPLETED}
"""What the roadmap counts as a pair."""

UNDER_ORDER = AGREED - {PairStatus.ACCEPTED}


class Decision(StrEnum):
    ACCEPTED = "accepted"
    DECLINED = "declined"


class DeclineReason(StrEnum):
    SCHEDULE = "schedule"
    SUBJECT = "subject"
    WORKLOAD = "workload"
    PERSONAL = "personal"
    OTHER = "other"


class Pair(Audited, Base):
    __tablename__ = "pairs"
    audited_as = "pair"
    __table_args__ = (
        Index("ix_pairs_status", "organization_id", "cycle_id", "status"),
        Index("ix_pairs_proposed", "organization_id", "proposed_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    form: Mapped[str] = mapped_column(String(32))  # mentoring_form of the pack
    kind: Mapped[str] = mapped_column(String(32))  # mentoring_kind of the pack
    role_variant: Mapped[str | None] = mapped_column(String(32))
    status: Mapped[PairStatus] = mapped_column(enum_column(PairStatus))
    proposed_at: Mapped[datetime]
    offered_at: Mapped[datetime | None]
    offer_expires_at: Mapped[datetime | None] = mapped_column(index=True)
    accepted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    members: Mapped[list["PairMember"]] = relationship(back_populates="pair", order_by="PairMember.role")


class PairMember(Base):
    """One side of a pair. `is_current` is cleared when the pair ends."""

    __tablename__ = "pair_members"
    __table_args__ = (
        UniqueConstraint("pair_id", "participation_id"),
        # a mentee stands in one pair at a time: two mentors can never accept the same mentee
        Index(
            "uq_pair_members_one_pair_a_mentee",
            "participation_id",
            unique=True,
            sqlite_where=text("is_current AND role = 'mentee'"),
            postgresql_where=text("is_current AND role = 'mentee'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pair_id: Mapped[int] = mapped_column(ForeignKey("pairs.id", ondelete="CASCADE"), index=True)
    participation_id: Mapped[int] = mapped_column(ForeignKey("participations.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_column(Role))
    is_current: Mapped[bool] = mapped_column(default=True)
    decision: Mapped[Decision | None] = mapped_column(enum_column(Decision))
    decided_at: Mapped[datetime | None]
    decline_reason: Mapped[DeclineReason | None] = mapped_column(enum_column(DeclineReason))
    decline_note: Mapped[str | None] = mapped_column(String(500))

    pair: Mapped[Pair] = relationship(back_populates="members")
    person: Mapped[Person] = relationship()
    participation: Mapped[Participation] = relationship()


def is_discarded() -> ColumnElement[bool]:
    """A draft that was discarded, and kept because something points at it: nobody was ever told of it."""
    return and_(Pair.status == PairStatus.TERMINATED, Pair.offered_at.is_(None))


def discarded_drafts_of(pair_id: int) -> Select[int]:
    """Ids of drafts of the same people that were discarded: what was written on them stands for the two."""
    people = select(PairMember.person_id).where(PairMember.pair_id == pair_id)
    size = select(func.count()).where(PairMember.pair_id == pair_id).scalar_subquery()
    return (
        select(Pair.id)
        .join(PairMember, PairMember.pair_id == Pair.id)
        .where(
            Pair.id != pair_id,
            is_discarded(),
            PairMember.person_id.in_(people),
        )
        .group_by(Pair.id)
        .having(func.count() == size)
    )
