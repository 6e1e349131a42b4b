"""Whether a chat takes messages, and who hears that it does not.

A refusal of Telegram is true of the moment at which its message left, a message of the person of the moment
at which it came. The newer one counts, in whatever order they are recorded; what Telegram tells of blocking
comes in its order.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from models.messages import NoticeKind, OutboxMessage
from models.pairs import IN_WORK, Pair, PairMember, PairStatus
from models.people import ChatAccount, Person
from models.tasks import TaskKind
from services.delivery import tasks
from services.delivery.outbox import enqueue, requeue_skipped


def mark_unreachable(session: Session, chat_id: int, *, now: datetime, as_of: datetime | None = None) -> bool:
    """The person blocked the bot, or the account is gone: nothing more is sent, others hear of it.

    `as_of`: when the message left that was refused; none for what Telegram tells of the chat itself. False
    when the person has returned since then, so that nothing changed and the message may be sent again.
    """
    account = _lock(session, chat_id)
    if account is None or not account.is_reachable:
        return True
    if as_of is not None and account.returned_at is not None and as_of < account.returned_at:
        return False
    account.is_reachable, account.unreachable_since = False, as_of or now
    account.absences += 1
    person = session.get(Person, account.person_id) if account.person_id is not None else None
    if person is not None:
        tasks.open_task(session, TaskKind.PERSON_UNREACHABLE, person, key=_absence_key(account), now=now)
        _tell_partners(session, account, person.id, now=now)
    return True


def mark_reachable(session: Session, chat_id: int, *, now: datetime, as_of: datetime | None = None) -> None:
    """The person is back: the curator's task resolves itself, and what was missed is shown.

    `as_of`: when the message came that shows it, which is nothing if the chat was closed later; none for what
    Telegram tells of the chat itself.
    """
    account = _lock(session, chat_id)
    if account is None:
        return
    if as_of is not None and account.unreachable_since is not None and as_of < account.unreachable_since:
        return
    was_away = not account.is_reachable
    open_chat(account, now=now)
    if was_away and account.person_id is not None:
        tasks.close_unreachable(session, person_id=account.person_id, now=now)
        requeue_skipped(session, person_id=account.person_id, now=now)


def open_chat(account: ChatAccount, *, now: datetime) -> None:
    """The chat takes messages from now on, whatever an earlier message met."""
    account.is_reachable, account.unreachable_since, account.returned_at = True, None, now


def tell_partners_of(session: Session, ids: Collection[int], *, now: datetime) -> bool:
    """Of rows of the outbox that found no open chat: a pair may be younger than the absence of one of its
    sides. False when their person has returned since, so that the rows may leave.
    """
    accounts = session.scalars(
        select(ChatAccount)
        .where(ChatAccount.person_id.in_(select(OutboxMessage.person_id).where(OutboxMessage.id.in_(ids))))
        .order_by(ChatAccount.chat_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    absent = [one for one in accounts if not one.is_reachable]
    for account in absent:
        if account.person_id is not None:
            _tell_partners(session, account, account.person_id, now=now)
    return bool(absent) or not accounts


def _tell_partners(session: Session, account: ChatAccount, person_id: int, *, now: datetime) -> None:
    """Whoever stands in a pair with somebody who cannot be reached hears of it, once for each absence."""
    mine, theirs = aliased(PairMember), aliased(PairMember)
    pairs = session.execute(
        select(Pair, theirs.person_id)
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
    for pair, partner_id in pairs:
        key = f"pair:{pair.id}:{_absence_key(account)}:person:{partner_id}"
        facts = {"pair_id": pair.id}
        enqueue(
            session, NoticeKind.PAIR_UNREACHABLE, pair, key=key, person_id=partner_id, facts=facts, now=now
        )


def is_reachable(session: Session, person_id: int) -> bool:
    """Whether the person's chat takes messages at present; False also for somebody without a chat."""
    query = select(ChatAccount.chat_id).where(ChatAccount.person_id == person_id, ChatAccount.is_reachable)
    return session.scalar(query.limit(1)) is not None


def is_cut_off(session: Session, person_id: int) -> bool:
    """Whether a person with a chat gets no messages at present; False for somebody without a chat."""
    states = set(session.scalars(select(ChatAccount.is_reachable).where(ChatAccount.person_id == person_id)))
    return states == {False}


def _lock(session: Session, chat_id: int) -> ChatAccount | None:
    return session.get(ChatAccount, chat_id, with_for_update=True, populate_existing=True)


def _absence_key(account: ChatAccount) -> str:
    """Counted, for two absences may begin within the same second."""
    return f"chat:{account.chat_id}:unreachable:{account.absences}"
