"""What is published with a person in it: the list to take down after a withdrawal (DC30)."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.outreach import Publication
from models.pairs import PairMember
from models.people import Person
from services.actors import Actor, Right
from services.errors import NotFound


@dataclass(frozen=True, slots=True)
class PublicationFacts:
    id: int
    title: str
    url: str
    published_on: date


def list_publications_with(session: Session, *, actor: Actor, person_id: int) -> list[PublicationFacts]:
    """Publications on the person's pairs, of all years, newest first. Raises NotFound, NotAllowed."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound
    actor.check_right(Right.EDIT_PEOPLE, person.organization_id)
    pairs = select(PairMember.pair_id).where(PairMember.person_id == person_id)
    rows = session.scalars(
        select(Publication)
        .where(Publication.pair_id.in_(pairs))
        .order_by(Publication.published_on.desc(), Publication.id.desc())
    )
    return [PublicationFacts(row.id, row.title, row.url, row.published_on) for row in rows]
