"""The command line's words: the same catalogues as everywhere, English while they are not compiled."""

import gettext
import os

from dotenv import dotenv_values

from notices.language import DEFAULT_LOCALE, FOLDER, LOCALES, Translator
from services.access.errors import DomainError
from services.files.log_masking import mask
from settings import ENV_FILE

LOCALE = "NASTAVNIK_LOCALE"
TERMINAL = ("LC_ALL", "LC_MESSAGES", "LANG")
"""What a terminal says of its language; the first that is set counts."""


def open_translator() -> Translator:
    """In the language of NASTAVNIK_LOCALE, else of the terminal if it is English, else in Russian.

    Works before the settings were read, and without catalogues.
    """
    wanted = os.environ.get(LOCALE) or dotenv_values(ENV_FILE).get(LOCALE) or _language_of_terminal()
    locale = wanted if wanted in LOCALES else DEFAULT_LOCALE
    return Translator(locale, gettext.translation("messages", FOLDER, [locale], fallback=True))


def _language_of_terminal() -> str:
    told = next(filter(None, map(os.environ.get, TERMINAL)), "")
    return "en" if told.partition(".")[0].partition("_")[0] == "en" else DEFAULT_LOCALE


def describe_error(t: Translator, error: DomainError) -> str:
    """The one place where a refusal becomes a line of the command line, without passwords."""
    spoken: frozenset[str] = getattr(error, "spoken", frozenset())
    facts = {key: t.label(str(fact)) if key in spoken else fact for key, fact in error.facts.items()}
    return mask(t.label(error.text, **facts))
