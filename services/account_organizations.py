"""The organisations that an account works in beside its own (A2): one role, one organisation at a time.

An account carries one organisation through a request, so a record of another one stays out of reach by its id
even for whoever may enter both.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.accounts import Account, AccountOrganization
from models.people import Organization
from services.accounts import lock_account
from services.actors import Actor, ActorKind
from services.audit import record
from services.errors import NotAllowed, NotFound


@dataclass(frozen=True, slots=True)
class Workplace:
    """`is_home`: the account was made here and is kept here."""

    organization_id: int
    name: str
    is_home: bool


def find_account(session: Session, login: str) -> int:
    """Raises NotFound."""
    found = session.scalar(select(Account.id).where(Account.login == login.strip().casefold()))
    if found is None:
        raise NotFound
    return found


def list_workplaces(session: Session, account_id: int) -> tuple[Workplace, ...]:
    """The account's own organisation first. Raises NotFound."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound
    others = session.scalars(
        select(Organization)
        .join(AccountOrganization, AccountOrganization.organization_id == Organization.id)
        .where(AccountOrganization.account_id == account_id, Organization.id != account.organization_id)
        .order_by(Organization.name)
    )
    return (
        Workplace(account.organization_id, account.organization.name, is_home=True),
        *(Workplace(one.id, one.name, is_home=False) for one in others),
    )


def list_to_give(session: Session, *, actor: Actor) -> tuple[Workplace, ...]:
    """Where this actor may let others work: where they work themselves; the system, anywhere."""
    if actor.kind is ActorKind.SYSTEM:
        found = session.scalars(select(Organization).order_by(Organization.name))
        return tuple(Workplace(one.id, one.name, is_home=False) for one in found)
    if actor.kind is not ActorKind.ACCOUNT or actor.id is None:
        raise NotAllowed
    return list_workplaces(session, actor.id)


def set_workplaces(
    session: Session, *, actor: Actor, account_id: int, organization_ids: Collection[int], now: datetime
) -> tuple[Workplace, ...]:
    """Let an account work in these organisations too; what this actor may not give stays as it was.

    Raises NotFound, NotAllowed: also for an organisation in which the actor does not work.
    """
    account = lock_account(session, actor, account_id)
    mine = {one.organization_id for one in list_to_give(session, actor=actor)}
    wanted = set(organization_ids) - {account.organization_id}
    if not wanted <= mine:
        raise NotAllowed
    own = AccountOrganization.account_id == account.id
    before = set(session.scalars(select(AccountOrganization.organization_id).where(own)))
    after = wanted | (before - mine)
    session.execute(
        delete(AccountOrganization).where(own, AccountOrganization.organization_id.in_(before - after))
    )
    session.add_all(
        AccountOrganization(account_id=account.id, organization_id=one) for one in sorted(after - before)
    )
    session.flush()
    if after != before:
        record(
            session,
            actor=actor,
            action="account.organizations_set",
            subject=("account", account.id),
            organization_id=account.organization_id,
            now=now,
            before={"organizations": sorted(before)},
            after={"organizations": sorted(after)},
        )
    return list_workplaces(session, account.id)
