"""What others do with an account, told to its owner: in the chat at once and at the next sign-in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts import Account
from models.audit import Action, AuditEntry
from models.messages import NoticeKind
from services.access.actors import Actor, ActorKind
from services.access.errors import NotAllowed
from services.delivery.outbox import enqueue

MOST_SHOWN = 10
LINK_BY = "link_by"
"""In the journal: whose link set a password, None for the command line; absent when it was one's own."""


TOLD = frozenset(
    {
        Action.ACCOUNT_LINK_ISSUED,
        # only through a link that somebody else issued
        Action.ACCOUNT_PASSWORD_SET,
        Action.ACCOUNT_DISABLED,
        Action.ACCOUNT_ENABLED,
        Action.ACCOUNT_CHAT_LINKED,
        Action.ACCOUNT_CHAT_UNLINKED,
        Action.ACCOUNT_GUEST_ADMITTED,
        Action.ACCOUNT_GUEST_ENDED,
        Action.ACCOUNT_RECORDS_CLOSED,
        Action.ACCOUNT_RECORDS_OPENED,
    }
)
"""Acts upon an account that its owner hears of."""


@dataclass(frozen=True, slots=True)
class AccountNews:
    """One act of somebody else. `by` is the name of their account, None for command line and chat."""

    at: datetime
    event: Action
    by: str | None


def tell_owner(
    session: Session, account: Account, event: Action, *, by_account_id: int | None, now: datetime
) -> None:
    """Into the chat that is tied to the account; an account without one reads it at the next sign-in.

    Raises nothing.
    """
    if account.person_id is not None and by_account_id != account.id:
        key = f"{event.value}:{account.id}:{now.isoformat()}"
        enqueue(
            session,
            NoticeKind.ACCOUNT_CHANGED,
            account,
            key=key,
            person_id=account.person_id,
            facts={"account_id": account.id, "event": event.value, "by_account_id": by_account_id},
            now=now,
        )


def read_account_news(session: Session, *, actor: Actor, after: int = 0) -> tuple[AccountNews, ...]:
    """What others did with one's own account since this entry of the journal, the newest first.

    Raises NotAllowed for whoever is no account.
    """
    if actor.kind is not ActorKind.ACCOUNT or actor.id is None:
        raise NotAllowed
    rows = session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.subject_kind == "account",
            AuditEntry.subject_id == actor.id,
            AuditEntry.id > after,
            AuditEntry.action.in_([event.value for event in TOLD]),
        )
        .order_by(AuditEntry.id.desc())
    )
    # an act that concerns two organisations stands in both journals
    once = {(row.at, row.action): row for row in rows if not _is_own(row, actor.id)}
    foreign = list(once.values())[:MOST_SHOWN]
    named = {_issuer(row) for row in foreign}
    found = session.execute(select(Account.id, Account.name).where(Account.id.in_(named)))
    names: dict[int | None, str] = {account_id: name for account_id, name in found}  # noqa: C416  # rows
    return tuple(AccountNews(row.at, Action(row.action), names.get(_issuer(row))) for row in foreign)


def _is_own(row: AuditEntry, account_id: int) -> bool:
    """A password is set in the account's own name; whose link it was stands beside."""
    if row.action == Action.ACCOUNT_PASSWORD_SET:
        return LINK_BY not in (row.after or {})
    return row.actor_kind == ActorKind.ACCOUNT.value and row.actor_id == account_id


def _issuer(row: AuditEntry) -> int | None:
    if row.action == Action.ACCOUNT_PASSWORD_SET:
        return (row.after or {}).get(LINK_BY)
    return row.actor_id if row.actor_kind == ActorKind.ACCOUNT.value else None
