"""Guests of an event: invited, answering, present; and the list of those whom one may invite."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from models.audit import Action
from models.events import Event, EventGuest, EventStatus, GuestAnswer
from models.messages import NoticeKind
from models.people import ChatAccount, Participation, Person, Role
from services.access.actors import Actor, Right
from services.access.errors import N_, DomainError, NotAllowed, NotFound
from services.access.listing import Asked, Listed, list_page
from services.access.records import find
from services.consents.states import has_consent
from services.delivery.outbox import Occasion, enqueue, enqueue_many
from services.organizations.days import day_of
from services.people.lists import is_staff
from services.people.pseudonyms import is_pseudonymous
from services.programmes.running import current_cycle
from services.roadmap.events.planning import (
    EventCancelled,
    EventFacts,
    facts_of,
    note,
    tell_guests,
)

OPENS_BEFORE = timedelta(hours=2)  # who comes early may say so
REMIND_BEFORE = timedelta(days=1)


class EventNotNow(DomainError):
    text = N_("One can note being here from two hours before the event until the end of that day.")


class EventOver(DomainError):
    text = N_("This event is over.")


class NoOneChosen(DomainError):
    text = N_("Nobody is chosen.")


@dataclass(frozen=True, slots=True)
class Guest:
    """A line of the guest list. `is_in_chat`: the invitation reached or will reach them in Telegram."""

    person_id: int
    name: str
    position: str
    is_in_chat: bool
    answer: GuestAnswer | None
    attended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Invited:
    """`told` in Telegram; `others` have no chat or no consent: they are to be told in person."""

    told: int
    others: int


def may_be_invited(session: Session, *, actor: Actor, event_id: int) -> ColumnElement[bool]:
    """Whether a selected Person takes part or may, and is no guest yet. Raises NotFound, NotAllowed."""
    event = find(session, Event, event_id)
    actor.check_right(Right.SEE_PEOPLE, event.organization_id)
    return and_(_belongs(session, event), ~_is_guest(event_id))


def find_audience(session: Session, *, actor: Actor, event_id: int, roles: Collection[Role]) -> list[int]:
    """Who has one of these roles in the school year, by number. Raises NotFound, NotAllowed."""
    event = find(session, Event, event_id)
    actor.check_right(Right.SEE_PEOPLE, event.organization_id)
    return list(
        session.scalars(
            select(Participation.person_id)
            .where(
                Participation.cycle_id == current_cycle(session, event.organization_id).id,
                Participation.role.in_(roles),
            )
            .distinct()
        )
    )


def list_guests(session: Session, *, actor: Actor, event_id: int) -> tuple[Guest, ...]:
    """All of them by name, for papers. Raises NotFound, NotAllowed."""
    return tuple(_guests_of(session, session.scalars(_guest_rows(session, actor, event_id)).all()))


def page_guests(session: Session, *, actor: Actor, event_id: int, asked: Asked) -> Listed[Guest]:
    """A page of them by name. Raises NotFound, NotAllowed."""
    query = _guest_rows(session, actor, event_id).order_by(None)
    found = list_page(session, query, keys={"name": (Person.sort_key, EventGuest.id)}, asked=asked)
    return found.showing(_guests_of(session, found.rows))


def find_present(session: Session, *, actor: Actor, event_id: int) -> list[int]:
    """Who was there, by number. Raises NotFound, NotAllowed."""
    actor.check_right(Right.SEE_PEOPLE, find(session, Event, event_id).organization_id)
    return list(
        session.scalars(
            select(EventGuest.person_id).where(
                EventGuest.event_id == event_id, EventGuest.attended_at.is_not(None)
            )
        )
    )


def _guest_rows(session: Session, actor: Actor, event_id: int) -> Select[EventGuest]:
    event = find(session, Event, event_id)
    actor.check_right(Right.SEE_PEOPLE, event.organization_id)
    return (
        select(EventGuest)
        .join(Person, Person.id == EventGuest.person_id)
        .where(EventGuest.event_id == event_id, Person.erased_at.is_(None))
        .order_by(Person.sort_key, EventGuest.id)
    )


def _guests_of(session: Session, rows: Sequence[EventGuest]) -> list[Guest]:
    ids = [row.person_id for row in rows]
    people = {one.id: one for one in session.scalars(select(Person).where(Person.id.in_(ids)))}
    in_chat = set(
        session.scalars(
            select(ChatAccount.person_id).where(ChatAccount.person_id.in_(ids), ChatAccount.is_reachable)
        )
    )
    return [
        Guest(
            row.person_id,
            people[row.person_id].full_name,
            people[row.person_id].position,
            row.person_id in in_chat,
            row.answer,
            row.attended_at,
        )
        for row in rows
    ]


def _is_guest(event_id: int) -> ColumnElement[bool]:
    return exists().where(EventGuest.event_id == event_id, EventGuest.person_id == Person.id)


def _belongs(session: Session, event: Event) -> ColumnElement[bool]:
    """Of the organisation, and not only for an account of the panel."""
    staff = is_staff(current_cycle(session, event.organization_id).id)
    return and_(
        Person.organization_id == event.organization_id,
        Person.erased_at.is_(None),
        or_(~staff, _is_guest(event.id)),
    )


def _find_people(session: Session, event: Event, person_ids: Collection[int]) -> list[int]:
    """Those of these people who may stand on the list, in the order in which they were named."""
    known = set(session.scalars(select(Person.id).where(Person.id.in_(person_ids), _belongs(session, event))))
    return [one for one in dict.fromkeys(person_ids) if one in known]


def invite_guests(
    session: Session, *, actor: Actor, event_id: int, person_ids: Collection[int], now: datetime
) -> Invited:
    """Put people on the list and invite those in the chat who have consented (C33, DC28); nobody twice.

    Raises NotFound, NotAllowed, EventCancelled, EventOver, NoOneChosen.
    """
    event = find(session, Event, event_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, event.organization_id)
    _check_ahead(event, now)
    chosen = _find_people(session, event, person_ids)
    if not chosen:
        raise NoOneChosen
    in_chat = set(
        session.scalars(
            select(ChatAccount.person_id).where(ChatAccount.person_id.in_(chosen), ChatAccount.is_reachable)
        )
    )
    told = 0
    for one in chosen:
        guest = _guest(session, event, one)
        if guest.invited_at is not None:
            continue
        guest.invited_at = now
        if one in in_chat and has_consent(session, one):
            told += _enqueue(session, event, one, NoticeKind.EVENT_INVITATION, "invitation", now)
    session.flush()
    note(session, actor, Action.EVENT_INVITED, event, now)
    return Invited(told, len(chosen) - told)


def answer_invitation(
    session: Session, *, actor: Actor, event_id: int, answer: GuestAnswer, now: datetime
) -> EventFacts:
    """A guest says whether they come; the last word counts.

    Raises NotFound, EventCancelled, EventOver, NotAllowed.
    """
    event = find(session, Event, event_id)
    actor.check_organization(event.organization_id)
    _check_ahead(event, now)
    guest = _own(session, actor, event)
    guest.answer, guest.answered_at = answer, now
    session.flush()
    return facts_of(session, event)


def attend(session: Session, *, actor: Actor, event_id: int, now: datetime) -> EventFacts:
    """A person says that they are here, by a tap.

    Raises NotFound, NotAllowed, EventCancelled, EventNotNow.
    """
    event = find(session, Event, event_id)
    if actor.id is None:
        raise NotAllowed
    actor.check_organization(event.organization_id)
    actor.check_is_person(actor.id)
    if event.status is EventStatus.CANCELLED:
        raise EventCancelled
    start = event.starts_at.astimezone(ZoneInfo(event.timezone))
    local = now.astimezone(ZoneInfo(event.timezone))
    if local < start - OPENS_BEFORE or local.date() > start.date():
        raise EventNotNow
    guest = _guest(session, event, actor.id)
    if guest.attended_at is None:
        guest.attended_at = now
    session.flush()
    return facts_of(session, event)


def attend_by_token(session: Session, *, actor: Actor, token: str, now: datetime) -> EventFacts:
    """The same by the link of the event's QR code. Raises NotFound also for a token that nobody made."""
    event_id = session.scalar(select(Event.id).where(Event.token == token))
    if event_id is None:
        raise NotFound
    return attend(session, actor=actor, event_id=event_id, now=now)


