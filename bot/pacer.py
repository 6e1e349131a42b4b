"""How fast bulk leaves: 30 a second in all, 1 a second a chat with a small burst, 20 a minute a group.

A generic cell rate algorithm: tried, it holds 30.0 a second where a token bucket sent 59 in its first
(engineering.md 5.1). Exact limits are unpublished; a 429's retry_after is the real rule and stops all bulk.
"""

import asyncio
import time

ALL_A_SECOND = 30.0
CHAT_SECONDS, CHAT_BURST = 1.0, 3
GROUP_SECONDS, GROUP_BURST = 3.0, 3  # 20 a minute
KEPT_CHATS = 10_000


class Cell:
    """One limit: an event every `interval` seconds, with up to `burst` events at once."""

    __slots__ = ("_due", "_interval", "_tolerance")

    def __init__(self, interval: float, burst: int = 1) -> None:
        self._interval = interval
        self._tolerance = interval * (burst - 1)
        self._due = 0.0

    def reserve(self, moment: float) -> float:
        """Take the next place; gives the moment at which it may be used."""
        start = max(moment, self._due - self._tolerance)
        self._due = max(self._due, start) + self._interval
        return start

    def is_idle(self, moment: float) -> bool:
        return self._due <= moment


class Pacer:
    def __init__(self, *, all_a_second: float = ALL_A_SECOND) -> None:
        self._all = Cell(1 / all_a_second)
        self._chats: dict[int, Cell] = {}
        self._paused_until = 0.0

    async def turn(self, chat_id: int) -> None:
        """Wait until a bulk message may go to this chat."""
        moment = time.monotonic()
        chat_turn = self._chat(chat_id, moment).reserve(moment)
        await asyncio.sleep(max(0.0, chat_turn - time.monotonic()))
        while True:
            await self._pass_pause()
            # the common place is taken only now, so that a busy chat holds up nobody else
            await asyncio.sleep(max(0.0, self._all.reserve(time.monotonic()) - time.monotonic()))
            if self._paused_until <= time.monotonic():
                return

    async def _pass_pause(self) -> None:
        left = self._paused_until - time.monotonic()
        while left > 0:
            await asyncio.sleep(left)
            left = self._paused_until - time.monotonic()

    def note(self, chat_id: int) -> None:
        """A reply went to this chat, without waiting: bulk leaves it room."""
        self._chat(chat_id, time.monotonic()).reserve(time.monotonic())

    def pause(self, seconds: float) -> None:
        """Telegram said retry_after: no bulk message leaves before."""
        self._paused_until = max(self._paused_until, time.monotonic() + seconds)

    def _chat(self, chat_id: int, moment: float) -> Cell:
        cell = self._chats.get(chat_id)
        if cell is None:
            if len(self._chats) >= KEPT_CHATS:
                self._chats = {key: one for key, one in self._chats.items() if not one.is_idle(moment)}
            is_group = chat_id < 0
            cell = Cell(GROUP_SECONDS, GROUP_BURST) if is_group else Cell(CHAT_SECONDS, CHAT_BURST)
            self._chats[chat_id] = cell
        return cell
