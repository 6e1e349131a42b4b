"""Where a person's card comes from: the ground, the source, the day.

See 152-ФЗ, art. 18; docs/domain.md#article-351-8.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from models.imports import LegalGround, Origin
from models.people import Person
from services.access.actors import Actor, Right
from services.access.records import find


@dataclass(frozen=True, slots=True)
class OriginFacts:
    ground: LegalGround
    source: str
    received_on: date


def read_origin(session: Session, *, actor: Actor, person_id: int) -> OriginFacts | None:
    """None for a card that a curator wrote by hand. Raises NotFound, NotAllowed."""
    person = find(session, Person, person_id)
    actor.check_right(Right.SEE_PEOPLE, person.organization_id)
    found = session.get(Origin, person_id)
    return OriginFacts(found.ground, found.source, found.received_on) if found else None
