"""Words that a person asks to pass on: a task of the curator, once for a message."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from models.audit import Action
from models.people import Person
from models.tasks import WORDS_LIMIT, TaskKind
from services.access.actors import Actor
from services.access.audit import record
from services.access.errors import NotAllowed
from services.access.records import find
from services.consents.states import has_consent
from services.delivery.tasks import open_task


def pass_on(
    session: Session, *, actor: Actor, words: str, occasion: str, wanted_on: date | None = None, now: datetime
) -> None:
    """The curator is told; nobody else. Without a consent only that the person wrote, not what.

    `occasion` tells this message from another of the same person. Raises NotAllowed, NotFound.
    """
    if actor.id is None:
        raise NotAllowed
    person = find(session, Person, actor.id)
    actor.check_organization(person.organization_id)
    kept = words.strip()[:WORDS_LIMIT] if has_consent(session, person.id) else None
    key = f"words:person:{person.id}:{occasion}"
    open_task(session, TaskKind.WORDS_TOLD, person, key=key, words=kept, wanted_on=wanted_on, now=now)
    record(session, actor, Action.WORDS_PASSED_ON, person, now=now)
