"""Dialogues: the product's conversation through a real bot, over HTTP, in Russian, as a person."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.running_bot import RunningBot


@pytest_asyncio.fixture
async def running(sqlite_url: str) -> AsyncIterator[RunningBot]:
    async with RunningBot(sqlite_url) as here:
        await here.start_bot()
        yield here
