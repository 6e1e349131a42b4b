"""getUpdates as raw JSON: stored first, confirmed by the next offset only then (decision 3).

aiogram's own polling confirms before it handles: 801 of 900 waiting updates were lost on SIGKILL (5.1).
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.exceptions import AiogramError, TelegramNotFound, TelegramUnauthorizedError
from aiohttp import ClientError, ClientTimeout
from sqlalchemy.exc import SQLAlchemyError

from bot.session import TokenRevoked, wait_before
from bot.updates import ALLOWED, read_raw
from models.unit_of_work import UnitOfWork
from services.clock import Clock
from services.inbox import store_updates

log = logging.getLogger(__name__)

BATCH = 100
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
CONFLICT_WAIT = 3.0
CONFLICT_SILENCE = 300.0  # the two take turns: one line tells it as well as a hundred
ANSWER_SECONDS = 10.0  # over the long poll's own time


class PollRefused(Exception):
    """Telegram answered, but not with updates; `wait` is how long to leave it alone."""

    def __init__(self, status: int, wait: float | None) -> None:
        super().__init__(status)
        self.status = status
        self.wait = wait


class Polling:
    def __init__(
        self,
        bot: Bot,
        uow: UnitOfWork,
        clock: Clock,
        *,
        arrived: Callable[[Iterable[int | None]], None],
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

    async def run(self) -> None:
        """Receive until cancelled. Raises TokenRevoked."""
        failures = 0
        while True:
            try:
                if not self._has_left_webhook:
                    await self._bot.delete_webhook()  # while one is set, Telegram refuses to be polled
                    self._has_left_webhook = True
                updates = await self._ask()
                await self._keep(updates)
                self._has_caught_up.set()
            except (TelegramUnauthorizedError, TelegramNotFound) as error:  # deleteWebhook's answer
                raise TokenRevoked from error
            except PollRefused as refusal:
                wait = self._wait_after(refusal, failures)
            except (AiogramError, ClientError, TimeoutError, OSError, ValueError) as error:
                wait = wait_before(failures, first=FIRST_WAIT, longest=LONGEST_WAIT)
                log.warning("Telegram does not answer (%s); again in %.1f s", type(error).__name__, wait)
            except SQLAlchemyError as error:
                wait = wait_before(failures, first=FIRST_WAIT, longest=LONGEST_WAIT)
                log.exception("Updates cannot be stored (%s); again in %.1f s", type(error).__name__, wait)
            else:
                failures = 0
                continue
            failures += 1
            await asyncio.sleep(wait)

    def _wait_after(self, refusal: PollRefused, failures: int) -> float:
        if refusal.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND}:
            raise TokenRevoked from refusal
        if refusal.status == HTTPStatus.CONFLICT:
            if time.monotonic() > self._silent_until:
                log.error(
                    "Another process polls with this bot's token: stop it, or give this one its own bot."
                )
                self._silent_until = time.monotonic() + CONFLICT_SILENCE
            return CONFLICT_WAIT
        wait = refusal.wait or wait_before(failures, first=FIRST_WAIT, longest=LONGEST_WAIT)
        log.warning("Telegram refused getUpdates (%d); again in %.1f s", refusal.status, wait)
        return wait

    async def _ask(self) -> list[Any]:
        session = self._bot.session
        assert isinstance(session, AiohttpSession)
        client = await session.create_session()
        query = {
            "offset": self._offset,
            "limit": BATCH,
            "timeout": self._poll_seconds if self._has_caught_up.is_set() else 0,
            "allowed_updates": list(ALLOWED),
        }
        async with client.post(
            session.api.api_url(self._bot.token, "getUpdates"),
            json={key: value for key, value in query.items() if value is not None},
            timeout=ClientTimeout(total=self._poll_seconds + ANSWER_SECONDS),
        ) as response:
            if response.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT}:
                raise PollRefused(response.status, None)
            answer = await response.json(content_type=None)
        if not isinstance(answer, dict):
            raise PollRefused(response.status, None)
        if not answer.get("ok"):
            parameters = answer.get("parameters") or {}
            raise PollRefused(response.status, parameters.get("retry_after"))
        updates = answer.get("result")
        return updates if isinstance(updates, list) else []

    async def _keep(self, updates: list[Any]) -> None:
        raw = read_raw(updates)
        if not raw:
            return
        await self._uow.write(store_updates, raw, now=self._clock.now())
        self._offset = max(one.update_id for one in raw) + 1
        self._arrived({one.chat_id for one in raw})
