"""The text of a consent as it is shown to one person, and the mark that proves later which text it was."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts import Account, AccountRole
from models.consents import ConsentKind
from models.people import Organization, Person
from models.privacy import OperatorCard
from services.access.digests import sha256_of
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.consents.states import KIND, pack_now
from services.programmes.consents import render
from services.programmes.regulations import ConsentUse


class ConsentTextChanged(DomainError):
    text = N_("The text of the consent has changed meanwhile. Please read it once more.")


@dataclass(frozen=True, slots=True)
class ConsentOffer:
    """The text as it is shown to this person; `mark` proves later which text it was."""

    title: str
    text: str
    version: int
    locale: str
    mark: str


def read_offer(session: Session, *, person_id: int, locale: str, kind: ConsentKind = KIND) -> ConsentOffer:
    """A consent that the programme asks of this person. Raises NotFound, ConsentFactMissing."""
    person = find(session, Person, person_id)
    use = use_of(session, person.organization_id, kind)
    words = pack_now(session, person.organization_id).consent(kind.value, locale)
    shown = render(words.body, facts_of_operator(session, person))
    return ConsentOffer(use.title.get(locale), shown, words.version, words.locale, sha256_of(shown))


def use_of(session: Session, organization_id: int, kind: ConsentKind) -> ConsentUse:
    """How the running programme uses a consent. Raises NotFound where it has none of this kind."""
    for use in pack_now(session, organization_id).pack.consents:
        if use.id == kind.value:
            return use
    raise NotFound


def facts_of_operator(session: Session, person: Person) -> dict[str, str]:
    organization = session.get_one(Organization, person.organization_id)
    card = session.get(OperatorCard, organization.id)
    curator = session.scalar(
        select(Account.name)
        .where(
            Account.organization_id == organization.id,
            Account.role == AccountRole.CURATOR,
            Account.disabled_at.is_(None),
        )
        .order_by(Account.id)
        .limit(1)
    )
    return {
        "organization": organization.name,
        "organization_address": organization.address,
        "operator_inn": organization.inn,
        "operator_ogrn": card.ogrn if card else "",
        "sites": ", ".join(card.sites) if card else "",
        "person": person.full_name,
        "curator": curator or "",
        "contact": (card.contact if card else "") or organization.address,
    }
