"""The roadmap as it is shown: rows by stage, their dates, who answers, what proves them, where they stand."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts import Account
from models.people import Person
from models.programmes import Cycle
from models.roadmap import ProofKind, RoadmapEntry, RoadmapProof
from services.access.actors import Actor, Right
from services.access.errors import NotFound
from services.access.records import find
from services.organizations.days import today_of
from services.programmes.roadmaps import Evidence, Row, Stage
from services.programmes.running import pack_of
from services.roadmap.entries import find_old
from services.roadmap.evidence import Found, read_evidence
from services.roadmap.facts import RULES
from services.roadmap.leaders import Leader, Leaders, read_leaders
from services.roadmap.proofs import proven_today

NEAR = timedelta(days=14)


class RowState(StrEnum):
    DONE = "done"
    LATE = "late"
    DUE = "due"  # its window is open
    COMING = "coming"
    UNDATED = "undated"  # on request, or the regulation names no dates
    OLD = "old"  # planned for before this school year: dates of the pack that were not moved


@dataclass(frozen=True, slots=True)
class Proof:
    kind: ProofKind
    url: str | None
    note: str
    given_at: datetime
    who: str
    file_id: int | None


@dataclass(frozen=True, slots=True)
class RoadmapRow:
    """A row in one school year. `found` is what data say of it, `missing` keys that nothing can count yet."""

    entry_id: int
    row: Row
    planned_from: date | None
    planned_to: date | None
    is_replanned: bool
    state: RowState
    done_on: date | None
    is_by_data: bool
    quiet_until: date | None
    found: tuple[Found, ...]
    missing: tuple[Evidence, ...]
    proofs: tuple[Proof, ...]
    leaders: tuple[Leader, ...]
    responsible_id: int | None
    days_late: int


@dataclass(frozen=True, slots=True)
class RoadmapStage:
    stage: Stage
    rows: tuple[RoadmapRow, ...]

    @property
    def done(self) -> int:
        return sum(one.state is RowState.DONE for one in self.rows)

    @property
    def undated(self) -> int:
        """Rows that the picture cannot show in this school year."""
        return sum(one.state in {RowState.UNDATED, RowState.OLD} for one in self.rows)


@dataclass(frozen=True, slots=True)
class Roadmap:
    """`first` and `last` are the ends of the picture: the school year, or what the rows need beyond it."""

    cycle_id: int
    stages: tuple[RoadmapStage, ...]
    today: date
    first: date
    last: date
    old: int
    is_laid_out: bool

    def count(self, *states: RowState) -> int:
        return sum(row.state in states for row in self.rows())

    def count_done(self, *, is_by_data: bool) -> int:
        """Rows that the data proved and rows ticked by hand are counted apart."""
        return sum(row.state is RowState.DONE and row.is_by_data is is_by_data for row in self.rows())

    def rows(self) -> tuple[RoadmapRow, ...]:
        return tuple(row for stage in self.stages for row in stage.rows)


def read_roadmap(session: Session, *, actor: Actor, cycle_id: int, now: datetime) -> Roadmap:
    """Raises NotFound, NotAllowed."""
    cycle = find(session, Cycle, cycle_id)
    actor.check_right(Right.SEE_SCORES, cycle.organization_id)
    return compose_roadmap(session, cycle, now=now)


def read_row(session: Session, *, actor: Actor, entry_id: int, now: datetime) -> tuple[Stage, RoadmapRow]:
    """One row with its stage. Raises NotFound, NotAllowed."""
    entry = find(session, RoadmapEntry, entry_id)
    actor.check_right(Right.SEE_SCORES, entry.organization_id)
    roadmap = compose_roadmap(session, session.get_one(Cycle, entry.cycle_id), now=now)
    for stage in roadmap.stages:
        for row in stage.rows:
            if row.entry_id == entry_id:
                return stage.stage, row
    raise NotFound


def compose_roadmap(session: Session, cycle: Cycle, *, now: datetime) -> Roadmap:
    """For callers that have checked who asks."""
    today = today_of(session, cycle.organization_id, now)
    entries = session.scalars(
        select(RoadmapEntry)
        .where(RoadmapEntry.cycle_id == cycle.id)
        .order_by(RoadmapEntry.year, RoadmapEntry.turn, RoadmapEntry.id)
    ).all()
    by_row: defaultdict[str, list[RoadmapEntry]] = defaultdict(list)
    for entry in entries:
        by_row[entry.row_id].append(entry)
    named = [one.responsible_id for one in entries if one.responsible_id is not None]
    maker = _Maker(
        cycle=cycle,
        today=today,
        found=read_evidence(session, cycle),
        leaders=read_leaders(session, organization_id=cycle.organization_id, named=named),
        proofs=_read_proofs(session, [one.id for one in entries]),
    )
    stages = tuple(
        RoadmapStage(stage, tuple(maker.make(row, entry) for row in stage.rows for entry in by_row[row.id]))
        for stage in pack_of(session, cycle_id=cycle.id).pack.stages
    )
    days = [
        day
        for entry in entries
        for day in (entry.planned_from, entry.planned_to, entry.done_on)
        if day is not None and (entry.planned_to is None or entry.planned_to >= cycle.starts_on)
    ]
    return Roadmap(
        cycle_id=cycle.id,
        stages=stages,
        today=today,
        first=min([cycle.starts_on, *days]),
        last=max([cycle.ends_on, *days]),
        old=len(find_old(session, cycle)),
        is_laid_out=bool(entries),
    )


@dataclass(frozen=True, slots=True)
class _Maker:
    cycle: Cycle
    today: date
    found: Mapping[int, tuple[Found, ...]]
    leaders: Leaders
    proofs: Mapping[int, tuple[Proof, ...]]

    def make(self, row: Row, entry: RoadmapEntry) -> RoadmapRow:
        found = self.found.get(entry.id, ())
        by_hand = entry.done_on if not entry.is_done_by_data else None
        by_data = proven_today(entry, row, found, self.today) if by_hand is None else None
        done_on = by_hand or by_data
        state = RowState.DONE if done_on is not None else state_of(entry, self.cycle, self.today)
        late = (self.today - entry.planned_to).days if entry.planned_to is not None else 0
        return RoadmapRow(
            entry_id=entry.id,
            row=row,
            planned_from=entry.planned_from,
            planned_to=entry.planned_to,
            is_replanned=entry.is_replanned,
            state=state,
            done_on=done_on,
            is_by_data=by_data is not None,
            quiet_until=entry.quiet_until,
            found=found,
            missing=tuple(key for key in row.evidence if key not in RULES),
            proofs=self.proofs.get(entry.id, ()),
            leaders=self.leaders.of(row.responsible, entry.responsible_id),
            responsible_id=entry.responsible_id,
            days_late=late if state is RowState.LATE else 0,
        )


def state_of(entry: RoadmapEntry, cycle: Cycle, today: date) -> RowState:
    """Where a row stands by its dates while it is not done."""
    if entry.planned_to is None:
        return RowState.UNDATED
    if entry.planned_to < today:
        is_old = entry.planned_to < cycle.starts_on and not entry.is_replanned
        return RowState.OLD if is_old else RowState.LATE
    opens = entry.planned_from or entry.planned_to - NEAR  # a row with a last day only
    return RowState.COMING if opens > today else RowState.DUE


def _read_proofs(session: Session, entry_ids: Sequence[int]) -> dict[int, tuple[Proof, ...]]:
    rows = session.execute(
        select(RoadmapProof, Account.name, Person)
        .outerjoin(Account, Account.id == RoadmapProof.account_id)
        .outerjoin(Person, Person.id == RoadmapProof.person_id)
        .where(RoadmapProof.entry_id.in_(entry_ids))
        .order_by(RoadmapProof.id)
    )
    found: dict[int, tuple[Proof, ...]] = {}
    for proof, account, person in rows:
        who = account or (person.full_name if person is not None else "")
        shown = Proof(proof.kind, proof.url, proof.note, proof.given_at, who, proof.file_id)
        found[proof.entry_id] = (*found.get(proof.entry_id, ()), shown)
    return found
