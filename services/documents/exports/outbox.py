"""The queue of notices: kinds, states and moments; never a message's text or what it speaks of."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from models.messages import OutboxMessage, OutboxStatus
from services.access.errors import N_
from services.documents import words
from services.documents.exports.naming import names_of
from services.documents.exports.tables import Column, Found, Scope, Table, fixed, last_of


def _messages(scope: Scope, what: Any) -> Select[Any]:
    query = select(what).where(
        OutboxMessage.organization_id == scope.organization_id, *scope.between(OutboxMessage.created_at)
    )
    if scope.filters.statuses:
        query = query.where(OutboxMessage.status.in_(scope.filters.statuses))
    return query


@dataclass(frozen=True, slots=True)
class _Line:
    row: Row[Any]
    person: str | None
    is_edited: bool


def _read(session: Session, scope: Scope, after: int, limit: int) -> Found:
    found = session.execute(
        _messages(scope, OutboxMessage.id)
        .add_columns(
            OutboxMessage.kind,
            OutboxMessage.person_id,
            OutboxMessage.status,
            OutboxMessage.created_at,
            OutboxMessage.due_at,
            OutboxMessage.sent_at,
            OutboxMessage.tries,
            OutboxMessage.reason,
            OutboxMessage.edited_text.is_not(None),
        )
        .where(OutboxMessage.id > after)
        .order_by(OutboxMessage.id)
        .limit(limit)
    ).all()
    names = names_of(session, (row.person_id for row in found))
    lines = [_Line(row, names.get(row.person_id), is_edited=bool(row[-1])) for row in found]
    return Found(lines, last_of([row.id for row in found], limit))


OUTBOX = Table(
    name="outbox",
    title=N_("Messages"),
    columns=fixed(
        Column("message_id", N_("No."), lambda one: one.row.id, "number", width=8),
        Column("kind", N_("Kind"), lambda one: one.row.kind, "code", words.NOTICES, width=24),
        Column("person_id", N_("Person no."), lambda one: one.row.person_id, "number", width=10),
        Column("person", N_("Addressee"), lambda one: one.person, width=32),
        Column("status", N_("State"), lambda one: one.row.status, "code", words.OUTBOX, width=20),
        Column("created_at", N_("Made"), lambda one: one.row.created_at, "moment"),
        Column("due_at", N_("Due"), lambda one: one.row.due_at, "moment"),
        Column("sent_at", N_("Sent"), lambda one: one.row.sent_at, "moment"),
        Column("tries", N_("Tries"), lambda one: one.row.tries, "number", width=10),
        Column("reason", N_("Reason"), lambda one: one.row.reason, width=40),
        Column("is_edited", N_("Edited by a curator"), lambda one: one.is_edited, "flag"),
    ),
    read=_read,
    count=lambda session, scope: session.scalar(_messages(scope, func.count(OutboxMessage.id))) or 0,
    filters=frozenset({"statuses", "since", "until"}),
    statuses=frozenset(status.value for status in OutboxStatus),
)
