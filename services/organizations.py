"""Schools, colleges and support centres: the unit of tenancy (A2; engineering.md, decision 12)."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people import Organization, OrganizationKind
from services.actors import Actor, Right
from services.audit import record
from services.errors import N_, DomainError

INN_LENGTHS = {10, 12}
JOIN_CODE_DIGITS = 8  # typed on a phone from a sheet of paper; wrong ones are counted and limited


class OrganizationExists(DomainError):
    text = N_("An organisation with this name exists already.")


class InnWrong(DomainError):
    text = N_("A taxpayer number (INN) has 10 digits, or 12 for a sole proprietor.")


class OrganizationUnknown(DomainError):
    text = N_("There is no organisation “{name}”. Known ones: {known}.")


@dataclass(frozen=True, slots=True)
class OrganizationFacts:
    id: int
    name: str
    join_code: str
    timezone: str


def add_organization(
    session: Session,
    *,
    actor: Actor,
    name: str,
    kind: OrganizationKind,
    timezone: str,
    now: datetime,
    address: str = "",
    inn: str = "",
) -> OrganizationFacts:
    """Raises OrganizationExists, InnWrong, NotAllowed: only who acts for the whole installation may.

    Without address and INN nobody can be asked for consent: its text names the operator.
    """
    actor.check_right(Right.MANAGE_SETTINGS, 0)  # no organisation has the number 0
    if inn and not (inn.isascii() and inn.isdecimal() and len(inn) in INN_LENGTHS):
        raise InnWrong
    if any(name.casefold() == known.name.casefold() for known in list_organizations(session)):
        raise OrganizationExists
    organization = Organization(
        name=name,
        kind=kind,
        address=address,
        inn=inn,
        timezone=timezone,
        join_code=draw_join_code(session),
        created_at=now,
    )
    session.add(organization)
    session.flush()
    record(
        session,
        actor=actor,
        action="organization.added",
        subject=("organization", organization.id),
        organization_id=organization.id,
        now=now,
        after={"kind": kind.value},
    )
    return _facts(organization)


def draw_join_code(session: Session) -> str:
    """A code that no organisation has: the way in for those without an invitation."""
    while True:
        code = str(secrets.randbelow(10**JOIN_CODE_DIGITS)).zfill(JOIN_CODE_DIGITS)
        if session.scalar(select(Organization.id).where(Organization.join_code == code)) is None:
            return code


def list_organizations(session: Session) -> list[OrganizationFacts]:
    return [_facts(row) for row in session.scalars(select(Organization).order_by(Organization.id))]


def find_organization(session: Session, name: str) -> OrganizationFacts:
    """By its name, or by its number as `organization list` prints it. Raises OrganizationUnknown."""
    known = list_organizations(session)
    for organization in known:
        if name.casefold() == organization.name.casefold() or name == str(organization.id):
            return organization
    listed = ", ".join(f"{organization.id} {organization.name}" for organization in known)
    raise OrganizationUnknown(name=name, known=listed or "-")


def _facts(organization: Organization) -> OrganizationFacts:
    return OrganizationFacts(
        organization.id, organization.name, organization.join_code, organization.timezone
    )
