"""A plan as the curator works on it: its lines with what was decided since, and mentors by free places."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.matching import Aim, RuleKind
from models.pairs import Pair, PairMember, PairStatus
from models.people import Participation, Role
from services.access.actors import Actor, Right
from services.access.listing import Asked, Listed
from services.access.records import find
from services.matching.results import Planned, RunFacts, read_run
from services.matching.rules import RuleFacts, list_rules
from services.pairs.banks import BankRow, list_bank

MOST_MENTORS = 200


@dataclass(frozen=True, slots=True)
class Holding:
    """The pair, offer or draft in which a mentee stands by now."""

    pair_id: int
    status: PairStatus


@dataclass(frozen=True, slots=True)
class BoardLine:
    """A line of the plan. What was decided on this mentee since it was made: a `lock` to another mentor, a
    `ban` on the planned one, or `is_unlocked`, the lock of the plan was taken back.
    """

    plan: Planned
    holding: Holding | None = None
    lock: RuleFacts | None = None
    ban: RuleFacts | None = None
    is_unlocked: bool = False

    @property
    def is_overtaken(self) -> bool:
        """Whether the next plan would treat this mentee otherwise."""
        return self.holding is None and (self.lock is not None or self.ban is not None or self.is_unlocked)

    @property
    def can_be_drafted(self) -> bool:
        is_planned = self.plan.mentor_participation_id is not None
        return is_planned and self.holding is None and not self.is_overtaken


@dataclass(frozen=True, slots=True)
class BoardMentor:
    """A mentor with a free place; `planned` counts the mentees that the plan gives them."""

    row: BankRow
    planned: int


@dataclass(frozen=True, slots=True)
class Board:
    """`lines`: who has waited longest first. `mentors`: most free places first. `rules`: the newest first."""

    run: RunFacts
    aim: Aim
    lines: tuple[BoardLine, ...]
    mentors: Listed[BoardMentor]
    rules: tuple[RuleFacts, ...]

    @property
    def is_stale(self) -> bool:
        return any(line.is_overtaken for line in self.lines)

    @property
    def ready(self) -> int:
        """How many lines can become drafts."""
        return sum(line.can_be_drafted for line in self.lines)


def read_board(session: Session, *, actor: Actor, run_id: int, aim: Aim) -> Board:
    """A plan of a run that is made; without such a plan there are no lines. Raises NotFound, NotAllowed."""
    run = read_run(session, actor=actor, run_id=run_id)
    rules = tuple(list_rules(session, actor=actor, cycle_id=run.cycle_id))
    plan = run.plans.get(aim)
    planned = plan.lines if plan else ()
    holdings = find_holdings(session, [line.mentee_participation_id for line in planned])
    locks = {one.mentee_participation_id: one for one in rules if one.kind is RuleKind.LOCK}
    bans = {
        (one.mentee_participation_id, one.mentor_participation_id): one
        for one in rules
        if one.kind is RuleKind.FORBID
    }
    lines = []
    for line in planned:
        mentee, mentor = line.mentee_participation_id, line.mentor_participation_id
        lock = locks.get(mentee)
        is_kept = lock is not None and lock.mentor_participation_id == mentor
        lines.append(
            BoardLine(
                plan=line,
                holding=holdings.get(mentee),
                lock=None if is_kept else lock,
                ban=bans.get((mentee, mentor)) if mentor is not None else None,
                is_unlocked=line.is_locked and lock is None,
            )
        )
    given = Counter(line.mentor_participation_id for line in planned)
    return Board(run, aim, tuple(lines), _list_mentors(session, actor, run.organization_id, given), rules)


def find_holding(session: Session, *, actor: Actor, participation_id: int) -> Holding | None:
    """In which pair, offer or draft a mentee stands. Raises NotFound, NotAllowed."""
    participation = find(session, Participation, participation_id)
    actor.check_right(Right.MANAGE_PAIRS, participation.organization_id)
    return find_holdings(session, [participation_id]).get(participation_id)


def find_holdings(session: Session, participations: Collection[int]) -> dict[int, Holding]:
    """The same of several mentees, by participation; whoever calls has checked the right."""
    rows = session.execute(
        select(PairMember.participation_id, Pair.id, Pair.status)
        .join(Pair, Pair.id == PairMember.pair_id)
        .where(
            PairMember.participation_id.in_(participations),
            PairMember.role == Role.MENTEE,
            PairMember.is_current,
        )
    )
    return {participation: Holding(pair_id, status) for participation, pair_id, status in rows}


def _list_mentors(
    session: Session, actor: Actor, organization_id: int, given: Counter[int | None]
) -> Listed[BoardMentor]:
    found = list_bank(
        session,
        actor=actor,
        organization_id=organization_id,
        role=Role.MENTOR,
        asked=Asked(size=MOST_MENTORS, sort="places", is_descending=True),
    )
    return found.showing([BoardMentor(row, given[row.participation_id]) for row in found.rows])
