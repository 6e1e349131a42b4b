"""Words about consents: a question that the curator puts through the bot."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.consents import ConsentKind
from models.people import Person
from notices.buttons import ContinueDo, ContinueTap
from notices.language import Translator
from notices.letters import Action, Letter, Skip
from services.access.actors import person_in_chat
from services.access.errors import NotFound
from services.consents.states import ConsentState
from services.joining.consent_overview import read_standing


def request(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    """Asked once, in a message of its own; no answer is no consent."""
    person = session.get(Person, int(facts["person_id"]))
    if person is None or person.erased_at is not None:
        return Skip("the person is gone")
    kind = str(facts.get("consent", ""))
    if kind not in set(ConsentKind):
        return Skip("no such consent")
    try:
        standing = read_standing(
            session,
            actor=person_in_chat(person.id, person.organization_id),
            person_id=person.id,
            kind=ConsentKind(kind),
            locale=t.locale,
        )
    except NotFound:
        return Skip("no such consent")
    if standing.state is ConsentState.GIVEN:
        return Skip("given already")
    text = t(
        "A question from your curator: “{title}”. It is a consent of its own: read it and decide as you "
        "like. If you do not answer, it is not given, and nothing follows from that.",
        title=standing.title,
    )
    return Letter(
        text, ((Action(t.label("Read and decide"), ContinueTap(ContinueDo.CONSENT, kind=standing.kind)),),)
    )
