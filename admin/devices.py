"""Browsers in which an account was opened before: a signed cookie, which opens nothing by itself.

It only says whose failures are counted apart from those of the address (services.accounts.failed_tries).
"""

import secrets

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from admin.cookies import read_cookie, store_cookie
from services.accounts.failed_tries import Origin

MOST_ACCOUNTS = 10  # of one browser; a shared computer of a staff room has several
NAME = "device"


def read_origin() -> Origin:
    """Where this request comes from."""
    device, known = _read()
    return Origin(request.remote_addr or "", device, frozenset(known))


def remember_device(account_id: int) -> None:
    """After a sign-in: this browser is known to this account from the next try on."""
    device, known = _read()
    known = [account_id, *(one for one in known if one != account_id)][:MOST_ACCOUNTS]
    store_cookie(NAME, _serializer().dumps([device or secrets.token_urlsafe(12), known]))


def _read() -> tuple[str, list[int]]:
    try:
        device, known = _serializer().loads(read_cookie(NAME))
    except BadSignature:
        return "", []
    return device, known


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="nastavnik device")
