"""The outbox as its sender sees it: what is due, to whom it goes, and what became of it.

Core and literal conditions: these run several times a second (docs/design.md#inbox).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, case, func, select, text, update
from sqlalchemy.orm import Session, aliased

from models.messages import NoticeKind, OutboxMessage, OutboxStatus
from models.pairs import IN_WORK, Pair, PairMember, PairStatus
from models.people import ChatAccount, Person
from models.tasks import TaskKind
from services.delivery import tasks
from services.delivery.outbox import UNREACHABLE, enqueue, requeue_skipped

LEASE = timedelta(seconds=20)
"""How long a row taken by one process is left alone by the others."""

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
    `gone_chat` is the chat that can no longer be reached.
    """

    ids: tuple[int, ...]
    status: OutboxStatus
    message_id: int | None = None
    reason: str | None = None
    next_try_at: datetime | None = None
    is_try: bool = False
    gone_chat: int | None = None


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
    for outcome in outcomes:
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
        if outcome.gone_chat is not None:
            mark_unreachable(session, outcome.gone_chat, now=now)
        elif outcome.reason == UNREACHABLE:
            _tell_partners_of(session, outcome.ids, now=now)


def mark_unreachable(session: Session, chat_id: int, *, now: datetime) -> None:
    """The person blocked the bot, or the account is gone: nothing more is sent, the curator hears of it."""
    account = session.get(ChatAccount, chat_id, with_for_update=True)
    if account is None or not account.is_reachable:
        return
    account.is_reachable, account.unreachable_since = False, now
    person = session.get(Person, account.person_id) if account.person_id is not None else None
    if person is not None:
        tasks.open_task(
            session,
            kind=TaskKind.PERSON_UNREACHABLE,
            dedup_key=_unreachable_key(chat_id, now),
            organization_id=person.organization_id,
            person_id=person.id,
            now=now,
        )
        _tell_partners(session, account, person.id, now=now)


def _tell_partners_of(session: Session, ids: Collection[int], *, now: datetime) -> None:
    """Of rows that were skipped: a pair may be younger than the absence of one of its sides."""
    absent = session.scalars(
        select(ChatAccount)
        .join(OutboxMessage, OutboxMessage.person_id == ChatAccount.person_id)
        .where(OutboxMessage.id.in_(ids), ~ChatAccount.is_reachable)
        .distinct()
    )
    for account in absent.all():
        if account.person_id is not None:
            _tell_partners(session, account, account.person_id, now=now)


def _tell_partners(session: Session, account: ChatAccount, person_id: int, *, now: datetime) -> None:
    """Whoever stands in a pair with somebody who cannot be reached hears of it, once for each absence."""
    mine, theirs = aliased(PairMember), aliased(PairMember)
    pairs = session.execute(
        select(Pair.id, Pair.organization_id, theirs.person_id)
        .join(mine, mine.pair_id == Pair.id)
        .join(theirs, theirs.pair_id == Pair.id)
        .where(
            mine.person_id == person_id,
            theirs.person_id != person_id,
            mine.is_current,
            theirs.is_current,
            Pair.status.in_(IN_WORK | {PairStatus.OFFERED}),
        )
    ).all()
    since = account.unreachable_since or now
    for pair_id, organization_id, partner_id in pairs:
        enqueue(
            session,
            kind=NoticeKind.PAIR_UNREACHABLE,
            dedup_key=f"pair:{pair_id}:{_unreachable_key(account.chat_id, since)}:person:{partner_id}",
            organization_id=organization_id,
            person_id=partner_id,
            facts={"pair_id": pair_id},
            now=now,
        )


def mark_reachable(session: Session, chat_id: int, *, now: datetime) -> None:
    """The person is back: the curator's task resolves itself, and what was missed is shown."""
    account = session.get(ChatAccount, chat_id, with_for_update=True)
    if account is None or account.is_reachable:
        return
    if account.unreachable_since is not None:
        tasks.close_by_fact(session, dedup_key=_unreachable_key(chat_id, account.unreachable_since), now=now)
    account.is_reachable, account.unreachable_since = True, None
    if account.person_id is not None:
        requeue_skipped(session, person_id=account.person_id, now=now)


def is_reachable(session: Session, person_id: int) -> bool:
    """Whether the person's chat takes messages at present; False also for somebody without a chat."""
    query = select(ChatAccount.chat_id).where(ChatAccount.person_id == person_id, ChatAccount.is_reachable)
    return session.scalar(query.limit(1)) is not None


def is_cut_off(session: Session, person_id: int) -> bool:
    """Whether a person with a chat gets no messages at present; False for somebody without a chat."""
    states = set(session.scalars(select(ChatAccount.is_reachable).where(ChatAccount.person_id == person_id)))
    return states == {False}


def _unreachable_key(chat_id: int, since: datetime) -> str:
    return f"chat:{chat_id}:unreachable:{int(since.timestamp())}"
