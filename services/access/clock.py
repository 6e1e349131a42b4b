"""The one source of `now` in each process (docs/design.md#clock).

`SystemClock` in a live installation; `SandboxClock` follows the sandbox's time machine.
"""

import json
import logging
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

log = logging.getLogger(__name__)


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment in UTC."""

    def on_jump(self, act: Callable[[], None]) -> None:
        """Call `act` (from another thread) whenever the clock was moved by hand."""

    def announce_next(self, moment: datetime | None) -> None:
        """Say when the next planned notice is due, for the time machine's button."""

    def close(self) -> None:
        """Stop following."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def on_jump(self, act: Callable[[], None]) -> None:
        """The system's clock is never moved by hand."""

    def announce_next(self, moment: datetime | None) -> None:
        """Nobody asks."""

    def close(self) -> None:
        """Nothing to stop."""


class SandboxClock:
    """Real time plus the offset that the sandbox's time machine keeps; learns of a skip by a long poll."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        self._subscriber = uuid.uuid4().hex
        self._jumps: list[Callable[[], None]] = []
        self._announced: datetime | None = None
        self._is_open = True
        self._offset = timedelta(0)
        self._version = -1
        self._take(self._ask("/clock"))
        threading.Thread(target=self._follow, name="sandbox-clock", daemon=True).start()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def on_jump(self, act: Callable[[], None]) -> None:
        self._jumps.append(act)

    def announce_next(self, moment: datetime | None) -> None:
        if moment == self._announced:
            return
        body = json.dumps({"at": moment.isoformat() if moment else None}).encode()
        try:
            self._ask("/clock/next", body)
        except (OSError, ValueError) as error:
            log.warning("The sandbox did not take the next notice's time: %s", type(error).__name__)
        else:
            self._announced = moment

    def close(self) -> None:
        self._is_open = False

    def _ask(self, path: str, body: bytes | None = None) -> dict[str, object]:
        request = urllib.request.Request(  # noqa: S310  # the address is the sandbox's, held to http by settings
            self._address + path, data=body, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            found = json.load(answer)
        return found if isinstance(found, dict) else {}

    def _take(self, state: dict[str, object]) -> bool:
        offset, version = float(str(state["offset"])), int(str(state["version"]))
        has_moved = version != self._version
        self._offset, self._version = timedelta(seconds=offset), version
        return has_moved

    def _follow(self) -> None:
        while self._is_open:
            try:
                has_moved = self._take(
                    self._ask(f"/clock?after={self._version}&subscriber={self._subscriber}")
                )
            except (OSError, ValueError, KeyError, urllib.error.URLError):
                time.sleep(0.5)
                continue
            if has_moved:
                for act in self._jumps:
                    act()


def clock_of(address: str) -> Clock:
    """The clock that NASTAVNIK_CLOCK names: `system`, or a sandbox's http address."""
    return SystemClock() if address == "system" else SandboxClock(address)
