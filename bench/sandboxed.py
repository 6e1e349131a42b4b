"""The same taps against sandbox/: what a person there meets, and how much of it is the sandbox's own cost."""

import asyncio
import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.crowd import PATIENCE_SECONDS, PICK, NotAnswered, Window
from bench.databases import empty_database
from bench.processes import Process
from bench.reminders import TOKEN, wait_for_poll
from bench.report import tabulate
from bench.school import FIRST_QUESTION, Pupil, add_pupils, found_school
from models.engine import Database
from models.installation import Stamp
from models.migrating import migrate
from sandbox.actions import Actions
from sandbox.server import Sandbox
from sandbox.world import FIRST_PERSON_ID, Person

CHATS, PUPILS = 100, 1_500


@dataclass(frozen=True, slots=True)
class SandboxedFigures:
    rate: float
    median_ms: float
    p99_ms: float


async def measure_sandboxed(folder: Path, *, seconds: float) -> SandboxedFigures:
    async with Sandbox(token=TOKEN) as sandbox:
        with empty_database("sqlite", folder) as url:
            pupils = await asyncio.to_thread(fill, url)
            for pupil in pupils:
                seat(sandbox, pupil)
            settings = {
                "NASTAVNIK_BOT_TOKEN": TOKEN,
                "NASTAVNIK_TELEGRAM_API": sandbox.url,
                "NASTAVNIK_DATABASE_URL": url,
                "NASTAVNIK_DATA_DIR": str(folder / "data-sandboxed"),
            }
            with Process("-m", "nastavnik", "bot", folder=folder, settings=settings) as process:
                await wait_for_poll(sandbox, process)
                window = await tap_all(sandbox, pupils, seconds)
    return SandboxedFigures(window.rate, window.median_ms, window.p99_ms)


def fill(url: str) -> list[Pupil]:
    database = Database(url)
    try:
        now = datetime.now(UTC)
        migrate(database, stamp=Stamp.SANDBOX, now=now)
        school = found_school(database, now)
        with database.writing() as session:
            return add_pupils(session, school, PUPILS, now=now, first_chat=FIRST_PERSON_ID, first_message=1)
    finally:
        database.close()


def seat(sandbox: Sandbox, pupil: Pupil) -> None:
    """The person with the screen that the database knows of."""
    person = Person(pupil.chat_id, f"person{pupil.chat_id}", "Анна", has_started=True)
    sandbox.world.store_person(person)
    button = {"text": "7", "callback_data": f"{PICK}{pupil.run_id}:{FIRST_QUESTION}:7"}
    screen = {"text": "?", "reply_markup": {"inline_keyboard": [[button]]}}
    message = sandbox.world.post(person, screen, from_bot=True)
    if message.id != pupil.message_id:
        raise NotAnswered("the sandbox numbers its messages otherwise")


async def tap_all(sandbox: Sandbox, pupils: list[Pupil], seconds: float) -> Window:
    """A closed loop of a hundred people; the screen's edit is the answer."""
    actions, events = Actions(sandbox.world), sandbox.world.events.listen()
    chance = random.Random(1)  # noqa: S311  # no secret
    unused, began, window = iter(pupils), {}, Window()

    def tap(chat_id: int, message_id: int) -> None:
        body = sandbox.world.messages[chat_id][message_id].body
        rows = body.get("reply_markup", {}).get("inline_keyboard", [])
        labels = [one["text"] for row in rows for one in row if one["callback_data"].startswith(PICK)]
        if not labels:
            pupil = next(unused)
            tap(pupil.chat_id, pupil.message_id)
            return
        began[chat_id] = time.perf_counter()
        choice = {"message_id": message_id, "label": chance.choice(labels)}
        actions.perform(sandbox.world.people[chat_id], "tap", choice)

    start = time.perf_counter()
    for pupil in [next(unused) for _ in range(CHATS)]:
        tap(pupil.chat_id, pupil.message_id)
    while time.perf_counter() - start < seconds:
        async with asyncio.timeout(PATIENCE_SECONDS):
            event = await events.get()
        if event["kind"] == "edit" and event["chat_id"] in began:
            window.waits.append(time.perf_counter() - began.pop(event["chat_id"]))
            tap(event["chat_id"], event["message_id"])
    window.seconds = time.perf_counter() - start
    sandbox.world.events.forget(events)
    return window


def show_sandboxed(figures: SandboxedFigures) -> str:
    return tabulate(
        ("wire", "database", "updates", "taps/s", "p50 ms, 100 chats", "p99 ms, 100 chats"),
        [
            (
                "sandbox/", "sqlite", "polling", f"{figures.rate:.0f}", f"{figures.median_ms:.0f}",
                f"{figures.p99_ms:.0f}",
            )
        ],
    )  # fmt: skip
