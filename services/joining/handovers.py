"""Handing over what a person answers for, before they leave: rows of the roadmap that are not done (E17)."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models.audit import Action
from models.people import Person
from models.roadmap import RoadmapEntry
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound


class StillResponsible(DomainError):
    text = N_("This person answers for rows of the roadmap that are not done. Please hand them over first.")


def count_duties(session: Session, *, person_id: int) -> int:
    """Rows of the roadmap that are not done and name this person."""
    found = session.scalar(
        select(func.count(RoadmapEntry.id)).where(
            RoadmapEntry.responsible_id == person_id, RoadmapEntry.done_on.is_(None)
        )
    )
    return found or 0


def hand_over(session: Session, *, actor: Actor, person_id: int, to_person_id: int, now: datetime) -> int:
    """Let a colleague answer for them; how many went over. Raises NotFound, NotAllowed."""
    person, colleague = session.get(Person, person_id), session.get(Person, to_person_id)
    if person is None or colleague is None or colleague.organization_id != person.organization_id:
        raise NotFound
    actor.check_right(Right.MANAGE_PAIRS, person.organization_id)
    if colleague.departed_at is not None or colleague.id == person.id:
        raise NotFound
    count = count_duties(session, person_id=person_id)
    session.execute(
        update(RoadmapEntry)
        .where(RoadmapEntry.responsible_id == person_id, RoadmapEntry.done_on.is_(None))
        .values(responsible_id=to_person_id)
    )
    record(
        session, actor, Action.PERSON_HANDED_OVER, person, now=now, after={"to": to_person_id, "rows": count}
    )
    return count
