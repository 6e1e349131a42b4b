"""Closing a school year: each pair ended or extended, outcomes written back, the next year opened (B15).

Nobody is carried over: everyone is thanked and asked, and whoever says yes chooses a role anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, selectinload

from models.audit import Action
from models.meetings import Meeting, MeetingStatus
from models.messages import NoticeKind
from models.pairs import ENDED, IN_WORK, Pair, PairMember, PairStatus
from models.people import Outcome, Participation, ParticipationStatus, Person, Role
from models.programmes import Cycle, Programme
from models.surveys import UNSENT, SurveyRun
from models.tasks import TaskKind
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.listing import Asked, Listed, count_rows, list_page
from services.access.records import find
from services.consents.states import ConsentState, read_states
from services.delivery.outbox import Occasion, enqueue_many
from services.delivery.tasks import open_task
from services.pairs.assignments import EndReason, end_any
from services.privacy.terms import find_retention_end
from services.programmes.running import OPEN_CYCLES
from services.surveys.closing import close


class PairFate(StrEnum):
    """What a curator decides of a pair that is at work when its year is closed."""

    COMPLETE = "complete"
    EXTEND = "extend"
    END_EARLY = "end_early"


class CycleClosed(DomainError):
    text = N_("This school year is closed already.")


class PairUndecided(DomainError):
    text = N_("Please decide on every pair that is at work.")


@dataclass(frozen=True, slots=True)
class ClosingPair:
    """A pair at work, with what speaks for its fate. `likely` is a proposal, never a decision."""

    pair_id: int
    names: tuple[str, ...]
    status: PairStatus
    meetings_held: int
    likely: PairFate


@dataclass(frozen=True, slots=True)
class ClosingPlan:
    """What closing would do, before anything is done. `met` and `unmet` count the pairs at work by whether a
    meeting was held; `pairs` is a page of them.
    """

    cycle_id: int
    label: str
    next_label: str
    keep_until: date  # the last day for the data of whoever does not go on
    pairs: Listed[ClosingPair]
    met: int
    unmet: int
    offers: int
    surveys: int
    people: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Closed:
    next_cycle_id: int
    next_label: str
    extended: int
    asked: int


def read_closing(
    session: Session,
    *,
    actor: Actor,
    cycle_id: int,
    asked: Asked = Asked(),  # noqa: B008  # frozen
) -> ClosingPlan:
    """Raises NotFound, NotAllowed, CycleClosed."""
    cycle = find(session, Cycle, cycle_id)
    actor.check_right(Right.MANAGE_SETTINGS, cycle.organization_id)
    if not cycle.is_open:
        raise CycleClosed
    at_work = select(Pair).where(Pair.cycle_id == cycle_id, Pair.status.in_(IN_WORK))
    pairs = list_page(
        session,
        at_work.options(selectinload(Pair.members).joinedload(PairMember.person)),
        keys={"id": (Pair.id,)},
        asked=asked,
    )
    counted = session.execute(
        select(Meeting.pair_id, func.count())
        .where(Meeting.pair_id.in_([pair.id for pair in pairs.rows]), Meeting.status == MeetingStatus.HELD)
        .group_by(Meeting.pair_id)
    )
    held = {row[0]: row[1] for row in counted}
    offers = select(func.count(Pair.id)).where(Pair.cycle_id == cycle_id, Pair.status.not_in(ENDED | IN_WORK))
    surveys = select(func.count(SurveyRun.id)).where(
        SurveyRun.cycle_id == cycle_id, SurveyRun.status.in_(UNSENT)
    )
    stays = select(func.count(Participation.person_id.distinct())).where(
        Participation.cycle_id == cycle_id, Participation.status != ParticipationStatus.LEFT
    )
    waits = select(func.count()).where(
        Participation.cycle_id == cycle_id, Participation.status == ParticipationStatus.READY
    )
    return ClosingPlan(
        cycle_id=cycle_id,
        label=cycle.label,
        next_label=_next_label(cycle),
        keep_until=find_retention_end(cycle.ends_on),
        pairs=pairs.showing([_closing_pair(pair, held.get(pair.id, 0)) for pair in pairs.rows]),
        met=count_rows(session, at_work.where(_has_met())),
        unmet=count_rows(session, at_work.where(~_has_met())),
        offers=session.scalar(offers) or 0,
        surveys=session.scalar(surveys) or 0,
        people=session.scalar(stays) or 0,
        waiting=session.scalar(waits) or 0,
    )


def _has_met() -> ColumnElement[bool]:
    """Whether a meeting of a selected Pair was held."""
    return exists().where(Meeting.pair_id == Pair.id, Meeting.status == MeetingStatus.HELD)


def close_cycle(
    session: Session,
    *,
    actor: Actor,
    cycle_id: int,
    fates: Mapping[int, PairFate],
    met: PairFate | None = None,
    unmet: PairFate | None = None,
    now: datetime,
) -> Closed:
    """Close a school year and open the next one with the same programme and settings.

    A pair that `fates` does not name has the fate of those that `met`, or of those that did not.

    Raises NotFound, NotAllowed, CycleClosed, PairUndecided with nothing changed.
    """
    cycle = find(session, Cycle, cycle_id, lock=True)
    actor.check_right(Right.MANAGE_SETTINGS, cycle.organization_id)
    if not cycle.is_open:
        raise CycleClosed
    pairs = session.scalars(
        select(Pair).where(Pair.cycle_id == cycle_id, Pair.status.not_in(ENDED)).order_by(Pair.id)
    ).all()
    at_work = [pair.id for pair in pairs if pair.status in IN_WORK]
    fates = {**_fates_of_others(session, cycle_id, met, unmet), **fates}
    if any(pair_id not in fates for pair_id in at_work):
        raise PairUndecided
    for pair in pairs:
        early = pair.id not in at_work or fates[pair.id] is PairFate.END_EARLY
        reason = EndReason.BY_CURATOR if early else EndReason.COMPLETED
        end_any(session, actor=actor, pair_id=pair.id, reason=reason, now=now)
    close(session, SurveyRun.cycle_id == cycle_id, now=now)
    extended = {pair_id for pair_id in at_work if fates[pair_id] is PairFate.EXTEND}
    _write_outcomes(session, cycle_id, extended, now)
    following = _open_next(session, cycle, now)
    cycle.is_open, cycle.closed_at = False, now
    OPEN_CYCLES.forget(session, cycle.organization_id)
    for pair in [one for one in pairs if one.id in extended]:
        key = f"cycle:{following.id}:extend:pair:{pair.id}"
        open_task(session, TaskKind.EXTENSION_WANTED, pair, key=key, cycle_id=following.id, now=now)
    asked = _ask_everybody(session, cycle, following, now)
    counts = {fate: sum(fates[pair_id] is fate for pair_id in at_work) for fate in PairFate}
    after = {"next": following.id, **{fate.value: count for fate, count in counts.items()}}
    record(session, actor, Action.CYCLE_CLOSED, cycle, now=now, after=after)
    return Closed(
        next_cycle_id=following.id,
        next_label=following.label,
        extended=counts[PairFate.EXTEND],
        asked=asked,
    )


def _fates_of_others(
    session: Session, cycle_id: int, met: PairFate | None, unmet: PairFate | None
) -> dict[int, PairFate]:
    at_work = select(Pair.id).where(Pair.cycle_id == cycle_id, Pair.status.in_(IN_WORK))
    groups = ((met, _has_met()), (unmet, ~_has_met()))
    return {
        pair_id: fate
        for fate, which in groups
        if fate is not None
        for pair_id in session.scalars(at_work.where(which))
    }


def answer_offer(session: Session, *, actor: Actor, cycle_id: int, wants: bool, now: datetime) -> bool:
    """A person says whether the next year may count on them. Yes chooses no role yet.

    Raises NotFound, NotAllowed.
    """
    rows = session.scalars(
        select(Participation)
        .where(Participation.person_id == actor.id, Participation.cycle_id == cycle_id)
        .with_for_update()
    ).all()
    if not rows or actor.id is None:
        raise NotFound
    actor.check_is_person(rows[0].person_id)
    for row in rows:
        row.wants_next = wants
    after = {"cycle": cycle_id, "wants_next": wants}
    record(session, actor, Action.CYCLE_ANSWERED, rows[0], now=now, after=after)
    return wants


def _closing_pair(pair: Pair, held: int) -> ClosingPair:
    names = tuple(member.person.full_name for member in (pair.mentor, *pair.mentees))
    likely = PairFate.COMPLETE if held else PairFate.END_EARLY
    return ClosingPair(pair.id, names, pair.status, held, likely)


def _write_outcomes(session: Session, cycle_id: int, extended: set[int], now: datetime) -> None:
    """On both sides of each pair alike; whoever left keeps the outcome of leaving."""
    pairs: dict[int, set[Outcome]] = {}
    for participation_id, pair_id, status in session.execute(
        select(PairMember.participation_id, Pair.id, Pair.status)
        .join(Pair, Pair.id == PairMember.pair_id)
        .where(Pair.cycle_id == cycle_id, Pair.accepted_at.is_not(None))
    ):
        outcome = Outcome.COMPLETED if status is PairStatus.COMPLETED else Outcome.ENDED_EARLY
        found = Outcome.EXTENDED if pair_id in extended else outcome
        pairs.setdefault(participation_id, set()).add(found)
    for row in session.scalars(select(Participation).where(Participation.cycle_id == cycle_id)):
        row.outcome, row.outcome_at = _outcome(row, pairs.get(row.id, set())), now


def _outcome(row: Participation, of_pairs: set[Outcome]) -> Outcome:
    for outcome in (Outcome.EXTENDED, Outcome.COMPLETED):
        if outcome in of_pairs:
            return outcome
    if row.status is ParticipationStatus.LEFT:
        return Outcome.LEFT
    if of_pairs:
        return Outcome.ENDED_EARLY
    return Outcome.UNFINISHED if row.status is ParticipationStatus.INTAKE else Outcome.UNPAIRED


def _open_next(session: Session, cycle: Cycle, now: datetime) -> Cycle:
    """The next school year with the programme that ran and what the curator had changed in it."""
    following = session.scalars(
        select(Cycle).where(Cycle.organization_id == cycle.organization_id, Cycle.label == _next_label(cycle))
    ).one_or_none()
    if following is None:
        year = cycle.ends_on.year
        following = Cycle(
            organization_id=cycle.organization_id,
            label=_next_label(cycle),
            starts_on=date(year, 9, 1),
            ends_on=date(year + 1, 8, 31),
        )
        session.add(following)
        session.flush()
    following.is_open = True
    last = session.scalars(select(Programme).where(Programme.cycle_id == cycle.id)).one_or_none()
    has_one = session.scalar(select(Programme.id).where(Programme.cycle_id == following.id))
    if last is not None and has_one is None:
        session.add(
            Programme(
                organization_id=cycle.organization_id,
                cycle_id=following.id,
                pack_id=last.pack_id,
                pack_version=last.pack_version,
                pack_sha256=last.pack_sha256,
                pack=last.pack,
                settings=dict(last.settings),
                created_at=now,
            )
        )
    session.flush()
    return following


def _next_label(cycle: Cycle) -> str:
    return f"{cycle.ends_on.year}-{cycle.ends_on.year + 1}"


def _ask_everybody(session: Session, cycle: Cycle, following: Cycle, now: datetime) -> int:
    """Thanks, what was, and the offer of the next year, to everyone who took part and still consents."""
    consents = read_states(session, organization_id=cycle.organization_id)
    roles: dict[int, set[Role]] = {}
    for person_id, role in session.execute(
        select(Participation.person_id, Participation.role)
        .join(Person, Person.id == Participation.person_id)
        .where(
            Participation.cycle_id == cycle.id,
            Participation.status != ParticipationStatus.LEFT,
            Person.departed_at.is_(None),
        )
    ):
        if consents.get(person_id) is ConsentState.GIVEN:
            roles.setdefault(person_id, set()).add(role)
    enqueue_many(
        session,
        [
            Occasion(
                kind=NoticeKind.CYCLE_CLOSED,
                dedup_key=f"cycle:{cycle.id}:closed:person:{person_id}",
                organization_id=cycle.organization_id,
                person_id=person_id,
                facts={"cycle_id": cycle.id, "next_cycle_id": following.id},
            )
            for person_id in roles
        ],
        now=now,
    )
    return len(roles)
