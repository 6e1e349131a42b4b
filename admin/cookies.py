"""Cookies beside the session's, which a browser keeps for more than a year."""

from datetime import timedelta

from flask import after_this_request, current_app, request
from werkzeug.wrappers import Response

LIFE = timedelta(days=400)


def read_cookie(name: str) -> str:
    """What this browser has kept under the name; empty when it has nothing."""
    return request.cookies.get(_full_name(name), "")


def store_cookie(name: str, value: str) -> None:
    """Let this browser keep it from this answer on."""

    @after_this_request
    def _set_cookie(response: Response) -> Response:
        response.set_cookie(
            _full_name(name),
            value,
            max_age=LIFE,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response


def _full_name(name: str) -> str:
    """Apart from other panels at the same address, as the session's cookie is."""
    return f"{current_app.config['SESSION_COOKIE_NAME']}-{name}"
