"""Every page and command of the panel states its right, every right has its words, and the paper says so."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from admin.access import OPEN_ENDPOINTS, Secured
from admin.app import PanelConfig, create_panel
from admin.pages import GROUPS, Group
from admin.views.menu import views
from services.access.actors import Right
from services.access.rights import DUTIES, RIGHTS
from tests.fixed_clock import FixedClock
from tests.guards.tree import ROOT
from tools.rights import describe_rights

READING = {None, Right.SEE_PEOPLE, Right.SEE_SCORES, Right.SEE_AUDIT}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    return create_panel(
        PanelConfig(
            database_url=f"sqlite:///{path}",
            secret_key="0" * 32,
            clock=FixedClock(datetime(2026, 11, 23, tzinfo=UTC)),
        )
    )


def pages_of(app: Flask) -> Iterator[tuple[type[Secured], str, str, str]]:
    """View, name of the page, method and address of everything behind the sign-in."""
    views = {view.endpoint: type(view) for view in app.extensions["admin"][0]._views}
    for rule in app.url_map.iter_rules():
        blueprint, _, name = rule.endpoint.rpartition(".")
        if rule.endpoint in OPEN_ENDPOINTS or blueprint == "entrance":
            continue
        assert blueprint in views, f"{rule.endpoint} is neither a page of a view nor open on purpose"
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield views[blueprint], name, method, rule.rule


def test_every_page_declares_its_right(app: Flask) -> None:
    found = list(pages_of(app))
    assert len(found) > 150
    silent = [f"{method} {path}" for view, name, method, path in found if view.declared(name) is None]
    assert not silent, "decorate the method with page, form_page or command of admin.pages"


def test_a_page_without_a_right_is_refused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has every right does not open a page whose declaration was forgotten."""

    class Everything:
        is_authenticated = True

        def has(self, _right: Right | None) -> bool:
            return True

    monkeypatch.setattr("admin.access.current_user", Everything())
    view = next(one for one in app.extensions["admin"][0]._views if one.endpoint == "organization")
    with app.test_request_context("/organization/"):
        assert view.is_accessible()
        monkeypatch.delattr(type(view).index, "declared")
        assert not view.is_accessible()


def test_a_command_asks_for_more_than_reading(app: Flask) -> None:
    readable = {
        f"{view.endpoint}.{name}"
        for view, name, method, _path in pages_of(app)
        if method == "POST" and (found := view.declared(name)) is not None and found.to_send in READING
    }
    own = {f"account.{name}" for name in ("index", "turn", "confirm_rule", "code", "unlink")}  # everybody's
    own |= {f"exports.{name}" for name in ("ask", "stop", "delete")}  # each table asks for its own right
    assert readable == own, "say in `right` or `to_send` what sending asks for"


def test_every_view_stands_in_the_menu_once(app: Flask) -> None:
    known = {view.endpoint: view.entry for view in views()}
    assert set(known) == {view.endpoint for view in app.extensions["admin"][0]._views}
    shown = [(one.group, one.order) for one in known.values() if one.title]
    assert len(shown) == len(set(shown)), "two views of a group have the same order"
    for name, entry in known.items():
        assert entry.title or entry.behind, f"{name} has no line and stands behind none"
        if entry.behind:
            other = known[entry.behind]
            assert other.group is entry.group, name
            assert other.title, name
            assert not other.behind, name
    assert set(GROUPS) == set(Group) == {entry.group for entry in known.values() if entry.title}


def test_the_paper_tells_the_table_of_the_code() -> None:
    assert set(DUTIES) == set(Right)
    assert all(own <= set(Right) for own in RIGHTS.values())
    paper = Path(ROOT, "docs", "rights.md").read_text(encoding="utf-8")
    assert paper == describe_rights(), "run: python tools/rights.py"
