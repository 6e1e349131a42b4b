"""All views of the panel, and the menu above them."""

from dataclasses import dataclass

from flask import url_for
from flask_login import current_user

from admin.doors import Secured
from admin.languages import label
from admin.views.accounts import AccountPage
from admin.views.audit import AuditTable
from admin.views.joining import JoiningPage
from admin.views.meetings import MeetingTable
from admin.views.outbox import OutboxTable
from admin.views.pairs import PairPage
from admin.views.people import PeoplePage
from admin.views.programmes import ProgrammePage
from admin.views.proposals import ProposalPage
from admin.views.scores import ScorePage
from admin.views.tasks import TaskPage
from services.actors import Right
from services.errors import N_

MENU = (
    ("home", N_("Home"), None),
    ("people", N_("People"), Right.SEE_PEOPLE),
    ("pairs", N_("Pairs"), Right.SEE_PEOPLE),
    ("meetings", N_("Meetings"), Right.SEE_PEOPLE),
    ("scores", N_("Scores"), Right.SEE_SCORES),
    ("programme", N_("Settings"), Right.MANAGE_SETTINGS),
    ("outbox", N_("Messages"), Right.MANAGE_PAIRS),
    ("audit", N_("Journal"), Right.SEE_AUDIT),
)
INDEXES = {"meetings": "index_view", "outbox": "index_view", "audit": "index_view"}


@dataclass(frozen=True, slots=True)
class MenuItem:
    endpoint: str
    name: str
    url: str


def pages() -> list[Secured]:
    return [
        PeoplePage(endpoint="people", url="/people"),
        JoiningPage(endpoint="joining", url="/joining"),
        ProposalPage(endpoint="proposals", url="/proposals"),
        PairPage(endpoint="pairs", url="/pairs"),
        MeetingTable(endpoint="meetings", url="/meetings"),
        ScorePage(endpoint="scores", url="/scores"),
        ProgrammePage(endpoint="programme", url="/programme"),
        OutboxTable(endpoint="outbox", url="/outbox"),
        AuditTable(endpoint="audit", url="/audit"),
        TaskPage(endpoint="tasks", url="/tasks"),
        AccountPage(endpoint="account", url="/account"),
    ]


def menu() -> list[MenuItem]:
    """What this account may open."""
    return [
        MenuItem(endpoint, label(name), url_for(f"{endpoint}.{INDEXES.get(endpoint, 'index')}"))
        for endpoint, name, right in MENU
        if current_user.has(right)
    ]
