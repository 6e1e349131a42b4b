"""What monitoring may ask the panel: /healthz, the process lives; /readyz, it can do its work.

Plain text without secrets, for anybody, under any Host header: a check comes by the machine's number.
"""

import threading
import time
from http import HTTPStatus

from flask import Flask
from werkzeug.wrappers import Response

from admin.storage import db
from models.readiness import Readiness, look_at

PROBES = frozenset({"healthz", "readyz"})
LOOK_SECONDS = 2.0  # a look that takes longer is not waited for: the last one counts
KEPT_SECONDS = 1.0  # whoever asks oftener gets the same answer: nobody can wear the database out


def add_probes(app: Flask) -> None:
    kept = Kept()
    app.add_url_rule("/healthz", "healthz", lambda: _plain("ok\n", HTTPStatus.OK))
    app.add_url_rule("/readyz", "readyz", kept.report)


class Kept:
    """The database's readiness, looked at by one request at a time."""

    def __init__(self) -> None:
        self._looking = threading.Lock()
        self._until = 0.0
        self._found = Readiness.UNREACHABLE

    def report(self) -> Response:
        if time.monotonic() >= self._until and self._looking.acquire(timeout=LOOK_SECONDS):
            try:
                self._found = look_at(db.database)
                self._until = time.monotonic() + KEPT_SECONDS
            finally:
                self._looking.release()
        found = self._found
        is_ready = found is Readiness.READY
        return _plain(f"database: {found}\n", HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE)


def _plain(text: str, status: HTTPStatus) -> Response:
    return Response(text, status=status, mimetype="text/plain")
