"""A clock for tests that changes only when a test moves it."""

from collections.abc import Callable
from datetime import datetime


class FixedClock:
    """A clock that shows one moment until it is moved."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment
        self._jumps: list[Callable[[], None]] = []

    def now(self) -> datetime:
        return self.moment

    def on_jump(self, act: Callable[[], None]) -> None:
        self._jumps.append(act)

    def announce_next(self, moment: datetime | None) -> None:
        """Nobody asks."""

    def close(self) -> None:
        """Nothing to stop."""
