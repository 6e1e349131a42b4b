"""Every page and command of the panel states its right, every right has its words, and the paper says so."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from admin.access import OPEN_ENDPOINTS, Secured, SecuredPage, SecuredTable
from admin.app import PanelConfig, create_panel
from services.access.actors import Right
from services.access.rights import DUTIES, RIGHTS
from tests.fixed_clock import FixedClock
from tests.guards.tree import ROOT
from tools.rights import describe_rights

READING = {None, Right.SEE_PEOPLE, Right.SEE_SCORES, Right.SEE_AUDIT}
BASES = {Secured, SecuredPage, SecuredTable}


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


def test_every_view_says_its_right(app: Flask) -> None:
    silent = [
        type(view).__name__
        for view in app.extensions["admin"][0]._views
        if not any("right" in vars(kind) for kind in type(view).__mro__ if kind not in BASES)
    ]
    assert not silent, "write `right = Right....` (or None for everybody who signed in) in the view's class"


def test_a_command_under_a_page_for_readers_says_its_own(app: Flask) -> None:
    views = {view.endpoint: view for view in app.extensions["admin"][0]._views}
    silent, known = [], {name: set[str]() for name in views}
    for rule in app.url_map.iter_rules():
        blueprint, _, page = rule.endpoint.rpartition(".")
        if rule.endpoint in OPEN_ENDPOINTS or blueprint == "entrance":
            continue
        assert blueprint in views, f"{rule.endpoint} is neither a page of a view nor open on purpose"
        known[blueprint].add(page)
        view = views[blueprint]
        is_command = "POST" in (rule.methods or ())
        if is_command and view.right in READING and not view.rights_of(page, "POST"):
            silent.append(rule.endpoint)
    own = {f"account.{name}" for name in ("index", "turn", "confirm_rule", "code", "unlink")}  # everybody's
    assert set(silent) <= own, "name it in `commands` of its view with the right that it asks for"
    for name, view in views.items():
        named = {key.rpartition(" ")[2] for key in view.commands}
        assert named <= known[name], f"{name}.commands names a page that is not there"


def test_the_paper_tells_the_table_of_the_code() -> None:
    assert set(DUTIES) == set(Right)
    assert all(own <= set(Right) for own in RIGHTS.values())
    paper = Path(ROOT, "docs", "rights.md").read_text(encoding="utf-8")
    assert paper == describe_rights(), "run: python tools/rights.py"
