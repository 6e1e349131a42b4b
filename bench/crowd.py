"""People who tap: each answers the question on their screen, in a closed loop or by the clock."""

import asyncio
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

from bench.school import FIRST_QUESTION, Pupil
from bench.wire import USER, Json, Wire
from sandbox.world import Person, tap_of

PICK = "survey.pick:"
PATIENCE_SECONDS = 30.0


class NotAnswered(Exception):
    """A tap had no answer: whatever was measured is worth nothing."""


@dataclass(slots=True)
class Chat:
    """One person with one screen. A tap is done when the screen is edited and the button has stopped."""

    person: Person
    message: Json
    codes: list[str]
    began: float = 0.0
    is_edited: bool = False
    is_calmed: bool = False
    is_busy: bool = False


@dataclass(slots=True)
class Window:
    """What was seen between two moments."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)  # seconds from tap to its answer

    @property
    def rate(self) -> float:
        return len(self.waits) / self.seconds

    @property
    def median_ms(self) -> float:
        return self.percentile(50)

    @property
    def p99_ms(self) -> float:
        return self.percentile(99)

    def percentile(self, percent: int) -> float:
        return quantiles(self.waits, n=100, method="inclusive")[percent - 1] * 1000


class Crowd:
    """Gives the wire what the people see and do. `taps` counts what must be stored."""

    def __init__(self, pupils: list[Pupil], *, seed: int = 1) -> None:
        self.wire = Wire(self.take)
        self.taps = 0
        self._random = random.Random(seed)  # noqa: S311  # no secret
        self._unused: Iterator[Pupil] = iter(pupils)
        self._chats: dict[int, Chat] = {}
        self._free: list[Chat] = []
        self._window: Window | None = None
        self._is_closed = False
        self._message_id = 10_000_000

    async def work(self, chats: int, seconds: float) -> Window:
        """A closed loop: so many people, each taps again as soon as the answer is there."""
        self._is_closed, self._window = True, Window()
        began = time.perf_counter()
        for _ in range(chats):
            self._tap(self._next_chat())
        await asyncio.sleep(seconds)
        return await self._end(time.perf_counter() - began)

    async def work_by_clock(self, rate: float, seconds: float) -> Window:
        """An open loop: taps come at a steady pace, whether the bot keeps up or not."""
        self._is_closed, self._window = False, Window()
        began = time.perf_counter()
        for number in range(int(rate * seconds)):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            self._tap(self._next_chat(), due)
        return await self._end(time.perf_counter() - began)

    async def _end(self, seconds: float) -> Window:
        """Close the window; what is still under way is waited for but not counted."""
        window, self._window, self._is_closed = self._window, None, False
        assert window is not None
        window.seconds = seconds
        deadline = time.perf_counter() + PATIENCE_SECONDS
        while any(chat.is_busy for chat in self._chats.values()):
            if time.perf_counter() > deadline:
                raise NotAnswered(f"{sum(chat.is_busy for chat in self._chats.values())} taps")
            await asyncio.sleep(0.02)
        return window

    def _next_chat(self) -> Chat:
        if self._free:
            return self._free.pop(self._random.randrange(len(self._free)))
        pupil = next(self._unused, None)
        if pupil is None:
            raise NotAnswered("everybody has finished: seed more people")
        person = Person(pupil.chat_id, "", "Анна")
        message = {
            "message_id": pupil.message_id,
            "date": 1_790_000_000,
            "chat": person.chat(),
            "from": USER,
            "text": "?",
        }
        chat = Chat(person, message, [f"{PICK}{pupil.run_id}:{FIRST_QUESTION}:{n}" for n in range(1, 11)])
        self._chats[person.id] = chat
        return chat

    def _tap(self, chat: Chat, moment: float | None = None) -> None:
        self.taps += 1
        chat.is_busy, chat.is_edited, chat.is_calmed = True, False, False
        chat.began = moment if moment is not None else time.perf_counter()
        query_id = str(chat.person.id << 32 | self.taps)
        tap = tap_of(chat.person, chat.message, query_id, self._random.choice(chat.codes))
        self.wire.push("callback_query", tap)

    def take(self, method: str, fields: dict[str, str]) -> Any:
        """What a call of the bot does to the people."""
        if method == "answerCallbackQuery":
            chat = self._chats[int(fields["callback_query_id"]) >> 32]
            chat.is_calmed = True
            self._look(chat)
            return True
        known = self._chats.get(int(fields["chat_id"]))
        if known is None or method != "editMessageText":
            self._message_id += 1
            return {
                "message_id": self._message_id,
                "date": 1_790_000_000,
                "chat": {"id": 1, "type": "private"},
            }
        markup = json.loads(fields.get("reply_markup", '{"inline_keyboard":[]}'))
        known.message = {**known.message, "text": fields["text"], "reply_markup": markup}
        buttons = [button["callback_data"] for row in markup["inline_keyboard"] for button in row]
        known.codes = [code for code in buttons if code.startswith(PICK)]
        known.is_edited = True
        self._look(known)
        return known.message

    def _look(self, chat: Chat) -> None:
        if not (chat.is_busy and chat.is_edited and chat.is_calmed):
            return
        chat.is_busy = False
        if self._window is not None:
            self._window.waits.append(time.perf_counter() - chat.began)
        if chat.codes:
            self._free.append(chat)
        else:
            del self._chats[chat.person.id]  # has answered all that a tap answers
        if self._is_closed:
            self._tap(self._next_chat())
