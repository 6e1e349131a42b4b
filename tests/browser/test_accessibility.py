"""axe-core finds nothing on any page of the panel: both languages, both themes, a desk and a phone.

A page is loaded once in each language; theme and width are changed under it.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from admin.access import OPEN_ENDPOINTS
from admin.app import create_panel
from models.accounts import AccountRole
from models.engine import Database
from services.access.actors import Channel, system
from services.accounts.directory import create_account, set_password
from tests.browser.conftest import PASSWORD, Window
from tests.browser.school import fill_school
from tests.fixed_clock import FixedClock
from tests.panel.conftest import Browser, panel_config
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(900)]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RUN = """async rules => {
  const options = rules.length ? {runOnly: rules} : {};
  const found = await axe.run(document, {resultTypes: ["violations"], ...options});
  return found.violations.map(one => [one.id, one.nodes.slice(0, 3).map(node => node.target.join(" "))]);
}"""
RING = """() => {
  const light = colour => {
    const parts = colour.match(/[\\d.]+/g).slice(0, 3).map(Number)
      .map(one => one / 255).map(one => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const focused = document.activeElement, style = getComputedStyle(focused);
  let ground = focused.parentElement;
  while (getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)" && ground.parentElement) {
    ground = ground.parentElement;
  }
  const [high, low] = [light(style.outlineColor), light(getComputedStyle(ground).backgroundColor)]
    .sort((one, other) => other - one);
  const width = style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
  return [focused.tagName, width, (high + 0.05) / (low + 0.05)];
}"""
"""What is focused, how wide its ring is, and the ring's contrast with the ground it stands on."""
WIDTHS = (1280, 390)
THEMES: dict[str, list[str]] = {"light": [], "dark": ["color-contrast", "link-in-text-block"]}
"""All rules in the light theme; the dark one changes colours only, so those about colour are asked again."""
LANGUAGES = {"ru": "Русский", "en": "English"}
NAMED = {
    "survey_id": "mentee_intake",
    "block": "help_wanted",
    "kind": "pd_processing",
    "stand": "came",
}
"""What stands in an address for a name; every number is 1, the first record of its kind."""
BESIDE = ("/board/?mentee=3",)
"""What only a condition of its address shows: the two who stand side by side."""
NO_PAGES = re.compile(r"\.|/(?:list|state|result|files|scans|healthz|readyz|sign-out|setup|enter)\b|/s/|/f/")


@pytest.fixture
def paths(world: World, sqlite_url: str, now: datetime, tmp_path: Path) -> list[str]:
    """The pages of a school that has everything. In a thread: Playwright's loop runs in this one."""

    def fill() -> list[str]:
        app = create_panel(panel_config(sqlite_url, FixedClock(now), data_dir=tmp_path / "data"))
        app.testing = True
        curator = Browser(app.test_client())
        curator.sign_in("curator", PASSWORD)
        fill_school(world, curator)
        app.extensions["nastavnik_database"].close()
        return [*addresses(app), *BESIDE]

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(fill).result()


def add_account(database: Database, world: World, role: AccountRole, login: str) -> None:
    with database.writing() as session:
        made = create_account(
            session, actor=system(Channel.COMMAND_LINE), organization_id=world.organization_id,
            login=login, name="Нина Олеговна Светлова", role=role, now=world.now,
        )  # fmt: skip
        set_password(session, token=made.token, password=PASSWORD, now=world.now)


def addresses(app: Flask) -> list[str]:
    """Every page with a form or something to read, taken from the application: nothing new is left out."""
    found = {
        re.sub(r"<(?:\w+:)?(\w+)>", lambda hit: NAMED.get(hit[1], "1"), rule.rule)
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint not in OPEN_ENDPOINTS
    }
    return sorted(one for one in found if not NO_PAGES.search(one))


def judge(page: Page, window: Window) -> list[str]:
    """What axe-core finds on the page that is open, in each theme and width."""
    page.evaluate(AXE)
    faults = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 860})
        for theme, rules in THEMES.items():
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of two words
            found: list[Any] = page.evaluate(RUN, rules)
            faults += [f"{page.url} {width} {theme}: {rule} {nodes}" for rule, nodes in found]
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        faults += [f"{page.url} is {over} pixels too wide at {width}"] if over > 0 else []
    page.set_viewport_size({"width": WIDTHS[0], "height": 860})
    assert not window.complaints, window.complaints
    return faults


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_axe_finds_nothing_on_any_page(open_window: Any, paths: list[str], language: str) -> None:
    window: Window = open_window(1280)
    page = window.page
    if language != "ru":
        page.locator(".account > summary").click()
        page.get_by_role("button", name=LANGUAGES[language], exact=True).click()
    assert page.locator("html").get_attribute("lang") == language
    faults, seen = [], 0
    for path in paths:
        answer = page.goto(f"{window.address}{path}")
        assert answer is not None
        assert answer.status < 500, path
        if answer.status == 200 and page.url.endswith(path):
            seen += 1
            faults += judge(page, window)
        window.complaints.clear()  # the browser complains of a page that is not there
    assert seen > 60
    assert faults == [], "\n".join(faults)


def test_the_focus_is_seen(open_window: Any, world: World) -> None:
    """The ring of whatever is focused has at least 3:1 against the ground it stands on."""
    window: Window = open_window(1280)
    page = window.page
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of two words
        window.open("/people/add")
        seen: set[str] = set()
        while True:
            page.keyboard.press("Tab")
            tag, width, ratio = page.evaluate(RING)
            if tag == "BODY":
                break
            assert width >= 2, tag
            assert ratio >= 3, (theme, tag, ratio)
            seen.add(tag)
        assert seen >= {"A", "BUTTON", "INPUT", "SUMMARY"}, seen


def test_axe_finds_nothing_before_the_sign_in(open_window: Any, world: World) -> None:
    window: Window = open_window(1280)
    window.page.context.clear_cookies()
    window.open("/sign-in")
    assert judge(window.page, window) == []


def test_axe_finds_nothing_at_the_psychologists_and_in_the_menus(
    open_window: Any, database: Database, world: World
) -> None:
    window: Window = open_window(1280)
    window.open("/people/")
    for menu in (".page-do summary", ".account > summary"):
        window.page.locator(menu).click()
    assert judge(window.page, window) == []
    add_account(database, world, AccountRole.PSYCHOLOGIST, "psy")
    window.page.context.clear_cookies()
    window.open("/sign-in")
    window.page.fill("[name=login]", "psy")
    window.page.fill("[name=password]", PASSWORD)
    window.page.press("[name=password]", "Enter")
    window.page.wait_for_url("**/")
    for path in ("/", "/consultations/", "/approvals/"):
        window.open(path)
        assert judge(window.page, window) == [], path
