"""All views of the panel, and the menu above them."""

from dataclasses import dataclass, replace

from flask import request, url_for
from flask_login import current_user

from admin.access import Secured
from admin.cycles import cycle_id_or_none, pairs_title
from admin.languages import label
from admin.views.accounts import AccountPage, AccountsPage
from admin.views.approvals import ApprovalPage
from admin.views.audit import AuditTable
from admin.views.closings import ClosingPage
from admin.views.consents import ConsentsPage
from admin.views.consultations import ConsultationPage
from admin.views.exports import ExportPage
from admin.views.imports import ImportPage
from admin.views.invitations import InvitationPage
from admin.views.joining import JoiningPage
from admin.views.life import BankPage, LifePage, NeedsPage
from admin.views.meetings import MeetingTable
from admin.views.organization import OrganizationPage
from admin.views.outbox import OutboxTable
from admin.views.pairs import PairPage
from admin.views.paper_way import PaperPage
from admin.views.people import PeoplePage
from admin.views.privacy import PrivacyPage
from admin.views.programmes import ProgrammePage
from admin.views.proposals import ProposalPage
from admin.views.regulations import RegulationPage
from admin.views.roadmap_pages import ROADMAP_TABS, roadmap_pages
from admin.views.scores import ScorePage
from admin.views.sheets import SheetPage
from admin.views.suggestions import SuggestionPage
from admin.views.surveys import SurveyPage
from admin.views.tasks import TaskPage
from admin.views.waves import WavePage
from services.access.actors import Right
from services.access.errors import N_

MENU = (
    ("home", N_("Home"), None),
    ("people", N_("People"), Right.SEE_PEOPLE),
    ("pairs", N_("Pairs"), Right.SEE_PEOPLE),
    ("meetings", N_("Meetings"), Right.SEE_PEOPLE),
    ("consents", N_("Consents"), Right.EDIT_PEOPLE),
    ("roadmap", N_("Roadmap"), Right.SEE_SCORES),
    ("surveys", N_("Surveys"), Right.SEE_SCORES),
    ("scores", N_("Scores"), Right.SEE_SCORES),
    ("consultations", N_("Consultations"), Right.KEEP_RECORDS),
    ("approvals", N_("Approvals"), Right.SEE_PEOPLE),
    ("exports", N_("Exports"), Right.SEE_SCORES),
    ("outbox", N_("Messages"), Right.MANAGE_PAIRS),
    ("programme", N_("Settings"), Right.MANAGE_SETTINGS),
    ("audit", N_("Journal"), Right.SEE_AUDIT),
)
RARE = frozenset({"approvals", "exports", "outbox", "programme", "audit"})
"""Behind "More" on a wide screen: the bar is for what is opened every day."""
TABS = (
    ("programme", N_("Programme")),
    ("regulation", N_("Regulation")),
    ("organization", N_("Organisation")),
    ("accounts", N_("Accounts")),
    ("closings", N_("Close the year")),
)
"""What stands behind "Settings"; all ask for the same right, and the accounts for one that guests lack."""
OF_A_PROGRAMME = frozenset({"programme", "regulation", "closings"})
INDEXES = {"meetings": "index_view", "outbox": "index_view", "audit": "index_view"}


@dataclass(frozen=True, slots=True)
class MenuItem:
    endpoint: str
    name: str
    url: str
    is_here: bool
    is_rare: bool = False


def pages() -> list[Secured]:
    return [
        ApprovalPage(endpoint="approvals", url="/approvals"),
        PeoplePage(endpoint="people", url="/people"),
        ConsentsPage(endpoint="consents", url="/consents"),
        ConsultationPage(endpoint="consultations", url="/consultations"),
        PrivacyPage(endpoint="privacy", url="/privacy"),
        ImportPage(endpoint="imports", url="/import"),
        ClosingPage(endpoint="closings", url="/closing"),
        InvitationPage(endpoint="invitations", url="/invitations"),
        JoiningPage(endpoint="joining", url="/joining"),
        LifePage(endpoint="life", url="/life"),
        NeedsPage(endpoint="needs", url="/needs"),
        BankPage(endpoint="banks", url="/banks"),
        ProposalPage(endpoint="proposals", url="/proposals"),
        PairPage(endpoint="pairs", url="/pairs"),
        SuggestionPage(endpoint="suggestions", url="/suggestions"),
        PaperPage(endpoint="paper", url="/paper"),
        MeetingTable(endpoint="meetings", url="/meetings"),
        *roadmap_pages(),
        SurveyPage(endpoint="surveys", url="/surveys"),
        WavePage(endpoint="waves", url="/waves"),
        SheetPage(endpoint="sheets", url="/sheets"),
        ScorePage(endpoint="scores", url="/scores"),
        ProgrammePage(endpoint="programme", url="/programme"),
        RegulationPage(endpoint="regulation", url="/regulation"),
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
    return [_group(endpoint, name) for endpoint, name, right in MENU if current_user.has(right)]


def _group(endpoint: str, name: str) -> MenuItem:
    """An item of the menu; of one that has tabs behind it, also here while one of them is."""
    if endpoint == "programme":
        return _settings(name)
    item = _item(endpoint, name)
    if endpoint == "pairs":
        return replace(item, name=pairs_title())
    is_behind = endpoint == "roadmap" and any(tab.is_here for tab in roadmap_tabs())
    return replace(item, is_here=item.is_here or is_behind)


def roadmap_tabs() -> list[MenuItem]:
    """The pages of the roadmap that this account may open."""
    return [_item(endpoint, name) for endpoint, name, right in ROADMAP_TABS if current_user.has(right)]


def _settings(name: str) -> MenuItem:
    behind = tabs()
    return MenuItem(
        "programme", label(name), behind[0].url, is_here=any(tab.is_here for tab in behind), is_rare=True
    )


def tabs() -> list[MenuItem]:
    """The pages of the settings; those of the programme only while one runs."""
    is_running = cycle_id_or_none() is not None
    return [
        _item(endpoint, name)
        for endpoint, name in TABS
        if (is_running or endpoint not in OF_A_PROGRAMME)
        and (endpoint != "accounts" or current_user.has(Right.KEEP_ACCOUNTS))
    ]


def _item(endpoint: str, name: str) -> MenuItem:
    return MenuItem(
        endpoint,
        label(name),
        url_for(f"{endpoint}.{INDEXES.get(endpoint, 'index')}"),
        is_here=request.blueprint == endpoint,
        is_rare=endpoint in RARE,
    )
