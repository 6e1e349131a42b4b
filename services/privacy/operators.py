"""The operator of personal data: what consents name, and what the regulator is told.

See docs/domain.md#personal-data.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import Action
from models.changes import change_row
from models.consents import Consent, ConsentDecision
from models.people import Organization, Person
from models.privacy import OperatorCard
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed, NotFound
from services.consents.states import newest_ids

LIMIT = 300
OGRN_LENGTHS = {13, 15}
MOST_SITES = 10


class OgrnWrong(DomainError):
    text = N_("A state registration number (OGRN) has 13 digits, or 15 for a sole proprietor.")


class SiteWrong(DomainError):
    text = N_("An address of a site begins with https:// or http://, one on a line, at most ten.")


class OperatorTextTooLong(DomainError):
    text = N_("This is too long: at most {limit} characters fit.")


@dataclass(frozen=True, slots=True)
class OperatorFacts:
    """`people` is how many persons' data are held, `consents` how many consents stand."""

    organization: str
    address: str
    inn: str
    ogrn: str
    contact: str
    officer: str
    storage_place: str
    sites: tuple[str, ...]
    notified_on: date | None
    people: int
    consents: int


def read_operator(session: Session, *, actor: Actor, organization_id: int) -> OperatorFacts:
    """For any account of the organisation. Raises NotFound, NotAllowed."""
    actor.check_organization(organization_id)
    organization = session.get(Organization, organization_id)
    if actor.kind is ActorKind.PERSON:
        raise NotAllowed
    if organization is None:
        raise NotFound
    card = session.get(OperatorCard, organization_id)
    people = session.scalar(
        select(func.count(Person.id)).where(
            Person.organization_id == organization_id, Person.erased_at.is_(None)
        )
    )
    latest = newest_ids(organization_id=organization_id)
    standing = session.scalar(
        select(func.count(Consent.id)).where(
            Consent.id.in_(latest), Consent.decision == ConsentDecision.GIVEN
        )
    )
    return OperatorFacts(
        organization=organization.name,
        address=organization.address,
        inn=organization.inn,
        ogrn=card.ogrn if card else "",
        contact=card.contact if card else "",
        officer=card.officer if card else "",
        storage_place=card.storage_place if card else "",
        sites=tuple(card.sites) if card else (),
        notified_on=card.notified_on if card else None,
        people=people or 0,
        consents=standing or 0,
    )


def edit_operator(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    ogrn: str,
    contact: str,
    officer: str,
    storage_place: str,
    sites: str,
    notified_on: date | None,
    now: datetime,
) -> OperatorFacts:
    """`sites` is one address a line. Raises NotFound, NotAllowed, OgrnWrong, SiteWrong,
    OperatorTextTooLong.
    """
    actor.check_right(Right.MANAGE_SETTINGS, organization_id)
    number = ogrn.strip()
    if number and not (number.isascii() and number.isdecimal() and len(number) in OGRN_LENGTHS):
        raise OgrnWrong(field="ogrn")
    listed = [line.strip() for line in sites.splitlines() if line.strip()]
    if len(listed) > MOST_SITES or any(not one.startswith(("https://", "http://")) for one in listed):
        raise SiteWrong(field="sites")
    told = {
        "contact": " ".join(contact.split()),
        "officer": " ".join(officer.split()),
        "storage_place": " ".join(storage_place.split()),
    }
    for field, value in (*told.items(), *(("sites", one) for one in listed)):
        if len(value) > LIMIT:
            raise OperatorTextTooLong(field=field, limit=LIMIT)
    card = session.get(OperatorCard, organization_id, with_for_update=True)
    if card is None:
        card = OperatorCard(organization_id=organization_id, sites=[])
        session.add(card)
    wanted = {"ogrn": number, "sites": listed, "notified_on": notified_on, **told}
    if not change_row(card, wanted):
        return read_operator(session, actor=actor, organization_id=organization_id)
    session.flush()
    record(session, actor, Action.PRIVACY_OPERATOR_EDITED, card, now=now)
    return read_operator(session, actor=actor, organization_id=organization_id)
