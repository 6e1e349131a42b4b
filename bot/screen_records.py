"""Writes down which screens were shown, in batches, so that no answer waits (conversations.record_shown)."""

import asyncio
import dataclasses
import logging

from sqlalchemy.exc import SQLAlchemyError

from models.unit_of_work import UnitOfWork
from services.access.clock import Clock
from services.delivery.conversations import ChatState, Shown, record_shown

log = logging.getLogger(__name__)

BATCH_SECONDS = 0.03
RETRY_SECONDS = 1.0


class ScreenRecords:
    def __init__(self, uow: UnitOfWork, clock: Clock, served_by: str | None) -> None:
        self._uow = uow
        self._served_by = served_by
        self._clock = clock
        self._waiting: list[Shown] = []
        self._screens: dict[int, int] = {}  # chat -> its screen, for those not yet written
        self._shown_since: set[int] = (
            set()
        )  # chats that were shown their screen after it was last reported missing
        self._arrival = asyncio.Event()
        self._writing = asyncio.Lock()

    def shown(self, shown: Shown) -> None:
        self._waiting.append(shown)
        if shown.screen_message_id is not None:
            self._screens[shown.chat_id] = shown.screen_message_id
            self._shown_since.add(shown.chat_id)
        self._arrival.set()

    def note_part(self, chat_id: int, message_id: int) -> None:
        """A message that is no screen was sent; it is remembered for the day when it must be erased."""
        self._waiting.append(Shown(None, chat_id, None, parts=(message_id,)))
        self._arrival.set()

    def mark_missing(self, chat_id: int) -> None:
        """The chat's screen could not be shown; the outbox will."""
        self._shown_since.discard(chat_id)

    def was_shown_since(self, chat_id: int) -> bool:
        """Whether a missing screen has been shown since, by a later answer: once more would be a repeat.

        A screen that an earlier run of this process left to the outbox counts as well.
        """
        return chat_id in self._shown_since

    def freshen(self, chat: ChatState) -> ChatState:
        """The state with the screen that was shown a moment ago and is not written yet."""
        shown = self._screens.get(chat.chat_id)
        return chat if shown is None else dataclasses.replace(chat, screen_message_id=shown)

    async def run(self) -> None:
        while True:
            await self._arrival.wait()
            await asyncio.sleep(BATCH_SECONDS)
            try:
                await self.flush()
            except SQLAlchemyError as error:
                log.warning("What was shown is not recorded yet: %s", type(error).__name__)
                self._arrival.set()
                await asyncio.sleep(RETRY_SECONDS)

    async def flush(self) -> None:
        """Write what waits. Raises SQLAlchemyError, with nothing forgotten."""
        async with self._writing:
            self._arrival.clear()
            batch = list(self._waiting)
            if not batch:
                return
            await self._uow.write(record_shown, batch, now=self._clock.now(), served_by=self._served_by)
            del self._waiting[: len(batch)]
            still = {shown.chat_id for shown in self._waiting if shown.screen_message_id is not None}
            for shown in batch:
                if shown.chat_id not in still:
                    self._screens.pop(shown.chat_id, None)
