"""Words about accounts: entries of the journal, and what others did as the owner reads it."""

from admin.languages import label
from services.access.errors import N_
from services.accounts.news import AccountEvent, AccountNews

EVENTS = {
    AccountEvent.LINK_ISSUED: N_("a new set-up link was issued by {who}"),
    AccountEvent.PASSWORD_SET: N_("the password was set through a link that was issued by {who}"),
    AccountEvent.DISABLED: N_("the account was switched off by {who}"),
    AccountEvent.ENABLED: N_("the account was switched on again by {who}"),
    AccountEvent.CHAT_LINKED: N_("a chat was tied to the account"),
    AccountEvent.CHAT_UNLINKED: N_("the chat was untied from the account"),
    AccountEvent.GUEST_ADMITTED: N_("another organisation let you in as a guest: {who}"),
    AccountEvent.GUEST_ENDED: N_("your stay as a guest in another organisation was ended: {who}"),
    AccountEvent.RECORDS_CLOSED: N_("your own records were closed"),
    AccountEvent.RECORDS_OPENED: N_("your own records were opened again by {who}"),
}


ACTIONS = {
    "account.created": N_("Account made"),
    "account.disabled": N_("Account switched off"),
    "account.enabled": N_("Account switched on again"),
    "account.link_issued": N_("New set-up link issued"),
    "account.password_set": N_("Password set"),
    "account.signed_in": N_("Signed in"),
    "account.sign_in_failed": N_("Failed sign-in"),
    "account.present_password_failed": N_("Wrong present password when changing it"),
    "account.language_chosen": N_("Language chosen"),
    "account.chat_linked": N_("Chat tied to an account"),
    "account.chat_unlinked": N_("Chat untied from an account"),
    "account.entry_sent": N_("Link into the panel sent to the chat"),
    "account.guest_admitted": N_("Guest let in"),
    "account.guest_ended": N_("Stay of a guest ended"),
    "account.records_closed": N_("Own records closed"),
    "account.records_opened": N_("Own records opened again"),
    "account.messenger_rule_read": N_("Read of the rule on foreign messengers"),
}
"""Entries of the journal about accounts."""


def say_news(news: AccountNews) -> str:
    """One line, without the moment."""
    return label(EVENTS[news.event], who=news.by or label("the server's command line"))
