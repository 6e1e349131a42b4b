"""Who may enter the panel of an organisation: the list, switching an account off and on again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models.accounts import Account, AccountOrganization, AccountRole
from models.audit import Action, AuditEntry
from services.access.actors import Actor, ActorKind, Right, account_of
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed
from services.access.records import find
from services.access.rights import RIGHTS
from services.accounts.directory import (
    AccountOff,
    check_may_manage,
    end_links,
    end_passes,
    lock_account,
    renew_link,
)
from services.accounts.news import tell_owner
from services.accounts.sessions import end_sessions


class OwnAccount(DomainError):
    text = N_("You cannot switch off your own account: ask a colleague to do it.")


class AccountOn(DomainError):
    text = N_("This account is switched on already.")


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """`may_keep`: whether the reader may switch it off or give it a new link; of a guest, end the stay.

    `role` is the one that it has here; `home` is a guest's own organisation, where the account is kept.
    """

    id: int
    login: str
    name: str
    role: AccountRole
    has_password: bool
    is_off: bool
    is_own: bool
    may_keep: bool
    signed_in_at: datetime | None
    organizations: int  # beside its own
    home: str | None

    @property
    def is_guest(self) -> bool:
        return self.home is not None


def list_accounts(session: Session, *, actor: Actor, organization_id: int) -> list[AccountFacts]:
    """Those that work first, guests of other organisations among them. Raises NotAllowed."""
    actor.check_right(Right.KEEP_ACCOUNTS, organization_id)
    guests = {
        one.account_id: one.role
        for one in session.scalars(
            select(AccountOrganization).where(AccountOrganization.organization_id == organization_id)
        )
    }
    rows = session.scalars(
        select(Account)
        .where(or_(Account.organization_id == organization_id, Account.id.in_(guests)))
        .order_by(Account.disabled_at.is_not(None), Account.name, Account.id)
    ).all()
    seen = session.execute(
        select(AuditEntry.subject_id, func.max(AuditEntry.at))
        .where(
            AuditEntry.subject_kind == "account",
            AuditEntry.subject_id.in_([row.id for row in rows]),
            AuditEntry.action == Action.ACCOUNT_SIGNED_IN,
        )
        .group_by(AuditEntry.subject_id)
    )
    last = dict(seen.all())
    counted = session.execute(
        select(AccountOrganization.account_id, func.count())
        .where(AccountOrganization.account_id.in_([row.id for row in rows]))
        .group_by(AccountOrganization.account_id)
    )
    others: dict[int, int] = {account_id: count for account_id, count in counted}  # noqa: C416  # rows
    may_keep = roles_to_give(actor, organization_id)
    return [
        AccountFacts(
            id=row.id,
            login=row.login,
            name=row.name,
            role=guests.get(row.id, row.role),
            has_password=row.password_hash is not None,
            is_off=row.disabled_at is not None,
            is_own=_is_own(actor, row.id),
            may_keep=guests.get(row.id, row.role) in may_keep,
            signed_in_at=last.get(row.id),
            organizations=others.get(row.id, 0),
            home=row.organization.name if row.organization_id != organization_id else None,
        )
        for row in rows
    ]


def roles_to_give(actor: Actor, organization_id: int) -> tuple[AccountRole, ...]:
    """The roles of accounts that this actor may make and keep."""
    return tuple(role for role in RIGHTS if _may_manage(actor, role, organization_id))


def _may_manage(actor: Actor, role: AccountRole, organization_id: int) -> bool:
    try:
        check_may_manage(actor, role, organization_id)
    except NotAllowed:
        return False
    return True


def disable_account(session: Session, *, actor: Actor, account_id: int, now: datetime) -> None:
    """Close the panel to an account at once: its sessions end, its links stop working.

    One's own stays open, so that an organisation always keeps a way in.
    Raises NotFound, NotAllowed, OwnAccount, AccountOff.
    """
    account = lock_account(session, actor, account_id)
    if _is_own(actor, account.id):
        raise OwnAccount
    if account.disabled_at is not None:
        raise AccountOff
    account.disabled_at = now
    end_sessions(session, account.id)
    tell_owner(session, account, Action.ACCOUNT_DISABLED, by_account_id=account_of(actor), now=now)
    end_links(session, account.id, now)
    end_passes(session, account.id, now)
    record(session, actor, Action.ACCOUNT_DISABLED, account, now=now)


def enable_account(session: Session, *, actor: Actor, account_id: int, now: datetime) -> str:
    """Switch an account on again and return a one-time link: the old password opens nothing any more.

    Raises NotFound, NotAllowed, AccountOn.
    """
    account = lock_account(session, actor, account_id)
    if account.disabled_at is None:
        raise AccountOn
    account.disabled_at = account.password_hash = None
    record(session, actor, Action.ACCOUNT_ENABLED, account, now=now)
    tell_owner(session, account, Action.ACCOUNT_ENABLED, by_account_id=account_of(actor), now=now)
    return renew_link(session, actor, account, now)


def confirm_messenger_rule(session: Session, *, actor: Actor, now: datetime) -> None:
    """Keep, once, that this account has read of the law on foreign messengers.

    See docs/domain.md#foreign-messengers.
    """
    account = find(session, Account, account_of(actor), lock=True)
    if account.messenger_rule_read_at is None:
        account.messenger_rule_read_at = now
        record(session, actor, Action.ACCOUNT_MESSENGER_RULE_READ, account, now=now)


def _is_own(actor: Actor, account_id: int) -> bool:
    return actor.kind is ActorKind.ACCOUNT and actor.id == account_id
