"""The panel's language: the one that this browser keeps in a cookie, at first that of the account; before any
sign-in or choice the one that the browser asks for, else the installation's.

Our texts go through the same Translator as the bot's, so that a preview and a message are one text.
Flask-Babel serves the texts of Flask-Admin and WTForms out of their own catalogues.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal
from flask import Flask, current_app, g, request
from flask_babel import Babel
from flask_login import current_user

from admin.configuration import panel_config
from admin.cookies import read_cookie, store_cookie
from admin.storage import now
from notices.language import FOLDER, LOCALES, Translator, load_translators
from services.access.errors import DomainError
from services.organizations.days import day_of

NO_BREAK = "\u00a0"
COOKIE = "language"
LANGUAGE_NAMES = {"ru": "Русский", "en": "English"}


def set_up_languages(app: Flask) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(FOLDER)
    Babel(app, locale_selector=locale)
    app.extensions["nastavnik_translators"] = load_translators()
    # After Babel: in templates `_` is ours, with {placeholders}; Jinja escapes what comes out.
    app.jinja_env.globals.update(
        _=label,
        gettext=label,
        ngettext=plural,
        moment=moment,
        short_moment=short_moment,
        full_moment=full_moment,
        local_moment=local_moment,
        day=day,
        age=age,
        ago=ago,
        megabytes=megabytes,
        number=number,
    )


def locale() -> str:
    kept = stored_language()
    if kept is not None:
        return kept
    if current_user and current_user.is_authenticated:
        return str(current_user.account.locale)
    chosen = request.accept_languages.best_match(LOCALES)
    return chosen if chosen in LOCALES else panel_config().locale


def stored_language() -> str | None:
    """What this browser was given or chose before; two browsers of one account do not change each other's."""
    kept = read_cookie(COOKIE)
    return kept if kept in LOCALES else None


def store_language(language: str) -> None:
    """From the next page on this browser speaks it."""
    store_cookie(COOKIE, language)


def translator() -> Translator:
    """The translator of this request."""
    if "translator" not in g:
        g.translator = current_app.extensions["nastavnik_translators"][locale()]
    found = g.translator
    assert isinstance(found, Translator)
    return found


def label(message: str, /, **facts: object) -> str:
    """A text of ours, unescaped: templates escape it."""
    return translator().label(message, **facts)


def plural(one: str, many: str, count: int, /) -> str:
    return translator().plural(one, many, count)


def sentence(error: DomainError) -> str:
    """The one place where a refusal becomes a sentence of the panel."""
    facts = {name: _in_language(value) for name, value in error.facts.items()}
    return label(error.text, **facts)


def _in_language(value: object) -> object:
    """A fact may be a text of the pack, which stands in both languages."""
    get = getattr(value, "get", None)
    return get(locale()) if callable(get) and hasattr(value, "ru") else value


def moment(value: datetime | None) -> str:
    """E.g. "чт, 26 ноября, 15:00" in the organisation's zone."""
    if value is None:
        return ""
    return translator().moment(value, current_user.account.timezone)


def short_moment(value: datetime | None) -> str:
    """E.g. "3 дек, 18:00" in the organisation's zone, for lists; with the year where it is not this one."""
    return "" if value is None else local_moment(_here(value))


def full_moment(value: datetime | None) -> str:
    """E.g. "03.12.2026 18:00" in the organisation's zone, for papers."""
    return "" if value is None else _here(value).strftime("%d.%m.%Y %H:%M")


def local_moment(value: datetime, *, has_clock: bool = True) -> str:
    """Like `short_moment`, of a moment by the school's clock; only the day where no more is known."""
    is_this_year = value.year == _here(now()).year
    pattern = ("d MMM" if is_this_year else "d MMM yyyy") + (", HH:mm" if has_clock else "")
    text = format_datetime(value.replace(tzinfo=None), pattern, locale=locale())
    return text.replace(".", "").replace(" ", NO_BREAK)


def _here(value: datetime) -> datetime:
    return value.astimezone(ZoneInfo(current_user.account.timezone))


def day(value: datetime | date | None) -> str:
    """E.g. "26.11.2026"."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = day_of(value, current_user.account.timezone)
    return value.strftime("%d.%m.%Y")


def number(value: float) -> str:
    """E.g. "7,5": one decimal, where there is one."""
    return format_decimal(round(value, 1), "0.#", locale=locale())


def age(since: datetime | None) -> str:
    """How long something has waited, e.g. "ждёт 3 дня"."""
    if since is None:
        return ""

    passed = now() - since
    if passed.days:
        return plural("waiting for {count} day", "waiting for {count} days", passed.days)
    hours = passed.seconds // 3600
    if hours:
        return plural("waiting for {count} hour", "waiting for {count} hours", hours)
    return label("waiting for less than an hour")


def ago(moment: datetime) -> str:
    """How old something is, e.g. "3 часа назад"."""
    passed = now() - moment
    if passed.days > 0:
        return plural("{count} day ago", "{count} days ago", passed.days)
    hours = passed.seconds // 3600
    if passed.days == 0 and hours:
        return plural("{count} hour ago", "{count} hours ago", hours)
    return label("less than an hour ago")


def megabytes(size: int) -> str:
    """E.g. "1,2 МБ"; whatever is smaller, "меньше 0,1 МБ"."""
    if size < 100_000:  # noqa: PLR2004  # a tenth of a megabyte
        return label("less than 0.1 MB")
    return label("{size} MB", size=number(size / 1e6))
