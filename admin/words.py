"""The word for a value, by a table of the subject's own module; and the words of pages that refuse."""

import logging
from collections.abc import Mapping
from typing import Any

from flask import current_app

from admin.languages import label
from services.access.errors import N_, Unstorable

ERRORS = {
    400: (N_("This form is out of date"), N_("Please open the page again and repeat what you did.")),
    403: (N_("No access"), N_("Your account does not have the right to see this.")),
    404: (N_("Not found"), N_("There is no such page, or the record no longer exists.")),
    405: (N_("Not found"), N_("There is no such page, or the record no longer exists.")),
    409: (N_("Not possible now"), N_("The reason stands above.")),
    413: (N_("Too much text"), N_("Please shorten what you have written.")),
    422: (N_("This cannot be kept"), Unstorable.text),
    429: (N_("Please wait"), N_("There were too many tries in a short time.")),
    500: (
        N_("Something went wrong"),
        N_("Nothing was changed. Please try again; if it repeats, tell the administrator."),
    ),
}


UNNAMED = N_("other")

log = logging.getLogger(__name__)


def word(table: Mapping[Any, str], value: object) -> str:
    """The word for a value in the reader's language.

    A value without one raises KeyError in tests; a running panel shows a neutral word, never a code.
    """
    found = table.get(value)
    if found is None:
        if current_app.testing:
            raise KeyError(value)
        log.warning("a %s has no word", type(value).__name__)
        found = UNNAMED
    return label(found)


def error_words(status: int) -> tuple[str, str]:
    title, text = ERRORS.get(status, ERRORS[500] if status >= 500 else ERRORS[404])  # noqa: PLR2004
    return label(title), label(text)
