"""The bot's queue of updates: numbered, confirmed by offset, read by one poller or pushed to a webhook."""

import asyncio
import time
from itertools import islice, takewhile

from sandbox.refusal import Json, conflict
from sandbox.store import Store

MAX_POLL_SECONDS = 50
MAX_BATCH = 100
LEFT_OUT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
SECOND_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"


class Updates:
    """Updates that the bot has not confirmed yet, in order."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.pending: dict[int, Json] = {value["update_id"]: value for _, value in store.load("update")}
        self.allowed: list[str] = store.meta.get("allowed_updates", [])
        self._waiter: asyncio.Future[None] | None = None
        self._arrival = asyncio.Event()
        self._delayed = 0
        self.faults: list[Json] = []
        self.repeats: list[Json] = []
        """Updates that a fault delivers once more, confirmed or not."""

    def allow(self, kinds: list[str] | None) -> None:
        """Remember which kinds the bot wants; none named keeps the choice, an empty list is the default."""
        if kinds is not None and kinds != self.allowed:
            self.allowed = list(kinds)
            self._store.meta["allowed_updates"] = self.allowed
            self._store.touch_meta()

    def add(self, kind: str, content: Json) -> bool:
        """Queue an update; say whether the bot wants this kind at all."""
        is_wanted = kind in self.allowed if self.allowed else kind not in LEFT_OUT_BY_DEFAULT
        if not is_wanted:
            return False
        fault = self.faults.pop(0) if self.faults else None
        if fault and fault["kind"] == "delay_update":
            self._delayed += 1
            asyncio.get_running_loop().call_later(fault["seconds"], self._enqueue_late, kind, content)
            return True
        update = self._enqueue(kind, content)
        if fault:
            self.repeats.append(update)
        return True

    @property
    def waiting(self) -> int:
        """How many the bot has not confirmed, those that a fault still holds back among them."""
        return len(self.pending) + self._delayed

    def _enqueue_late(self, kind: str, content: Json) -> None:
        self._delayed -= 1
        self._enqueue(kind, content)

    def _enqueue(self, kind: str, content: Json) -> Json:
        update_id = self._store.take_number("update", 100_000_001)
        update: Json = {"update_id": update_id, kind: content}
        self.pending[update_id] = update
        self._store.put("update", update_id, lambda: update)
        self.wake()
        return update

    def wake(self) -> None:
        """Wake the poller and the webhook."""
        self._arrival.set()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def wait_for_arrival(self, seconds: float) -> None:
        """Wait until something is added; for the webhook."""
        self._arrival.clear()
        try:
            await asyncio.wait_for(self._arrival.wait(), seconds)
        except TimeoutError:
            return

    def confirm(self, update_id: int) -> None:
        """Forget one update: the bot has it."""
        if self.pending.pop(update_id, None) is not None:
            self._store.drop("update", update_id)

    def confirm_before(self, offset: int) -> None:
        """Forget every update below an offset; a negative one keeps that many of the newest."""
        if offset < 0:
            gone = list(self.pending)[:offset]
        else:
            gone = list(takewhile(lambda update_id: update_id < offset, self.pending))
        for update_id in gone:
            self.confirm(update_id)

    def drop_all(self) -> None:
        """Forget everything (drop_pending_updates)."""
        for update_id in list(self.pending):
            self.confirm(update_id)

    def interrupt(self, words: str) -> None:
        """End a waiting getUpdates with 409."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(conflict(words))

    async def poll(self, offset: int, limit: int, patience: float) -> list[Json]:
        """Answer getUpdates. Raises 409 when another poller or setWebhook comes while it waits."""
        self.interrupt(SECOND_POLLER)
        if offset:
            self.confirm_before(offset)
        limit = limit if 1 <= limit <= MAX_BATCH else MAX_BATCH
        deadline = time.monotonic() + min(patience, MAX_POLL_SECONDS)
        while not self.pending and not self.repeats:
            left = deadline - time.monotonic()
            if left <= 0:
                return []
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiter = waiter
            try:
                await asyncio.wait_for(waiter, left)
            except TimeoutError:
                return []
            finally:
                if self._waiter is waiter:
                    self._waiter = None
        # A repeat goes out only after its first copy has been confirmed: that is what a lost
        # confirmation looks like to the bot.
        again = [update for update in self.repeats if update["update_id"] not in self.pending]
        self.repeats = [update for update in self.repeats if update not in again]
        if not again and not self.pending:
            return []
        return (again + list(islice(self.pending.values(), limit)))[:limit]
