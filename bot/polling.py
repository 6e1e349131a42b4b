"""getUpdates as raw JSON: stored first, confirmed by the next offset only then (decision 3).

aiogram's own polling confirms before it handles: 801 of 900 waiting updates were lost on SIGKILL (5.1).
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramConflictError, TelegramRetryAfter
from sqlalchemy.exc import SQLAlchemyError

from bot.session import RawUpdates, wait_before
from bot.updates import ALLOWED, read_raw
from models.unit_of_work import UnitOfWork
from services.access.clock import Clock
from services.delivery.inbox import RawUpdate, store_updates

log = logging.getLogger(__name__)

BATCH = 100
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
CONFLICT_WAIT = 3.0
CONFLICT_SILENCE = 300.0  # the two take turns: one line tells it as well as a hundred
LONGEST_PAUSE = 60.0  # receiving never rests longer, whatever a 429 says
ANSWER_SECONDS = 10  # over the long poll's own time


class Polling:
    def __init__(
        self,
        bot: Bot,
        uow: UnitOfWork,
        clock: Clock,
        *,
        arrived: Callable[[Iterable[int | None]], None],
        arrived_late: Callable[[Sequence[RawUpdate]], None],
        has_caught_up: asyncio.Event,
        poll_seconds: int,
    ) -> None:
        self._bot = bot
        self._uow = uow
        self._clock = clock
        self._arrived = arrived
        self._poll_seconds = poll_seconds
        self._offset: int | None = None
        self._has_left_webhook = False
        self._silent_until = 0.0
        self._has_caught_up = has_caught_up
        self._arrived_late = arrived_late
        self._is_late = True  # what comes first has waited for this process

    async def run(self) -> None:
        """Receive until cancelled. Raises TokenRevoked."""
        failures = 0
        while True:
            try:
                if not self._has_left_webhook:
                    await self._bot.delete_webhook()  # while one is set, Telegram refuses to be polled
                    self._has_left_webhook = True
                updates = await self._ask()
                await self._store(updates)
                self._has_caught_up.set()
            except TelegramConflictError:
                self._name_the_other()
                wait = CONFLICT_WAIT
            except TelegramRetryAfter as error:
                wait = min(float(error.retry_after), LONGEST_PAUSE)
                log.warning("Telegram refused getUpdates (429); again in %.1f s", wait)
            except (AiogramError, OSError, ValueError) as error:
                wait = wait_before(failures, first=FIRST_WAIT, longest=LONGEST_WAIT)
                log.warning("Telegram does not answer (%s); again in %.1f s", type(error).__name__, wait)
            except SQLAlchemyError as error:
                wait = wait_before(failures, first=FIRST_WAIT, longest=LONGEST_WAIT)
                log.exception("Updates cannot be stored (%s); again in %.1f s", type(error).__name__, wait)
            else:
                failures = 0
                self._is_late = False
                continue
            failures += 1
            self._is_late = True
            await asyncio.sleep(wait)

    def _name_the_other(self) -> None:
        if time.monotonic() > self._silent_until:
            log.error("Another process polls with this bot's token: stop it, or give this one its own bot.")
            self._silent_until = time.monotonic() + CONFLICT_SILENCE

    async def _ask(self) -> list[Any]:
        asked = RawUpdates(
            offset=self._offset,
            limit=BATCH,
            timeout=self._poll_seconds if self._has_caught_up.is_set() else 0,
            allowed_updates=list(ALLOWED),
        )
        return await self._bot(asked, request_timeout=self._poll_seconds + ANSWER_SECONDS)

    async def _store(self, updates: list[Any]) -> None:
        raw = read_raw(updates)
        if not raw:
            return
        await self._uow.write(store_updates, raw, now=self._clock.now())
        self._offset = max(one.update_id for one in raw) + 1
        if self._is_late:
            self._arrived_late(raw)
        self._arrived({one.chat_id for one in raw})
