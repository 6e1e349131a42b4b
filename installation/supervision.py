"""Keeping the processes of one installation alive, and stopping them together."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
STEADY_SECONDS = 60  # one that lived so long is not ill: its next pause is short again
WORK_SECONDS = 3.7  # for bot and panel to finish what is in hand
STOP_SECONDS = 4.8  # for all; the sandbox ends last, so that the bot's last answers still leave
FATAL = 2  # the exit code that no restart would mend
LINE_LIMIT = 1 << 20


@dataclass(slots=True, eq=False)
class Child:
    """One process: `nastavnik NAME`. The sandbox ends last, so it is `is_last`."""

    name: str
    is_last: bool = False
    process: asyncio.subprocess.Process | None = None
    pauses: float = field(default=FIRST_PAUSE)


class Supervisor:
    """Starts children, starts a dead one again with growing pauses, ends all when told or when one is fatal.

    `say` gets the children's lines, each with its child's name before it.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._children: list[Child] = []
        self._tasks: asyncio.TaskGroup | None = None
        self._stopping = asyncio.Event()
        self.fatal: str | None = None

    async def __aenter__(self) -> "Supervisor":
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.stop)
        self._tasks = await asyncio.TaskGroup().__aenter__()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *error: object) -> None:
        self.stop()
        await self._end_all()
        assert self._tasks is not None
        await self._tasks.__aexit__(None, None, None)

    @property
    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    def start(self, name: str, *, is_last: bool = False) -> None:
        assert self._tasks is not None
        child = Child(name, is_last)
        self._children.append(child)
        self._tasks.create_task(self._restart(child), name=name)

    def stop(self) -> None:
        self._stopping.set()

    async def wait(self, seconds: float | None = None) -> bool:
        """Until the end is asked for, or so many seconds; whether it is."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return self.is_stopping

    async def _restart(self, child: Child) -> None:
        while not self.is_stopping:
            started = time.monotonic()
            code = await self._live(child)
            if self.is_stopping:
                return
            if code == FATAL:
                self.fatal = child.name
                self.stop()
                return
            if time.monotonic() - started > STEADY_SECONDS:
                child.pauses = FIRST_PAUSE
            log.warning("%s ended with code %s; it starts again in %.0f s", child.name, code, child.pauses)
            await self.wait(child.pauses)
            child.pauses = min(child.pauses * 2, LONGEST_PAUSE)

    async def _live(self, child: Child) -> int:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "nastavnik",
            child.name,
            "--leashed",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches the parent only, which ends them in order
            limit=LINE_LIMIT,
            env={
                "MALLOC_ARENA_MAX": "2",
                **os.environ,
            },  # a heap a thread kept 10 MB for nothing
        )
        child.process = process
        log.info("%s is process %s", child.name, process.pid)
        if self.is_stopping:  # the end was asked for while it was being made: `_end_all` did not see it
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        assert process.stdout is not None
        async for line in process.stdout:
            self._say(f"{child.name}: {line.decode(errors='replace').rstrip()}")
        code = await process.wait()
        log.info("Process %s, %s, ended with code %s", process.pid, child.name, code)
        return code

    async def _end_all(self) -> None:
        began = time.monotonic()
        working = [child for child in self._children if not child.is_last]
        await self._end(working, began + WORK_SECONDS)
        await self._end([child for child in self._children if child.is_last], began + STOP_SECONDS)

    async def _end(self, children: list[Child], deadline: float) -> None:
        alive = [c.process for c in children if c.process is not None and c.process.returncode is None]
        for process in alive:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        for process in alive:
            try:
                await asyncio.wait_for(process.wait(), max(deadline - time.monotonic(), 0.01))
            except TimeoutError:
                log.warning("Process %s did not end in time and was killed", process.pid)
                with contextlib.suppress(ProcessLookupError):
                    process.kill()


def leash() -> None:
    """End this process when its parent is gone: the parent holds the other end of our standard input."""

    def follow() -> None:
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=follow, name="leash", daemon=True).start()
