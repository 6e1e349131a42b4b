"""What was refused: counted and logged with numbers of accounts and addresses, never with what was typed."""

import logging
from collections import Counter
from enum import StrEnum

from flask import current_app, request
from flask_login import current_user

log = logging.getLogger(__name__)

WRITTEN = 100
"""Refusals of a kind that are each written; beyond, one in as many, so that no flood fills the log."""


class Refusal(StrEnum):
    PASSWORD = "password"  # noqa: S105  # wrong at the sign-in or as the present one
    WAIT = "wait"  # a try that came too early
    LINK = "link"  # a one-time link that is used, out of date or made up
    RIGHT = "right"
    FORM = "form"  # without its token
    FLOOD = "flood"  # too many requests from one address


def count_refusal(kind: Refusal, account_id: int | None = None) -> None:
    """Count it and write it down with the address and, where one is known, the account."""
    counted: Counter[Refusal] = current_app.extensions.setdefault("nastavnik_refusals", Counter())
    counted[kind] += 1
    number = counted[kind]
    if number > WRITTEN and number % WRITTEN:
        return
    if account_id is None and current_user.is_authenticated:
        account_id = current_user.account.id
    log.warning(
        "refused: %s no. %d, address %s, account %s, page %s",
        kind,
        number,
        request.remote_addr,
        account_id if account_id is not None else "unknown",
        request.endpoint,
    )
