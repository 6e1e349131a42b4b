"""Until when the data of each school year are kept (152-ФЗ, art. 21).

The purpose is reached with the year's last day; 30 days later the data of whoever takes no part in a later
year and has not consented to the long-term bank must be gone.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.consents import Consent, ConsentDecision, ConsentKind
from models.people import Participation, Person
from models.programmes import Cycle
from services.access.actors import Actor, Right
from services.consents.duties import ERASED_WITHIN
from services.consents.states import newest_ids


@dataclass(frozen=True, slots=True)
class CycleTerm:
    """`people` are those whose last year it is, `long_term` those of them who may stay in the bank."""

    cycle_id: int
    label: str
    ends_on: date
    is_open: bool
    keep_until: date
    people: int
    long_term: int

    @property
    def to_destroy(self) -> int:
        return self.people - self.long_term


def find_retention_end(ends_on: date) -> date:
    """The last day on which a year's data may be kept without another ground."""
    return ends_on + ERASED_WITHIN


def read_retention_end(session: Session, *, cycle_id: int) -> date:
    """Of one school year; no personal data, so no right is asked."""
    return find_retention_end(session.get_one(Cycle, cycle_id).ends_on)


def list_cycle_terms(session: Session, *, actor: Actor, organization_id: int) -> list[CycleTerm]:
    """Every school year, the newest first. Raises NotAllowed."""
    actor.check_right(Right.EDIT_PEOPLE, organization_id)
    cycles = session.scalars(
        select(Cycle).where(Cycle.organization_id == organization_id).order_by(Cycle.ends_on.desc())
    ).all()
    rows = session.execute(
        select(Participation.person_id, func.max(Cycle.ends_on))
        .join(Cycle, Cycle.id == Participation.cycle_id)
        .join(Person, Person.id == Participation.person_id)
        .where(Person.organization_id == organization_id, Person.erased_at.is_(None))
        .group_by(Participation.person_id)
    )
    last_day: dict[int, date] = {person_id: day for person_id, day in rows}  # noqa: C416  # rows
    latest = newest_ids(ConsentKind.LONG_TERM_BANK, organization_id=organization_id)
    staying = set(
        session.scalars(
            select(Consent.person_id).where(Consent.id.in_(latest), Consent.decision == ConsentDecision.GIVEN)
        )
    )
    found = []
    for cycle in cycles:
        people = {one for one, day in last_day.items() if day == cycle.ends_on}
        found.append(
            CycleTerm(
                cycle.id,
                cycle.label,
                cycle.ends_on,
                cycle.is_open,
                find_retention_end(cycle.ends_on),
                len(people),
                len(people & staying),
            )
        )
    return found
