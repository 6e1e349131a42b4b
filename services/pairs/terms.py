"""The last day of a pair's work: both are reminded before it, the curator decides after it (E4)."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.messages import NoticeKind
from models.pairs import IN_WORK, Pair
from models.tasks import Task, TaskKind
from services.access.errors import N_, DomainError
from services.delivery.outbox import enqueue
from services.delivery.tasks import close_by_fact, open_task
from services.organizations.days import day_of, today_of, zone_of
from services.programmes.regulations import MentoringKind
from services.programmes.running import settings_of

BATCH = 20  # one unit of the writer stays short


class TermInThePast(DomainError):
    text = N_("The last day of the work cannot have passed already.")


def set_term(
    session: Session, pair: Pair, ends_on: date | None, *, rules: MentoringKind, now: datetime
) -> None:
    """Set or take away the last day. Where none is given and the kind has a term, it counts from the day on
    which both agreed. Raises TermInThePast.
    """
    today = today_of(session, pair.organization_id, now)
    if ends_on is None and rules.term_days is not None and pair.accepted_at is not None:
        begun = day_of(pair.accepted_at, zone_of(session, pair.organization_id))
        ends_on = max(begun + timedelta(days=rules.term_days), today)
    if ends_on == pair.ends_on and (ends_on is None or pair.term_at is not None):
        return
    if ends_on is not None and ends_on < today:
        raise TermInThePast
    if pair.ends_on is not None:
        close_by_fact(session, dedup_key=_task_key(pair), now=now)
    pair.ends_on = ends_on
    pair.term_at = _reminder_at(session, pair) if ends_on is not None else None


def watch_terms(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Remind both before the last day, and open the curator's task after it."""
    pairs = session.scalars(
        select(Pair)
        .where(Pair.term_at <= now)
        .order_by(Pair.term_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for pair in pairs:
        _take(session, pair, now=now)
    ended = select(Pair.id).where(Pair.status.not_in(IN_WORK))
    session.execute(
        update(Task)
        .where(Task.kind == TaskKind.PAIR_TERM_OVER, Task.done_at.is_(None), Task.pair_id.in_(ended))
        .values(done_at=now)
        .execution_options(synchronize_session=False)
    )
    return len(pairs)


def _take(session: Session, pair: Pair, *, now: datetime) -> None:
    if pair.ends_on is None or pair.status not in IN_WORK:
        pair.term_at = None
        return
    if today_of(session, pair.organization_id, now) > pair.ends_on:
        pair.term_at = None
        open_task(
            session, TaskKind.PAIR_TERM_OVER, pair, key=_task_key(pair), wanted_on=pair.ends_on, now=now
        )
        return
    for member in pair.sides:
        key = f"{NoticeKind.PAIR_TERM_ENDS}:{pair.id}:{pair.ends_on.isoformat()}:person:{member.person_id}"
        enqueue(
            session,
            NoticeKind.PAIR_TERM_ENDS,
            pair,
            key=key,
            person_id=member.person_id,
            facts={"pair_id": pair.id},
            now=now,
        )
    pair.term_at = _midnight(session, pair, pair.ends_on + timedelta(days=1))


def _reminder_at(session: Session, pair: Pair) -> datetime:
    assert pair.ends_on is not None
    days = settings_of(session, cycle_id=pair.cycle_id).term_reminder_days
    return _midnight(session, pair, pair.ends_on - timedelta(days=days))


def _midnight(session: Session, pair: Pair, day: date) -> datetime:
    return datetime.combine(day, time.min, zone_of(session, pair.organization_id))


def _task_key(pair: Pair) -> str:
    assert pair.ends_on is not None
    return f"pair:{pair.id}:term:{pair.ends_on.isoformat()}"
