"""What stays of an event: its minutes (DC25; A54, C15) and its materials."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.audit import Action
from models.changes import change_row
from models.events import Event, EventMaterial, EventStatus
from services.access.actors import Actor, Right
from services.access.errors import N_, DomainError
from services.access.records import find
from services.roadmap.events.guests import EventNotNow, tell_of_materials
from services.roadmap.events.planning import (
    EventCancelled,
    EventFacts,
    EventTitleMissing,
    check_line,
    check_text,
    facts_of,
    note,
)
from services.roadmap.proofs import check_link

NUMBER_LIMIT = 30


class MinutesNumberTooLong(DomainError):
    text = N_("The number of the minutes has at most {limit} characters.")


def write_minutes(
    session: Session,
    *,
    actor: Actor,
    event_id: int,
    number: str,
    chair: str,
    secretary: str,
    decisions: str,
    now: datetime,
) -> EventFacts:
    """Keep what was decided; the event has then taken place. May be corrected later.

    Raises NotFound, NotAllowed, EventCancelled, EventNotNow, EventLineTooLong, EventTextTooLong,
    MinutesNumberTooLong.
    """
    event = find(session, Event, event_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, event.organization_id)
    if event.status is EventStatus.CANCELLED:
        raise EventCancelled
    if now < event.starts_at:
        raise EventNotNow
    number = " ".join(number.split())
    if len(number) > NUMBER_LIMIT:
        raise MinutesNumberTooLong(limit=NUMBER_LIMIT)
    told = {
        "minutes_number": number,
        "decisions": check_text(decisions),
        "chair": check_line(chair),
        "secretary": check_line(secretary),
        "status": EventStatus.HELD,
    }
    if change_row(event, told):
        note(session, actor, Action.EVENT_MINUTES_WRITTEN, event, now)
    return facts_of(session, event)


def add_material(
    session: Session, *, actor: Actor, event_id: int, title: str, url: str, is_sent: bool, now: datetime
) -> EventFacts:
    """Add a link to what was handed out; `is_sent` tells the guests of it.

    Raises NotFound, NotAllowed, EventTitleMissing, EventLineTooLong, LinkUnreadable, LinkTooLong.
    """
    event = find(session, Event, event_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, event.organization_id)
    if not title.strip():
        raise EventTitleMissing
    session.add(
        EventMaterial(
            organization_id=event.organization_id,
            event_id=event.id,
            title=check_line(title),
            url=check_link(url),
            added_at=now,
            sent_at=now if is_sent else None,
        )
    )
    session.flush()
    if is_sent:
        tell_of_materials(session, event, now)
    note(session, actor, Action.EVENT_MATERIAL_ADDED, event, now)
    return facts_of(session, event)
