"""All views of the panel, and the menu above them."""

from dataclasses import dataclass

from flask import request, url_for
from flask_login import current_user

from admin.cycles import cycle_id_or_none
from admin.doors import Secured
from admin.languages import label
from admin.views.accounts import AccountPage, AccountsPage
from admin.views.audit import AuditTable
from admin.views.exports import ExportPage
from admin.views.joining import JoiningPage
from admin.views.meetings import MeetingTable
from admin.views.organization import OrganizationPage
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
    ("exports", N_("Exports"), Right.SEE_SCORES),
    ("outbox", N_("Messages"), Right.MANAGE_PAIRS),
    ("programme", N_("Settings"), Right.MANAGE_SETTINGS),
    ("audit", N_("Journal"), Right.SEE_AUDIT),
)
TABS = (
    ("programme", N_("Programme")),
    ("organization", N_("Organisation")),
    ("accounts", N_("Accounts")),
)
"""What stands behind "Settings"; all three ask for the same right."""
INDEXES = {"meetings": "index_view", "outbox": "index_view", "audit": "index_view"}


@dataclass(frozen=True, slots=True)
class MenuItem:
    endpoint: str
    name: str
    url: str
    is_here: bool


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
        AccountsPage(endpoint="accounts", url="/accounts"),
        OrganizationPage(endpoint="organization", url="/organization"),
        ExportPage(endpoint="exports", url="/exports"),
    ]


def menu() -> list[MenuItem]:
    """What this account may open."""
    return [
        _settings(name) if endpoint == "programme" else _item(endpoint, name)
        for endpoint, name, right in MENU
        if current_user.has(right)
    ]


def _settings(name: str) -> MenuItem:
    behind = tabs()
    return MenuItem("programme", label(name), behind[0].url, is_here=any(tab.is_here for tab in behind))


def tabs() -> list[MenuItem]:
    """The pages of the settings; that of the programme only while one runs."""
    return [_item(endpoint, name) for endpoint, name in TABS if endpoint != "programme" or cycle_id_or_none()]


def _item(endpoint: str, name: str) -> MenuItem:
    return MenuItem(
        endpoint,
        label(name),
        url_for(f"{endpoint}.{INDEXES.get(endpoint, 'index')}"),
        is_here=request.blueprint == endpoint,
    )
