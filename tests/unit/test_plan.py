"""The scheduler: ticks as data, run by APScheduler, by a jump of the clock, and by the leader only."""

import asyncio
import inspect
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.orm import Session

from models.unit_of_work import UnitOfWork
from scheduler.plan import TICKS, Tick
from scheduler.tick_scheduler import TickScheduler
from services.access.clock import Clock
from tests.conftest import FIRST_MOMENT
from tests.fixed_clock import FixedClock


class MovedClock(FixedClock):
    """Jumps as the sandbox's clock does: its followers are called from another thread."""

    def __init__(self) -> None:
        super().__init__(FIRST_MOMENT)
        self.announced: list[datetime | None] = []

    def jump(self, span: timedelta) -> None:
        self.moment += span
        thread = threading.Thread(target=lambda: [act() for act in self._jumps])
        thread.start()
        thread.join()

    def announce_next(self, moment: datetime | None) -> None:
        self.announced.append(moment)


@pytest_asyncio.fixture
async def uow(database_url: str) -> AsyncIterator[UnitOfWork]:
    opened = UnitOfWork(database_url)
    yield opened
    await opened.close()


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


def make_scheduler(
    uow: UnitOfWork,
    clock: Clock,
    ticks: Sequence[Tick],
    *,
    is_leader: Callable[[], Awaitable[bool]] = yes,
    worked: Callable[[], None] = lambda: None,
) -> TickScheduler:
    return TickScheduler(
        write=uow.write, read=uow.read, clock=clock, is_leader=is_leader, worked=worked, ticks=ticks
    )


async def until(is_so: Callable[[], Any]) -> None:
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110  # what is waited for has no event of its own
            await asyncio.sleep(0.01)


def test_the_plan_is_sound() -> None:
    assert len({tick.name for tick in TICKS}) == len(TICKS)
    for tick in TICKS:
        parameters = inspect.signature(tick.work).parameters
        assert {"session", "now"} <= set(parameters), tick.name
        limit = parameters["limit"].default if "limit" in parameters else None
        assert limit == tick.batch, "a full batch must be told from a last one"
        assert tick.seconds > 0


async def test_every_tick_of_the_plan_works_on_an_empty_database(
    uow: UnitOfWork, caplog: pytest.LogCaptureFixture
) -> None:
    scheduler = make_scheduler(uow, MovedClock(), TICKS)
    with caplog.at_level(logging.WARNING):
        await scheduler.run_all()
    assert caplog.records == []


async def test_ticks_run_at_once_and_again_when_the_clock_jumps(uow: UnitOfWork) -> None:
    seen: list[datetime] = []

    def look(session: Session, *, now: datetime) -> int:
        session.execute(text("SELECT 1"))
        seen.append(now)
        return 0

    clock = MovedClock()
    scheduler = make_scheduler(uow, clock, [Tick("look", 3600, look)])
    scheduler.start()
    try:
        await until(lambda: seen)
        for day in (1, 2, 3):
            clock.jump(timedelta(days=1))
            await until(lambda: clock.moment in seen)
            assert seen[-1] == FIRST_MOMENT + timedelta(days=day)
    finally:
        await scheduler.stop()
    count = len(seen)
    clock.jump(timedelta(days=1))
    await asyncio.sleep(0.05)
    assert len(seen) == count, "a stopped scheduler follows no clock"


async def test_a_tick_that_fails_stops_nobody_and_is_named(
    uow: UnitOfWork, caplog: pytest.LogCaptureFixture
) -> None:
    done = []

    def fail(_session: Session, *, now: datetime) -> int:
        raise RuntimeError("this text may hold anything")

    def work(_session: Session, *, now: datetime) -> int:
        done.append(now)
        return 0

    scheduler = make_scheduler(uow, MovedClock(), [Tick("first", 60, fail), Tick("second", 60, work)])
    with caplog.at_level(logging.WARNING):
        await scheduler.run_all()
    assert done == [FIRST_MOMENT]
    assert [record.getMessage() for record in caplog.records] == ["The tick 'first' failed: RuntimeError"]


async def test_who_does_not_lead_does_nothing(uow: UnitOfWork) -> None:
    done = []

    def work(_session: Session, *, now: datetime) -> int:
        done.append(now)
        return 0

    tick = Tick("work", 60, work)
    await make_scheduler(uow, MovedClock(), [tick], is_leader=no).run_all()
    assert done == []


async def test_a_full_batch_is_followed_by_another_and_the_outbox_is_woken(uow: UnitOfWork) -> None:
    left, woken = [2, 2, 1], []
    tick = Tick("work", 60, lambda _session, now: left.pop(0), batch=2)
    await make_scheduler(uow, MovedClock(), [tick], worked=lambda: woken.append(1)).run_all()
    assert left == []
    assert len(woken) == 3
