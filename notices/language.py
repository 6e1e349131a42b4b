"""Words in a person's language: gettext, plural forms, names of days, one way to write a moment.

msgids are the English text; Russian is complete (decision 8). Catalogues are loaded once, at start.
"""

import gettext
import html
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_timezone_location

from services.access.errors import DomainError
from services.programmes.texts import Text

FOLDER = Path(__file__).resolve().parent.parent / "locales"
LOCALES = ("ru", "en")
DEFAULT_LOCALE = "ru"


class CatalogueMissing(Exception):
    """A catalogue is not compiled; `make setup` compiles it."""


class Translator:
    """Texts of one language.

    `t("Hello, <b>{name}</b>", name=...)` makes the HTML of a message: the msgid is ours and may hold
    <b>, <i>, <code>; every fact is escaped. `t.label(...)` makes the plain text of a button.
    """

    def __init__(self, locale: str, catalogue: gettext.NullTranslations) -> None:
        self.locale = locale
        self._catalogue = catalogue

    def __call__(self, message: str, /, **facts: object) -> str:
        return self._catalogue.gettext(message).format(**{k: escape(v) for k, v in facts.items()})

    def plural(self, one: str, many: str, count: int, /, **facts: object) -> str:
        text = self._catalogue.ngettext(one, many, count)
        return text.format(count=count, **{k: escape(v) for k, v in facts.items()})

    def label(self, message: str, /, **facts: object) -> str:
        return self._catalogue.gettext(message).format(**facts)

    def error(self, error: DomainError) -> str:
        """The one place where a refusal becomes a sentence of the chat."""
        facts = {k: v.get(self.locale) if isinstance(v, Text) else v for k, v in error.facts.items()}
        return self(error.text, **facts)

    def day(self, day: date, *, with_year: bool = False) -> str:
        """E.g. "четверг, 26 ноября"."""
        return format_date(day, "EEEE, d MMMM y" if with_year else "EEEE, d MMMM", locale=self.locale)

    def month_day(self, day: date) -> str:
        """E.g. "26 ноября", to stand after a preposition."""
        return format_date(day, "d MMMM", locale=self.locale)

    def zone_city(self, timezone: str) -> str:
        """The zone by its city, e.g. "Москва"."""
        return get_timezone_location(ZoneInfo(timezone), locale=self.locale, return_city=True)

    def short_day(self, day: date) -> str:
        """E.g. "чт 26.11", for buttons."""
        return format_date(day, "EEEEEE dd.MM", locale=self.locale)

    def clock(self, moment: time) -> str:
        return f"{moment:%H:%M}"

    def moment(self, moment: datetime, timezone: str) -> str:
        """E.g. "четверг, 26 ноября, 15:00" in the given zone."""
        local = moment.astimezone(ZoneInfo(timezone))
        return f"{self.day(local.date())}, {self.clock(local.time())}"

    def minutes(self, count: int) -> str:
        return self.plural("{count} minute", "{count} minutes", count)


def capitalised(text: str) -> str:
    """The text with a capital first letter and the rest as it is: English months keep their capitals."""
    return text[:1].upper() + text[1:]


def escape(value: object) -> str:
    return html.escape(str(value), quote=False)


def load_translators(folder: Path = FOLDER) -> dict[str, Translator]:
    """One translator a language. Raises CatalogueMissing with the language's name."""
    found = {}
    for locale in LOCALES:
        try:
            catalogue = gettext.translation("messages", folder, [locale])
        except OSError as error:
            raise CatalogueMissing(locale) from error
        found[locale] = Translator(locale, catalogue)
    return found
