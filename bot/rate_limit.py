"""Rate limits for bulk messages: 30 a second in all, 1 a second a chat (burst 3), 20 a minute a group.

A generic cell rate algorithm: tried, it holds 30.0 a second where a token bucket sent 59 in its first
(docs/design.md#inbox). Exact limits are unpublished; a 429's retry_after is the real rule: it stops bulk to
the chat that was refused, and all bulk once several chats are refused at about the same time.
"""

import asyncio
import time
from collections.abc import Callable

ALL_A_SECOND = 30.0
CHAT_SECONDS, CHAT_BURST = 1.0, 3
GROUP_SECONDS, GROUP_BURST = 3.0, 3  # 20 a minute
ANSWER_SECONDS = 1.0  # between two answers to one chat that has used up its burst
KEPT_CHATS = 10_000
SEVERAL_CHATS, SEVERAL_SECONDS = 3, 10.0  # so many refused within so long: the limit is the bot's, not theirs


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

    def wait(self, moment: float) -> float:
        """Seconds until a place is free."""
        return max(0.0, self._due - self._tolerance - moment)

    def is_last(self, moment: float) -> bool:
        """Whether no place would be free at once after the next one."""
        return max(moment, self._due) + self._interval > moment + self._tolerance

    def is_idle(self, moment: float) -> bool:
        return self._due <= moment


class Cells:
    """A limit for each chat; those that are idle are forgotten when there are many."""

    def __init__(self, make: Callable[[int], Cell]) -> None:
        self._make = make
        self._cells: dict[int, Cell] = {}

    def of(self, chat_id: int, moment: float) -> Cell:
        cell = self._cells.get(chat_id)
        if cell is None:
            if len(self._cells) >= KEPT_CHATS:
                self._cells = {key: one for key, one in self._cells.items() if not one.is_idle(moment)}
            cell = self._cells[chat_id] = self._make(chat_id)
        return cell


def sending_cell(chat_id: int) -> Cell:
    return Cell(GROUP_SECONDS, GROUP_BURST) if chat_id < 0 else Cell(CHAT_SECONDS, CHAT_BURST)


class AnswerPace:
    """How often one chat is answered: `burst` times at once, then once a second, for the last of its updates.

    Whoever floods the bot gets no 429 that way, and costs little.
    """

    def __init__(self, burst: int) -> None:
        self._cells = Cells(lambda _chat_id: Cell(ANSWER_SECONDS, burst))

    def wait(self, chat_id: int | None) -> float:
        """Seconds until this chat may be answered."""
        moment = time.monotonic()
        return self._cells.of(chat_id or 0, moment).wait(moment)

    def is_pressed(self, chat_id: int | None) -> bool:
        """Whether the answer that is left is to be kept for the last update."""
        moment = time.monotonic()
        return self._cells.of(chat_id or 0, moment).is_last(moment)

    def note(self, chat_id: int | None) -> None:
        moment = time.monotonic()
        self._cells.of(chat_id or 0, moment).reserve(moment)


class RateLimit:
    def __init__(self, *, all_a_second: float = ALL_A_SECOND) -> None:
        self._all = Cell(1 / all_a_second)
        self._chats = Cells(sending_cell)
        self._paused_until = 0.0
        self._paused_chats: dict[int, float] = {}
        self._refused: dict[int, tuple[float, float]] = {}  # chat -> when, and for how long

    async def turn(self, chat_id: int) -> None:
        """Wait until a bulk message may go to this chat."""
        moment = time.monotonic()
        chat_turn = self._chats.of(chat_id, moment).reserve(moment)
        await asyncio.sleep(max(0.0, chat_turn - time.monotonic()))
        while True:
            await asyncio.sleep(max(0.0, self._paused_until - time.monotonic(), self.chat_pause(chat_id)))
            # the common place is taken only now, so that a busy chat holds up nobody else
            await asyncio.sleep(max(0.0, self._all.reserve(time.monotonic()) - time.monotonic()))
            if self._paused_until <= time.monotonic() and not self.chat_pause(chat_id):
                return

    def note(self, chat_id: int) -> None:
        """A reply went to this chat, without waiting: bulk leaves it room."""
        moment = time.monotonic()
        self._chats.of(chat_id, moment).reserve(moment)

    def chat_pause(self, chat_id: int) -> float:
        """Seconds for which Telegram wants this chat left alone."""
        return max(0.0, self._paused_chats.get(chat_id, 0.0) - time.monotonic())

    def pause(self, chat_id: int, seconds: float) -> None:
        """Telegram said retry_after for a message to this chat: no bulk message goes there before."""
        moment = time.monotonic()
        self._paused_chats = {key: until for key, until in self._paused_chats.items() if until > moment}
        self._paused_chats[chat_id] = max(self._paused_chats.get(chat_id, 0.0), moment + seconds)
        recent = moment - SEVERAL_SECONDS
        self._refused = {key: told for key, told in self._refused.items() if told[0] > recent}
        self._refused[chat_id] = moment, seconds
        if len(self._refused) >= SEVERAL_CHATS:
            shortest = min(wait for _, wait in self._refused.values())
            self._paused_until = max(self._paused_until, moment + shortest)
