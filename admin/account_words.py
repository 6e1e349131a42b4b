"""What others did with an account, as its owner reads it in the panel."""

from admin.languages import label
from services.account_news import AccountEvent, AccountNews
from services.errors import N_

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


def say_news(news: AccountNews) -> str:
    """One line, without the moment."""
    return label(EVENTS[news.event], who=news.by or label("the server's command line"))
