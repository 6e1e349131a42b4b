"""One installation as processes that can be killed at any moment.

The command line itself runs in each of them (`nastavnik bot`, ...), forked from a server that has the imports
behind it: aiogram alone takes seconds to load, and a bot that is killed thirty times would do nothing else.
"""

import asyncio
import multiprocessing
import os
import sys
import time
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Self

from models.engine import Database
from sandbox.client import SandboxClient
from services.access.clock import SandboxClock
from settings import PREFIX
from tests.conftest import FIRST_MOMENT
from tests.life.processes import free_port

TOKEN = "1:sandbox-of-the-fault-run-0123456789"
START_SECONDS = 60.0

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        "nastavnik",
        "bot.app",
        "bot.dispatcher",
        "handlers",
        "handlers.screens",
        "notices.catalogue",
        "installation.commands",
        "installation.journal",
        "installation.processes",
        "admin.serving",
        "worker.running",
        "sandbox.server",
    ]
)


def work(name: str, settings: dict[str, str], errors: Path) -> None:
    """The whole life of one process: what `nastavnik NAME` does, its last words in a file."""
    for known in [key for key in os.environ if key.startswith(PREFIX)]:
        del os.environ[known]
    os.environ.update(settings)
    os.chdir(errors.parent)  # no .env of the checkout
    with errors.open("a", encoding="utf-8") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    from nastavnik import main

    sys.exit(main([name]))


@dataclass
class Mark:
    """Something that happened to the installation, in the sandbox's time."""

    at: float
    what: str


@dataclass
class Machine:
    """Sandbox, bot and panel in a folder of their own; `marks` tells what was done to them."""

    folder: Path
    database_url: str | None = None
    marks: list[Mark] = field(default_factory=list)
    _running: dict[str, BaseProcess] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        port = free_port()
        self.panel_port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.settings = {
            "NASTAVNIK_DATA_DIR": str(self.folder / "data"),
            "NASTAVNIK_BOT_TOKEN": TOKEN,
            "NASTAVNIK_TELEGRAM_API": self.url,
            "NASTAVNIK_SANDBOX_PORT": str(port),
            "NASTAVNIK_PANEL_PORT": str(self.panel_port),
            "NASTAVNIK_SANDBOX_START": FIRST_MOMENT.isoformat(),
        }
        if self.database_url is not None:
            self.settings["NASTAVNIK_DATABASE_URL"] = self.database_url
        await self.run("migrate")
        self.start("sandbox")
        self.telegram = await SandboxClient(self.url, timeout=60).__aenter__()
        await self._until_answering()
        self.clock = await asyncio.to_thread(SandboxClock, self.url)
        sqlite = f"sqlite:///{self.folder / 'data' / 'sandbox' / 'nastavnik.db'}"
        self.address = self.database_url or sqlite
        self.database = Database(self.address)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in list(self._running):
            self.kill(name, is_marked=False)
        if hasattr(self, "clock"):
            self.clock.close()
            self.database.close()
        if hasattr(self, "telegram"):
            await self.telegram.__aexit__(kind, error, trace)

    async def run(self, name: str) -> None:
        """A command to its end."""
        process = self._fork(name, name)
        await asyncio.to_thread(process.join, START_SECONDS)
        assert process.exitcode == 0, self.last_words(name)

    def start(self, name: str, *, alias: str | None = None) -> BaseProcess:
        process = self._running[alias or name] = self._fork(name, alias or name)
        return process

    def _fork(self, name: str, alias: str) -> BaseProcess:
        process = _FORKS.Process(
            target=work, args=(name, self.settings, self.folder / f"{alias}.err"), name=alias, daemon=True
        )
        process.start()
        return process

    def is_alive(self, name: str) -> bool:
        return name in self._running and self._running[name].is_alive()

    def number_of(self, name: str) -> int | None:
        return self._running[name].pid

    def kill(self, name: str, *, is_marked: bool = True) -> None:
        """SIGKILL: nothing is finished, nothing recorded."""
        process = self._running.pop(name)
        if is_marked:
            self.mark(f"kill {name}")
        process.kill()
        process.join(START_SECONDS)

    def forget(self, name: str) -> None:
        """One that has ended by itself."""
        del self._running[name]

    def stop(self, name: str, *, seconds: float = 20.0) -> int | None:
        """SIGTERM: what is in hand is finished. Its exit code."""
        process = self._running.pop(name)
        self.mark(f"stop {name}")
        process.terminate()
        process.join(seconds)
        return process.exitcode

    def mark(self, what: str) -> None:
        self.marks.append(Mark(self.clock.now().timestamp(), what))

    def last_words(self, name: str) -> str:
        path = self.folder / f"{name}.err"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    async def is_polling(self, *, after: int) -> bool:
        """Whether the bot has asked for updates since that call of the record."""
        return bool(await self.telegram.record("getUpdates", after=after))

    async def last_call(self) -> int:
        calls = await self.telegram.record("getUpdates")
        return int(calls[-1]["number"]) if calls else 0

    async def until_polling(self, *, after: int, name: str = "bot") -> None:
        deadline = time.monotonic() + START_SECONDS
        while not await self.is_polling(after=after):
            assert time.monotonic() < deadline, f"the bot does not poll: {self.last_words(name)}"
            assert self.is_alive(name), f"the bot ended: {self.last_words(name)}"
            await asyncio.sleep(0.1)

    async def _until_answering(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                await self.telegram.now()
            except OSError:
                assert time.monotonic() < deadline, f"no sandbox: {self.last_words('sandbox')}"
                await asyncio.sleep(0.05)
            else:
                return
