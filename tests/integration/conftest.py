"""A running bot that speaks the little conversation of tally.py: tests of the wiring."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.integration.tally import tally_conversation
from tests.running_bot import RunningBot


@pytest_asyncio.fixture
async def running(database_url: str) -> AsyncIterator[RunningBot]:
    """On SQLite and on PostgreSQL; the bot is not started yet."""
    async with RunningBot(database_url, conversation=tally_conversation()) as here:
        yield here
