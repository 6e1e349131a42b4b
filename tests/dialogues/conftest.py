"""Dialogues: the product's conversation through a real bot, over HTTP, in Russian, as a person."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.town import Town


@pytest_asyncio.fixture
async def town(sqlite_url: str) -> AsyncIterator[Town]:
    async with Town(sqlite_url) as here:
        await here.start_bot()
        yield here
