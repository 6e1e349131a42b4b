"""What colleagues and third parties say of a person's needs: by whom, when, does the person know (A22, C6).

Data that do not come from the person: the person is told first (152-ФЗ, art. 18), so the mark is a date.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.people import Person
from models.person_notes import Testimony
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.errors import N_, DomainError
from services.access.records import find

TEXT_LIMIT = 1000
SOURCE_LIMIT = 200


class NeedUnclear(DomainError):
    text = N_("Please say who told it and what the person needs.")


class NeedTooLong(DomainError):
    text = N_("Please keep it to {limit} characters.")


class DayInFuture(DomainError):
    text = N_("This day cannot lie in the future.")


@dataclass(frozen=True, slots=True)
class TestimonyFacts:
    id: int
    source: str
    told_on: date
    text: str
    informed_on: date | None


def add_testimony(
    session: Session,
    *,
    actor: Actor,
    person_id: int,
    source: str,
    told_on: date,
    text: str,
    informed_on: date | None,
    today: date,
    now: datetime,
) -> int:
    """Note it. Raises NotFound, NotAllowed, NeedUnclear, NeedTooLong, DayInFuture."""
    person = find(session, Person, person_id)
    actor.check_right(Right.MANAGE_PAIRS, person.organization_id)
    who, what = " ".join(source.split()), text.strip()
    if not who or not what:
        raise NeedUnclear
    if len(what) > TEXT_LIMIT or len(who) > SOURCE_LIMIT:
        raise NeedTooLong(limit=TEXT_LIMIT if len(what) > TEXT_LIMIT else SOURCE_LIMIT)
    if told_on > today or (informed_on is not None and informed_on > today):
        raise DayInFuture
    row = Testimony(
        organization_id=person.organization_id,
        person_id=person_id,
        account_id=actor.id if actor.kind is ActorKind.ACCOUNT else None,
        source=who,
        told_on=told_on,
        text=what,
        informed_on=informed_on,
        created_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, Action.TESTIMONY_ADDED, row, now=now, after={"testimony": row.id})
    return row.id


def mark_informed(
    session: Session, *, actor: Actor, testimony_id: int, informed_on: date, today: date, now: datetime
) -> None:
    """The person has been told that this is held. Raises NotFound, NotAllowed, DayInFuture."""
    row = _lock(session, actor, testimony_id)
    if informed_on > today:
        raise DayInFuture
    row.informed_on = informed_on
    record(session, actor, Action.TESTIMONY_INFORMED, row, now=now, after={"testimony": row.id})


def remove_testimony(session: Session, *, actor: Actor, testimony_id: int, now: datetime) -> int:
    """Take it out; gives the person's id. Raises NotFound, NotAllowed."""
    row = _lock(session, actor, testimony_id)
    person_id = row.person_id
    record(session, actor, Action.TESTIMONY_REMOVED, row, now=now, after={"testimony": row.id})
    session.delete(row)
    session.flush()
    return person_id


def list_testimonies(session: Session, *, actor: Actor, person_id: int) -> list[TestimonyFacts]:
    """For who leads the pairs alone. Raises NotFound, NotAllowed."""
    person = find(session, Person, person_id)
    actor.check_right(Right.MANAGE_PAIRS, person.organization_id)
    rows = session.scalars(
        select(Testimony).where(Testimony.person_id == person_id).order_by(Testimony.told_on, Testimony.id)
    )
    return [TestimonyFacts(one.id, one.source, one.told_on, one.text, one.informed_on) for one in rows]


def _lock(session: Session, actor: Actor, testimony_id: int) -> Testimony:
    row = find(session, Testimony, testimony_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    return row
