"""Mentees without a pair: what helps them meanwhile (C20, D12; DC20).

The plan is drafted from the mentee's own answers and what of the library needs no mentor. Only its mentee and
whoever leads pairs see it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import NoticeKind
from models.pairs import REFUSED, Pair, PairMember
from models.people import Participation, ParticipationStatus, Role
from models.personal_programmes import SupportPlan, SupportReason
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.errors import N_, DomainError
from services.access.listing import Asked, Listed
from services.access.records import find
from services.delivery.outbox import enqueue
from services.organizations.days import today_of
from services.organizations.school_days import read_calendar
from services.pairs.banks import NEED, STRONG, BankRow, count_free, list_bank
from services.pairs.personal_programmes.changing import WordsMissing, WordsTooLong
from services.pairs.personal_programmes.contents import titles_of
from services.pairs.personal_programmes.drafting import choose_activities, read_answered, spread
from services.programmes.running import current_cycle, pack_of
from services.surveys.intake import read_sent_values
from services.surveys.reading import Reader, tell

WORDS_LIMIT, STEP_LIMIT, MOST_STEPS = 1000, 300, 20
MOST_AREAS = 4
LENGTH, NEXT_SEARCH = timedelta(days=60), timedelta(days=14)


class SupportClosed(DomainError):
    text = N_("This plan of support is closed: the mentee has a pair or has left.")


@dataclass(frozen=True, slots=True)
class SupportStep:
    title: str
    expected: str
    planned_on: date
    done_on: date | None = None


@dataclass(frozen=True, slots=True)
class SupportFacts:
    """`id` is 0 of a draft that is not stored yet."""

    id: int
    person_id: int
    reason: SupportReason
    words: str
    steps: tuple[SupportStep, ...]
    next_search_on: date
    shared_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class WaitingMentee:
    row: BankRow
    plan: SupportFacts | None


@dataclass(frozen=True, slots=True)
class SupportWritten:
    """What the curator's form says, whole; a step without a title is left out."""

    reason: SupportReason
    words: str
    next_search_on: date
    steps: Sequence[SupportStep]


def list_waiting_mentees(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    asked: Asked = Asked(),  # noqa: B008  # frozen
) -> Listed[WaitingMentee]:
    """Mentees of the bank without a pair, the longest waiting first, with their plans.

    Raises NotAllowed, NoOpenCycle.
    """
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    found = list_bank(session, actor=actor, organization_id=organization_id, role=Role.MENTEE, asked=asked)
    plans = {
        one.person_id: _facts(one)
        for one in session.scalars(
            select(SupportPlan).where(
                SupportPlan.cycle_id == current_cycle(session, organization_id).id,
                SupportPlan.person_id.in_([row.person_id for row in found.rows]),
                SupportPlan.closed_at.is_(None),
            )
        )
    }
    return found.showing([WaitingMentee(row, plans.get(row.person_id)) for row in found.rows])


def draft_support(session: Session, *, actor: Actor, participation_id: int, now: datetime) -> SupportFacts:
    """The plan as it is stored, or a draft of one from the answers. Raises NotFound, NotAllowed."""
    participation = find(session, Participation, participation_id)
    actor.check_right(Right.MANAGE_PAIRS, participation.organization_id)
    known = _find(session, participation)
    if known is not None and known.closed_at is None:
        return _facts(known)
    today = today_of(session, participation.organization_id, now)
    pack = pack_of(session, cycle_id=participation.cycle_id)
    found = read_answered(session, participation, Reader.CURATOR)
    areas = tuple(dict.fromkeys((*found.areas, *_read_pressing(session, participation))))[:MOST_AREAS]
    chosen = choose_activities(pack, areas, found.strengths, without_mentor=True)
    calendar = read_calendar(session, organization_id=participation.organization_id)
    locale = participation.person.locale
    days = spread(len(chosen), today + timedelta(days=7), today + LENGTH)
    return SupportFacts(
        id=0,
        person_id=participation.person_id,
        reason=_find_reason(session, participation),
        words="",
        steps=tuple(
            SupportStep(one.title.get(locale), one.expected.get(locale), calendar.find_after(day))
            for (_direction, one), day in zip(chosen, days, strict=True)
        ),
        next_search_on=calendar.find_after(today + NEXT_SEARCH),
        shared_at=None,
        closed_at=None,
    )


def write_support(
    session: Session, *, actor: Actor, participation_id: int, written: SupportWritten, now: datetime
) -> int:
    """Keep the plan; a plan that the mentee sees changes for them too.

    Raises SupportClosed, WordsMissing, WordsTooLong, NotFound, NotAllowed.
    """
    participation = find(session, Participation, participation_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, participation.organization_id)
    if not _waits(participation):
        raise SupportClosed
    words, steps = written.words.strip(), _clean(written.steps)
    if len(words) > WORDS_LIMIT:
        raise WordsTooLong(limit=WORDS_LIMIT)
    if not words and not steps:
        raise WordsMissing
    row = _find(session, participation)
    if row is None:
        row = SupportPlan(
            organization_id=participation.organization_id,
            cycle_id=participation.cycle_id,
            person_id=participation.person_id,
            drafted_at=now,
        )
        session.add(row)
    elif row.closed_at is not None:  # they wait once more: it is begun anew
        row.closed_at = row.shared_at = None
        row.drafted_at = now
    row.reason, row.words, row.next_search_on = written.reason, words, written.next_search_on
    row.steps = [_store(one) for one in steps]
    session.flush()
    record(session, actor, Action.SUPPORT_EDITED, row, now=now, after={"steps": len(steps)})
    return row.id


