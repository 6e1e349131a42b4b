"""The psychologist's own records of consultations with people and pairs (A12).

Whoever writes one reads it, nobody else: neither a curator, nor the head, nor an administrator, nor another
psychologist. Who leads the pairs sees on which days the psychologist was there for a person, no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from models.audit import Action
from models.pairs import PairMember
from models.people import Person
from models.person_notes import Consultation
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed, NotFound
from services.access.listing import NEWEST_FIRST, Asked, Listed, list_page
from services.access.records import find
from services.accounts.record_closures import RecordsClosed, find_closure

TEXT_LIMIT = 2000


class RecordTooLong(DomainError):
    text = N_("Please keep it to {limit} characters.")


class RecordInFuture(DomainError):
    text = N_("This day cannot lie in the future.")


@dataclass(frozen=True, slots=True)
class ConsultationFacts:
    id: int
    person_id: int
    names: tuple[str, ...]
    held_on: date
    text: str


@dataclass(frozen=True, slots=True)
class Partner:
    """Somebody with whom the person is or was in a pair."""

    id: int
    name: str


def add_consultation(
    session: Session,
    *,
    actor: Actor,
    person_id: int,
    with_person_id: int | None,
    held_on: date,
    text: str,
    today: date,
    now: datetime,
) -> int:
    """Note it; without words it says that it took place. Raises NotFound, NotAllowed, RecordsClosed,
    RecordTooLong, RecordInFuture.
    """
    _check_open(session, actor)
    person = _find(session, actor, person_id)
    partners = {one.id for one in list_partners_of(session, actor=actor, person_id=person_id)}
    if with_person_id is not None and with_person_id not in partners:
        raise NotFound
    if len(text.strip()) > TEXT_LIMIT:
        raise RecordTooLong(limit=TEXT_LIMIT)
    if held_on > today:
        raise RecordInFuture
    row = Consultation(
        organization_id=person.organization_id,
        account_id=_author(actor),
        person_id=person_id,
        with_person_id=with_person_id,
        held_on=held_on,
        text=text.strip(),
        created_at=now,
    )
    session.add(row)
    session.flush()
    _record(session, actor, row, Action.CONSULTATION_ADDED, now)
    return row.id


def remove_consultation(session: Session, *, actor: Actor, consultation_id: int, now: datetime) -> int:
    """Take one's own record out; gives the person's id. Raises NotFound, NotAllowed, RecordsClosed."""
    row = find(session, Consultation, consultation_id, lock=True)
    actor.check_right(Right.KEEP_RECORDS, row.organization_id)
    _check_open(session, actor)
    if row.account_id != _author(actor):
        raise NotFound
    person_id = row.person_id
    _record(session, actor, row, Action.CONSULTATION_REMOVED, now)
    session.delete(row)
    session.flush()
    return person_id


def list_own_consultations(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    person_id: int | None = None,
    asked: Asked = NEWEST_FIRST,
) -> Listed[ConsultationFacts]:
    """A page of one's own, the newest first, of one person or of all.

    Raises NotFound, NotAllowed, RecordsClosed.
    """
    actor.check_right(Right.KEEP_RECORDS, organization_id)
    _check_open(session, actor)
    query = select(Consultation).where(
        Consultation.account_id == _author(actor), Consultation.organization_id == organization_id
    )
    if person_id is not None:
        _find(session, actor, person_id)
        query = query.where(_is_of(person_id))
    found = list_page(session, query, keys={"held_on": (Consultation.held_on, Consultation.id)}, asked=asked)
    names = _names(session, found.rows)
    return found.showing(
        [
            ConsultationFacts(
                one.id,
                one.person_id,
                tuple(names[each] for each in (one.person_id, one.with_person_id) if each is not None),
                one.held_on,
                one.text,
            )
            for one in found.rows
        ]
    )


def list_days(session: Session, *, actor: Actor, person_id: int) -> list[date]:
    """When the psychologist was there for this person. Raises NotFound, NotAllowed."""
    person = find(session, Person, person_id)
    actor.check_right(Right.MANAGE_PAIRS, person.organization_id)
    return list(
        session.scalars(
            select(Consultation.held_on).where(_is_of(person_id)).order_by(Consultation.held_on.desc())
        )
    )


def list_partners_of(session: Session, *, actor: Actor, person_id: int) -> list[Partner]:
    """With whom the person is or was in a pair, by name. Raises NotFound, NotAllowed."""
    _find(session, actor, person_id)
    pair_ids = select(PairMember.pair_id).where(PairMember.person_id == person_id)
    people = session.scalars(
        select(Person)
        .where(
            Person.id.in_(select(PairMember.person_id).where(PairMember.pair_id.in_(pair_ids))),
            Person.id != person_id,
            Person.erased_at.is_(None),
        )
        .order_by(Person.sort_key, Person.id)
    )
    return [Partner(one.id, one.full_name) for one in people]


def _is_of(person_id: int) -> ColumnElement[bool]:
    return or_(Consultation.person_id == person_id, Consultation.with_person_id == person_id)


def _names(session: Session, rows: Sequence[Consultation]) -> dict[int, str]:
    ids = {each for one in rows for each in (one.person_id, one.with_person_id) if each is not None}
    return {one.id: one.full_name for one in session.scalars(select(Person).where(Person.id.in_(ids)))}


def _find(session: Session, actor: Actor, person_id: int) -> Person:
    person = find(session, Person, person_id)
    if person.erased_at is not None:
        raise NotFound
    actor.check_right(Right.KEEP_RECORDS, person.organization_id)
    return person


def _check_open(session: Session, actor: Actor) -> None:
    if find_closure(session, _author(actor)) is not None:
        raise RecordsClosed


def _author(actor: Actor) -> int:
    """Records have an author with an account: the system keeps none."""
    if actor.kind is not ActorKind.ACCOUNT or actor.id is None:
        raise NotAllowed
    return actor.id


def _record(session: Session, actor: Actor, row: Consultation, action: Action, now: datetime) -> None:
    """The number of the record: never a word of it."""
    record(session, actor, action, row, now=now)
