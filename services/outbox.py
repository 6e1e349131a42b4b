"""Putting a notice into the outbox, in the transaction that makes it true (engineering.md, decision 2)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Insert, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.messages import OutboxMessage, OutboxStatus


def enqueue(
    session: Session,
    *,
    kind: str,
    dedup_key: str,
    now: datetime,
    organization_id: int | None,
    person_id: int | None = None,
    chat_id: int | None = None,
    facts: dict[str, Any] | None = None,
    due_at: datetime | None = None,
    edited_text: str | None = None,
) -> bool:
    """Queue one notice to a person (or to a chat of nobody yet); False when this occasion was queued before.

    `facts` are ids only: notices/ makes the words when it is sent. `dedup_key` names the occasion and the
    addressee, e.g. `meeting:42:reminder:1440:person:7`.
    """
    due = due_at or now
    session.flush()  # what the notice speaks of has its place before the notice
    done = session.execute(
        insert_or_ignore(session, OutboxMessage).values(
            organization_id=organization_id,
            person_id=person_id,
            chat_id=chat_id,
            kind=kind,
            facts=facts or {},
            edited_text=edited_text,
            dedup_key=dedup_key,
            status=OutboxStatus.WAITING,
            created_at=now,
            due_at=due,
            next_try_at=due,
            tries=0,
        )
    )
    return bool(getattr(done, "rowcount", 0))


def insert_or_ignore(session: Session, table: type[Any]) -> Insert:
    """An INSERT that leaves an existing row with the same key alone, on both databases."""
    match session.get_bind().dialect.name:
        case "sqlite":
            return sqlite.insert(table).on_conflict_do_nothing()
        case "postgresql":
            return postgresql.insert(table).on_conflict_do_nothing()
    return insert(table)
