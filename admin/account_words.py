"""Words about accounts: entries of the journal, and what others did as the owner reads it."""

from admin.languages import label
from models.audit import Action
from services.access.errors import N_
from services.accounts.news import AccountNews

EVENTS = {
    Action.ACCOUNT_LINK_ISSUED: N_("a new set-up link was issued by {who}"),
    Action.ACCOUNT_PASSWORD_SET: N_("the password was set through a link that was issued by {who}"),
    Action.ACCOUNT_DISABLED: N_("the account was switched off by {who}"),
    Action.ACCOUNT_ENABLED: N_("the account was switched on again by {who}"),
    Action.ACCOUNT_CHAT_LINKED: N_("a chat was tied to the account"),
    Action.ACCOUNT_CHAT_UNLINKED: N_("the chat was untied from the account"),
    Action.ACCOUNT_GUEST_ADMITTED: N_("another organisation let you in as a guest: {who}"),
    Action.ACCOUNT_GUEST_ENDED: N_("your stay as a guest in another organisation was ended: {who}"),
    Action.ACCOUNT_RECORDS_CLOSED: N_("your own records were closed"),
    Action.ACCOUNT_RECORDS_OPENED: N_("your own records were opened again by {who}"),
}


ACTIONS = {
    Action.ACCOUNT_CREATED: N_("Account made"),
    Action.ACCOUNT_DISABLED: N_("Account switched off"),
    Action.ACCOUNT_ENABLED: N_("Account switched on again"),
    Action.ACCOUNT_LINK_ISSUED: N_("New set-up link issued"),
    Action.ACCOUNT_PASSWORD_SET: N_("Password set"),
    Action.ACCOUNT_SIGNED_IN: N_("Signed in"),
    Action.ACCOUNT_SIGN_IN_FAILED: N_("Failed sign-in"),
    Action.ACCOUNT_PRESENT_PASSWORD_FAILED: N_("Wrong present password when changing it"),
    Action.ACCOUNT_LANGUAGE_CHOSEN: N_("Language chosen"),
    Action.ACCOUNT_CHAT_LINKED: N_("Chat tied to an account"),
    Action.ACCOUNT_CHAT_UNLINKED: N_("Chat untied from an account"),
    Action.ACCOUNT_ENTRY_SENT: N_("Link into the panel sent to the chat"),
    Action.ACCOUNT_GUEST_ADMITTED: N_("Guest let in"),
    Action.ACCOUNT_GUEST_ENDED: N_("Stay of a guest ended"),
    Action.ACCOUNT_RECORDS_CLOSED: N_("Own records closed"),
    Action.ACCOUNT_RECORDS_OPENED: N_("Own records opened again"),
    Action.ACCOUNT_MESSENGER_RULE_READ: N_("Read of the rule on foreign messengers"),
}
"""Entries of the journal about accounts."""


def say_news(news: AccountNews) -> str:
    """One line, without the moment."""
    return label(EVENTS[news.event], who=news.by or label("the server's command line"))
