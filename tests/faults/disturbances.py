"""What a fault run does to an installation: kills, network faults, a locked database."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

from sqlalchemy import make_url

from notices.language import load_translators
from services.access.actors import Channel, system
from services.documents.exports.requests import enqueue_export
from services.documents.exports.tables import Filters
from tests.faults.shared import Shared

WIRE = ("429", "500", "502", "timeout", "delay", "reset_before", "reset_after")
METHODS = ("sendMessage", "editMessageText", "editMessageReplyMarkup", "answerCallbackQuery", "getUpdates")
MOST_WAITING = 2  # faults planned at once: more would be a Telegram that is down, which is another run
SHARE_STARTING = 0.15
"""How often a bot is killed while it still starts."""
USUAL_START = 1.0  # seconds until it polls, on two cores of its own


class Killer:
    """SIGKILL to the bot at random moments, and at once a new one; at least `kills` times."""

    def __init__(self, shared: Shared, kills: int) -> None:
        self._shared = shared
        self._stretch = 1.0
        self.left = kills

    async def run(self) -> None:
        """Until cancelled; then the bot runs. On a busy machine it lives as much longer as it starts slower:
        otherwise it would only start, and answer nobody.
        """
        machine, rng = self._shared.machine, self._shared.rng
        while True:
            seen = await machine.last_call()
            began = time.monotonic()
            machine.start("bot")
            if rng.random() < SHARE_STARTING:
                await asyncio.sleep(rng.uniform(0.1, 1.5) * self._stretch)
            else:
                await machine.until_polling(after=seen)
                self._stretch = max(1.0, (time.monotonic() - began) / USUAL_START)
                await slow_down(self._shared)
                await asyncio.sleep(rng.uniform(0.2, 4.0) * self._stretch)
            await asyncio.to_thread(machine.kill, "bot")
            self.left -= 1
            self._shared.tally["kills of the bot"] += 1


async def slow_down(shared: Shared) -> None:
    """Make the next sends slow, so that some kills fall between sending and recording."""
    for method in ("sendMessage", "editMessageText"):
        await shared.machine.telegram.fault(
            kind="delay",
            method=method,
            times=shared.rng.randrange(1, 4),
            seconds=shared.rng.uniform(0.05, 0.6),
        )


async def disturb_network(shared: Shared) -> None:
    """Faults of the network, and updates that come twice or late, one after another."""
    rng, telegram = shared.rng, shared.machine.telegram
    while True:
        await asyncio.sleep(rng.uniform(0.2, 1.2))
        waiting = await telegram.ask("GET", "/sandbox/faults")
        planned = {fault["method"] for fault in waiting["faults"]}
        if len(waiting["faults"]) > MOST_WAITING:
            continue
        if rng.random() < 0.3:
            kind = rng.choice(["duplicate_update", "delay_update"])
            await telegram.fault(kind=kind, times=rng.randrange(1, 3), seconds=rng.uniform(0.2, 1.5))
        else:
            kind = rng.choice(WIRE)
            seconds = rng.choice([1.0, 2.0]) if kind == "429" else rng.uniform(0.1, 1.0)
            method = rng.choice([one for one in METHODS if one.lower() not in planned])
            times = rng.randrange(1, 3 if method == "getUpdates" else 5)
            if kind == "timeout":  # ten seconds of the caller's patience for each: enough of them to be met
                seconds, times = (2.0 if method == "getUpdates" else 60.0), 1
            await telegram.fault(kind=kind, method=method, times=times, seconds=seconds)
        shared.tally[f"faults: {kind}"] += 1


async def restart_panel(shared: Shared) -> None:
    """The panel is killed now and then and must answer again."""
    machine = shared.machine
    while True:
        machine.start("panel")
        await until_panel_answers(shared)
        await asyncio.sleep(shared.rng.uniform(3, 8))
        await asyncio.to_thread(machine.kill, "panel", is_marked=False)
        shared.tally["kills of the panel"] += 1


async def restart_worker(shared: Shared) -> None:
    """The worker is killed now and then, with an export asked for each time."""
    machine, organization_id = shared.machine, shared.world.organization_id

    def ask(number: int) -> None:
        with machine.database.writing() as session:
            enqueue_export(
                session,
                actor=system(Channel.COMMAND_LINE),
                what="people",
                format="csv",
                filters=Filters(organization_id=organization_id),
                t=load_translators()["ru"],
                key=str(number),
                now=machine.clock.now(),
            )

    while True:
        machine.start("worker")
        await asyncio.to_thread(ask, shared.tally["exports asked for"])
        shared.tally["exports asked for"] += 1
        await asyncio.sleep(shared.rng.uniform(1, 6))
        await asyncio.to_thread(machine.kill, "worker", is_marked=False)
        shared.tally["kills of the worker"] += 1


async def until_panel_answers(shared: Shared) -> None:
    for _ in range(300):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", shared.machine.panel_port)
            writer.write(b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            answer = await reader.read()
            writer.close()
        except OSError:
            answer = b""
        if b" 200 " in answer[:20]:
            return
        await asyncio.sleep(0.2)
    shared.find(f"the panel did not come back: {shared.machine.last_words('panel')}")


async def lock_database(shared: Shared) -> None:
    """Another process holds SQLite's write lock for seconds, again and again."""
    path = make_url(shared.machine.address).database or ""

    def hold(seconds: float) -> None:
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            connection.execute("ROLLBACK")

    while True:
        await asyncio.sleep(shared.rng.uniform(0.5, 3.0))
        seconds = shared.rng.choice([1.0, 3.0, 13.0])  # the last one is longer than the busy timeout
        await asyncio.to_thread(hold, seconds)
        shared.tally["database locked"] += 1
        shared.tally["seconds locked"] += int(seconds)


async def restart_database(shared: Shared, restart: Callable[[], None]) -> None:
    """PostgreSQL goes down in the middle and comes back."""
    while True:
        await asyncio.sleep(shared.rng.uniform(1.5, 6.0))
        await asyncio.to_thread(restart)
        shared.machine.mark("restart of the database")
        shared.tally["database restarted"] += 1


async def start_second_bot(shared: Shared) -> None:
    """Somebody starts one more bot by mistake, again and again; sometimes it stays a while."""
    machine = shared.machine
    while True:
        await asyncio.sleep(shared.rng.uniform(1.0, 4.0))
        machine.start("bot", alias="second")
        await asyncio.sleep(shared.rng.uniform(4.0, 9.0))
        if machine.is_alive("second"):
            await asyncio.to_thread(machine.stop, "second")
            shared.tally["second bots that polled"] += 1
        else:
            machine.forget("second")
            shared.tally["second bots refused"] += 1
