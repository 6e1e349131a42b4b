"""The one clock of an installation in the sandbox, and its time machine."""

import asyncio
import time
from datetime import UTC, datetime

from sandbox.refusal import Json
from sandbox.store import Store

LONG_POLL_SECONDS = 25.0
FOLLOWER_PATIENCE_SECONDS = 2.0


def write_moment(stamp: float) -> str:
    """Write seconds since 1970 as ISO-8601 in UTC, with a Z."""
    return datetime.fromtimestamp(stamp, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_moment(text: str) -> float:
    """Read an ISO-8601 moment that names its offset. Raises ValueError otherwise."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment needs its offset from UTC")
    return moment.timestamp()


class SandboxClock:
    """Real time plus an offset that only grows; followers learn of a skip by a long poll.

    A new store's clock begins at `start` (the present moment without one); a kept clock goes on where it is.
    """

    def __init__(self, store: Store, *, start: datetime | None = None) -> None:
        self._store = store
        if start is not None and not store.meta:
            # An offset below zero is a start in the past; from there on it grows as any other.
            store.meta["clock_offset"] = start.timestamp() - time.time()
            store.touch_meta()
        self.offset = float(store.meta.get("clock_offset", 0.0))
        self.version = int(store.meta.get("clock_version", 1))
        self.next_notice: float | None = None
        self._latest = float(store.meta.get("clock_latest", 0.0))
        self._followers: dict[str, asyncio.Future[None]] = {}
        self._asked: dict[str, int] = {}
        self._returned = asyncio.Event()

    def now(self) -> float:
        """Give seconds since 1970; never less than any earlier answer."""
        self._latest = max(self._latest, time.time() + self.offset)
        return self._latest

    def moment(self) -> str:
        """Give the present moment as text."""
        return write_moment(self.now())

    def report(self) -> Json:
        """Give what `GET /clock` answers."""
        return {
            "now": self.moment(),
            "offset": self.offset,
            "version": self.version,
            "next": None if self.next_notice is None else write_moment(self.next_notice),
        }

    async def follow(self, after: int, subscriber: str) -> Json:
        """Wait until the version passes `after`, at most 25 s. A subscriber has one open question."""
        self._asked[subscriber] = after
        self._returned.set()
        if self.version <= after:
            waiting = self._followers.pop(subscriber, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(None)
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._followers[subscriber] = future
            try:
                await asyncio.wait_for(future, LONG_POLL_SECONDS)
            except TimeoutError:
                pass
            finally:
                if self._followers.get(subscriber) is future:
                    del self._followers[subscriber]
        return self.report()

    async def skip(self, seconds: float) -> Json:
        """Move forward and wait until each follower has asked again, or two seconds.

        Raises ValueError for a step backwards.
        """
        if seconds < 0:
            raise ValueError("the clock never runs backwards")
        self.now()
        self.offset += seconds
        self.version += 1
        if self.next_notice is not None and self.next_notice <= self.now():
            self.next_notice = None
        self._store.meta.update(clock_offset=self.offset, clock_version=self.version, clock_latest=self.now())
        self._store.touch_meta()
        await self._store.flush()
        followers = dict(self._followers)
        self._followers.clear()
        for future in followers.values():
            if not future.done():
                future.set_result(None)
        await self._wait_for(set(followers))
        return self.report()

    async def _wait_for(self, subscribers: set[str]) -> None:
        deadline = time.monotonic() + FOLLOWER_PATIENCE_SECONDS
        version = self.version
        while any(self._asked.get(name, 0) < version for name in subscribers):
            self._returned.clear()
            try:
                await asyncio.wait_for(self._returned.wait(), max(0.0, deadline - time.monotonic()))
            except TimeoutError:
                return

    def release(self) -> None:
        """Let every follower go: the server stops."""
        self._store.meta["clock_latest"] = self.now()
        for future in self._followers.values():
            if not future.done():
                future.set_result(None)
        self._followers.clear()
