"""Who of the staff works in an organisation: its own accounts, and guests with their role there."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.accounts import Account, AccountOrganization, AccountRole
from services.access.actors import Right
from services.access.rights import RIGHTS


@dataclass(frozen=True, slots=True)
class Staff:
    """`person_id` None: the account is not linked to a chat."""

    account_id: int
    name: str
    role: AccountRole
    person_id: int | None


def list_staff(session: Session, *, organization_id: int) -> tuple[Staff, ...]:
    """The accounts that are switched on, the oldest first (A2)."""
    stay = aliased(AccountOrganization)
    rows = session.execute(
        select(Account.id, Account.name, func.coalesce(stay.role, Account.role), Account.person_id)
        .select_from(Account)
        .outerjoin(stay, and_(stay.account_id == Account.id, stay.organization_id == organization_id))
        .where(
            or_(Account.organization_id == organization_id, stay.account_id.is_not(None)),
            Account.disabled_at.is_(None),
        )
        .order_by(Account.id)
    )
    return tuple(Staff(*row) for row in rows)


def list_leaders(session: Session, *, organization_id: int) -> tuple[Staff, ...]:
    """Those of the staff who lead pairs: curators first, then administrators."""
    found = [one for one in list_staff(session, organization_id=organization_id) if may_lead(one)]
    return tuple(sorted(found, key=lambda one: (one.role is not AccountRole.CURATOR, one.account_id)))


def may_lead(one: Staff) -> bool:
    return Right.MANAGE_PAIRS in RIGHTS[one.role]


def names_of_accounts(session: Session, ids: Collection[int]) -> dict[int | None, str]:
    """By account; the caller has checked who may read of what they did."""
    rows = session.execute(select(Account.id, Account.name).where(Account.id.in_(ids)))
    return {row.id: row.name for row in rows}
