"""Schools, colleges and support centres: the unit of tenancy (A2; docs/design.md#tenancy)."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.changes import change_row
from models.people import Organization, OrganizationKind
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed, NotFound
from services.access.records import find

INN_LENGTHS = {10, 12}
TEXT_LIMIT = 300
JOIN_CODE_DIGITS = 8  # typed on a phone from a sheet of paper; wrong ones are counted and limited


class OrganizationExists(DomainError):
    text = N_("An organisation with this name exists already.")


class InnWrong(DomainError):
    text = N_("A taxpayer number (INN) has 10 digits, or 12 for a sole proprietor.")


class OrganizationNameMissing(DomainError):
    text = N_("Please give the organisation's full name.")


class OrganizationTextTooLong(DomainError):
    text = N_("Name and address have at most {limit} characters each.")


class TimezoneUnknown(DomainError):
    text = N_("Please choose a time zone from the list.")


class OrganizationUnknown(DomainError):
    text = N_("There is no organisation “{name}”. Known ones: {known}.")


@dataclass(frozen=True, slots=True)
class OrganizationFacts:
    id: int
    name: str
    join_code: str
    timezone: str


@dataclass(frozen=True, slots=True)
class OrganizationCard:
    """What an organisation says of itself. The consent names its operator by name, address and INN."""

    id: int
    name: str
    address: str
    inn: str
    timezone: str
    join_code: str

    @property
    def lacks_consent_facts(self) -> bool:
        """Without them nobody can be asked for consent (services.programmes.consents)."""
        return not (self.name and self.address.strip() and self.inn)


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
    _check_inn(inn)
    _check_name_free(session, name)
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
    record(session, actor, Action.ORGANIZATION_ADDED, organization, now=now, after={"kind": kind.value})
    return _facts(organization)


def read_organization(session: Session, *, actor: Actor, organization_id: int) -> OrganizationCard:
    """For any account of it. Raises NotFound, NotAllowed."""
    actor.check_organization(organization_id)
    organization = session.get(Organization, organization_id)
    if actor.kind is ActorKind.PERSON:
        raise NotAllowed
    if organization is None:
        raise NotFound
    return _card(organization)


def edit_organization(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    name: str,
    address: str,
    inn: str,
    timezone: str,
    now: datetime,
) -> OrganizationCard:
    """Correct the card. Whoever consented did so to the text as it was; meetings keep their own time zone.

    Raises NotFound, NotAllowed, OrganizationNameMissing, OrganizationTextTooLong, OrganizationExists,
    InnWrong, TimezoneUnknown.
    """
    organization = _lock(session, actor, organization_id)
    wanted = {
        "name": " ".join(name.split()),
        "address": " ".join(address.split()),
        "inn": inn.strip(),
        "timezone": timezone,
    }
    if not wanted["name"]:
        raise OrganizationNameMissing(field="name")
    for field in ("name", "address"):
        if len(wanted[field]) > TEXT_LIMIT:
            raise OrganizationTextTooLong(field=field, limit=TEXT_LIMIT)
    _check_inn(wanted["inn"])
    if timezone not in available_timezones():
        raise TimezoneUnknown(field="timezone")
    _check_name_free(session, wanted["name"], but=organization_id)
    changed = change_row(organization, wanted)
    if changed:
        session.flush()
        after = {"changed": list(changed)}
        record(session, actor, Action.ORGANIZATION_EDITED, organization, now=now, after=after)
    return _card(organization)


def replace_join_code(session: Session, *, actor: Actor, organization_id: int, now: datetime) -> str:
    """A new code; the old one stops working at once. Who typed it before waits as before.

    Raises NotFound, NotAllowed.
    """
    organization = _lock(session, actor, organization_id)
    organization.join_code = draw_join_code(session)
    record(session, actor, Action.ORGANIZATION_CODE_REPLACED, organization, now=now)
    return organization.join_code


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


def _lock(session: Session, actor: Actor, organization_id: int) -> Organization:
    actor.check_right(Right.MANAGE_SETTINGS, organization_id)
    return find(session, Organization, organization_id, lock=True)


def _check_inn(inn: str) -> None:
    if inn and not (inn.isascii() and inn.isdecimal() and len(inn) in INN_LENGTHS):
        raise InnWrong(field="inn")


def _check_name_free(session: Session, name: str, *, but: int | None = None) -> None:
    known = list_organizations(session)
    if any(name.casefold() == one.name.casefold() for one in known if one.id != but):
        raise OrganizationExists(field="name")


def _card(organization: Organization) -> OrganizationCard:
    return OrganizationCard(
        id=organization.id,
        name=organization.name,
        address=organization.address,
        inn=organization.inn,
        timezone=organization.timezone,
        join_code=organization.join_code,
    )


def _facts(organization: Organization) -> OrganizationFacts:
    return OrganizationFacts(
        organization.id, organization.name, organization.join_code, organization.timezone
    )
