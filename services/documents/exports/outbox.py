"""The queue of notices: kinds, states and moments; never a message's text or what it speaks of."""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.messages import OutboxMessage, OutboxStatus
from services.documents import words
from services.documents.exports.naming import names_of
from services.documents.exports.tables import Chunk, Column, Scope, Table, fixed, last_of
from services.programmes.texts import text


def _messages(scope: Scope, what: Any) -> Select[Any]:
    query = select(what).where(
        OutboxMessage.organization_id == scope.organization_id, *scope.between(OutboxMessage.created_at)
    )
    if scope.filters.statuses:
        query = query.where(OutboxMessage.status.in_(scope.filters.statuses))
    return query


def _read(session: Session, scope: Scope, after: int, limit: int) -> Chunk:
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
    rows = [
        [
            *(row.id, row.kind, row.person_id, names.get(row.person_id), row.status.value),
            *(row.created_at, row.due_at, row.sent_at, row.tries, row.reason, bool(row[-1])),
        ]
        for row in found
    ]
    return Chunk(rows, last_of([row.id for row in found], limit))


OUTBOX = Table(
    name="outbox",
    title=text("Сообщения", "Messages"),
    columns=fixed(
        Column("message_id", text("№", "No."), "number", width=8),
        Column("kind", text("Вид", "Kind"), "code", words.NOTICES, width=24),
        Column("person_id", text("№ участника", "Person no."), "number", width=10),
        Column("person", text("Кому", "To"), width=32),
        Column("status", text("Состояние", "State"), "code", words.OUTBOX, width=20),
        Column("created_at", text("Создано", "Made"), "moment"),
        Column("due_at", text("Отправить", "Due"), "moment"),
        Column("sent_at", text("Отправлено", "Sent"), "moment"),
        Column("tries", text("Попыток", "Tries"), "number", width=10),
        Column("reason", text("Причина", "Reason"), width=40),
        Column("is_edited", text("Текст правил куратор", "Edited by a curator"), "flag"),
    ),
    read=_read,
    count=lambda session, scope: session.scalar(_messages(scope, func.count(OutboxMessage.id))) or 0,
    filters=frozenset({"statuses", "since", "until"}),
    statuses=frozenset(status.value for status in OutboxStatus),
)
