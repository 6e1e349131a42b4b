"""Words about the chat of whoever works in the panel."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.accounts import Account
from models.audit import Action
from models.people import Person
from notices.language import Translator
from notices.letters import Letter, Skip
from services.access.errors import N_
from services.accounts.passes import has_account


def unlinked(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    """A security matter: told even when the person did it. Another account may still open the panel here."""
    person_id = int(facts["person_id"])
    if session.get(Person, person_id) is None:
        return Skip("the person is gone")
    if has_account(session, person_id):
        return Letter(t("One account of the panel no longer belongs to this chat."), opens_panel=True)
    return Letter(t("This chat no longer opens the panel: /panel is switched off."), opens_panel=False)


def changed(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    """An act of somebody else upon the account of whoever has this chat."""
    account = session.get(Account, int(facts["account_id"]))
    if account is None:
        return Skip("the account is gone")
    event = Action(facts["event"])
    by = session.get(Account, facts["by_account_id"]) if facts["by_account_id"] is not None else None
    who = by.name if by is not None else t("the server's command line")
    return Letter(
        t(WORDS[event], account=account.name, who=who),
        opens_panel=has_account(session, int(facts["person_id"])),
    )


WORDS = {
    Action.ACCOUNT_LINK_ISSUED: N_(
        "A one-time link to your account “{account}” of the panel was issued: {who}. Whoever opens it sets a "
        "new password. If you did not ask for it, tell your head or administrator at once."
    ),
    Action.ACCOUNT_PASSWORD_SET: N_(
        "A new password of your account “{account}” of the panel was set through a link that was issued by "
        "somebody else: {who}. This chat opens the account no more until you tie it again. If it was not you "
        "who set the password, tell your head or administrator at once."
    ),
    Action.ACCOUNT_DISABLED: N_("Your account “{account}” of the panel was switched off: {who}."),
    Action.ACCOUNT_ENABLED: N_("Your account “{account}” of the panel was switched on again: {who}."),
    Action.ACCOUNT_CHAT_LINKED: N_(
        "This chat was tied to your account “{account}” of the panel and opens it. If it was not you, untie "
        "it on the page of your account and tell your head or administrator at once."
    ),
    Action.ACCOUNT_CHAT_UNLINKED: N_("The chat was untied from your account “{account}” of the panel."),
    Action.ACCOUNT_GUEST_ADMITTED: N_(
        "Another organisation let your account “{account}” of the panel in as a guest: {who}. You choose the "
        "organisation at the top of the panel."
    ),
    Action.ACCOUNT_GUEST_ENDED: N_(
        "Your account “{account}” of the panel no longer works as a guest in another organisation: {who}."
    ),
    Action.ACCOUNT_RECORDS_CLOSED: N_(
        "The psychologist's own records are closed: somebody else gave a new password to the account of "
        "{who}. Speak to the psychologist, then open the records again on the page “Approvals” of the panel."
    ),
    Action.ACCOUNT_RECORDS_OPENED: N_(
        "The records of consultations of your account “{account}” are open again: {who}."
    ),
}
"""What each event says to the owner; of closed records, to the head."""
