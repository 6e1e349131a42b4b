"""Every call of the Bot API: when, what, the answer, whether it was done. Tests and an auditor read it."""

from collections import deque
from typing import Any

from sandbox.clock import SandboxClock
from sandbox.contract import Upload
from sandbox.refusal import Json
from sandbox.store import Store

KEPT_IN_MEMORY = 50_000
LOADED_AT_START = 5_000


class Record:
    """The newest calls in memory, all of them in the state file."""

    def __init__(self, store: Store, clock: SandboxClock) -> None:
        self._store = store
        self._clock = clock
        self._calls: deque[Json] = deque(store.load_record(LOADED_AT_START), maxlen=KEPT_IN_MEMORY)
        self.number = int(self._calls[-1]["number"]) if self._calls else 0

    def add(self, method: str, values: Json, answer: Json, *, is_done: bool, **facts: Any) -> None:
        """Write down one call. Contents of files and long batches of updates are named, not repeated."""
        self.number += 1
        if method == "getupdates" and answer.get("ok"):
            answer = {"ok": True, "update_ids": [update["update_id"] for update in answer["result"]]}
        entry: Json = {
            "number": self.number,
            "at": self._clock.now(),
            "method": facts.pop("name", method),
            "parameters": {
                name: {"file": value.name, "size": len(value.content)} if isinstance(value, Upload) else value
                for name, value in values.items()
            },
            "answer": answer,
            "done": is_done,
            **{name: value for name, value in facts.items() if value},
        }
        self._calls.append(entry)
        self._store.append_record(self.number, entry)

    def find(self, after: int, method: str | None, limit: int) -> list[Json]:
        """Give calls after a number, oldest first; without a limit (0) all of them."""
        found = [
            call
            for call in self._calls
            if call["number"] > after and (method is None or call["method"].lower() == method.lower())
        ]
        return found[:limit] if limit else found
