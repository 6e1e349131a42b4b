"""Planning an event: what, when, where, who conducts it, on what; moving it and calling it off."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.audit import Action
from models.changes import change_row
from models.events import TRAININGS, Event, EventGuest, EventKind, EventMaterial, EventStatus, GuestAnswer
from models.messages import NoticeKind
from models.people import Organization
from models.programmes import Cycle
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError
from services.access.listing import Asked, Listed, list_page
from services.access.records import find
from services.delivery.outbox import enqueue

TOKEN_BYTES = 16  # 22 characters (docs/design.md#contracts)
LINE_LIMIT, TEXT_LIMIT = 200, 4000
FARTHEST = timedelta(days=3650)


class EventTitleMissing(DomainError):
    text = N_("Please say what the event is called.")


class EventLineTooLong(DomainError):
    text = N_("Title, place and who conducts it have at most {limit} characters each.")


class EventTextTooLong(DomainError):
    text = N_("This text is too long: at most {limit} characters fit.")


class EventTooFar(DomainError):
    text = N_("This date is more than ten years away: please check the year.")


class EventCancelled(DomainError):
    text = N_("This event was called off.")


class EventHeld(DomainError):
    text = N_("This event has taken place already.")


@dataclass(frozen=True, slots=True)
class EventFacts:
    """An event with its counts. `materials` are what was handed out, oldest first."""

    id: int
    organization_id: int
    cycle_id: int
    kind: EventKind
    title: str
    starts_at: datetime
    timezone: str
    place: str
    leader: str
    agenda: str
    status: EventStatus
    token: str
    minutes_number: str
    decisions: str
    chair: str
    secretary: str
    invited: int = 0
    coming: int = 0
    attended: int = 0

    @property
    def local_start(self) -> datetime:
        return self.starts_at.astimezone(ZoneInfo(self.timezone))

    @property
    def is_training(self) -> bool:
        return self.kind in TRAININGS


@dataclass(frozen=True, slots=True)
class MaterialFacts:
    title: str
    url: str
    sent_at: datetime | None


def plan_event(
    session: Session,
    *,
    actor: Actor,
    cycle_id: int,
    kind: EventKind,
    title: str,
    starts_at: datetime,
    place: str = "",
    leader: str = "",
    agenda: str = "",
    now: datetime,
) -> EventFacts:
    """An event may also lie in the past: a round table that was held before the panel was.

    Raises NotFound, NotAllowed, EventTitleMissing, EventLineTooLong, EventTextTooLong, EventTooFar.
    """
    cycle = find(session, Cycle, cycle_id)
    actor.check_right(Right.MANAGE_PAIRS, cycle.organization_id)
    lines = _clean(title, place, leader, agenda, starts_at, now)
    zone = session.scalars(
        select(Organization.timezone).where(Organization.id == cycle.organization_id)
    ).one()
    event = Event(
        organization_id=cycle.organization_id,
        cycle_id=cycle_id,
        kind=kind,
        starts_at=starts_at,
        timezone=zone,
        status=EventStatus.PLANNED,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        created_at=now,
        **lines,
    )
    session.add(event)
    session.flush()
    note(session, actor, Action.EVENT_PLANNED, event, now)
    return facts_of(session, event)


def change_event(
    session: Session,
    *,
    actor: Actor,
    event_id: int,
    title: str,
    starts_at: datetime,
    place: str = "",
    leader: str = "",
    agenda: str = "",
    now: datetime,
) -> EventFacts:
    """Correct an event. When its time or place changes, guests who did not decline are told.

    Raises as plan_event does, and EventCancelled.
    """
    event = find(session, Event, event_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, event.organization_id)
    if event.status is EventStatus.CANCELLED:
        raise EventCancelled
    lines = _clean(title, place, leader, agenda, starts_at, now)
    is_moved = (event.starts_at, event.place) != (starts_at, lines["place"])
    if not change_row(event, {**lines, "starts_at": starts_at}):
        return facts_of(session, event)
    if is_moved and event.status is EventStatus.PLANNED and starts_at > now:
        tell_guests(session, event, NoticeKind.EVENT_MOVED, f"moved:{now.isoformat()}", now)
    note(session, actor, Action.EVENT_CHANGED, event, now)
    return facts_of(session, event)


def cancel_event(session: Session, *, actor: Actor, event_id: int, now: datetime) -> EventFacts:
    """Call an event off; those who were invited are told. Twice is no error.

    Raises NotFound, EventHeld, NotAllowed.
    """
    event = find(session, Event, event_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, event.organization_id)
    if event.status is EventStatus.HELD:
        raise EventHeld
    if event.status is EventStatus.PLANNED:
        event.status = EventStatus.CANCELLED
        if event.starts_at > now:
            tell_guests(session, event, NoticeKind.EVENT_CANCELLED, "cancelled", now)
        note(session, actor, Action.EVENT_CANCELLED, event, now)
    return facts_of(session, event)


def list_events(
    session: Session, *, actor: Actor, cycle_id: int, is_training: bool = False
) -> tuple[EventFacts, ...]:
    """All events of a school year by date, for papers; trainings alone for the register (DC17).

    Raises NotFound, NotAllowed.
    """
    query = _of_year(session, actor, cycle_id)
    if is_training:
        query = query.where(Event.kind.in_(TRAININGS))
    return tuple(_all_facts(session, session.scalars(query.order_by(Event.starts_at, Event.id)).all()))


def page_events(session: Session, *, actor: Actor, cycle_id: int, asked: Asked) -> Listed[EventFacts]:
    """A page of them by date. Raises NotFound, NotAllowed."""
    query = _of_year(session, actor, cycle_id)
    found = list_page(session, query, keys={"starts_at": (Event.starts_at, Event.id)}, asked=asked)
    return found.showing(_all_facts(session, found.rows))


def _of_year(session: Session, actor: Actor, cycle_id: int) -> Select[Event]:
    cycle = find(session, Cycle, cycle_id)
    actor.check_right(Right.SEE_SCORES, cycle.organization_id)
    return select(Event).where(Event.cycle_id == cycle_id)


def read_event(session: Session, *, actor: Actor, event_id: int) -> EventFacts:
    """Raises NotFound, NotAllowed."""
    event = find(session, Event, event_id)
    actor.check_right(Right.SEE_SCORES, event.organization_id)
    return facts_of(session, event)


def list_materials(session: Session, *, actor: Actor, event_id: int) -> tuple[MaterialFacts, ...]:
    """Raises NotFound, NotAllowed."""
    event = find(session, Event, event_id)
    actor.check_right(Right.SEE_SCORES, event.organization_id)
    return materials_of(session, event_id)


def materials_of(session: Session, event_id: int) -> tuple[MaterialFacts, ...]:
    rows = session.scalars(
        select(EventMaterial).where(EventMaterial.event_id == event_id).order_by(EventMaterial.id)
    )
    return tuple(MaterialFacts(row.title, row.url, row.sent_at) for row in rows)


def facts_of(session: Session, event: Event) -> EventFacts:
    return _all_facts(session, [event])[0]


def _all_facts(session: Session, events: Sequence[Event]) -> list[EventFacts]:
    counted = session.execute(
        select(
            EventGuest.event_id,
            func.count(EventGuest.invited_at),
            func.count(EventGuest.id).filter(EventGuest.answer == GuestAnswer.COMES),
            func.count(EventGuest.attended_at),
        )
        .where(EventGuest.event_id.in_([event.id for event in events]))
        .group_by(EventGuest.event_id)
    )
    counts = {row[0]: (row[1], row[2], row[3]) for row in counted}
    return [_facts(event, counts.get(event.id, (0, 0, 0))) for event in events]


def _facts(event: Event, counts: tuple[int, int, int]) -> EventFacts:
    return EventFacts(
        id=event.id,
        organization_id=event.organization_id,
        cycle_id=event.cycle_id,
        kind=event.kind,
        title=event.title,
        starts_at=event.starts_at,
        timezone=event.timezone,
        place=event.place,
        leader=event.leader,
        agenda=event.agenda,
        status=event.status,
        token=event.token,
        minutes_number=event.minutes_number,
        decisions=event.decisions,
        chair=event.chair,
        secretary=event.secretary,
        invited=counts[0],
        coming=counts[1],
        attended=counts[2],
    )


def tell_guests(session: Session, event: Event, kind: NoticeKind, occasion: str, now: datetime) -> int:
    """Queue a notice for every guest who did not decline; gives how many."""
    guests = session.scalars(
        select(EventGuest.person_id).where(
            EventGuest.event_id == event.id,
            EventGuest.invited_at.is_not(None),
            EventGuest.answer.is_distinct_from(GuestAnswer.CANNOT),
        )
    ).all()
    return sum(
        enqueue(
            session,
            kind,
            event,
            key=f"event:{event.id}:{occasion}:person:{person_id}",
            person_id=person_id,
            facts={"event_id": event.id},
            now=now,
        )
        for person_id in guests
    )


def note(session: Session, actor: Actor, action: Action, event: Event, now: datetime) -> None:
    after = {"kind": event.kind.value, "starts_at": event.starts_at.isoformat()}
    record(session, actor, action, event, now=now, after=after)


def check_text(typed: str) -> str:
    """Lines kept, ends trimmed. Raises EventTextTooLong."""
    text = typed.replace("\r\n", "\n").strip()
    if len(text) > TEXT_LIMIT:
        raise EventTextTooLong(limit=TEXT_LIMIT)
    return text


def check_line(typed: str) -> str:
    """One line. Raises EventLineTooLong."""
    line = " ".join(typed.split())
    if len(line) > LINE_LIMIT:
        raise EventLineTooLong(limit=LINE_LIMIT)
    return line


def _clean(
    title: str, place: str, leader: str, agenda: str, starts_at: datetime, now: datetime
) -> dict[str, str]:
    if not title.strip():
        raise EventTitleMissing(field="title")
    if abs(starts_at - now) > FARTHEST:
        raise EventTooFar
    return {
        "title": check_line(title),
        "place": check_line(place),
        "leader": check_line(leader),
        "agenda": check_text(agenda),
    }
