"""The signed-in account of a request, and the bases that every view derives from.

A view is closed unless its base says otherwise; beside that, `refuse_strangers` closes every address that
is not on a short list, so that a forgotten view is still behind the sign-in.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar, ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Flask, flash, redirect, request, url_for
from flask import session as cookie
from flask_admin import BaseView
from flask_login import LoginManager, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from admin.configuration import panel_config
from admin.devices import remember_device
from admin.languages import label, store_language, stored_language
from admin.pages import Declared, Entry, declared
from admin.probes import PROBES
from admin.storage import now, session
from services.access.actors import Actor, Right
from services.access.errors import NotAllowed
from services.accounts.directory import SignedIn, read_account
from services.accounts.sessions import end_session, find_session, start_session
from services.accounts.workplaces import Workplace, list_workplaces
from services.organizations.days import day_of

P = ParamSpec("P")
T = TypeVar("T")

OPEN_ENDPOINTS = (
    frozenset(
        {
            "entrance.sign_in",
            "entrance.set_up",
            "entrance.enter",
            "entrance.language",
            "answering.part",
            "forms.fill",
            "answering.review",
            "static",
            "home.static",
        }
    )
    | PROBES
)

WORKPLACE = "organization"
"""Where the session keeps the organisation that an account of several turned to."""

LIST = "index_view"
"""Flask-Admin's name of the page with a table."""

UNUSED = frozenset(
    {
        "action_view",
        "ajax_lookup",
        "ajax_update",
        "create_view",
        "delete_view",
        "details_view",
        "edit_view",
        "export",
    }
)


class User:
    """The signed-in account, in the shape Flask-Login asks for: its id is the token of the session."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, account: SignedIn, token: str, news_after: int = 0) -> None:
        self.account = account
        self.token = token
        self.news_after = news_after

    def get_id(self) -> str:
        return self.token

    def has(self, right: Right | None) -> bool:
        return right is None or right in self.account.actor.rights


def load_user(stored: str) -> User | None:
    found = find_session(session(), token=stored, now=None if panel_config().is_sandbox else now())
    if found is None:
        return None
    account = read_account(session(), account_id=found.account_id, organization_id=cookie.get(WORKPLACE))
    return User(account, stored, found.news_after) if account else None


def let_in(account: SignedIn) -> None:
    """A new session of this browser, committed; nothing that was in its cookie before goes on."""
    has_end = not panel_config().is_sandbox
    token = start_session(session(), account_id=account.id, now=now(), has_end=has_end)
    session().commit()
    cookie.clear()
    cookie.permanent = True
    if stored_language() is None:
        store_language(account.locale)
    login_user(User(account, token))
    remember_device(account.id)


def sign_out() -> None:
    """End the session of this browser for good, committed: a copy of its cookie opens nothing."""
    if current_user.is_authenticated:
        end_session(session(), token=current_user.token)
        session().commit()
    logout_user()
    cookie.clear()


def current_account() -> SignedIn:
    found = current_user.account
    assert isinstance(found, SignedIn)
    return found


def current_day() -> date:
    """Today by the clock of the organisation at which the account works."""
    return day_of(now(), current_account().timezone)


def current_actor() -> Actor:
    return current_account().actor


def workplaces() -> tuple[Workplace, ...]:
    """The organisations that this account may turn to."""
    return list_workplaces(session(), current_account().id)


def guard_doors(app: Flask) -> None:
    login = LoginManager(app)
    login.session_protection = "basic"
    login.user_loader(load_user)
    login.unauthorized_handler(ask_to_sign_in)
    app.before_request(refuse_strangers)


def refuse_strangers() -> Response | None:
    if request.endpoint in OPEN_ENDPOINTS or current_user.is_authenticated:
        return None
    return ask_to_sign_in()


def ask_to_sign_in() -> Response:
    """Send a stranger to the sign-in, which leads back here; that what was posted is not kept is said."""
    if request.method == "GET":
        back = request.full_path.rstrip("?") if request.path != "/" else None
        return redirect(url_for("entrance.sign_in", next=back))
    back = page_before()
    if back is not None:
        flash(
            label(
                "Your session had ended, so what you sent last was not saved. Sign in: you come back to the "
                "page where you were."
            ),
            "error",
        )
    return redirect(url_for("entrance.sign_in", next=back))


def page_before() -> str | None:
    """The page of ours from which a form was sent, by what the browser says of it."""
    came = urlsplit(request.referrer or "")
    if came.netloc != request.host or not came.path.startswith("/") or came.path.startswith("//"):
        return None
    return f"{came.path}?{came.query}" if came.query else came.path


class PageClosed(NotAllowed):
    """The page declares a right that the account does not have."""


class Secured:
    """The base of every view: open to whoever signed in and has the right that the page itself declares."""

    endpoint: ClassVar[str]
    url: ClassVar[str]
    entry: ClassVar[Entry]
    render: Callable[..., Any]

    def is_accessible(self) -> bool:
        """Whether the page that is asked for is open to this account; one that declares no right is not."""
        blueprint, _, name = (request.endpoint or "").rpartition(".")
        if blueprint != self.endpoint or not current_user.is_authenticated:
            return False
        found = self.declared(name)
        return found is not None and current_user.has(found.asked_by(request.method))

    @classmethod
    def declared(cls, name: str) -> Declared | None:
        """What the page of this name declares (admin.pages)."""
        return declared(cls, name)

    def inaccessible_callback(self, _name: str, **_facts: Any) -> Response:
        if not current_user.is_authenticated:
            return ask_to_sign_in()
        raise PageClosed

    def _run_view(self, fn: Callable[..., Any], *args: Any, **facts: Any) -> Any:
        """Flask-Admin's own runs a view a second time after a TypeError in it, and so hides the fault."""
        return fn(self, *args, **facts)

    def show(self, template: str, **facts: Any) -> str:
        page: str = self.render(template, **facts)
        return page


class SecuredPage(Secured, BaseView):
    """A page of ours: reads, or a form that calls a service."""

    def __init__(self) -> None:
        super().__init__(endpoint=self.endpoint, url=self.url)
