"""Words about the chat of whoever works in the panel."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.people import Person
from notices.language import Translator
from notices.letters import Letter, Skip
from services.account_passes import has_account


def unlinked(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    """A security matter: told even when the person did it. Another account may still open the panel here."""
    person_id = int(facts["person_id"])
    if session.get(Person, person_id) is None:
        return Skip("the person is gone")
    if has_account(session, person_id):
        return Letter(t("One account of the panel no longer belongs to this chat."), opens_panel=True)
    return Letter(t("This chat no longer opens the panel: /panel is switched off."), opens_panel=False)
