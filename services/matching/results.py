"""What a run of the matching found, as it is read back with the names of now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from models.accounts import Account
from models.jobs import Job, JobStatus
from models.matching import Aim, Change, MatchFix, MatchLine, MatchRun, Reason
from models.people import Participation, Person, Role
from models.programmes import Cycle
from services.access.actors import Actor, Right
from services.access.records import find
from services.matching.facts import Criterion
from services.matching.ranking import Lost
from services.matching.scoring import Broken, Caution, Rule

LISTED = 20
CLOSE = 5.0  # points between a pair and its runner-up within which the choice is ambiguous


@dataclass(frozen=True, slots=True)
class Because:
    """One reason for a pair: a criterion, and the areas or options that both share."""

    criterion: Criterion
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """One mentee in one plan.

    With a mentor: scores of both sides from 0 to 100; at most three `reasons`; `cautions`, the gravest first;
    the runner-up and by how many points it is worse (below 0: better, but given to somebody else); `cost`,
    by how many points the mentee does better with somebody else; `forced`, by how many the whole plan loses
    through this lock; `broken`, the rules that the lock sets aside.
    Without one: `reason`, and `lost`, which rules take how many mentors away.
    """

    mentee_participation_id: int
    mentee_person_id: int
    mentee: str
    mentee_position: str
    ready_at: datetime | None
    mentor_participation_id: int | None = None
    mentor_person_id: int | None = None
    mentor: str = ""
    mentor_position: str = ""
    for_mentee: float = 0.0
    for_mentor: float = 0.0
    reasons: tuple[Because, ...] = ()
    cautions: tuple[Caution, ...] = ()
    runner_up_participation_id: int | None = None
    runner_up: str = ""
    gap: float | None = None
    cost: float = 0.0
    forced: float | None = None
    is_locked: bool = False
    broken: tuple[Broken, ...] = ()
    reason: Reason | None = None
    lost: tuple[Lost, ...] = ()

    @property
    def score(self) -> float:
        """The mean of both sides."""
        return (self.for_mentee + self.for_mentor) / 2

    @property
    def is_ambiguous(self) -> bool:
        """Another mentor is as good within five points."""
        return self.gap is not None and abs(self.gap) <= CLOSE

    @property
    def caution(self) -> Caution | None:
        """The gravest one."""
        return self.cautions[0] if self.cautions else None


@dataclass(frozen=True, slots=True)
class PlanNumbers:
    """`total` is the sum of the scores of the pairs, `share` its part of the highest possible; `blocking`
    counts the pairs that would both gain over five points by leaving the plan for each other.
    """

    pairs: int
    unpaired: int
    total: float
    share: float
    blocking: int


@dataclass(frozen=True, slots=True)
class PlanFacts:
    aim: Aim
    numbers: PlanNumbers
    lines: tuple[Planned, ...]  # who has waited longest first


@dataclass(frozen=True, slots=True)
class FixFacts:
    """A change that would help. `mentee` is for whose sake a pair is accepted; the mentor is not told."""

    id: int
    change: Change
    mentor_person_id: int
    mentor: str
    mentee: str
    places: int
    criteria: tuple[Criterion, ...]
    asked_at: datetime | None
    closes_at: datetime | None
    answered_at: datetime | None
    is_agreed: bool | None


@dataclass(frozen=True, slots=True)
class RunFacts:
    """`status` is that of its job; `error` says why it failed. Until it is done there are no plans.

    `is_cut`: there were so many possible pairs that only the best of each person were weighed.
    """

    id: int
    organization_id: int
    cycle_id: int
    asked_at: datetime
    author: str
    status: JobStatus
    error: str
    error_facts: Mapping[str, Any]
    made_at: datetime | None
    inputs_sha256: str
    mentees: int
    mentors: int
    places: int
    is_cut: bool
    plans: Mapping[Aim, PlanFacts]
    fixes: tuple[FixFacts, ...]


@dataclass(frozen=True, slots=True)
class RunHead:
    """A run in the list of runs."""

    id: int
    asked_at: datetime
    author: str
    status: JobStatus
    pairs: int
    unpaired: int


def list_runs(session: Session, *, actor: Actor, cycle_id: int) -> list[RunHead]:
    """The newest runs of a cycle, the newest first. Raises NotFound, NotAllowed."""
    cycle = find(session, Cycle, cycle_id)
    actor.check_right(Right.MANAGE_PAIRS, cycle.organization_id)
    rows = session.execute(
        select(MatchRun, Job.status, Account.name)
        .outerjoin(Job, Job.id == MatchRun.job_id)
        .outerjoin(Account, Account.id == MatchRun.asked_by)
        .where(MatchRun.cycle_id == cycle_id)
        .order_by(MatchRun.id.desc())
        .limit(LISTED)
    )
    found = []
    for run, status, author in rows:
        numbers = (run.summary or {}).get(Aim.BEST_SCORE.value, {})
        found.append(
            RunHead(
                id=run.id,
                asked_at=run.asked_at,
                author=author or "",
                status=status or JobStatus.WAITING,
                pairs=numbers.get("pairs", 0),
                unpaired=numbers.get("unpaired", 0),
            )
        )
    return found


def read_run(session: Session, *, actor: Actor, run_id: int) -> RunFacts:
    """Everything that is said of a run. Raises NotFound, NotAllowed."""
    run = find(session, MatchRun, run_id)
    actor.check_right(Right.MANAGE_PAIRS, run.organization_id)
    job = session.get(Job, run.job_id, populate_existing=True) if run.job_id is not None else None
    error = (job.error or {}) if job else {}
    summary = run.summary or {}
    lines = _read_lines(session, run) if run.made_at else {}
    return RunFacts(
        id=run.id,
        organization_id=run.organization_id,
        cycle_id=run.cycle_id,
        asked_at=run.asked_at,
        author=_name_account(session, run.asked_by),
        status=job.status if job else JobStatus.WAITING,
        error=error.get("text", ""),
        error_facts=error.get("facts", {}),
        made_at=run.made_at,
        inputs_sha256=run.inputs_sha256 or "",
        mentees=summary.get("mentees", 0),
        mentors=summary.get("mentors", 0),
        places=summary.get("places", 0),
        is_cut=summary.get("is_cut", False),
        plans={
            aim: PlanFacts(aim, PlanNumbers(**summary[aim.value]), lines.get(aim, ()))
            for aim in Aim
            if aim.value in summary
        },
        fixes=_read_fixes(session, run),
    )


def _read_lines(session: Session, run: MatchRun) -> dict[Aim, tuple[Planned, ...]]:
    mentee, mentor, runner_up = aliased(Person), aliased(Person), aliased(Person)
    own, other, third = aliased(Participation), aliased(Participation), aliased(Participation)

    def in_year(role: Any, person: Any, wanted: Role) -> Any:
        return (role.person_id == person.id) & (role.cycle_id == run.cycle_id) & (role.role == wanted)

    rows = session.execute(
        select(MatchLine, mentee, own, mentor, other.id, runner_up, third.id)
        .join(mentee, mentee.id == MatchLine.mentee_id)
        .join(own, in_year(own, mentee, Role.MENTEE))
        .outerjoin(mentor, mentor.id == MatchLine.mentor_id)
        .outerjoin(other, in_year(other, mentor, Role.MENTOR))
        .outerjoin(runner_up, runner_up.id == MatchLine.runner_up_id)
        .outerjoin(third, in_year(third, runner_up, Role.MENTOR))
        .where(MatchLine.run_id == run.id)
        .order_by(MatchLine.aim, MatchLine.id)
    )
    found: dict[Aim, list[Planned]] = {aim: [] for aim in Aim}
    for line, first, participation, second, second_id, next_best, next_id in rows:
        told = line.told
        found[line.aim].append(
            Planned(
                mentee_participation_id=participation.id,
                mentee_person_id=first.id,
                mentee=first.full_name,
                mentee_position=first.position,
                ready_at=participation.ready_at,
                mentor_participation_id=second_id,
                mentor_person_id=second.id if second else None,
                mentor=second.full_name if second else "",
                mentor_position=second.position if second else "",
                for_mentee=told.get("for_mentee", 0.0),
                for_mentor=told.get("for_mentor", 0.0),
                reasons=tuple(
                    Because(Criterion(name), tuple(details)) for name, details in told.get("reasons", ())
                ),
                cautions=tuple(Caution(one) for one in told.get("cautions", ())),
                runner_up_participation_id=next_id,
                runner_up=next_best.full_name if next_best else "",
                gap=told.get("gap") if next_best else None,
                cost=told.get("cost", 0.0),
                forced=told.get("forced"),
                is_locked=told.get("is_locked", False),
                broken=tuple(_broken(*one) for one in told.get("broken", ())),
                reason=Reason(told["reason"]) if "reason" in told else None,
                lost=tuple(
                    Lost(count, broken=_broken(rule, criterion))
                    for rule, criterion, count in told.get("lost", ())
                ),
            )
        )
    return {aim: tuple(lines) for aim, lines in found.items()}


def _broken(rule: str, criterion: str | None) -> Broken:
    return Broken(Rule(rule), Criterion(criterion) if criterion else None)


def _read_fixes(session: Session, run: MatchRun) -> tuple[FixFacts, ...]:
    mentor, mentee = aliased(Person), aliased(Person)
    rows = session.execute(
        select(MatchFix, mentor, mentee)
        .join(mentor, mentor.id == MatchFix.mentor_id)
        .outerjoin(mentee, mentee.id == MatchFix.mentee_id)
        .where(MatchFix.run_id == run.id)
        .order_by(MatchFix.id)
    )
    return tuple(
        FixFacts(
            id=fix.id,
            change=fix.change,
            mentor_person_id=first.id,
            mentor=first.full_name,
            mentee=second.full_name if second else "",
            places=fix.places,
            criteria=tuple(Criterion(one) for one in fix.criteria),
            asked_at=fix.asked_at,
            closes_at=fix.closes_at,
            answered_at=fix.answered_at,
            is_agreed=fix.is_agreed,
        )
        for fix, first, second in rows
    )


def _name_account(session: Session, account_id: int | None) -> str:
    return session.scalar(select(Account.name).where(Account.id == account_id)) or "" if account_id else ""
