"""Words of the panel for accounts: what a role may do, and what others did with an account."""

from admin.languages import label
from models.accounts import AccountRole
from models.audit import Action
from services.access.errors import N_
from services.accounts.news import AccountNews

ACCOUNT_ROLE_HINTS = {
    AccountRole.ADMINISTRATOR: N_("everything but approvals and consultations; keeps all accounts"),
    AccountRole.CURATOR: N_("leads people, pairs and meetings; settings, exports, some accounts"),
    AccountRole.HEAD: N_("sees people, pairs, meetings and the journal, fills in the nine criteria"),
    AccountRole.PSYCHOLOGIST: N_("sees people, pairs and meetings, fills in the nine criteria"),
    AccountRole.OBSERVER: N_("sees only figures and scores, nobody's name"),
}
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


def describe_news(news: AccountNews) -> str:
    """One line, without the moment."""
    return label(EVENTS[news.event], who=news.by or label("the server's command line"))
