"""A real browser before a really served panel; skipped, and said so, where no Chromium is."""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from admin.app import PanelConfig
from admin.serving import serve
from models.engine import Database
from services.accounts.directory import ensure_demo_curator
from tests.fixed_clock import FixedClock
from tests.world import World, found_school

PASSWORD = "кружка с синими китами"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")  # not the session: Playwright's loop must end before asynchronous tests begin
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    made = found_school(database, now)
    with database.writing() as session:
        ensure_demo_curator(
            session,
            PASSWORD,
            organization_id=made.organization_id,
            login="curator",
            name="Вера Павловна Тихая",
            now=now,
        )
    return made


def await_port(port: int) -> None:
    """Until somebody listens there: a loaded machine takes a while to build the panel."""
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


@pytest.fixture
def address(world: World, sqlite_url: str, now: datetime) -> Iterator[str]:
    """Where the panel is served; it must stop within two seconds."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    stop = threading.Event()
    config = PanelConfig(database_url=sqlite_url, secret_key="2" * 32, clock=FixedClock(now))
    server = threading.Thread(target=serve, args=(config, "127.0.0.1", port, stop))
    server.start()
    await_port(port)
    yield f"http://127.0.0.1:{port}"
    stop.set()
    server.join(timeout=2)
    assert not server.is_alive(), "the panel did not stop within two seconds"


@dataclass
class Window:
    """One person's way through the panel; whatever the browser complains of is kept."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> None:
        def hear(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"}:
                self.complaints.append(f"{self.page.url}: {message.text}")

        self.page.on("console", hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))

    def look(self) -> None:
        """The page fits the window: nobody has to scroll sideways."""
        self.page.wait_for_load_state("networkidle")
        over = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert over <= 0, f"{self.page.url} is {over} pixels too wide"

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)
        self.look()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).or_(
            self.page.get_by_role("link", name=name, exact=True)
        ).first.click()
        self.look()

    def text(self) -> str:
        return " ".join(self.page.inner_text("main").split())


@pytest.fixture
def open_window(chromium: Browser, address: str) -> Iterator[Callable[[int], Window]]:
    """`open_window(360)`: a signed-in curator in a window of that width."""
    contexts = []

    def begin(width: int) -> Window:
        context = chromium.new_context(viewport={"width": width, "height": 860}, locale="ru-RU")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        started = Window(page, address)
        started.listen()
        started.open("/")
        page.get_by_label("Имя для входа").fill("curator")
        page.get_by_label("Пароль").fill(PASSWORD)
        started.press("Войти")
        return started

    yield begin
    for context in contexts:
        context.close()
