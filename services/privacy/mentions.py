"""Free words of the organisation that name a person: the name of a list's file, who leads an event.

They are no record of the person, so no key leads there; erasing looks for the name itself.
Minutes and publications are papers of the organisation and stay as the retention list says.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.events import Event
from models.imports import PeopleImport
from models.people import Person
from services.privacy.traces import numbered


def forget_mentions(session: Session, person: Person) -> int:
    """Put a number in the place of such words; gives how many there were.

    A file may be called by the family name alone; who leads an event is somebody else when the first name is.
    """
    family, found = person.family_name.casefold(), 0
    if not family:
        return 0
    instead = numbered(person.id)
    lists = select(PeopleImport).where(PeopleImport.organization_id == person.organization_id)
    for row in session.scalars(lists):
        if family in f"{row.title} {row.source}".casefold():
            row.title, row.source, found = instead, instead, found + 1
    events = select(Event).where(Event.organization_id == person.organization_id, Event.leader != "")
    for event in session.scalars(events):
        words = event.leader.casefold()
        given = person.given_name.casefold()
        if family in words and (given in words or f"{given[:1]}." in words):
            event.leader, found = instead, found + 1
    session.flush()
    return found
