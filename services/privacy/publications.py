"""Whom publications name, whether each allowed it, what comes down after a withdrawal.

See DC30; docs/domain.md#personal-data.

A dissemination allows fields and addresses one by one; what is not marked may not be published.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from models.consents import Consent, ConsentDecision, ConsentKind
from models.outreach import Publication, PublicationPerson
from models.pairs import PairMember
from models.people import Person
from services.access.actors import Actor, Right
from services.access.errors import NotFound
from services.access.records import find
from services.consents.states import newest_ids


class Gap(StrEnum):
    """Why a publication about a person lacks its ground."""

    NO_CONSENT = "no_consent"
    TERM = "term"
    SITE = "site"
    FIELDS = "fields"


@dataclass(frozen=True, slots=True)
class PublicationFacts:
    id: int
    title: str
    url: str
    published_on: date


@dataclass(frozen=True, slots=True)
class Named:
    """Someone whom a publication names. `gap` None: allowed; `fields` are those that were not allowed."""

    publication_id: int
    person_id: int
    name: str
    gap: Gap | None
    fields: tuple[str, ...] = ()


def list_publications_with(
    session: Session, *, actor: Actor, person_id: int, kind: ConsentKind = ConsentKind.DISSEMINATION
) -> list[PublicationFacts]:
    """Publications that name the person, of all years, newest first; for PHOTO_VIDEO those with a picture.

    Raises NotFound, NotAllowed.
    """
    person = find(session, Person, person_id)
    actor.check_right(Right.EDIT_PEOPLE, person.organization_id)
    rows = session.scalars(
        select(Publication)
        .join(PublicationPerson, PublicationPerson.publication_id == Publication.id)
        .where(PublicationPerson.person_id == person_id)
        .order_by(Publication.published_on.desc(), Publication.id.desc())
    )
    return [
        PublicationFacts(row.id, row.title, row.url, row.published_on)
        for row in rows
        if kind is not ConsentKind.PHOTO_VIDEO or "photo" in row.shows
    ]


def name_people(session: Session, publication: Publication, person_ids: Iterable[int]) -> None:
    """Note whom a publication names; both sides of its pair are named by it. Raises NotFound."""
    chosen = set(person_ids)
    if publication.pair_id is not None:
        chosen.update(
            session.scalars(select(PairMember.person_id).where(PairMember.pair_id == publication.pair_id))
        )
    known = set(
        session.scalars(
            select(Person.id).where(
                Person.id.in_(chosen),
                Person.organization_id == publication.organization_id,
                Person.erased_at.is_(None),
            )
        )
    )
    if known != chosen:
        raise NotFound
    session.add_all(PublicationPerson(publication_id=publication.id, person_id=one) for one in sorted(chosen))
    session.flush()


def list_named(
    session: Session, *, actor: Actor, organization_id: int, publications: Collection[int], today: date
) -> list[Named]:
    """Everyone whom these publications of the organisation name, with what is lacking. Raises NotAllowed."""
    actor.check_right(Right.SEE_PEOPLE, organization_id)
    which = and_(Publication.organization_id == organization_id, Publication.id.in_(publications))
    return _judge(session, which, today)


def find_gaps(session: Session, *, publication_id: int, today: date) -> list[Named]:
    """Those named in one publication who did not allow it."""
    named = _judge(session, Publication.id == publication_id, today)
    return [one for one in named if one.gap is not None]


def _judge(session: Session, which: Any, today: date) -> list[Named]:
    rows = session.execute(
        select(Publication, Person)
        .join(PublicationPerson, PublicationPerson.publication_id == Publication.id)
        .join(Person, Person.id == PublicationPerson.person_id)
        .where(which)
        .order_by(Publication.id, Person.sort_key, Person.id)
    ).all()
    latest = newest_ids(ConsentKind.DISSEMINATION, people={person.id for _publication, person in rows})
    consents = {row.person_id: row for row in session.scalars(select(Consent).where(Consent.id.in_(latest)))}
    return [_judge_one(row, person, consents.get(person.id), today) for row, person in rows]


def _judge_one(row: Publication, person: Person, consent: Consent | None, today: date) -> Named:
    gap, fields = None, ()
    if consent is None or consent.decision is not ConsentDecision.GIVEN:
        gap = Gap.NO_CONSENT
    elif consent.term_until is not None and consent.term_until < today:
        gap = Gap.TERM
    else:
        choices = consent.choices or {}
        fields = tuple(one for one in row.shows if one not in choices.get("fields", ()))
        if not is_within(row.url, choices.get("sites", ())):
            gap = Gap.SITE
        elif fields:
            gap = Gap.FIELDS
    return Named(row.id, person.id, person.full_name, gap, fields if gap is Gap.FIELDS else ())


def is_within(url: str, sites: Sequence[str]) -> bool:
    """Whether a page lies at one of the addresses or below it; www and the scheme make no difference."""
    host, path = _address_of(url)
    for site in sites:
        allowed_host, allowed_path = _address_of(site)
        if host == allowed_host and f"{path}/".startswith(f"{allowed_path}/"):
            return True
    return False


def _address_of(url: str) -> tuple[str, str]:
    parts = urlsplit(url if "//" in url else f"//{url}")
    return (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/")
