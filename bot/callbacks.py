"""Buttons that were pressed while nobody listened: their spinners stop first, unless it is too late for that.

Telegram takes an answer for 15 s, and does not tell when a button was pressed. Of a batch that had to wait
the newest is answered first; where Telegram says that it is too late, all older ones are let be.
"""

import json
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from aiogram import Bot
from aiogram.exceptions import AiogramError

from handlers.wire_errors import CallbackExpired
from services.delivery.inbox import RawUpdate

log = logging.getLogger(__name__)

ANSWERED_WITHIN = timedelta(seconds=15)
KEPT_UPDATES = 5_000


class Callbacks:
    """Which buttons of a backlog need no answer any more."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._settled: dict[int, None] = {}

    def wants_answer(self, update_id: int, received_at: datetime, now: datetime) -> bool:
        return update_id not in self._settled and now - received_at <= ANSWERED_WITHIN

    async def answer_backlog(self, updates: Sequence[RawUpdate]) -> None:
        """Answer the buttons among these, which have waited for a time that nobody knows."""
        waiting = [(one.update_id, _callback_of(one)) for one in updates]
        found = [(number, callback_id) for number, callback_id in waiting if callback_id is not None]
        for number, _ in found:
            self._settled[number] = None
        while len(self._settled) > KEPT_UPDATES:
            del self._settled[next(iter(self._settled))]
        for _, callback_id in reversed(found):
            try:
                await self._bot.answer_callback_query(callback_id)
            except CallbackExpired:
                return
            except AiogramError as error:
                log.debug("A callback was not answered: %s", type(error).__name__)


def _callback_of(update: RawUpdate) -> str | None:
    query = json.loads(update.payload).get("callback_query")
    found = query.get("id") if isinstance(query, dict) else None
    return found if isinstance(found, str) else None
