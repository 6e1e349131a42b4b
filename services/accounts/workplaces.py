"""Guests: the organisations that an account works in beside its own (A2), one at a time.

A school lets guests in and ends them itself, chooses their role, and reads of it in its journal.

An account carries one organisation through a request, so a record of another one stays out of reach by its id
even for whoever may enter both.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts import Account, AccountOrganization, AccountRole
from models.audit import Action
from models.people import Organization
from services.access.actors import Actor, ActorKind, Right, account_of
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed, NotFound
from services.access.records import find
from services.access.rights import rights_of
from services.accounts.directory import check_may_manage
from services.accounts.news import tell_owner


@dataclass(frozen=True, slots=True)
class Workplace:
    """`rights` are what the account may do here."""

    organization_id: int
    name: str
    rights: frozenset[Right]


class GuestUnknown(DomainError):
    text = N_("There is no account with this sign-in name. Ask your colleague how they sign in.")


class NoGuest(DomainError):
    text = N_("This account belongs to this organisation: it is no guest.")


class GuestAlready(DomainError):
    text = N_("This account works here with this role already.")


def find_account(session: Session, login: str) -> int:
    """Raises NotFound."""
    found = session.scalar(select(Account.id).where(Account.login == login.strip().casefold()))
    if found is None:
        raise NotFound
    return found


def list_workplaces(session: Session, account_id: int) -> tuple[Workplace, ...]:
    """The account's own organisation first. Raises NotFound."""
    account = find(session, Account, account_id)
    others = session.execute(
        select(Organization.id, Organization.name, AccountOrganization.role)
        .join(AccountOrganization, AccountOrganization.organization_id == Organization.id)
        .where(AccountOrganization.account_id == account_id, Organization.id != account.organization_id)
        .order_by(Organization.name)
    )
    return (
        Workplace(
            account.organization_id,
            account.organization.name,
            rights=rights_of(account.role, is_guest=False),
        ),
        *(Workplace(one.id, one.name, rights=rights_of(one.role, is_guest=True)) for one in others),
    )


def list_where_may(session: Session, *, actor: Actor, right: Right) -> tuple[Workplace, ...]:
    """The organisations in which this actor has a right; the system, in all. Raises NotAllowed."""
    if actor.kind is ActorKind.SYSTEM:
        found = session.scalars(select(Organization).order_by(Organization.name))
        return tuple(Workplace(one.id, one.name, rights=frozenset(Right)) for one in found)
    if actor.kind is not ActorKind.ACCOUNT or actor.id is None:
        raise NotAllowed
    return tuple(one for one in list_workplaces(session, actor.id) if right in one.rights)


def admit_guest(
    session: Session, *, actor: Actor, organization_id: int, login: str, role: AccountRole, now: datetime
) -> int:
    """Let an account of another organisation work in this one, or give it another role here.

    The keepers of this organisation decide, and their journal tells it as well as the guest's own.
    Raises NotFound, NotAllowed, GuestUnknown, NoGuest, GuestAlready.
    """
    check_may_manage(actor, role, organization_id)
    account = session.scalars(
        select(Account)
        .where(Account.login == login.strip().casefold(), Account.disabled_at.is_(None))
        .with_for_update()
    ).one_or_none()
    if account is None:
        raise GuestUnknown
    if account.organization_id == organization_id:
        raise NoGuest
    row = session.get(AccountOrganization, (account.id, organization_id), with_for_update=True)
    before = row.role if row is not None else None
    if before is role:
        raise GuestAlready
    if row is None:
        row = AccountOrganization(account_id=account.id, organization_id=organization_id)
        session.add(row)
    else:
        check_may_manage(actor, row.role, organization_id)
    row.role, row.admitted_by = role, account_of(actor)
    session.flush()
    _tell(session, actor, account, Action.ACCOUNT_GUEST_ADMITTED, row, now, before, role)
    return account.id


def end_guest(
    session: Session, *, actor: Actor, organization_id: int, account_id: int, now: datetime
) -> None:
    """The account works here no more, from its next page on. Raises NotFound, NotAllowed."""
    actor.check_right(Right.KEEP_ACCOUNTS, organization_id)
    row = session.get(AccountOrganization, (account_id, organization_id), with_for_update=True)
    if row is None:
        raise NotFound
    check_may_manage(actor, row.role, organization_id)
    before = row.role
    session.delete(row)
    session.flush()
    account = session.get_one(Account, account_id)
    _tell(session, actor, account, Action.ACCOUNT_GUEST_ENDED, row, now, before, None)


def _tell(
    session: Session,
    actor: Actor,
    account: Account,
    event: Action,
    guest: AccountOrganization,
    now: datetime,
    before: AccountRole | None,
    after: AccountRole | None,
) -> None:
    """In the journals of both organisations, and to the owner."""
    was = {"role": before.value} if before is not None else None
    facts = {"organization": guest.organization_id} | ({"role": after.value} if after is not None else {})
    for row in (guest, account):
        record(session, actor, event, row, now=now, before=was, after=facts)
    tell_owner(session, account, event, by_account_id=account_of(actor), now=now)
