"""The pace of bulk: docs/design.md#inbox, "about 30 bulk messages a second, 1 a second per chat"."""

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rate_limit import Cell, RateLimit


@given(st.lists(st.floats(min_value=0, max_value=0.2), min_size=2, max_size=200), st.integers(1, 5))
def test_no_window_of_a_cell_holds_more_than_its_burst(pauses: list[float], burst: int) -> None:
    interval, moment, starts = 1.0, 0.0, []
    cell = Cell(interval, burst)
    for pause in pauses:
        moment += pause
        starts.append(cell.reserve(moment))
    assert starts == sorted(starts)
    for first, start in enumerate(starts):
        last = first + burst
        if last < len(starts):
            assert starts[last] - start >= interval - 1e-6


@given(st.integers(1, 5))
def test_an_idle_cell_lets_its_burst_through_at_once(burst: int) -> None:
    cell = Cell(1.0, burst)
    assert [cell.reserve(100.0) for _ in range(burst)] == [100.0] * burst
    assert cell.reserve(100.0) > 100.0


async def test_thirty_a_second_and_no_more() -> None:
    rate_limit = RateLimit(all_a_second=100)
    began = time.monotonic()
    await asyncio.gather(*(rate_limit.turn(chat_id) for chat_id in range(1, 51)))
    assert time.monotonic() - began >= 49 / 100


async def test_a_busy_chat_holds_up_no_other() -> None:
    rate_limit = RateLimit()
    busy = [asyncio.ensure_future(rate_limit.turn(1)) for _ in range(6)]
    await asyncio.wait_for(rate_limit.turn(2), 0.5)
    assert not all(task.done() for task in busy)
    for task in busy:
        task.cancel()
    await asyncio.gather(*busy, return_exceptions=True)


async def test_retry_after_of_one_chat_stops_that_chat_alone() -> None:
    rate_limit = RateLimit()
    for _ in range(5):
        rate_limit.pause(1, 30)
    rate_limit.pause(2, 30)
    async with asyncio.timeout(5):
        await rate_limit.turn(3)
    assert rate_limit.chat_pause(3) == 0
    assert rate_limit.chat_pause(1) > 20
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await rate_limit.turn(1)


async def test_retry_after_of_several_chats_stops_all_bulk_for_the_shortest_of_them() -> None:
    rate_limit = RateLimit()
    for chat_id, seconds in ((1, 30), (2, 0.4), (3, 60)):
        rate_limit.pause(chat_id, seconds)
    began = time.monotonic()
    await rate_limit.turn(4)
    assert time.monotonic() - began >= 0.4
