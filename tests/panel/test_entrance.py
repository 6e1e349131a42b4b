"""The way in: sign-in, throttling, set-up links, and what every answer carries."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from admin.access import OPEN_ENDPOINTS, Secured
from admin.app import PanelConfig, create_panel
from admin.safety import limiter
from models.accounts import Account, AccountRole, SetupLink
from models.audit import AuditEntry
from models.engine import Database
from services.access.actors import Channel, system
from services.accounts.directory import create_account
from tests.fixed_clock import FixedClock
from tests.panel.conftest import PASSWORD, Browser, text_of
from tests.world import World

VALUES = {"int": "1", "string": "x", "path": "x"}


def paths(app: Flask) -> list[tuple[str, str, set[str]]]:
    """Every address of the panel with its variables filled in."""
    found = []
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:(\w+):)?\w+>", lambda hit: VALUES[hit[1] or "string"], rule.rule)
        found.append((rule.endpoint, path, set(rule.methods or ())))
    return found


def test_every_view_is_secured(panel: Flask) -> None:
    views = panel.extensions["admin"][0]._views
    assert len(views) > 8
    for view in views:
        assert isinstance(view, Secured), type(view).__name__


def test_a_stranger_meets_the_sign_in_everywhere(panel: Flask, stranger: Browser) -> None:
    panel.config["WTF_CSRF_ENABLED"] = False  # the page itself is tested, not the check before it
    checked = 0
    for endpoint, path, methods in paths(panel):
        if endpoint in OPEN_ENDPOINTS:
            continue
        for method in methods & {"GET", "POST"}:
            answer = stranger.client.open(path, method=method)
            assert answer.status_code == 302, (method, path, answer.status_code)
            assert answer.location.startswith("/sign-in"), (method, path)
            checked += 1
    assert checked > 40


def test_sign_in_leads_back_to_the_page_that_was_wanted(
    panel: Flask, world: World, add_account: Callable[..., int]
) -> None:
    add_account(world, AccountRole.CURATOR, "curator")
    client = panel.test_client()
    asked = client.get("/people/?search=x")
    assert asked.location == "/sign-in?next=/people/?search%3Dx"
    token = Browser(client).token("/sign-in")
    form = {"login": "CURATOR ", "password": PASSWORD, "csrf_token": token, "next": "/people/?search=x"}
    assert client.post("/sign-in", data=form).location == "/people/?search=x"


@pytest.mark.parametrize(
    "next_", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"]
)
def test_sign_in_leads_nowhere_else(
    panel: Flask, world: World, add_account: Callable[..., int], next_: str
) -> None:
    add_account(world, AccountRole.CURATOR, "curator")
    client = panel.test_client()
    token = Browser(client).token("/sign-in")
    form = {"login": "curator", "password": PASSWORD, "csrf_token": token, "next": next_}
    assert client.post("/sign-in", data=form).location == "/"


def test_a_form_without_its_token_changes_nothing(curator: Browser, world: World, database: Database) -> None:
    answer = curator.post_raw("/people/add", family_name="Чужая", given_name="Форма")
    assert answer.status_code == 400
    with database.reading() as session:
        assert session.scalar(select(AuditEntry.id).where(AuditEntry.action == "person.added")) is None
    assert curator.post_raw("/sign-out").status_code == 400


def test_a_set_up_link_works_once_and_for_half_an_hour(
    world: World, stranger: Browser, clock: FixedClock, database: Database
) -> None:
    with database.writing() as session:
        made = create_account(
            session,
            actor=system(Channel.COMMAND_LINE),
            organization_id=world.organization_id,
            login="new",
            name="Новый куратор",
            role=AccountRole.CURATOR,
            now=clock.now(),
        )
        stored = session.scalars(select(SetupLink.token_sha256)).all()
    assert made.token not in stored
    page = f"/setup/{made.token}"
    assert "new" in text_of(stranger.get(page))
    assert "не короче 10" in text_of(stranger.post(page, password="корот", again="корот", status=400))
    common = "qwertyuiop123"
    assert "подбирают первым" in text_of(stranger.post(page, password=common, again=common, status=400))
    assert "не совпали" in text_of(stranger.post(page, password=PASSWORD, again="другое", status=400))
    assert "Пароль задан" in text_of(stranger.post(page, password=PASSWORD, again=PASSWORD))
    assert "Ссылка не работает" in text_of(stranger.get(page, status=410))
    assert "Что ждёт вас" in text_of(stranger.sign_in("new"))


def test_a_set_up_link_ends(world: World, stranger: Browser, clock: FixedClock, database: Database) -> None:
    with database.writing() as session:
        made = create_account(
            session,
            actor=system(Channel.COMMAND_LINE),
            organization_id=world.organization_id,
            login="late",
            name="Опоздавший",
            role=AccountRole.HEAD,
            now=clock.now(),
        )
    clock.moment += timedelta(minutes=30)
    assert "Ссылка не работает" in text_of(stranger.get(f"/setup/{made.token}", status=410))


def test_changing_the_password_ends_the_other_sessions(panel: Flask, curator: Browser) -> None:
    other = Browser(panel.test_client())
    other.sign_in("curator")
    fresh = "новая длинная фраза"
    refused = curator.post("/account/", present="не тот", password=fresh, again=fresh)
    assert "Нынешний пароль не подходит." in text_of(refused)
    changed = curator.post("/account/", present=PASSWORD, password=fresh, again=fresh)
    assert "Пароль изменён." in text_of(changed)
    assert "Что ждёт вас" in text_of(curator.get("/"))
    assert "Панель куратора" in text_of(other.get("/"))
    assert "Что ждёт вас" in text_of(other.sign_in("curator", fresh))


def test_a_disabled_account_is_out_at_once(curator: Browser, database: Database, clock: FixedClock) -> None:
    curator.get("/")
    with database.writing() as session:
        session.scalars(select(Account)).one().disabled_at = clock.now()
    assert "Панель куратора" in text_of(curator.get("/"))
    assert "не подходят" in text_of(curator.sign_in("curator", status=401))


def test_the_language_is_the_browsers_own_and_begins_with_the_accounts(
    panel: Flask, curator: Browser
) -> None:
    curator.get("/")
    other = Browser(panel.test_client())
    assert "Что ждёт вас" in text_of(other.sign_in("curator"))
    page = curator.post("/language", page="/account/", locale="en", next="/")
    assert "What waits for you" in text_of(page)
    assert "Что ждёт вас" in text_of(other.get("/")), "the other browser chose nothing"
    other.post("/sign-out", page="/account/")
    assert "Что ждёт вас" in text_of(other.sign_in("curator")), "nor is its own forgotten at sign-out"
    again = Browser(panel.test_client())
    assert "What waits for you" in text_of(again.sign_in("curator")), "a new one begins with the last choice"
    again.post("/language", page="/account/", locale="ru", next="/")
    assert "What waits for you" in text_of(curator.get("/"))


def test_a_stranger_may_choose_the_language_too(stranger: Browser) -> None:
    page = stranger.post("/language", page="/sign-in", locale="en", next="/sign-in")
    assert "The curator's panel" in text_of(page)
    assert "Панель куратора" in text_of(
        stranger.post("/language", page="/sign-in", locale="ru", next="/sign-in")
    )


@pytest.mark.parametrize(
    ("spoken", "title"),
    [
        ("en-GB,en;q=0.9", "The curator's panel"),
        ("ru-RU,ru;q=0.9,en;q=0.5", "Панель куратора"),
        ("de-DE,en;q=0.5", "The curator's panel"),
        ("de-DE,fr", "Панель куратора"),
    ],
)
def test_before_sign_in_the_panel_speaks_the_browsers_language(
    stranger: Browser, spoken: str, title: str
) -> None:
    answer = stranger.client.get("/sign-in", headers={"Accept-Language": spoken})
    assert title in text_of(answer.text)


@pytest.mark.parametrize(("is_sandbox", "greeting"), [(True, "What waits for you"), (False, "Что ждёт вас")])
def test_only_in_the_sandbox_an_account_takes_the_language_of_the_sign_in_page(
    panel: Flask, world: World, add_account: Callable[..., int], *, is_sandbox: bool, greeting: str
) -> None:
    add_account(world, AccountRole.CURATOR, "demo", "Дина Показательная")
    panel.extensions["nastavnik"] = replace(panel.extensions["nastavnik"], is_sandbox=is_sandbox)
    browser = Browser(panel.test_client())
    browser.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert greeting in text_of(browser.sign_in("demo"))


@pytest.mark.parametrize(("is_sandbox", "title"), [(True, "Что ждёт вас"), (False, "Войти")])
def test_only_in_the_sandbox_a_moved_clock_and_another_browser_sign_nobody_out(
    panel: Flask,
    world: World,
    clock: FixedClock,
    add_account: Callable[..., int],
    *,
    is_sandbox: bool,
    title: str,
) -> None:
    add_account(world, AccountRole.CURATOR, "demo", "Дина Показательная")
    panel.extensions["nastavnik"] = replace(panel.extensions["nastavnik"], is_sandbox=is_sandbox)
    first, second = Browser(panel.test_client()), Browser(panel.test_client())
    first.sign_in("demo")
    clock.moment += timedelta(days=2)
    second.sign_in("demo")
    assert title in text_of(first.get("/"))


def test_every_answer_carries_the_headers(curator: Browser) -> None:
    for path in ("/", "/people/", "/nowhere", "/scores/"):
        headers = curator.client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "Strict-Transport-Security" not in headers


def test_pages_hold_no_inline_code(curator: Browser) -> None:
    for path in ("/", "/people/", "/pairs/", "/meetings/", "/scores/", "/programme/", "/audit/", "/outbox/"):
        page = curator.get(path)
        assert not re.search(r"<[^>]+\son\w+=", page), path
        assert not re.search(r"<[^>]+\sstyle=", page), path
        assert "<style" not in page
        assert "javascript:" not in page
        assert not re.search(r"<script(?![^>]*\ssrc=)", page), path


def test_cookies_by_loopback_and_by_https(
    database_url: str, world: World, clock: FixedClock, add_account: Callable[..., int]
) -> None:
    add_account(world, AccountRole.CURATOR, "curator")

    def cookies_of(client: FlaskClient, **facts: str) -> list[str]:
        token = re.search(r'csrf_token" value="([^"]+)"', client.get("/sign-in", **facts).text)
        assert token
        form = {"login": "curator", "password": PASSWORD, "csrf_token": token[1]}
        headers = {"Referer": f"{facts.get('base_url', 'http://localhost')}/sign-in"}
        answer = client.post("/sign-in", data=form, headers=headers, **facts)
        assert answer.status_code == 302, text_of(answer.text)
        assert ("Strict-Transport-Security" in answer.headers) is bool(facts)
        return answer.headers.getlist("Set-Cookie")

    for is_secure in (False, True):
        app = create_panel(
            PanelConfig(database_url=database_url, secret_key="1" * 32, clock=clock, is_secure=is_secure)
        )
        app.testing = True
        limiter.reset()
        facts = {"base_url": "https://panel.example"} if is_secure else {}
        cookies = cookies_of(app.test_client(), **facts)
        start = "__Host-nastavnik" if is_secure else "nastavnik"
        names = {cookie.partition("=")[0] for cookie in cookies}
        assert names == {start, f"{start}-device", f"{start}-language"}
        for cookie in cookies:
            assert "HttpOnly" in cookie
            assert "SameSite=Lax" in cookie
            assert ("Secure" in cookie) is is_secure
        app.extensions["nastavnik_database"].close()


def test_an_unknown_host_is_refused(database_url: str, clock: FixedClock) -> None:
    url = "https://panel.example/"
    app = create_panel(
        PanelConfig(
            database_url=database_url, secret_key="1" * 32, clock=clock, panel_url=url, is_sandbox=True
        )
    )
    client = app.test_client()
    for host, status in (("panel.example", 200), ("127.0.0.1:8080", 200), ("evil.example", 400)):
        assert client.get("/sign-in", headers={"Host": host}).status_code == status, host
    assert "Песочница: люди выдуманы" in client.get("/sign-in", headers={"Host": "localhost"}).text
    app.extensions["nastavnik_database"].close()


def test_a_fault_is_logged_without_what_was_typed(
    panel: Flask, curator: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_args: object, **_facts: object) -> None:
        raise ValueError("Соколова Анна")

    monkeypatch.setattr("admin.views.people.add_person", fail)
    panel.testing = False
    page = curator.post("/people/add", status=500, family_name="Соколова", given_name="Анна")
    assert "Что-то пошло не так" in text_of(page)
    assert "ValueError" in caplog.text
    assert "Соколова" not in caplog.text
