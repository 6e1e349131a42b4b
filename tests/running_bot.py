"""A sandbox Telegram, a database, and the real parts of the bot in the process of the test."""

import asyncio
import contextlib
import dataclasses
import functools
import ssl
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import pytest
from sqlalchemy import select

from bot.app import BotApp, BotConfig
from bot.context import Conversation
from models.engine import Database
from models.messages import InboxStatus, InboxUpdate
from models.unit_of_work import UnitOfWork
from sandbox.client import SandboxClient
from sandbox.server import Sandbox
from services.access.clock import SandboxClock
from tests.conftest import FIRST_MOMENT

TOKEN = "4242424242:AAtown-of-tests-0123456789abcdefghij"
START_SECONDS = 20.0
one_context = functools.cache(ssl.create_default_context)  # 40 ms of certificates that no test ever shows
STOP_SECONDS = 8.0
PATIENCE = 30.0  # nobody waits so long but on a machine that does ten things at once
UNANSWERED = (InboxStatus.WAITING, InboxStatus.WORKED)


class SandboxThread:
    """A sandbox with a loop of its own: the bot's clock asks it from threads, as across processes."""

    def __init__(self, *, token: str = TOKEN, limits: bool = False) -> None:
        self._sandbox = Sandbox(token=token, limits=limits, start=FIRST_MOMENT)
        self._is_up = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)

    def start(self) -> str:
        self._thread.start()
        assert self._is_up.wait(START_SECONDS), "the sandbox did not start"
        return self._sandbox.url

    def revoke_token(self) -> None:
        """From now on the bot's token is one that nobody here has."""
        self._loop.call_soon_threadsafe(self._sandbox.api.revoke_token, TOKEN[::-1])

    def send_update(self, kind: str, content: dict[str, Any]) -> None:
        """An update that no person types, wanted by the bot or not."""
        self._loop.call_soon_threadsafe(self._sandbox.world.updates._enqueue, kind, content)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(START_SECONDS)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._stopping = asyncio.Event()
        async with self._sandbox:
            self._is_up.set()
            await self._stopping.wait()


class RunningBot:
    """`telegram` drives people; `uow` and `database` are connections of their own, like the panel's."""

    def __init__(
        self, database_url: str, *, conversation: Conversation | None = None, **settings: Any
    ) -> None:
        self.database_url = database_url
        self._conversation = conversation
        self._settings = settings
        self._sandbox = SandboxThread()
        self._running: tuple[BotApp, asyncio.Task[None], asyncio.Event] | None = None
        self._patched = pytest.MonkeyPatch()

    async def __aenter__(self) -> Self:
        self._patched.setattr(ssl, "create_default_context", one_context)
        self.url = await asyncio.to_thread(self._sandbox.start)
        self.telegram = await SandboxClient(
            self.url, timeout=PATIENCE, is_at_work=self._is_at_work
        ).__aenter__()
        self.clock = await asyncio.to_thread(SandboxClock, self.url)
        self.uow = UnitOfWork(self.database_url)
        self.database: Database = self.uow.database
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self.stop_bot()
        finally:
            self.clock.close()
            await self.uow.close()
            await self.telegram.__aexit__(kind, error, trace)
            await asyncio.to_thread(self._sandbox.stop)
            self._patched.undo()

    async def _is_at_work(self, chat_id: int) -> bool:
        """Whether something from a chat is in the inbox, not yet answered."""
        query = select(InboxUpdate.update_id).where(
            InboxUpdate.chat_id == chat_id, InboxUpdate.status.in_(UNANSWERED)
        )
        return await self.uow.read(lambda session: session.scalars(query).first()) is not None

    @property
    def bot(self) -> BotApp:
        assert self._running is not None
        return self._running[0]

    @property
    def is_bot_up(self) -> bool:
        return self._running is not None and not self._running[1].done()

    async def start_bot(self, **settings: Any) -> None:
        """Start the bot and wait until it serves. Raises what ends it."""
        config = BotConfig(
            token=TOKEN,
            database_url=self.database_url,
            clock=self.clock,
            telegram_api=self.url,
            poll_seconds=5,
            chat_burst=10_000,  # a test taps faster than a person
        )
        app = BotApp(
            dataclasses.replace(config, **self._settings, **settings), conversation=self._conversation
        )
        stop = asyncio.Event()
        task = asyncio.ensure_future(app.run(stop))
        started = asyncio.ensure_future(app.started.wait())
        await asyncio.wait({task, started}, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        started.cancel()
        if task.done():
            task.result()
        assert app.started.is_set(), "the bot did not start"
        self._running = app, task, stop

    async def stop_bot(self) -> None:
        """As on SIGTERM: what is in hand is finished."""
        if self._running is None:
            return
        (_, task, stop), self._running = self._running, None
        stop.set()
        await asyncio.wait_for(task, STOP_SECONDS)

    async def kill_bot(self) -> None:
        """As on SIGKILL: nothing is finished, nothing recorded."""
        assert self._running is not None
        (_, task, _), self._running = self._running, None
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def end_of_bot(self, seconds: float = 15.0) -> BaseException | None:
        """What the bot ended with, by itself. Raises TimeoutError while it serves on."""
        assert self._running is not None
        (_, task, _), self._running = self._running, None
        await asyncio.wait_for(asyncio.wait({task}), seconds)
        return task.exception()

    def revoke_token(self) -> None:
        self._sandbox.revoke_token()

    def send_update(self, kind: str, content: dict[str, Any]) -> None:
        """An update that no person types, wanted by the bot or not."""
        self._sandbox.send_update(kind, content)

    async def restart_bot(self) -> None:
        await self.stop_bot()
        await self.start_bot()


async def until(is_so: Callable[[], Any], *, seconds: float = PATIENCE) -> Any:
    """Wait until a look gives something true, and give it. Raises AssertionError."""
    for _ in range(int(seconds / 0.05)):
        found = await asyncio.to_thread(is_so)
        if found:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("it did not become so in time")
