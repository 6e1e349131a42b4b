"""A town whose bot speaks the little conversation of tally.py: tests of the wiring."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.integration.tally import tally_conversation
from tests.town import Town


@pytest_asyncio.fixture
async def town(database_url: str) -> AsyncIterator[Town]:
    """On SQLite and on PostgreSQL; the bot is not started yet."""
    async with Town(database_url, conversation=tally_conversation()) as here:
        yield here
