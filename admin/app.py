"""The panel's application, put together from what the composition root gives."""

import logging
from pathlib import Path

from flask import Flask, current_app, flash, redirect, request, url_for
from flask_admin import Admin
from flask_admin.theme import Bootstrap4Theme
from flask_limiter import RateLimitExceeded
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from admin import (
    account_words,
    document_words,
    file_words,
    journal_words,
    pair_words,
    people_words,
    privacy_words,
    programme_words,
    survey_words,
    words,
    work_words,
)
from admin.access import (
    OPEN_ENDPOINTS,
    PageClosed,
    ask_to_sign_in,
    guard_doors,
    page_before,
    workplaces,
)
from admin.addresses import here, initials
from admin.calls import show_refusal
from admin.configuration import PanelConfig
from admin.cycles import curator_title, pairs_title
from admin.drawings import month_name
from admin.inputs import fault_of
from admin.languages import LANGUAGE_NAMES, label, locale, set_up_languages
from admin.probes import add_probes
from admin.refusals import Refusal, count_refusal
from admin.repeats import refuse_repeats
from admin.safety import nonce, refusal, secure
from admin.storage import db, session
from admin.views.answering import answering
from admin.views.entrance import entrance
from admin.views.forms import forms
from admin.views.home import HomePage
from admin.views.menu import menu, pages, tabs
from models.storable import ValueNotStorable
from services.access.actors import Right
from services.access.errors import DomainError, NotAllowed, NotFound
from services.access.timeline import LONGEST
from services.accounts.passwords import unused_hash
from services.documents import words as states

__all__ = ["PanelConfig", "create_panel"]

log = logging.getLogger(__name__)


def create_panel(config: PanelConfig) -> Flask:
    """Raises notices.language.CatalogueMissing and models.engine.UnknownDatabase."""
    app = Flask("admin", static_folder="static", template_folder="templates")
    app.extensions["nastavnik"] = config
    secure(app, config)
    db.attach(app, config.database_url)
    set_up_languages(app)
    guard_doors(app)
    refuse_repeats(app)
    app.register_blueprint(entrance)
    app.register_blueprint(answering)
    app.register_blueprint(forms)
    add_probes(app)
    _add_views(app)
    _answer_errors(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        nonce=nonce,
        here=here,
        initials=initials,
        menu=menu,
        menu_tabs=tabs,
        locale=locale,
        languages=LANGUAGE_NAMES,
        words=words,
        states=states,
        account_words=account_words,
        document_words=document_words,
        file_words=file_words,
        journal_words=journal_words,
        pair_words=pair_words,
        programme_words=programme_words,
        work_words=work_words,
        people_words=people_words,
        privacy_words=privacy_words,
        rights=Right,
        workplaces=workplaces,
        survey_words=survey_words,
        fault_of=fault_of,
        month_name=month_name,
        pairs_title=pairs_title,
        curator_title=curator_title,
        is_sandbox=config.is_sandbox,
        longest_story=LONGEST,
    )
    # Before the first sign-in, or an unknown name would take longer than a known one.
    unused_hash()
    return app


def _add_views(app: Flask) -> None:
    theme = Bootstrap4Theme(base_template="panel/layout.html")
    with app.app_context():  # Flask-SQLAlchemy-Lite knows its engines only there
        home = HomePage(endpoint=HomePage.endpoint, url=HomePage.url)
        admin = Admin(app, name="Nastavnik", theme=theme, index_view=home, url="/", csp_nonce_generator=nonce)
        for view in pages():
            admin.add_view(view)


def _answer_errors(app: Flask) -> None:
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(ValueNotStorable, _not_storable)
    app.register_error_handler(CSRFError, _out_of_date)
    app.register_error_handler(RateLimitExceeded, _too_many)
    app.register_error_handler(HTTPException, _not_served)
    app.register_error_handler(Exception, _fault)


def _refused(error: DomainError) -> Response | tuple[str, int]:
    """A refusal that no page caught: of a form it is said on the page from which it was sent."""
    if isinstance(error, NotAllowed):
        count_refusal(Refusal.RIGHT)
    is_read = request.method == "GET"
    if isinstance(error, PageClosed) or (is_read and isinstance(error, NotAllowed | NotFound)):
        session().rollback()
        return refusal(404 if isinstance(error, NotFound) else 403)
    show_refusal(error)
    return refusal(409) if is_read else redirect(page_before() or url_for("home.index"))


def _not_storable(_error: ValueNotStorable) -> tuple[str, int]:
    """No record has such a number, and no form may keep it; the form itself is one step back."""
    session().rollback()
    return refusal(404 if request.method == "GET" else 422)


def _out_of_date(_error: CSRFError) -> Response | tuple[str, int]:
    """A form of a session that is over: sign in and come back, or just come back and repeat."""
    count_refusal(Refusal.FORM)
    back = page_before()
    if request.endpoint not in OPEN_ENDPOINTS and not current_user.is_authenticated:
        return ask_to_sign_in()
    if back is None:
        return refusal(400)
    flash(label("This page was out of date, so nothing was saved. Please repeat it."), "error")
    return redirect(back)


def _too_many(_error: RateLimitExceeded) -> tuple[str, int]:
    count_refusal(Refusal.FLOOD)
    return refusal(429)


def _not_served(error: HTTPException) -> tuple[str, int] | HTTPException:
    is_fault = error.code is not None and error.code >= 400  # noqa: PLR2004  # redirects are answers
    return refusal(error.code or 500) if is_fault else error


def _fault(error: Exception) -> tuple[str, int]:
    """Logged by its class and place only: a message may carry what a person typed."""
    if current_app.testing:
        raise error
    session().rollback()
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f"{Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}" if frame else "?"
    log.error("%s at %s while serving %s", type(error).__name__, place, request.endpoint)
    return refusal(500)