def share_support(session: Session, *, actor: Actor, participation_id: int, now: datetime) -> None:
    """The mentee sees the plan from now on and hears of it. Raises SupportClosed, NotFound, NotAllowed."""
    participation = find(session, Participation, participation_id)
    actor.check_right(Right.MANAGE_PAIRS, participation.organization_id)
    row = _find(session, participation, lock=True)
    if row is None or row.closed_at is not None:
        raise SupportClosed
    if row.shared_at is not None:
        return
    row.shared_at = now
    record(session, actor, Action.SUPPORT_SHARED, row, now=now)
    enqueue(
        session,
        NoticeKind.SUPPORT_SHARED,
        row,
        key=f"support:{row.id}:{now.isoformat()}",
        person_id=row.person_id,
        facts={"plan_id": row.id},
        now=now,
    )


def close_support_of(session: Session, pair: Pair, *, actor: Actor, now: datetime) -> None:
    """The mentees of this pair wait no more. For callers that have checked the actor."""
    ids = [one.person_id for one in pair.sides if one.role is Role.MENTEE]
    for row in session.scalars(
        select(SupportPlan).where(
            SupportPlan.cycle_id == pair.cycle_id,
            SupportPlan.person_id.in_(ids),
            SupportPlan.closed_at.is_(None),
        )
    ):
        row.closed_at = now
        record(session, actor, Action.SUPPORT_CLOSED, row, now=now)


def read_support(session: Session, *, actor: Actor, person_id: int) -> SupportFacts | None:
    """The plan of a person that is open, the newest: for the mentee once it is shown to them, for whoever
    leads pairs always. Raises NotAllowed.
    """
    row = session.scalars(
        select(SupportPlan)
        .where(SupportPlan.person_id == person_id, SupportPlan.closed_at.is_(None))
        .order_by(SupportPlan.id.desc())
        .limit(1)
    ).one_or_none()
    if actor.kind is ActorKind.PERSON:
        actor.check_is_person(person_id)
        if row is not None and row.shared_at is None:
            return None
    elif row is not None:
        actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    return _facts(row) if row is not None else None


def _find(session: Session, participation: Participation, *, lock: bool = False) -> SupportPlan | None:
    query = select(SupportPlan).where(
        SupportPlan.person_id == participation.person_id, SupportPlan.cycle_id == participation.cycle_id
    )
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def _waits(participation: Participation) -> bool:
    return participation.role is Role.MENTEE and participation.status is ParticipationStatus.READY


def _find_reason(session: Session, participation: Participation) -> SupportReason:
    """What the data say; the curator may know better."""
    statuses = session.scalars(
        select(Pair.status)
        .join(PairMember, PairMember.pair_id == Pair.id)
        .where(PairMember.participation_id == participation.id, Pair.offered_at.is_not(None))
        .order_by(Pair.id.desc())
    ).all()
    if statuses:
        return SupportReason.OFFER_FAILED if statuses[0] in REFUSED else SupportReason.PAIR_ENDED
    free = count_free(
        session,
        organization_id=participation.organization_id,
        cycle_id=participation.cycle_id,
        role=Role.MENTOR,
    )
    return SupportReason.NO_FITTING_MENTOR if free else SupportReason.NO_FREE_MENTOR


def _read_pressing(session: Session, participation: Participation) -> list[str]:
    """Areas that the mentee rated as difficult, the most difficult first."""
    sent = read_sent_values(session, participation)
    if sent is None:
        return []
    survey, values = sent
    known = titles_of(pack_of(session, cycle_id=participation.cycle_id)).areas
    told = [tell(one, values.get(one.id), Reader.CURATOR) for one in survey.questions()]
    rated = [
        (one.value, one.question.id.removeprefix(NEED))
        for one in told
        if one.question.id.startswith(NEED) and isinstance(one.value, int) and one.value >= STRONG
    ]
    return [area for _value, area in sorted(rated, key=lambda pair: -pair[0]) if area in known]


def _clean(steps: Sequence[SupportStep]) -> list[SupportStep]:
    kept = [one for one in steps if one.title.strip()][:MOST_STEPS]
    if any(len(one.title) > STEP_LIMIT or len(one.expected) > STEP_LIMIT for one in kept):
        raise WordsTooLong(limit=STEP_LIMIT)
    return sorted(kept, key=lambda one: one.planned_on)


def _store(one: SupportStep) -> dict[str, Any]:
    return {
        "title": one.title.strip(),
        "expected": one.expected.strip(),
        "planned_on": one.planned_on.isoformat(),
        "done_on": one.done_on.isoformat() if one.done_on else None,
    }


def _facts(row: SupportPlan) -> SupportFacts:
    return SupportFacts(
        id=row.id,
        person_id=row.person_id,
        reason=row.reason,
        words=row.words,
        steps=tuple(
            SupportStep(
                title=one["title"],
                expected=one["expected"],
                planned_on=date.fromisoformat(one["planned_on"]),
                done_on=date.fromisoformat(one["done_on"]) if one["done_on"] else None,
            )
            for one in row.steps
        ),
        next_search_on=row.next_search_on,
        shared_at=row.shared_at,
        closed_at=row.closed_at,
    )
