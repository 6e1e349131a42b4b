"""The panel in Flask's client, over the same databases as the services."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from admin.app import PanelConfig, create_panel
from admin.safety import limiter
from models.accounts import AccountRole
from models.engine import Database
from services.access.actors import Channel, system
from services.accounts.directory import create_account, set_password
from tests.conftest import FIRST_MOMENT
from tests.fixed_clock import FixedClock
from tests.pages import find_form
from tests.world import World, found_school
from tests.world_cache import repeat

PASSWORD = "травяной чай без сахара"


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    return found_school(database, now)


@pytest.fixture
def clock(now: datetime) -> FixedClock:
    return FixedClock(now)


@pytest.fixture(scope="session")
def built_panel(sqlite_template: Path) -> Flask:
    """Built once, for it takes longer than most pages: Werkzeug compiles its routes, Jinja its templates."""
    return create_panel(panel_config(f"sqlite:///{sqlite_template}", FixedClock(FIRST_MOMENT)))


@pytest.fixture
def panel(built_panel: Flask, database_url: str, clock: FixedClock, tmp_path: Path) -> Iterator[Flask]:
    """The panel as if it had just started on this test's database."""
    database = Database(database_url)
    config = panel_config(database_url, clock, data_dir=tmp_path / "data")
    built_panel.extensions.update(nastavnik=config, nastavnik_database=database, nastavnik_refusals=Counter())
    settings = dict(built_panel.config)
    built_panel.testing = True
    with built_panel.app_context():
        limiter.reset()
    yield built_panel
    built_panel.config.update(settings)
    database.close()


def panel_config(database_url: str, clock: FixedClock, **facts: Any) -> PanelConfig:
    return PanelConfig(
        database_url=database_url, secret_key="0" * 32, clock=clock, bot_username="school_bot", **facts
    )


@dataclass
class Browser:
    """A curator's browser: follows redirects, fills in the CSRF field as a form does.

    With a `login` it signs in before its first page.
    """

    tab: FlaskClient
    login: str | None = None

    @property
    def client(self) -> FlaskClient:
        login, self.login = self.login, None
        if login is not None:
            self.sign_in(login)
        return self.tab

    def get(self, path: str, *, status: int = 200) -> str:
        answer = self.client.get(path, follow_redirects=True)
        assert answer.status_code == status, (path, answer.status_code, text_of(answer.text)[:500])
        return answer.text

    def post(
        self,
        path: str,
        fields: Mapping[str, Any] | None = None,
        *,
        status: int = 200,
        page: str | None = None,
        **more: Any,
    ) -> str:
        """Post a form that stands on `page` (by default on the address itself)."""
        form = {**self.carried(page or path, path), **(fields or {}), **more}
        came = {"Referer": f"http://localhost{page}"} if page else None
        answer = self.client.post(path, data=form, follow_redirects=True, headers=came)
        assert answer.status_code == status, (path, answer.status_code, text_of(answer.text)[:500])
        return answer.text

    def carried(self, page: str, address: str) -> dict[str, str]:
        """What the form of `page` for this address sends beside what a person fills in."""
        form = find_form(page, self.client.get(page).text, address)
        sent = form.values if form else {"csrf_token": self.token(page)}
        return {name: str(sent[name]) for name in ("csrf_token", "opened_with") if name in sent}

    def post_raw(self, path: str, **form: Any) -> TestResponse:
        return self.client.post(path, data=form)

    def token(self, page: str = "/account/") -> str:
        """The token of the session; every page has a form with it."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(page).text)
        if found is None:
            found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get("/account/").text)
        assert found is not None
        return found[1]

    def sign_in(self, login: str, password: str = PASSWORD, *, status: int = 200) -> str:
        return self.post("/sign-in", login=login, password=password, status=status)


def text_of(page: str) -> str:
    """What a person reads on a page."""
    main = re.search(r"<main.*?</main>", page, re.DOTALL)
    plain = re.sub(r"<(script|style).*?</\1>", " ", main[0] if main else page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", plain)).split())


@pytest.fixture
def add_account(database: Database, now: datetime) -> Callable[..., int]:
    def add(world: World, role: AccountRole, login: str, name: str = "Вера Павловна Тихая") -> int:
        def step() -> int:
            with database.writing() as session:
                made = create_account(
                    session,
                    actor=system(Channel.COMMAND_LINE),
                    organization_id=world.organization_id,
                    login=login,
                    name=name,
                    role=role,
                    now=now,
                )
                set_password(session, token=made.token, password=PASSWORD, now=now)
            return made.account_id

        return repeat(database, "account", (world.organization_id, role, login, name, now), step)

    return add


@pytest.fixture
def stranger(panel: Flask) -> Browser:
    return Browser(panel.test_client())


@pytest.fixture
def administrator(panel: Flask, world: World, add_account: Callable[..., int]) -> Browser:
    """An administrator of `world`; the first page asks for the password."""
    add_account(world, AccountRole.ADMINISTRATOR, "chief", "Ада Главная")
    return Browser(panel.test_client(), "chief")


@pytest.fixture
def curator(panel: Flask, world: World, add_account: Callable[..., int]) -> Browser:
    """A curator of `world`, whose password is set; the first page asks for it."""
    add_account(world, AccountRole.CURATOR, "curator")
    return Browser(panel.test_client(), "curator")