def mark_present(
    session: Session,
    *,
    actor: Actor,
    event_id: int,
    person_ids: Collection[int],
    among: Collection[int] | None = None,
    now: datetime,
) -> EventFacts:
    """The curator's list of who was there: it replaces what stood of the guests `among` whom they were named
    (of all of them as a rule), and the event has taken place.

    Raises NotFound, NotAllowed, EventCancelled, EventNotNow.
    """
    event = find(session, Event, event_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, event.organization_id)
    if event.status is EventStatus.CANCELLED:
        raise EventCancelled
    if now < event.starts_at - OPENS_BEFORE:
        raise EventNotNow
    present = set(_find_people(session, event, person_ids))
    for person_id in present:
        guest = _guest(session, event, person_id)
        guest.attended_at = guest.attended_at or now
    for guest in session.scalars(select(EventGuest).where(EventGuest.event_id == event_id)):
        if guest.person_id not in present and (among is None or guest.person_id in among):
            guest.attended_at = None
    event.status = EventStatus.HELD
    session.flush()
    note(session, actor, Action.EVENT_HELD, event, now)
    return facts_of(session, event)


def remind_guests(session: Session, *, now: datetime) -> int:
    """A day before, remind the guests who did not decline; gives the events looked at."""
    events = session.scalars(
        select(Event).where(
            Event.status == EventStatus.PLANNED,
            Event.starts_at > now,
            Event.starts_at <= now + REMIND_BEFORE,
        )
    ).all()
    for event in events:
        people = session.scalars(
            select(EventGuest.person_id).where(
                EventGuest.event_id == event.id,
                EventGuest.invited_at.is_not(None),
                EventGuest.answer.is_distinct_from(GuestAnswer.CANNOT),
            )
        )
        occasions = [
            Occasion(
                kind=NoticeKind.EVENT_REMINDER,
                dedup_key=f"event:{event.id}:reminder:{event.starts_at:%Y-%m-%dT%H:%M}:person:{person_id}",
                organization_id=event.organization_id,
                person_id=person_id,
                facts={"event_id": event.id},
            )
            for person_id in people
        ]
        enqueue_many(session, occasions, now=now)
    return len(events)


