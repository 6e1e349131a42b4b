"""Putting a notice into the outbox, in the transaction that makes it true (docs/design.md#outbox)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from sqlalchemy import Insert, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import NoticeKind, OutboxMessage, OutboxStatus
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find


class NoticeNotRefused(DomainError):
    text = N_("This message has not been refused: there is nothing to repeat.")


UNREACHABLE = "unreachable"
"""Why a row was skipped whose person has blocked the bot or is gone from the messenger."""


class Owned(Protocol):
    """Whatever belongs to an organisation, or to none (None)."""

    @property
    def organization_id(self) -> int | None: ...


def enqueue(
    session: Session,
    kind: NoticeKind,
    about: Owned | None,
    *,
    key: str,
    now: datetime,
    person_id: int | None = None,
    chat_id: int | None = None,
    facts: dict[str, Any] | None = None,
    due_at: datetime | None = None,
    edited_text: str | None = None,
) -> bool:
    """Queue one notice to a person (or to a chat of nobody yet); False when this occasion was queued before.

    `about` tells the organisation. `facts` are ids only: notices/ makes the words when it is sent. `key`
    names the occasion and the addressee, e.g. `meeting:42:reminder:1440:person:7`.
    """
    due = due_at or now
    session.flush()  # what the notice speaks of has its place before the notice
    queued = session.scalar(
        insert_or_ignore(session, OutboxMessage)
        .values(
            organization_id=about.organization_id if about is not None else None,
            person_id=person_id,
            chat_id=chat_id,
            kind=kind.value,
            facts=facts or {},
            edited_text=edited_text,
            dedup_key=key,
            status=OutboxStatus.WAITING,
            created_at=now,
            due_at=due,
            next_try_at=due,
            tries=0,
        )
        .returning(OutboxMessage.id)  # PostgreSQL counts no rows for such an INSERT
    )
    return queued is not None


@dataclass(frozen=True, slots=True)
class Occasion:
    """One notice of many that are queued together."""

    kind: NoticeKind
    dedup_key: str
    organization_id: int
    person_id: int
    facts: dict[str, Any]


def enqueue_many(session: Session, occasions: Sequence[Occasion], *, now: datetime) -> None:
    """Queue notices of a sweep by one statement, in a tenth of the time; what was queued before stays."""
    if not occasions:
        return
    session.flush()
    session.execute(
        insert_or_ignore(session, OutboxMessage),
        [
            {
                "organization_id": one.organization_id,
                "person_id": one.person_id,
                "chat_id": None,
                "kind": one.kind.value,
                "facts": one.facts,
                "edited_text": None,
                "dedup_key": one.dedup_key,
                "status": OutboxStatus.WAITING,
                "created_at": now,
                "due_at": now,
                "next_try_at": now,
                "tries": 0,
            }
            for one in occasions
        ],
    )


def requeue_skipped(session: Session, *, person_id: int, now: datetime) -> None:
    """Queue again what could not reach a person who can be reached now: what is still true is sent, and of
    several rows with the same facts the newest.
    """
    skipped = session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.person_id == person_id,
            OutboxMessage.status == OutboxStatus.SKIPPED,
            OutboxMessage.reason == UNREACHABLE,
        )
        .order_by(OutboxMessage.id.desc())
        .with_for_update()
    ).all()
    seen: list[tuple[str, dict[str, Any]]] = []
    for row in skipped:
        if (row.kind, row.facts) in seen:
            row.reason = "the same was queued since"
            continue
        seen.append((row.kind, row.facts))
        row.status, row.reason, row.next_try_at, row.tries = OutboxStatus.WAITING, None, now, 0


def count_notices(session: Session, *, actor: Actor, organization_id: int) -> dict[OutboxStatus, int]:
    """How many notices wait and how many Telegram refused: what a curator may have to act on."""
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    counted = {}
    for status in (OutboxStatus.WAITING, OutboxStatus.PARKED):
        found = session.scalar(
            select(func.count(OutboxMessage.id)).where(
                OutboxMessage.organization_id == organization_id, OutboxMessage.status == status
            )
        )
        counted[status] = found or 0
    return counted


def retry_notice(session: Session, *, actor: Actor, message_id: int, now: datetime) -> None:
    """Queue a notice again that Telegram refused. Raises NotFound, NotAllowed, NoticeNotRefused."""
    message = find(session, OutboxMessage, message_id, lock=True)
    if message.organization_id is None:
        raise NotFound
    actor.check_right(Right.MANAGE_PAIRS, message.organization_id)
    if message.status is not OutboxStatus.PARKED:
        raise NoticeNotRefused
    message.status, message.next_try_at, message.tries, message.reason = OutboxStatus.WAITING, now, 0, None
    record(session, actor, Action.NOTICE_RETRIED, message, now=now)


def insert_or_ignore(session: Session, table: type[Any]) -> Insert:
    """An INSERT that leaves an existing row with the same key alone, on both databases."""
    known: Any = table
    return _insert_or_ignore(session.get_bind().dialect.name, known)


@cache
def _insert_or_ignore(dialect: str, table: Any) -> Insert:
    match dialect:
        case "sqlite":
            return sqlite.insert(table).on_conflict_do_nothing()
        case "postgresql":
            return postgresql.insert(table).on_conflict_do_nothing()
    return insert(table)
