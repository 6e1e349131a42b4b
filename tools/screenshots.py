"""The pictures of README and the guides: a real `nastavnik run`, walked as people do, in Chromium."""

import asyncio
import re
import sys
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.async_api import Browser, Page, async_playwright  # noqa: E402  # the tree is no package

from sandbox.client import Person, SandboxClient  # noqa: E402
from tests.life.curator import Curator  # noqa: E402
from tests.life.processes import Command, free_port  # noqa: E402
from tests.life.scenario import Scenario  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PICTURES = ROOT / "docs" / "pictures"
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]
DESK = {"width": 1280, "height": 760}
PHONE = {"width": 390, "height": 760}
CHAT = {"width": 900, "height": 700}
START = "2026-11-23T12:00"
SETTLED_MS = 600  # the page draws what came by its live stream


class Album:
    """Takes pictures of the chat page and of the panel, signed in once."""

    def __init__(self, chat: Page, panel: Page, addresses: tuple[str, str]) -> None:
        self._chat = chat
        self._panel = panel
        self._chat_address, self._panel_address = addresses

    async def chat(self, name: str, person: Person, *, size: dict[str, int] | None = None) -> None:
        await self._chat.set_viewport_size(size or CHAT)  # type: ignore[arg-type]  # a width and a height
        await self._chat.goto(f"{self._chat_address}#{person.id}")
        await self._chat.reload()
        await self._chat.wait_for_timeout(SETTLED_MS)
        await self._save(self._chat, name)

    async def panel(self, name: str, path: str, *, size: dict[str, int] | None = None) -> None:
        await self._panel.set_viewport_size(size or DESK)  # type: ignore[arg-type]  # a width and a height
        await self._panel.goto(self._panel_address.rstrip("/") + path)
        await self._panel.wait_for_timeout(SETTLED_MS)
        await self._save(self._panel, name)

    async def sign_in(self, login: str, password: str) -> None:
        await self._panel.goto(self._panel_address)
        await self._panel.fill("[name=login]", login)
        await self._panel.fill("[name=password]", password)
        await self._panel.click("form.card-box button")

    async def _save(self, page: Page, name: str) -> None:
        path = PICTURES / f"{name}.png"
        await page.screenshot(path=path)
        print(path.relative_to(ROOT), path.stat().st_size // 1024, "kB")


async def photograph(scenario: Scenario, album: Album) -> None:
    """The main job once, stopping where a picture is wanted."""
    mentee, mentor, curator = scenario.mentee, scenario.mentor, scenario.curator
    await album.chat("chat-start", mentee)
    await mentee.start(scenario.invitations["mentee"])
    for label in ("Да, это я", "Дальше"):
        await mentee.tap(label)
    await album.chat("chat-consent", mentee)
    for label in ("Даю согласие", "Мне нужен наставник"):
        await mentee.tap(label)
    await scenario.answer(mentee, ratings="3", typed="2", most=6)
    await album.chat("chat-intake", mentee)
    await scenario.answer(mentee, ratings="83562974", typed="2")
    await scenario.send(mentee)
    await scenario.join_as_mentor()
    await scenario.answer(mentor, ratings="98479586")
    await scenario.send(mentor)
    await album.panel("panel-home", "/")
    await album.panel("panel-people", "/people/")
    await scenario.propose()
    pair = re.search(r"/pairs/(\d+)/", curator.page.address)
    assert pair
    await album.panel("panel-propose", "/proposals/1/2/", size={"width": 1280, "height": 900})
    await album.panel("panel-confirm", f"/pairs/{pair[1]}/confirm", size={"width": 1280, "height": 900})
    await scenario.confirm()
    await album.chat("chat-offer", mentor)
    await scenario.accept()
    days = await mentor.tap("Предложить встречу")
    await mentor.tap(days.labels[1])  # of a meeting on the same day nobody is reminded
    await album.chat("chat-time", mentor)
    await mentor.tap((await mentor.screen()).labels[0])
    await mentor.tap("Предложить")
    await mentee.expect("предлагает встретиться")
    await album.chat("chat-proposal", mentee)
    await mentee.tap("Подтвердить")
    await scenario.wait_for("Напоминаю о встрече")
    await album.chat("chat-reminder", mentee)
    await scenario.wait_for("Она состоялась?")
    await scenario.log()
    await scenario.rate(mentor="8", mentee="9")
    await album.chat("chat-feedback", mentee)
    await album.chat("chat-phone", mentee, size=PHONE)
    await mentor.tap("Готово")
    await scenario.telegram.skip(days=1)
    await mentor.say("сегодня 40 минут, посмотрели урок в 5Б, в четверг разберём план следующего")
    await mentor.expect("40 минут")
    await album.chat("chat-message", mentor)
    await mentor.tap("Сохранить")
    await scenario.score({2: "1", 5: "1"})
    await album.panel("panel-scores", "/scores/", size={"width": 1280, "height": 1100})
    await album.panel("panel-pair", f"/pairs/{pair[1]}/")
    await album.panel("panel-phone", "/", size=PHONE)


@asynccontextmanager
async def started(folder: Path) -> "AsyncIterator[tuple[str, str, str, str]]":
    """`nastavnik run` in a folder of its own: chat page, panel, login, password."""
    settings = {
        "NASTAVNIK_DATA_DIR": str(folder / "data"),
        "NASTAVNIK_PANEL_PORT": str(free_port()),
        "NASTAVNIK_SANDBOX_PORT": str(free_port()),
        # The same pictures at any hour.
        "NASTAVNIK_SANDBOX_START": START,
    }
    running = await asyncio.to_thread(Command, "run", settings=settings, folder=folder)
    try:
        lines = await asyncio.to_thread(running.wait_said, 3)
        chat, panel = (re.findall(r"http://\S+", line)[0] for line in lines[:2])
        login, password = re.findall(r"логин (\S+), пароль (\S+)", lines[2])[0]
        yield chat, panel, login, password
    finally:
        await asyncio.to_thread(running.end)


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with started(Path(folder)) as (chat, panel, login, password), async_playwright() as driver:
            browser: Browser = await driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
            async with SandboxClient(chat, timeout=30) as telegram, Curator(panel) as curator:
                await curator.sign_in(login, password)
                scenario = await Scenario.of_demo(telegram, curator)
                first = await browser.new_context(locale="ru-RU")
                second = await browser.new_context(locale="ru-RU")
                album = Album(await first.new_page(), await second.new_page(), (chat, panel))
                await album.sign_in(login, password)
                await photograph(scenario, album)
            await browser.close()


if __name__ == "__main__":
    if not CHROMIUM.exists():
        sys.exit("No Chromium at /usr/bin/chromium: install Debian's package chromium.")
    PICTURES.mkdir(parents=True, exist_ok=True)
    asyncio.run(main())
