"""Signing in and out, and the one-time link that sets the first password. The only open pages."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from admin import storage
from admin.access import let_in, sign_out
from admin.calls import do, refusals_shown, see
from admin.configuration import panel_config
from admin.devices import read_origin
from admin.inputs import text
from admin.languages import label, locale, plural, sentence, store_language
from admin.refusals import Refusal, count_refusal
from admin.safety import SIGN_IN_LIMIT, limiter
from notices.language import LOCALES
from services.accounts.directory import LinkNotValid, choose_language, read_link, set_password
from services.accounts.passes import enter, read_entry
from services.accounts.signing_in import PasswordTry, sign_in

entrance = Blueprint("entrance", __name__)

Page = Response | str | tuple[str, int]


@entrance.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")
@limiter.limit(SIGN_IN_LIMIT, methods=["POST"])
def show_sign_in() -> Page:
    if current_user.is_authenticated:
        return redirect(url_for("home.index"))
    if request.method == "GET":
        return render_template("panel/sign_in.html", login="")
    tried = do(sign_in, login=text("login"), password=text("password"), origin=read_origin())
    if tried.account is not None:
        shown = locale()
        let_in(tried.account)
        if panel_config().is_sandbox:
            # The demo's curator is whoever tries the sandbox, in the language of the page before.
            _speak(shown)
            store_language(shown)
        return redirect(_back())
    report_refused(tried, label("The name or the password is not right."))
    return render_template("panel/sign_in.html", login=text("login")), 401


def report_refused(tried: PasswordTry, wrong: str) -> None:
    """Count a password that opened nothing, and tell why."""
    count_refusal(Refusal.WAIT if tried.is_early else Refusal.PASSWORD, tried.tried_id)
    seconds = int(tried.wait.total_seconds()) + 1
    flash(
        plural("Please try again in {count} second.", "Please try again in {count} seconds.", seconds)
        if tried.wait
        else wrong,
        "error",
    )


@entrance.post("/sign-out", endpoint="sign_out")
def end_signed_in() -> Page:
    sign_out()
    return redirect(url_for("entrance.sign_in"))


@entrance.route("/setup/<token>", methods=["GET", "POST"], endpoint="set_up")
@limiter.limit(SIGN_IN_LIMIT)
def set_first_password(token: str) -> Page:
    try:
        login = see(read_link, token=token)
    except LinkNotValid as error:
        count_refusal(Refusal.LINK)
        return render_template("panel/link_gone.html", text=sentence(error)), 410
    if request.method == "GET":
        return render_template("panel/set_up.html", login=login)
    if text("password") != text("again"):
        flash(label("The two passwords differ. Please type the same one twice."), "error")
        return render_template("panel/set_up.html", login=login), 400
    with refusals_shown():
        do(
            set_password,
            token=token,
            password=text("password"),
            success=label("The password is set. Please sign in."),
        )
        return redirect(url_for("entrance.sign_in"))
    return render_template("panel/set_up.html", login=login), 400


@entrance.route("/enter/<token>", methods=["GET", "POST"], endpoint="enter")
@limiter.limit(SIGN_IN_LIMIT)
def enter_from_chat(token: str) -> Page:
    """A link from the chat. Only the button signs in: a preview or a second look spends nothing."""
    try:
        if request.method == "GET":
            name = see(read_entry, token=token)
            return render_template("panel/enter.html", name=name)
        account = do(enter, token=token)
    except LinkNotValid:
        storage.session().rollback()
        count_refusal(Refusal.LINK)
        return render_template(
            "panel/link_gone.html",
            text=label("This link has been used or is out of date. Send /panel to the bot for a new one."),
        ), 410
    sign_out()
    let_in(account)
    return redirect(url_for("home.index"))


@entrance.post("/language", endpoint="language")
def choose() -> Page:
    """For this browser; and for browsers in which the account has not been opened yet."""
    wanted = text("locale")
    if wanted in LOCALES:
        store_language(wanted)
        if current_user.is_authenticated:
            _speak(wanted)
    return redirect(_back())


def _speak(language: str) -> None:
    do(choose_language, locale=language)


def _back() -> str:
    """Where the person wanted to go, if it is a page of ours."""
    wanted = request.values.get("next", "")
    is_ours = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted
    return wanted if is_ours and wanted.isprintable() else url_for("home.index")
