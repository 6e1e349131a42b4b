"""Bots on the wire: Nastavnik on either database and the bare one, each a process with a crowd of its own."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from bench.crowd import Crowd, NotAnswered, Window
from bench.databases import empty_database
from bench.processes import Process, find_port
from bench.school import Pupil, add_pupils, found_school
from models.engine import Database
from models.installation import Stamp
from models.migrating import migrate
from models.surveys import Answer

TOKEN = "4242:AAbench-nastavnik-0000000000000000"  # noqa: S105  # nobody's
START_SECONDS = 120.0
PUPILS = 4_000
BARE_PUPILS = 3_000


@dataclass(slots=True)
class Contestant:
    name: str
    updates: str
    crowd: Crowd
    process: Process
    database_url: str | None = None
    answers_before: int = 0
    windows: dict[str, list[Window]] = field(default_factory=dict)
    cpu_ms: list[float] = field(default_factory=list)

    async def measure(self, what: str, work: Awaitable[Window]) -> Window:
        """Wait for a window and keep it; the processor time of each update beside it."""
        cpu, taps = self.process.read_cpu(), self.crowd.taps
        window = await work
        self.process.check_lives()
        self.windows.setdefault(what, []).append(window)
        if what == "closed":
            self.cpu_ms.append((self.process.read_cpu() - cpu) / (self.crowd.taps - taps) * 1000)
        return window

    def check_stored(self) -> None:
        """Every tap that was answered is an answer in the database. Raises NotAnswered."""
        if self.database_url is None:
            return
        database = Database(self.database_url)
        try:
            stored = count_answers(database) - self.answers_before
        finally:
            database.close()
        if stored != self.crowd.taps:
            raise NotAnswered(f"{self.crowd.taps} taps, {stored} answers stored")


def count_answers(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Answer)) or 0


@asynccontextmanager
async def open_bare(updates: str, folder: Path) -> AsyncIterator[Contestant]:
    crowd = Crowd([Pupil(70_001 + n, 1, 1000 + n) for n in range(BARE_PUPILS)])
    async with crowd.wire as wire:
        wire.webhook_port = find_port()
        arguments = ("-m", "bench.bare", wire.url, updates, str(wire.webhook_port))
        with Process(*arguments, folder=folder) as process:
            await wait_until_served(crowd, process)
            yield Contestant("bare aiogram", updates, crowd, process)


@asynccontextmanager
async def open_ours(kind: str, updates: str, folder: Path) -> AsyncIterator[Contestant]:
    with empty_database(kind, folder) as url:
        pupils = await asyncio.to_thread(fill, url)
        crowd = Crowd(pupils)
        async with crowd.wire as wire:
            wire.webhook_port = find_port()
            settings = live_settings(url, folder, wire.url)
            if updates == "webhook":
                settings |= {
                    "NASTAVNIK_UPDATES": "webhook",
                    "NASTAVNIK_WEBHOOK_URL": "https://bench.example/telegram",
                    "NASTAVNIK_WEBHOOK_SECRET": secrets.token_hex(16),
                    "NASTAVNIK_WEBHOOK_PORT": str(wire.webhook_port),
                }
            database = Database(url)
            before = count_answers(database)
            database.close()
            with Process("-m", "nastavnik", "bot", folder=folder, settings=settings) as process:
                await wait_until_served(crowd, process)
                yield Contestant(kind, updates, crowd, process, url, before)


def live_settings(database_url: str, folder: Path, api: str) -> dict[str, str]:
    return {
        "NASTAVNIK_BOT_TOKEN": TOKEN,
        "NASTAVNIK_TELEGRAM_API": api,
        "NASTAVNIK_DATABASE_URL": database_url,
        "NASTAVNIK_DATA_DIR": str(folder / "data"),
    }


def fill(url: str) -> list[Pupil]:
    now = datetime.now(UTC)
    database = Database(url)
    try:
        migrate(database, stamp=Stamp.LIVE, now=now)
        school = found_school(database, now)
        with database.writing() as session:
            return add_pupils(session, school, PUPILS, now=now)
    finally:
        database.close()


async def wait_until_served(crowd: Crowd, process: Process) -> None:
    """Until the bot asks for updates or has named its webhook."""
    deadline = time.perf_counter() + START_SECONDS
    while not (crowd.wire.is_polled.is_set() or crowd.wire.has_webhook.is_set()):
        process.check_lives()
        if time.perf_counter() > deadline:
            raise NotAnswered("the bot did not start")
        await asyncio.sleep(0.05)
