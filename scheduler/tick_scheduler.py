"""APScheduler's interval ticks around services: the clock, and nothing else (docs/design.md#clock)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from scheduler.plan import TICKS, Tick
from services.access.clock import Clock, SystemClock
from services.meetings.reminders import find_next_notice

log = logging.getLogger(__name__)

ANNOUNCE_SECONDS = 1.0
STOP_SECONDS = 1.0
MOST_ROUNDS = 500  # batches of one tick in one run; the rest waits for the next run

Unit = Callable[..., Awaitable[Any]]
"""`await unit(fn, now=...)` runs `fn(session, now=...)` in a transaction of its own."""


class TickScheduler:
    """Started and stopped by the process that owns it; only the leader's ticks do anything."""

    def __init__(
        self,
        *,
        write: Unit,
        read: Unit,
        clock: Clock,
        is_leader: Callable[[], Awaitable[bool]],
        worked: Callable[[], None],
        ticks: Sequence[Tick] = TICKS,
    ) -> None:
        self._write = write
        self._read = read
        self._clock = clock
        self._is_leader = is_leader
        self._worked = worked
        self._turns = {tick.name: asyncio.Lock() for tick in ticks}
        self._ticks = tuple(ticks)
        self._announced: datetime | None = None
        self._announcing = asyncio.Lock()
        self._is_stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        """Every tick runs at once and then by its interval; a jump of the clock runs all of them."""
        self._loop = asyncio.get_running_loop()
        now = datetime.now(UTC)
        for tick in self._ticks:
            self._scheduler.add_job(
                self._run,
                "interval",
                args=(tick,),
                seconds=tick.seconds,
                next_run_time=now,
                id=tick.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=tick.late_seconds,
            )
        if not isinstance(self._clock, SystemClock):  # nobody asks the system's clock what comes next
            self._scheduler.add_job(
                self._announce,
                "interval",
                seconds=ANNOUNCE_SECONDS,
                next_run_time=now,
                id="next notice",
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
        self._scheduler.start()
        self._clock.on_jump(self._hurry)

    async def stop(self) -> None:
        """No more ticks. What is in hand is finished: a unit must not be torn from its database."""
        self._is_stopping = True
        self._loop = None
        if not self._scheduler.running:
            return
        self._scheduler.pause()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                for turn in (*self._turns.values(), self._announcing):
                    await turn.acquire()
        self._scheduler.shutdown(wait=False)

    async def run_all(self) -> None:
        """Every tick once, one after another, whatever its interval says."""
        for tick in self._ticks:
            await self._run(tick)

    def _hurry(self) -> None:
        """Called from the clock's thread."""
        loop = self._loop
        if loop is None:
            return
        try:
            loop.call_soon_threadsafe(self._begin_at_once)
        except RuntimeError:
            log.debug("The clock jumped while the loop was closing")

    def _begin_at_once(self) -> None:
        if self._loop is not None and self._scheduler.running:
            # an own id each time: a second jump must not be dropped because the first is still being worked
            self._scheduler.add_job(self.run_all, misfire_grace_time=None)

    async def _run(self, tick: Tick) -> None:
        try:
            async with self._turns[tick.name]:
                if not await self._is_leader():
                    return
                for _ in range(0 if self._is_stopping else MOST_ROUNDS):
                    count = await self._write(tick.work, now=self._clock.now())
                    if count:
                        self._worked()
                    if tick.batch is None or count < tick.batch:
                        break
        except Exception as error:  # noqa: BLE001  # one tick's failure must not stop the others or itself
            log.warning("The tick %r failed: %s", tick.name, type(error).__name__)

    async def _announce(self) -> None:
        """Tell the time machine when the next planned notice is due."""
        try:
            async with self._announcing:
                moment = await self._read(find_next_notice, now=self._clock.now())
                if moment != self._announced:
                    await asyncio.to_thread(self._clock.announce_next, moment)
                    self._announced = moment
        except Exception as error:  # noqa: BLE001  # as above
            log.warning("The next notice was not announced: %s", type(error).__name__)
