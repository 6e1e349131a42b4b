"""Which chat belongs to whom. A person has one chat; an old one is unlinked, never reused."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from models.messages import Conversation
from models.people import ChatAccount


def link_chat(session: Session, *, chat_id: int, person_id: int, now: datetime) -> None:
    session.execute(
        update(ChatAccount)
        .where(ChatAccount.person_id == person_id, ChatAccount.chat_id != chat_id)
        .values(person_id=None, linked_at=None)
    )
    account = session.get(ChatAccount, chat_id, with_for_update=True)
    if account is None:
        account = ChatAccount(chat_id=chat_id)
        session.add(account)
    account.person_id, account.linked_at = person_id, now
    account.is_reachable, account.unreachable_since = True, None
    session.flush()


def unlink_chat(session: Session, *, chat_id: int) -> None:
    """Nothing that ties the chat to a person stays: neither the link nor where the conversation stood."""
    account = session.get(ChatAccount, chat_id, with_for_update=True)
    if account is not None:
        session.delete(account)
    talk = session.get(Conversation, chat_id)
    if talk is not None:
        session.delete(talk)
    session.flush()


def owner_of(session: Session, chat_id: int) -> int | None:
    """The person whose chat this is."""
    account = session.get(ChatAccount, chat_id)
    return account.person_id if account else None


def choose_chat_locale(
    session: Session,
    *,
    chat_id: int,
    locale: str,
    now: datetime,  # noqa: ARG001  # every service that a door calls takes it
) -> None:
    """The language of a chat that belongs to nobody yet."""
    talk = session.get(Conversation, chat_id)
    if talk is None:
        session.add(Conversation(chat_id=chat_id, flow=None, data={}, locale=locale))
    else:
        talk.locale = locale
    session.flush()
