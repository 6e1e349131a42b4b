"""Pairs and groups: one entity with members (docs/domain.md#words), and the table of their states."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

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
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from models.audit import Action, Audited
from models.base import Base, enum_column
from models.people import Participation, Person, Role

A_DAY = timedelta(days=1)


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


class WaitsFor(StrEnum):
    """Who must act next; a status names the one it waits for (docs/design.md#panel)."""

    MENTEE = "mentee"
    MENTOR = "mentor"
    BOTH = "both"
    CURATOR = "curator"
    NOBODY = "nobody"


class Case(StrEnum):
    """What a turn within a state depends on."""

    ALWAYS = "always"
    NONE_ANSWERED = "neither has answered"
    MENTEE_SILENT = "the mentor has agreed"
    MENTOR_SILENT = "the mentee has agreed"
    NO_RETURN = "no day of return is set"
    NOT_MET = "no meeting is agreed or held"
    MET = "a meeting is agreed or held"


@dataclass(frozen=True, slots=True)
class Turn:
    """Who must do what, and the setting of the programme that says within how many days; none: no date."""

    who: WaitsFor
    deed: str
    case: Case = Case.ALWAYS
    days: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """An act, as the audit trail calls it, and the states it may lead to."""

    act: Action
    to: tuple[PairStatus, ...]


@dataclass(frozen=True, slots=True)
class State:
    """`is_agreed`: both have agreed to the pair. `is_refused`: an offer that came to nothing. Where there are
    no moves the pair has ended.
    """

    is_agreed: bool = False
    meets: bool = False
    has_order: bool = False
    is_refused: bool = False
    may_change: bool = False  # its form and kind; while an offer is read they stay as they were told
    moves: tuple[Move, ...] = ()
    turns: tuple[Turn, ...] = ()


_END = Move(Action.PAIR_ENDED, (PairStatus.COMPLETED, PairStatus.TERMINATED))
_LEAVE = Move(Action.PAIR_ENDED, (PairStatus.TERMINATED,))  # a side leaves before both have agreed
_FIRST_MEETING = Turn(WaitsFor.MENTOR, "proposes the first meeting", Case.NOT_MET)

STATES: Mapping[PairStatus, State] = {
    PairStatus.DRAFT: State(
        may_change=True,
        moves=(
            Move(Action.PAIR_CONFIRMED, (PairStatus.OFFERED,)),
            Move(Action.PAIR_DISCARDED, (PairStatus.TERMINATED,)),
            _LEAVE,
        ),
        turns=(Turn(WaitsFor.CURATOR, "confirms or discards"),),
    ),
    PairStatus.OFFERED: State(
        moves=(
            Move(Action.PAIR_ACCEPTED, (PairStatus.ACCEPTED,)),
            Move(Action.PAIR_DECLINED, (PairStatus.DECLINED,)),
            Move(Action.PAIR_EXPIRED, (PairStatus.EXPIRED,)),
            Move(Action.PAIR_WITHDRAWN, (PairStatus.EXPIRED,)),
            _LEAVE,
        ),
        turns=(
            Turn(WaitsFor.BOTH, "answer", Case.NONE_ANSWERED, days="offer_expires_days"),
            Turn(WaitsFor.MENTEE, "answers", Case.MENTEE_SILENT, days="offer_expires_days"),
            Turn(WaitsFor.MENTOR, "answers", Case.MENTOR_SILENT, days="offer_expires_days"),
        ),
    ),
    PairStatus.ACCEPTED: State(
        is_agreed=True,
        may_change=True,
        meets=True,
        moves=(Move(Action.PAIR_ORDERED, (PairStatus.ORDERED, PairStatus.ACTIVE)), _END),
        turns=(_FIRST_MEETING, Turn(WaitsFor.CURATOR, "registers the order", Case.MET)),
    ),
    PairStatus.ORDERED: State(
        is_agreed=True,
        may_change=True,
        meets=True,
        has_order=True,
        moves=(Move(Action.PAIR_AGREEMENT_REGISTERED, (PairStatus.ACTIVE,)), _END),
        turns=(Turn(WaitsFor.CURATOR, "registers the mentor's written agreement"),),
    ),
    PairStatus.ACTIVE: State(
        is_agreed=True,
        may_change=True,
        meets=True,
        has_order=True,
        moves=(Move(Action.PAIR_PAUSED, (PairStatus.PAUSED,)), _END),
        turns=(_FIRST_MEETING,),
    ),
    PairStatus.PAUSED: State(
        is_agreed=True,
        may_change=True,
        has_order=True,
        moves=(Move(Action.PAIR_RESUMED, (PairStatus.ACTIVE,)), _END),
        turns=(Turn(WaitsFor.CURATOR, "says when the work goes on", Case.NO_RETURN),),
    ),
    PairStatus.COMPLETED: State(is_agreed=True, has_order=True),
    PairStatus.TERMINATED: State(),
    PairStatus.DECLINED: State(is_refused=True),
    PairStatus.EXPIRED: State(is_refused=True),
}
"""What each state means, where it may go and who must act (docs/design.md#pair-states)."""


def may_move(status: PairStatus, act: Action, to: PairStatus | None = None) -> bool:
    """Whether the act is possible in this state, and leads to `to` where that is said."""
    return any(one.act is act and (to is None or to in one.to) for one in STATES[status].moves)


def _states(is_meant: Callable[[State], bool]) -> frozenset[PairStatus]:
    return frozenset(status for status, state in STATES.items() if is_meant(state))


BEGINNING = _states(lambda state: not state.is_agreed and bool(state.moves))
"""At least one of the two has not agreed."""

JUST_ANSWERED = frozenset({PairStatus.OFFERED, PairStatus.ACCEPTED})
"""At least one of the two has agreed, and nothing has followed yet."""

MEETING = _states(lambda state: state.meets)
IN_WORK = _states(lambda state: state.is_agreed and bool(state.moves))
"""Both have agreed and the work has not ended: a missing paper waits for the curator."""

REFUSED = _states(lambda state: state.is_refused)
ENDED = _states(lambda state: not state.moves)
AGREED = _states(lambda state: state.is_agreed)
"""What the roadmap counts as a pair."""

WATCHED = _states(lambda state: state.meets) | {PairStatus.OFFERED}
"""Where silence of a side is noticed (docs/design.md#silence)."""

UNDER_ORDER = _states(lambda state: state.has_order)


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
    kind: Mapped[str] = mapped_column(String(32))  # mentoring_kind of the pack, with its rules
    role_variant: Mapped[str | None] = mapped_column(String(32))
    ends_on: Mapped[date | None]  # the last day of the work, where it has a term
    term_at: Mapped[datetime | None] = mapped_column(index=True)  # when the scheduler looks at the term next
    status: Mapped[PairStatus] = mapped_column(enum_column(PairStatus))
    proposed_at: Mapped[datetime]
    offered_at: Mapped[datetime | None]
    offer_expires_at: Mapped[datetime | None] = mapped_column(index=True)
    accepted_at: Mapped[datetime | None]
    resumed_at: Mapped[datetime | None]  # after the latest pause
    resumes_at: Mapped[datetime | None] = mapped_column(index=True)  # when a paused pair goes on by itself
    silence_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the scheduler looks next whether somebody is silent (docs/design.md#silence)."""
    ended_at: Mapped[datetime | None]
    override_reason: Mapped[str | None] = mapped_column(String(500))
    """Why the curator offers the pair against the psychologist's conclusion; for who leads pairs only."""

    members: Mapped[list["PairMember"]] = relationship(
        back_populates="pair", order_by="(PairMember.role, PairMember.id)"
    )

    @property
    def sides(self) -> list["PairMember"]:
        """The mentees, then the mentor: not who left a group or was only asked into it."""
        return [one for one in self.members if one.is_in]

    @property
    def mentor(self) -> "PairMember":
        return next(one for one in self.members if one.role is Role.MENTOR)

    @property
    def mentees(self) -> list["PairMember"]:
        """One, or those of a group."""
        return [one for one in self.sides if one.role is Role.MENTEE]


class PairMember(Base):
    """Somebody in a pair. `is_current`: it holds the person's place, until the pair ends or they leave.

    A group goes on while its members change: `awaited_until` is until when somebody who was asked into a
    group at work may answer, `joined_at` when they agreed, `left_at` when a member left, declined or did not
    answer, and the others went on. All three are None where a pair begins and ends as a whole.
    """

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
    awaited_until: Mapped[datetime | None] = mapped_column(index=True)
    joined_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]

    pair: Mapped[Pair] = relationship(back_populates="members")
    person: Mapped[Person] = relationship()
    participation: Mapped[Participation] = relationship()

    @property
    def is_in(self) -> bool:
        return self.left_at is None and self.awaited_until is None

    def was_in(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether the member stood in the pair at a meeting; of a past one often only the day is known."""
        is_later = self.joined_at is not None and self.joined_at - A_DAY > ends_at
        if self.awaited_until is not None or is_later:
            return False
        return self.left_at is None or (self.decision is Decision.ACCEPTED and self.left_at > starts_at)


def is_in_pair() -> ColumnElement[bool]:
    """Whether a selected PairMember stands in the pair, see `PairMember.is_in`."""
    return and_(PairMember.left_at.is_(None), PairMember.awaited_until.is_(None))


def count_places(participation_id: Any, *, in_work: bool = False) -> Select[int]:
    """How many places of a participation are held: a pair holds one of a mentee's, and as many of a mentor's
    as it has mentees; drafts, open offers and who was asked into a group hold theirs too.

    `in_work`: only of pairs that both sides have agreed to.
    """
    own, theirs = aliased(PairMember), aliased(PairMember)
    query = (
        select(func.count())
        .select_from(own)
        .join(theirs, theirs.pair_id == own.pair_id)
        .where(
            own.participation_id == participation_id,
            own.is_current,
            theirs.is_current,
            theirs.role != own.role,
        )
    )
    if in_work:
        agreed = (one.awaited_until.is_(None) for one in (own, theirs))
        query = query.join(Pair, Pair.id == own.pair_id).where(Pair.status.in_(IN_WORK), *agreed)
    return query


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
