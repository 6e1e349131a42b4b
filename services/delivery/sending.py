"""The outbox as its sender sees it: what is due, to whom it goes, and what became of it.

Core and literal conditions: these run several times a second (docs/design.md#inbox).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, case, func, select, text, update
from sqlalchemy.orm import Session

from models.messages import OutboxMessage, OutboxStatus
from services.delivery.outbox import UNREACHABLE
from services.delivery.reachability import mark_unreachable, tell_partners_of

LEASE = timedelta(seconds=20)
"""How long a row taken by one process is left alone by the others."""

REFUSED_WAIT = timedelta(seconds=1)
"""Before a message is sent again whose person returned while it was refused."""

MERGED_MOST = 20

# in these very words, or SQLite does not see that its partial index of waiting rows serves
_IS_WAITING = text("outbox.status = 'waiting'")


@dataclass(frozen=True, slots=True)
class Due:
    id: int
    kind: str
    facts: dict[str, Any]
    edited_text: str | None
    organization_id: int | None
    person_id: int | None
    chat_id: int | None
    tries: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of rows that left (or did not leave) together. WAITING with `next_try_at` tries again;
    `gone_chat` is a chat that refused the message which left at `left_at`.
    """

    ids: tuple[int, ...]
    status: OutboxStatus
    message_id: int | None = None
    reason: str | None = None
    next_try_at: datetime | None = None
    is_try: bool = False
    gone_chat: int | None = None
    left_at: datetime | None = None


_DUE = (
    OutboxMessage.id,
    OutboxMessage.kind,
    OutboxMessage.facts,
    OutboxMessage.edited_text,
    OutboxMessage.organization_id,
    OutboxMessage.person_id,
    OutboxMessage.chat_id,
    OutboxMessage.tries,
)


@cache
def _due(ranks: tuple[tuple[str, int], ...], *, has_without: bool) -> Select[Any]:
    """Built once: to build it takes longer than to run it, and it runs several times a second."""
    rank = case(dict(ranks), value=OutboxMessage.kind, else_=max((rank for _, rank in ranks), default=0) + 1)
    nearness = func.coalesce(OutboxMessage.facts["offset"].as_integer(), 0)
    query = select(*_DUE).where(_IS_WAITING, OutboxMessage.next_try_at <= bindparam("now"))
    if has_without:
        query = query.where(OutboxMessage.id.not_in(bindparam("without", expanding=True)))
    order = (rank, nearness, OutboxMessage.next_try_at, OutboxMessage.id)
    return query.order_by(*order).limit(bindparam("most", type_=Integer))


def read_due(
    session: Session, *, now: datetime, ranks: Mapping[str, int], limit: int, without: Collection[int] = ()
) -> list[Due]:
    """What may leave now: by the rank of its kind, then near reminders before far ones, then in order."""
    query = _due(tuple(ranks.items()), has_without=bool(without))
    rows = session.execute(query, {"now": now, "most": limit, "without": list(without)})
    return [Due(*row) for row in rows]


def claim_due(
    session: Session, *, now: datetime, ranks: Mapping[str, int], limit: int, without: Collection[int] = ()
) -> list[Due]:
    """The same beside other processes: what one took, the others leave alone for the time of a lease."""
    query = _due(tuple(ranks.items()), has_without=bool(without)).with_for_update(skip_locked=True)
    rows = session.execute(query, {"now": now, "most": limit, "without": list(without)}).all()
    found = [Due(*row) for row in rows]
    if found:
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_([one.id for one in found]))
            .values(next_try_at=now + LEASE)
        )
    return found


def end_backoff(
    session: Session, *, reasons: Collection[str], now: datetime, most: int | None = None
) -> None:
    """Let what waits after a fault of these kinds leave now; with `most`, what waits least."""
    late = (
        select(OutboxMessage.id)
        .where(_IS_WAITING, OutboxMessage.next_try_at > now, OutboxMessage.reason.in_(reasons))
        .order_by(OutboxMessage.next_try_at, OutboxMessage.id)
        .limit(most)
    )
    session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(late)).values(next_try_at=now))


def read_due_with(session: Session, *, person_id: int, kinds: Collection[str], now: datetime) -> list[Due]:
    """All that is due to one person of these kinds, put off or not: they are merged into one message."""
    rows = session.execute(
        select(*_DUE)
        .where(
            _IS_WAITING,
            OutboxMessage.person_id == person_id,
            OutboxMessage.due_at <= now,
            OutboxMessage.kind.in_(kinds),
        )
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
        .limit(MERGED_MOST)
    )
    return [Due(*row) for row in rows]


def has_heard_today(session: Session, *, person_id: int, kinds: Collection[str], since: datetime) -> bool:
    """Whether a message of these kinds has reached the person since then (its local midnight)."""
    found = session.scalar(
        select(OutboxMessage.id)
        .where(
            OutboxMessage.person_id == person_id,
            OutboxMessage.sent_at >= since,
            OutboxMessage.kind.in_(kinds),
            OutboxMessage.status == OutboxStatus.SENT,
        )
        .limit(1)
    )
    return found is not None


def record_outcomes(session: Session, outcomes: list[Outcome], *, now: datetime) -> None:
    """What is settled already (withdrawn meanwhile) stays as it is, but a message that left is recorded."""
    for recorded in outcomes:
        outcome = _unless_returned(session, recorded, now=now)
        values: dict[str, Any] = {"status": outcome.status, "reason": outcome.reason and outcome.reason[:200]}
        if outcome.status is OutboxStatus.SENT:
            values |= {"sent_at": now, "message_id": outcome.message_id}
        if outcome.next_try_at is not None:
            values["next_try_at"] = outcome.next_try_at
        if outcome.is_try:
            values["tries"] = OutboxMessage.tries + 1
        query = update(OutboxMessage).where(OutboxMessage.id.in_(outcome.ids))
        if outcome.status is not OutboxStatus.SENT:
            query = query.where(_IS_WAITING)
        session.execute(query.values(**values))


def _unless_returned(session: Session, outcome: Outcome, *, now: datetime) -> Outcome:
    """Rows that found no open chat wait if it was opened since: nothing would queue them again."""
    if outcome.reason != UNREACHABLE:
        return outcome
    if outcome.gone_chat is not None:
        is_away = mark_unreachable(session, outcome.gone_chat, now=now, as_of=outcome.left_at)
    else:
        is_away = tell_partners_of(session, outcome.ids, now=now)
    if is_away:
        return outcome
    wait = timedelta(0) if outcome.gone_chat is None else REFUSED_WAIT
    return replace(outcome, status=OutboxStatus.WAITING, reason=None, next_try_at=now + wait)
