"""Processes under measurement: started, asked what they cost, ended."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

PREFIX = "NASTAVNIK_"
STOP_SECONDS = 15.0
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes. `pss` shares what several processes map: the sum over processes is what a machine needs."""

    rss: float
    pss: float


ALWAYS = {
    "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
    "MALLOC_ARENA_MAX": "2",  # as `nastavnik run`, the units and the image start them
}


class Process:
    """`with` ends it. Its output goes to a file of its own."""

    def __init__(self, *arguments: str, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        self._log = folder / f"{name_of(arguments)}.log"
        self.began = time.perf_counter()
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603  # this interpreter
                [sys.executable, *arguments],
                cwd=folder,  # no .env of the checkout
                env={**ALWAYS, **clean, **(settings or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def check_lives(self) -> None:
        """Raises RuntimeError with what it said when it has ended."""
        if self._process.poll() is not None:
            said = self._log.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise RuntimeError(f"a process ended with {self._process.returncode}: {said}")

    def read_cpu(self) -> float:
        """Seconds of processor time so far, of all its threads."""
        fields = (
            Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        )
        return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND

    def read_memory(self) -> Memory:
        found = {"Rss": 0.0, "Pss": 0.0}
        rollup = Path(f"/proc/{self._process.pid}/smaps_rollup").read_text(encoding="ascii")
        for line in rollup.splitlines():
            name, _, rest = line.partition(":")
            if name in found:
                found[name] = int(rest.split()[0]) / 1024
        return Memory(found["Rss"], found["Pss"])


def name_of(arguments: tuple[str, ...]) -> str:
    return f"{arguments[-1].rpartition('/')[2]}-{time.time_ns()}"


def find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
