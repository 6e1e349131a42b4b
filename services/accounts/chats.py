"""Which chat belongs to whom. A person has one chat; an old one is unlinked, never reused."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.accounts import Account
from models.messages import Conversation, NoticeKind
from models.people import ChatAccount, Person
from services.access.actors import person_in_chat
from services.accounts.directory import untie_chat
from services.delivery.outbox import enqueue, requeue_skipped
from services.delivery.reachability import open_chat


def link_chat(session: Session, *, chat_id: int, person_id: int, now: datetime) -> list[int]:
    """Gives the chats that were the person's until now; they are told that they no longer are.

    Accounts of the panel that were tied to the person do not open from the new chat: whoever sends an
    invitation would become the account otherwise. Their owner ties them again. Raises nothing.
    """
    if owner_of(session, chat_id) != person_id:
        untie_accounts(session, person_id, now)
    old = list(
        session.scalars(
            update(ChatAccount)
            .where(ChatAccount.person_id == person_id, ChatAccount.chat_id != chat_id)
            .values(person_id=None, linked_at=None)
            .returning(ChatAccount.chat_id)
        )
    )
    for talk in session.scalars(select(Conversation).where(Conversation.chat_id.in_(old))):
        talk.flow, talk.data, talk.screen_message_id = None, {}, None
    account = session.get(ChatAccount, chat_id, with_for_update=True)
    if account is None:
        account = ChatAccount(chat_id=chat_id)
        session.add(account)
    account.person_id, account.linked_at = person_id, now
    open_chat(account, now=now)
    session.flush()
    requeue_skipped(session, person_id=person_id, now=now)
    _tell_unlinked(session, session.get_one(Person, person_id), chat_ids=old, now=now)
    return old


def join_chats(session: Session, *, stays: Person, ends: Person, now: datetime) -> None:
    """Of two cards that become one the chat of the card that stays wins; the other one is told so.

    Only accounts that were tied in the chat that goes on open from it. Raises nothing.
    """
    mine = session.scalars(select(ChatAccount).where(ChatAccount.person_id == stays.id)).first()
    others = session.scalars(select(ChatAccount).where(ChatAccount.person_id == ends.id)).all()
    untie_accounts(session, stays.id if mine is None else ends.id, now)
    for theirs in others:
        if mine is None:
            theirs.person_id = stays.id
            mine = theirs
            continue
        theirs.person_id, theirs.linked_at = None, None
        _tell_unlinked(session, stays, chat_ids=[theirs.chat_id], now=now)
    session.flush()


def untie_accounts(session: Session, person_id: int, now: datetime) -> None:
    """No account opens from the chat of this person any more. Raises nothing."""
    accounts = session.scalars(
        select(Account).where(Account.person_id == person_id).order_by(Account.id).with_for_update()
    ).all()
    for account in accounts:
        untie_chat(session, person_in_chat(person_id, account.organization_id), account, now)
    session.flush()


def _tell_unlinked(session: Session, person: Person, *, chat_ids: list[int], now: datetime) -> None:
    """An old chat hears that the person writes from another one now; it shows nothing of them any more."""
    for chat_id in chat_ids:
        key = f"chat:{chat_id}:moved:{now.isoformat()}"
        enqueue(
            session,
            NoticeKind.JOINING_MOVED,
            person,
            key=key,
            chat_id=chat_id,
            facts={"moved_person_id": person.id},
            now=now,
        )


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
    now: datetime,  # noqa: ARG001  # every service called from outside takes it
) -> None:
    """The language of a chat that belongs to nobody yet."""
    talk = session.get(Conversation, chat_id)
    if talk is None:
        session.add(Conversation(chat_id=chat_id, flow=None, data={}, locale=locale))
    else:
        talk.locale = locale
    session.flush()