def read_invitation(
    session: Session, *, event_id: int, person_id: int
) -> tuple[EventFacts, GuestAnswer | None, bool]:
    """What a notice tells a guest: the event, their answer, whether they were there. Raises NotFound.

    Who leads it is a name: it does not go through the messenger in the pseudonymous mode.
    """
    event = find(session, Event, event_id)
    guest = session.scalars(
        select(EventGuest).where(EventGuest.event_id == event_id, EventGuest.person_id == person_id)
    ).one_or_none()
    if guest is None:
        raise NotFound
    facts = facts_of(session, event)
    if is_pseudonymous(session, event.cycle_id):
        facts = replace(facts, leader="")
    return facts, guest.answer, guest.attended_at is not None


def tell_of_materials(session: Session, event: Event, now: datetime) -> int:
    """Those who were there, or are invited and did not decline, hear of new materials once a day."""
    return tell_guests(session, event, NoticeKind.EVENT_MATERIALS, f"materials:{now.date()}", now)


def _check_ahead(event: Event, now: datetime) -> None:
    if event.status is EventStatus.CANCELLED:
        raise EventCancelled
    zone = ZoneInfo(event.timezone)
    if day_of(event.starts_at, zone) < day_of(now, zone):
        raise EventOver


def _own(session: Session, actor: Actor, event: Event) -> EventGuest:
    guest = session.scalars(
        select(EventGuest)
        .where(EventGuest.event_id == event.id, EventGuest.person_id == actor.id)
        .with_for_update()
    ).one_or_none()
    if guest is None:
        raise NotFound
    actor.check_is_person(guest.person_id)
    return guest


def _guest(session: Session, event: Event, person_id: int) -> EventGuest:
    guest = session.scalars(
        select(EventGuest).where(EventGuest.event_id == event.id, EventGuest.person_id == person_id)
    ).one_or_none()
    if guest is None:
        guest = EventGuest(organization_id=event.organization_id, event_id=event.id, person_id=person_id)
        session.add(guest)
        session.flush()
    return guest


def _enqueue(
    session: Session, event: Event, person_id: int, kind: NoticeKind, occasion: str, now: datetime
) -> bool:
    key = f"event:{event.id}:{occasion}:person:{person_id}"
    return enqueue(session, kind, event, key=key, person_id=person_id, facts={"event_id": event.id}, now=now)
