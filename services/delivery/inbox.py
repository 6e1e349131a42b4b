"""Updates as they came: stored before they are confirmed, taken in order, parked when they cannot be worked.

Core and batches: every update passes here (docs/design.md#inbox).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Integer, bindparam, delete, select, text, update
from sqlalchemy.orm import Session

from models.messages import Conversation, InboxStatus, InboxUpdate
from models.people import ChatAccount, Organization, Person
from services.delivery.conversations import CHAT_STATE_COLUMNS, ChatState, chat_state_of
from services.delivery.outbox import insert_or_ignore

KEPT = timedelta(days=7)
"""How long a parked update keeps its text, and how long a done one is remembered, so that it is done once."""


@dataclass(frozen=True, slots=True)
class RawUpdate:
    """An update as JSON, with the chat whose turn it waits for."""

    update_id: int
    chat_id: int | None
    payload: str


@dataclass(frozen=True, slots=True)
class OpenUpdate:
    """An update with something left to do, and where its chat stands. `is_worked`: its effect is committed,
    its answer may be unsent; `is_unreachable`: the chat had been given up.
    """

    update_id: int
    payload: str | None
    received_at: datetime
    is_worked: bool
    is_unreachable: bool
    chat: ChatState


def store_updates(session: Session, updates: list[RawUpdate], *, now: datetime) -> None:
    """Keep a batch as received; one that came before is left as it is."""
    session.connection().execute(
        insert_or_ignore(session, InboxUpdate),
        [
            {
                "update_id": one.update_id,
                "chat_id": one.chat_id,
                "payload": one.payload,
                "status": InboxStatus.WAITING,
                "received_at": now,
            }
            for one in updates
        ],
    )


# in these very words, or SQLite does not see that its partial index of open updates serves
_IS_OPEN = text("inbox.status IN ('waiting', 'worked')")


_OPEN = (
    select(
        InboxUpdate.update_id,
        InboxUpdate.payload,
        InboxUpdate.received_at,
        InboxUpdate.status,
        ChatAccount.is_reachable,
        *CHAT_STATE_COLUMNS,
    )
    .outerjoin(ChatAccount, ChatAccount.chat_id == InboxUpdate.chat_id)
    .outerjoin(Conversation, Conversation.chat_id == InboxUpdate.chat_id)
    .outerjoin(Person, Person.id == ChatAccount.person_id)
    .outerjoin(Organization, Organization.id == Person.organization_id)
    .where(_IS_OPEN, InboxUpdate.chat_id.is_not_distinct_from(bindparam("chat_id")))
    .order_by(InboxUpdate.update_id)
    .limit(bindparam("most", type_=Integer))
)


def read_open(session: Session, chat_id: int | None, *, most: int) -> list[OpenUpdate]:
    """What this chat has not had its answer to, oldest first, at most `most` of it."""
    rows = session.execute(_OPEN, {"chat_id": chat_id, "most": most})
    return [
        OpenUpdate(
            row.update_id,
            row.payload,
            row.received_at,
            is_worked=row.status is InboxStatus.WORKED,
            is_unreachable=row.is_reachable is False,
            chat=chat_state_of(chat_id or 0, row),
        )
        for row in rows
    ]


def has_open(session: Session, chat_id: int) -> bool:
    """Whether an answer to something of this chat is still to come."""
    query = select(InboxUpdate.update_id).where(_IS_OPEN, InboxUpdate.chat_id == chat_id).limit(1)
    return session.scalar(query) is not None


def read_left_chats(session: Session, *, received_before: datetime | None = None) -> list[int | None]:
    """Chats with something left by a stop, a crash or a neighbour that is gone."""
    query = select(InboxUpdate.chat_id).where(_IS_OPEN).distinct()
    if received_before is not None:
        query = query.where(InboxUpdate.received_at < received_before)
    return list(session.scalars(query))


def park_update(session: Session, update_id: int, *, fault: str, now: datetime) -> None:
    """Set an update aside; `fault` is an error's class name, never what a person wrote."""
    session.execute(
        update(InboxUpdate)
        .where(
            InboxUpdate.update_id == update_id,
            InboxUpdate.status.in_([InboxStatus.WAITING, InboxStatus.WORKED]),
        )
        .values(status=InboxStatus.PARKED, fault=fault[:200], worked_at=now)
    )


def forget_old_updates(session: Session, *, now: datetime) -> int:
    """Drop what was done or parked a week ago; gives how many."""
    gone = session.execute(
        delete(InboxUpdate).where(
            InboxUpdate.status.in_([InboxStatus.ANSWERED, InboxStatus.PARKED]),
            InboxUpdate.received_at < now - KEPT,
        )
    )
    return int(getattr(gone, "rowcount", 0))
