"""Who stands before the panel, and the bases that every view derives from.

A view is closed unless its base says otherwise; beside that, `keep_out_strangers` closes every address that
is not on a short list, so that a forgotten view is still behind the sign-in.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Concatenate, ParamSpec, TypeVar

from flask import Flask, flash, redirect, request, url_for
from flask_admin import BaseView
from flask_admin.contrib.sqla import ModelView
from flask_login import LoginManager, current_user
from sqlalchemy import func, or_
from sqlalchemy.orm import Query, Session
from werkzeug.wrappers import Response

from admin.languages import sentence
from admin.probes import PROBES
from admin.storage import session
from services.accounts import SignedIn, read_account
from services.actors import Actor, Right
from services.errors import DomainError, NotAllowed

P = ParamSpec("P")
T = TypeVar("T")

OPEN_ENDPOINTS = (
    frozenset({"entrance.sign_in", "entrance.set_up", "entrance.language", "static", "home.static"}) | PROBES
)


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
    """The signed-in account, in the shape Flask-Login asks for. The id ends with the session epoch."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, account: SignedIn) -> None:
        self.account = account

    def get_id(self) -> str:
        return f"{self.account.id}:{self.account.epoch}"

    def has(self, right: Right | None) -> bool:
        return right is None or right in self.account.actor.rights


def load_user(stored: str) -> User | None:
    account_id, _, epoch = stored.partition(":")
    if not (account_id.isdecimal() and epoch.isdecimal()):
        return None
    account = read_account(session(), account_id=int(account_id), epoch=int(epoch))
    return User(account) if account else None


def current_account() -> SignedIn:
    found = current_user.account
    assert isinstance(found, SignedIn)
    return found


def current_actor() -> Actor:
    return current_account().actor


def guard_doors(app: Flask) -> None:
    login = LoginManager(app)
    login.session_protection = "basic"
    login.user_loader(load_user)
    login.unauthorized_handler(ask_to_sign_in)
    app.before_request(keep_out_strangers)


def keep_out_strangers() -> Response | None:
    if request.endpoint in OPEN_ENDPOINTS or current_user.is_authenticated:
        return None
    return ask_to_sign_in()


def ask_to_sign_in() -> Response:
    """Send a stranger to the sign-in, which leads back here; what was posted is not kept."""
    back = request.full_path.rstrip("?") if request.method == "GET" and request.path != "/" else None
    return redirect(url_for("entrance.sign_in", next=back))


class Secured:
    """The base of every view: signed in, and with the right that the view asks for."""

    right: ClassVar[Right | None] = None
    render: Callable[..., Any]  # Flask-Admin's

    def is_accessible(self) -> bool:
        return bool(current_user.is_authenticated and current_user.has(self.right))

    def inaccessible_callback(self, _name: str, **_facts: Any) -> Response:
        if not current_user.is_authenticated:
            return ask_to_sign_in()
        raise NotAllowed

    def _run_view(self, fn: Callable[..., Any], *args: Any, **facts: Any) -> Any:
        """Flask-Admin's own runs a view a second time after a TypeError in it, and so hides the fault."""
        return fn(self, *args, **facts)

    def show(self, template: str, **facts: Any) -> str:
        page: str = self.render(template, **facts)
        return page

    def attempt(
        self, fn: Callable[Concatenate[Session, P], T], /, *args: P.args, **facts: P.kwargs
    ) -> T | None:
        """Run a service and commit; a refusal is rolled back, said above the page, and gives None."""
        try:
            return self.act(fn, *args, **facts)
        except DomainError as error:
            session().rollback()
            flash(sentence(error), "error")
            return None

    def succeeds(
        self, fn: Callable[Concatenate[Session, P], object], /, *args: P.args, **facts: P.kwargs
    ) -> bool:
        """Like `attempt`, for a service that gives nothing back."""
        try:
            self.act(fn, *args, **facts)
        except DomainError as error:
            session().rollback()
            flash(sentence(error), "error")
            return False
        return True

    def act(self, fn: Callable[Concatenate[Session, P], T], /, *args: P.args, **facts: P.kwargs) -> T:
        """Run a service and commit. A refusal escapes to the application's handler."""
        result = fn(session(), *args, **facts)
        session().commit()
        return result


class SecuredPage(Secured, BaseView):
    """A page of ours: reads, or a form that calls a service."""


class SecuredTable(Secured, ModelView):
    """A read-only table of one organisation's rows.

    The organisation limits get_query, get_count_query and get_one alike: otherwise a row leaks by its id.
    """

    can_create = can_edit = can_delete = can_export = can_view_details = False
    column_display_actions = False
    list_template = "panel/table.html"
    page_size = 50
    selects: ClassVar[Mapping[str, Callable[[], Mapping[str, str]]]] = {}
    """Columns with a drop-down above the table: what may be chosen, and its words."""
    intro: ClassVar[str] = ""
    empty: ClassVar[str] = ""

    def __init__(self, *facts: Any, **named: Any) -> None:
        super().__init__(*facts, **named)
        # Flask-Admin registers its editing and exporting addresses even when they are switched off.
        self._urls: list[Any] = [known for known in self._urls if known[1] not in UNUSED]

    def narrow(self, query: Query[Any]) -> Query[Any]:
        """Rows of the account's organisation; a table adds what it filters by."""
        query = query.filter(self.model.organization_id == current_account().organization_id)
        for name, choices in self.selects.items():
            chosen = request.args.get(name)
            if chosen in choices():
                query = query.filter(getattr(self.model, name) == chosen)
        return query

    def get_query(self) -> Query[Any]:
        return self.narrow(session().query(self.model))

    def get_count_query(self) -> Query[Any]:
        return self.narrow(session().query(func.count(self.model.id)).select_from(self.model))

    def get_one(self, id: Any) -> Any:  # noqa: A002  # Flask-Admin's name
        if not str(id).isdecimal():
            return None
        return self.get_query().filter(self.model.id == int(id)).one_or_none()

    def _apply_search(self, query: Any, count_query: Any, joins: Any, count_joins: Any, search: str) -> Any:
        """Every word must occur in one of the columns. SQLite folds the case of Latin letters only, so each
        word is also tried capitalised, in small and in capital letters.
        """
        for word in search.split():
            forms = {word, word.lower(), word.upper(), word.capitalize()}
            found = or_(
                *(
                    column.contains(form, autoescape=True)
                    for column, _path in self._search_fields
                    for form in forms
                )
            )
            query = query.filter(found)
            count_query = count_query.filter(found)
        return query, count_query, joins, count_joins
