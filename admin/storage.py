"""The panel's sessions: one a request, on engines hardened by models.engine (decisions 1 and 5)."""

from datetime import datetime
from typing import Any

from flask import Flask, current_app, g, has_request_context, request
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy.orm import Session

from admin.configuration import panel_config
from models.engine import Database

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class PanelDatabase(SQLAlchemy):
    """Flask-SQLAlchemy-Lite over our own engines.

    A request that reads begins a deferred transaction, one that may write begins IMMEDIATE, so that what it
    checked is still true when it writes.
    """

    def __init__(self) -> None:
        super().__init__(require_default_engine=False)

    def attach(self, app: Flask, url: str) -> None:
        self.init_app(app)
        app.extensions["nastavnik_database"] = Database(url)

    @property
    def database(self) -> Database:
        found = current_app.extensions["nastavnik_database"]
        assert isinstance(found, Database)
        return found

    def get_session(self, name: str = "default") -> Session:
        sessions: dict[str, Session] = g.setdefault("_sqlalchemy_sessions", {})
        if name not in sessions:
            is_read = has_request_context() and request.method in READING
            engine = self.database.engine if is_read else self.database.write_engine
            sessions[name] = Session(engine, expire_on_commit=False)
        return sessions[name]

    def get_engine(self, name: str = "default") -> Any:  # noqa: ARG002  # there is one
        return self.database.engine


db = PanelDatabase()


def session() -> Session:
    """The request's session; the extension closes it, which rolls back what was not committed."""
    return db.session


def now() -> datetime:
    """The moment of this request: one for all that it does."""
    if "now" not in g:
        g.now = panel_config().clock.now()
    moment = g.now
    assert isinstance(moment, datetime)
    return moment
