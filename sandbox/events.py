"""What happened, for whoever looks on: the page by server-sent events, tests by waiting on one chat."""

import asyncio
from collections import defaultdict, deque

from sandbox.refusal import Json

KEPT_PER_CHAT = 2_000


class Events:
    """Numbers everything that becomes visible and wakes those who wait for it."""

    def __init__(self) -> None:
        self.number = 0
        self._listeners: set[asyncio.Queue[Json]] = set()
        self._activity: dict[int, deque[Json]] = defaultdict(lambda: deque(maxlen=KEPT_PER_CHAT))
        self._waiting: dict[int, set[asyncio.Future[None]]] = defaultdict(set)

    def publish(self, kind: str, chat_id: int = 0, **facts: object) -> None:
        """Tell the pages, and keep it for those who wait on this chat."""
        self.number += 1
        event: Json = {"number": self.number, "kind": kind, "chat_id": chat_id, **facts}
        for listener in self._listeners:
            listener.put_nowait(event)
        if chat_id:
            self._activity[chat_id].append(event)
            for future in self._waiting.pop(chat_id, ()):
                if not future.done():
                    future.set_result(None)

    def listen(self) -> asyncio.Queue[Json]:
        """Open a queue of everything from now on."""
        queue: asyncio.Queue[Json] = asyncio.Queue()
        self._listeners.add(queue)
        return queue

    def forget(self, queue: asyncio.Queue[Json]) -> None:
        """Close a queue that `listen` opened."""
        self._listeners.discard(queue)

    def find_since(self, chat_id: int, after: int) -> list[Json]:
        """Give what happened in a chat after an event's number."""
        found: list[Json] = []
        for event in reversed(self._activity.get(chat_id, ())):
            if event["number"] <= after:
                break
            found.append(event)
        return found[::-1]

    async def wait(self, chat_id: int, after: int, seconds: float) -> list[Json]:
        """Give what happened in a chat after an event's number, waiting for the first of it."""
        found = self.find_since(chat_id, after)
        if found or seconds <= 0:
            return found
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[chat_id].add(future)
        try:
            await asyncio.wait_for(future, seconds)
        except TimeoutError:
            self._waiting[chat_id].discard(future)
        return self.find_since(chat_id, after)
