"""The command line's words: the same catalogues as everywhere, English while they are not compiled."""

import gettext
import os

from dotenv import dotenv_values

from notices.language import DEFAULT_LOCALE, FOLDER, LOCALES, Translator
from services.access.errors import DomainError
from services.files.log_masking import mask
from settings import ENV_FILE

LOCALE = "NASTAVNIK_LOCALE"


def open_translator() -> Translator:
    """In the language of NASTAVNIK_LOCALE; works before the settings were read, and without catalogues."""
    wanted = os.environ.get(LOCALE) or dotenv_values(ENV_FILE).get(LOCALE)
    locale = wanted if wanted in LOCALES else DEFAULT_LOCALE
    return Translator(locale, gettext.translation("messages", FOLDER, [locale], fallback=True))


def word(t: Translator, error: DomainError) -> str:
    """The one place where a refusal becomes a line of the command line, without passwords."""
    spoken: frozenset[str] = getattr(error, "spoken", frozenset())
    facts = {key: t.label(str(fact)) if key in spoken else fact for key, fact in error.facts.items()}
    return mask(t.label(error.text, **facts))
