"""Words about coming in: recognised by the curator, or not."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.people import Invitation, JoinRequest, JoinStatus, Person
from notices.buttons import HomeDo, HomeTap
from notices.language import Translator
from notices.letters import Action, Letter, Skip
from services.consents.states import has_consent
from services.joining.entering import is_linked


def recognised(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    person_id = int(facts["person_id"])
    if not is_linked(session, person_id=person_id):
        return Skip("the chat is no longer linked")
    if has_consent(session, person_id):
        return Skip("went on already")
    return Letter(
        t("The curator has recognised you. Now I can tell you what this is about."),
        ((Action(t.label("Next"), HomeTap(HomeDo.SHOW)),),),
    )


def refused(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    request = session.get(JoinRequest, int(facts["join_request_id"]))
    if request is None:
        return Skip("the request is gone")
    if request.status is not JoinStatus.REFUSED:
        return Skip("decided otherwise")
    return Letter(
        t(
            "The curator could not find out whose the digits {digits} are. Please speak to the curator "
            "and ask for your personal link, or type the code of your organisation once more.",
            digits=request.digits,
        )
    )


def moved(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    """For the old chat: nothing about anybody, whoever holds the telephone now."""
    if session.get(Person, int(facts["moved_person_id"])) is None:
        return Skip("the person is gone")
    return Letter(
        t(
            "This chat is no longer linked: another Telegram account was linked to you in its place. "
            "I write there from now on. If it was not you, please tell your curator at once."
        )
    )


def undone(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    if session.get(Invitation, int(facts["invitation_id"])) is None:
        return Skip("the invitation is gone")
    return Letter(
        t(
            "The curator has unlinked this chat: the invitation was meant for somebody else. "
            "Please ask the curator for your own link."
        )
    )
