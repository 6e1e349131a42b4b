"""Own records close when somebody else gives their author a new password, until the head opens them again.

Otherwise whoever makes set-up links would read the psychologist's records by one of them.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts import Account, AccountRole, RecordClosure
from models.audit import Action, AuditEntry
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.errors import N_, DomainError
from services.access.records import find
from services.access.rights import RIGHTS
from services.accounts.news import LINK_BY, tell_owner


class RecordsClosed(DomainError):
    text = N_(
        "Your records are closed: somebody else gave your account a new password. The head opens them again "
        "on the page “Approvals”."
    )


class RecordsOpen(DomainError):
    text = N_("These records are open already.")


class SameHand(DomainError):
    text = N_(
        "The link to your own account came from the same person as the new password of the psychologist. "
        "Another head, or the command line of the server, opens these records."
    )


@dataclass(frozen=True, slots=True)
class ClosureFacts:
    """`issued_by` is the name of the account that made the link, None for the command line."""

    id: int
    account_id: int
    name: str
    issued_by: str | None
    closed_at: datetime


def close_records(
    session: Session, account: Account, *, issued_by: int | None, actor: Actor, now: datetime
) -> None:
    """After a reset by somebody else. The heads of the organisation hear of it. Raises nothing."""
    if Right.KEEP_RECORDS not in RIGHTS[account.role] or find_closure(session, account.id) is not None:
        return
    session.add(
        RecordClosure(
            organization_id=account.organization_id, account_id=account.id, issued_by=issued_by, closed_at=now
        )
    )
    session.flush()
    record(session, actor, Action.ACCOUNT_RECORDS_CLOSED, account, now=now)
    heads = select(Account).where(
        Account.organization_id == account.organization_id,
        Account.role == AccountRole.HEAD,
        Account.disabled_at.is_(None),
    )
    for head in session.scalars(heads):
        tell_owner(session, head, Action.ACCOUNT_RECORDS_CLOSED, by_account_id=account.id, now=now)


def find_closure(session: Session, account_id: int) -> RecordClosure | None:
    """Why the records of this account are closed; None when they are open. Raises nothing."""
    return session.scalars(
        select(RecordClosure).where(RecordClosure.account_id == account_id, RecordClosure.opened_at.is_(None))
    ).first()


def list_closures(session: Session, *, actor: Actor, organization_id: int) -> tuple[ClosureFacts, ...]:
    """What waits for the head, the oldest first. Raises NotAllowed."""
    actor.check_right(Right.APPROVE, organization_id)
    rows = session.scalars(
        select(RecordClosure)
        .where(RecordClosure.organization_id == organization_id, RecordClosure.opened_at.is_(None))
        .order_by(RecordClosure.id)
    ).all()
    ids = {each for row in rows for each in (row.account_id, row.issued_by) if each is not None}
    names = {one.id: one.name for one in session.scalars(select(Account).where(Account.id.in_(ids)))}
    return tuple(
        ClosureFacts(
            row.id,
            row.account_id,
            names[row.account_id],
            names[row.issued_by] if row.issued_by is not None else None,
            row.closed_at,
        )
        for row in rows
    )


def open_records(session: Session, *, actor: Actor, closure_id: int, now: datetime) -> None:
    """The head has made sure that it is the psychologist who signs in.

    Raises NotFound, NotAllowed, RecordsOpen, SameHand.
    """
    row = find(session, RecordClosure, closure_id, lock=True)
    actor.check_right(Right.APPROVE, row.organization_id)
    if row.opened_at is not None:
        raise RecordsOpen
    if actor.kind is ActorKind.ACCOUNT and _came_from(session, actor.id, row):
        raise SameHand
    row.opened_at = now
    row.opened_by = actor.id if actor.kind is ActorKind.ACCOUNT else None
    account = session.get_one(Account, row.account_id)
    record(session, actor, Action.ACCOUNT_RECORDS_OPENED, account, now=now)
    tell_owner(session, account, Action.ACCOUNT_RECORDS_OPENED, by_account_id=row.opened_by, now=now)


def _came_from(session: Session, head_id: int | None, row: RecordClosure) -> bool:
    """Whether the head's present password was set by a link of the one whose link closed the records.

    The first link of a head who worked here before the records closed is no such sign: in a small school one
    administrator makes all accounts.
    """
    if row.issued_by is None:
        return False
    entries = session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.subject_kind == "account",
            AuditEntry.subject_id == head_id,
            AuditEntry.action == Action.ACCOUNT_PASSWORD_SET,
        )
        .order_by(AuditEntry.id.desc())
    )
    links = [one for one in entries if LINK_BY in (one.after or {})]
    if not links or (links[0].after or {})[LINK_BY] != row.issued_by:
        return False
    return len(links) > 1 or links[0].at >= row.closed_at
