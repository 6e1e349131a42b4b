"""The same form sent twice does its work once: every rendered form has a mark of its own.

The mark travels in the form's CSRF field, so that no form can be without it. It is noted before the view
runs, in the transaction in which the view works: a refusal or a fault takes the note back.
"""

import secrets
from hashlib import sha256

from flask import Flask, current_app, flash, g, redirect, request, url_for
from flask_login import current_user
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from admin.access import OPEN_ENDPOINTS, page_before
from admin.languages import label
from admin.storage import READING, now, session
from services.delivery.sent_forms import note_sent, store_answer

SEPARATOR = "~"  # in neither part


class MarkedCSRF(CSRFProtect):
    """Checks the first part of the field; the second is the mark."""

    def init_app(self, app: Flask) -> None:
        super().init_app(app)
        app.jinja_env.globals["csrf_token"] = _draw_token
        app.context_processor(lambda: {"csrf_token": _draw_token})  # the library's own comes before it

    def _get_csrf_token(self) -> str | None:
        found: str | None = super()._get_csrf_token()
        return found.partition(SEPARATOR)[0] if found else found


def _draw_token() -> str:
    return f"{generate_csrf()}{SEPARATOR}{secrets.token_urlsafe(9)}"


def refuse_repeats(app: Flask) -> None:
    """After the guards of the panel: what is not let in is not noted."""
    app.before_request(_note)
    app.after_request(_store_answer)


def _note() -> Response | None:
    if request.method in READING or request.endpoint in OPEN_ENDPOINTS or not current_user.is_authenticated:
        return None
    mark = request.form.get(current_app.config["WTF_CSRF_FIELD_NAME"], "").partition(SEPARATOR)[2]
    if not mark:
        return None
    key = _key_of(mark)
    before = note_sent(session(), key_sha256=key, account_id=current_user.account.actor.id, now=now())
    if before is None:
        g.sent_form = key
        return None
    session().rollback()
    flash(label("This form was sent already, and it was carried out once."), "notice")
    return redirect(before.answer or page_before() or url_for("home.index"))


def _key_of(mark: str) -> str:
    """Of the form and what it says: whoever goes back and writes something else means another record."""
    told = [mark, request.full_path]
    told += [f"{name}={value}" for name, value in request.form.items(multi=True) if name != "csrf_token"]
    for name, file in request.files.items(multi=True):
        digest = sha256(file.stream.read()).hexdigest()
        file.stream.seek(0)
        told.append(f"{name}={file.filename}={digest}")
    return sha256("\0".join(told).encode("utf-8", "surrogatepass")).hexdigest()


def _store_answer(response: Response) -> Response:
    key = g.pop("sent_form", None)
    location = response.headers.get("Location", "")
    if key is not None and location.startswith("/") and not location.startswith("//"):
        session().rollback()  # what the view has not committed by now never will be
        store_answer(session(), key_sha256=key, answer=location)
        session().commit()
    return response
