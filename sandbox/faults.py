"""Faults on demand: the next N calls fail in a chosen way, or updates come twice or late."""

from dataclasses import asdict, dataclass

from sandbox.refusal import Json
from sandbox.updates import Updates

CALL_KINDS = ("429", "500", "502", "timeout", "delay", "reset_before", "reset_after")
UPDATE_KINDS = ("duplicate_update", "delay_update")
DEFAULT_SECONDS = {"429": 1.0, "timeout": 60.0, "delay": 1.0, "delay_update": 1.0}


@dataclass
class Fault:
    """What goes wrong, for which method ("*" for all but getUpdates), how many times more."""

    kind: str
    method: str
    times: int
    seconds: float


class Faults:
    """The faults that are waiting for their calls."""

    def __init__(self, updates: Updates) -> None:
        self._updates = updates
        self.waiting: list[Fault] = []

    def add(self, kind: str, method: str = "*", times: int = 1, seconds: float | None = None) -> None:
        """Plan a fault. Raises ValueError for an unknown kind."""
        wait = DEFAULT_SECONDS.get(kind, 0.0) if seconds is None else seconds
        if kind in UPDATE_KINDS:
            self._updates.faults.extend({"kind": kind, "seconds": wait} for _ in range(times))
        elif kind in CALL_KINDS:
            self.waiting.append(Fault(kind, method.lower(), times, wait))
        else:
            raise ValueError(f"unknown kind of fault {kind!r}: {', '.join(CALL_KINDS + UPDATE_KINDS)}")

    def take(self, method: str) -> Fault | None:
        """Give the fault that hits this call, and count it down.

        "*" leaves getUpdates alone: a long poll is always open and would eat every fault.
        """
        for fault in self.waiting:
            if fault.method == method or (fault.method == "*" and method != "getupdates"):
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Call everything off."""
        self.waiting.clear()
        self._updates.faults.clear()

    def report(self) -> list[Json]:
        """Give what is planned."""
        planned = [asdict(fault) for fault in self.waiting]
        return planned + [{"method": "", "times": 1, **fault} for fault in self._updates.faults]
