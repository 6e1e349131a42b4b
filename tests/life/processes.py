"""Real `nastavnik` processes: started with settings of their own, watched, ended."""

import contextlib
import io
import logging
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from unittest import mock

import nastavnik
from settings import PREFIX

START_SECONDS = 90.0  # a loaded machine imports the bot's stack slowly
STOP_SECONDS = 30.0
NO_LANGUAGE = {"LC_ALL": "C.UTF-8"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def bare_environment() -> dict[str, str]:
    """This process's environment without settings of ours, on a terminal of no language."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)} | NO_LANGUAGE


@dataclass(frozen=True)
class Outcome:
    """What a short command said on both streams, and its exit code."""

    code: int
    said: list[str]
    warned: list[str]


def call(*arguments: str, settings: Mapping[str, str], folder: Path) -> Outcome:
    """`nastavnik ...` in this process, for what ends by itself: no second of imports for each."""
    said, warned = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n", write_through=True) for _ in "12")
    root = logging.getLogger()
    handlers, level, mask, here = root.handlers[:], root.level, os.umask(0o022), Path.cwd()
    try:
        os.chdir(folder)
        with (
            mock.patch.dict(os.environ, {**bare_environment(), **settings}, clear=True),
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(warned),
        ):
            code = nastavnik.main(arguments)
    finally:
        logging.captureWarnings(capture=False)
        for handler in set(root.handlers) - set(handlers):
            handler.close()
        root.handlers[:] = handlers
        root.setLevel(level)
        os.umask(mask)
        os.chdir(here)
    return Outcome(code, lines_of(said), lines_of(warned))


def lines_of(stream: io.TextIOWrapper) -> list[str]:
    stream.seek(0)
    said = stream.read()
    return said.removesuffix("\n").split("\n") if said else []


class Command:
    """One `nastavnik ...`; its lines of both streams are kept as they come."""

    def __init__(self, *arguments: str, settings: Mapping[str, str], folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nastavnik", *arguments],
            cwd=folder,  # no .env of the checkout
            env={**bare_environment(), "PYTHONUNBUFFERED": "1", **settings},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.said: list[str] = []
        self.warned: list[str] = []
        self._arrived: queue.SimpleQueue[None] = queue.SimpleQueue()
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self._readers = [
            self._read(self.process.stdout, self.said),
            self._read(self.process.stderr, self.warned),
        ]

    def _read(self, stream: IO[str], lines: list[str]) -> threading.Thread:
        def follow() -> None:
            with stream:
                for line in stream:
                    lines.append(line.rstrip("\n"))
                    self._arrived.put(None)
            self._arrived.put(None)

        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        return thread

    def wait_said(self, count: int) -> list[str]:
        """The first so many lines of its standard output. Fails when it ends before."""
        deadline = time.monotonic() + START_SECONDS
        while len(self.said) < count:
            if self.process.poll() is not None and not any(thread.is_alive() for thread in self._readers):
                break
            try:
                self._arrived.get(timeout=max(deadline - time.monotonic(), 0.01))
            except queue.Empty:
                break
        assert len(self.said) >= count, f"it said {self.said}, warned {self.warned}"
        return self.said[:count]

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send the signal to this process only, as a terminal's Ctrl-C or a service's stop; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.wait()

    def wait(self, seconds: float = STOP_SECONDS) -> int:
        code = self.process.wait(seconds)
        for thread in self._readers:
            thread.join(STOP_SECONDS)
        return code

    def children(self) -> dict[str, int]:
        """Process numbers of its children by the name of their command."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                status = (entry / "stat").read_text()
                command = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            parent = int(status.rpartition(")")[2].split()[1])
            if parent == self.process.pid and b"--leashed" in command:
                found[command[command.index(b"--leashed") - 1].decode()] = int(entry.name)
        return found


def is_alive(process: int) -> bool:
    """Whether the process runs; a dead one that waits for its parent does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
