"""Telegram's sending limits, approximately: the exact ones are unpublished. Off unless switched on."""

import math
import time
from collections import defaultdict

from sandbox.refusal import too_many_requests

OVERALL_PER_SECOND = 30.0
CHAT_PER_SECOND = 1.0
CHAT_BURST = 3
GROUP_PER_MINUTE = 20.0
SENDING = ("send", "copymessage", "forwardmessage")
NOT_SENDING = {"sendchataction"}


class Bucket:
    """A leaky bucket (GCRA): `rate` a second, `burst` at once."""

    def __init__(self, rate: float, burst: float) -> None:
        self._interval = 1.0 / rate
        self._slack = (burst - 1) * self._interval
        self._due = 0.0

    def find_wait(self, now: float) -> float:
        """Give the seconds until one more would be let through; 0 when it is now."""
        return max(0.0, self._due - self._slack - now)

    def take(self, now: float) -> None:
        """Count one that was let through."""
        self._due = max(self._due, now) + self._interval


class Limits:
    """About 30 a second overall, 1 a second in a chat with a small burst, 20 a minute in a group.

    Real time, not the sandbox's clock: they guard against what the bot does to the network.
    """

    def __init__(self, *, is_on: bool) -> None:
        self.is_on = is_on
        self._overall = Bucket(OVERALL_PER_SECOND, OVERALL_PER_SECOND)
        self._chats: dict[int, Bucket] = defaultdict(lambda: Bucket(CHAT_PER_SECOND, CHAT_BURST))
        self._groups: dict[int, Bucket] = defaultdict(lambda: Bucket(GROUP_PER_MINUTE / 60, GROUP_PER_MINUTE))

    def check(self, method: str, chat_id: object) -> None:
        """Count a sending call. Raises 429 with whole seconds to wait."""
        if not self.is_on or not method.startswith(SENDING) or method in NOT_SENDING:
            return
        now = time.monotonic()
        buckets = [self._overall]
        if isinstance(chat_id, int):
            buckets.append(self._chats[chat_id] if chat_id > 0 else self._groups[chat_id])
        wait = max(bucket.find_wait(now) for bucket in buckets)
        if wait > 0:
            raise too_many_requests(max(1, math.ceil(wait)))
        for bucket in buckets:
            bucket.take(now)
