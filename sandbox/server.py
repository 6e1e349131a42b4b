"""The sandbox as a server: put together, started, stopped."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Coroutine
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from sandbox.botapi import MAX_BODY, BotApi
from sandbox.clock import SandboxClock
from sandbox.controls import Controls, Handler, guard
from sandbox.events import Events
from sandbox.faults import Faults
from sandbox.limits import Limits
from sandbox.record import Record
from sandbox.serving import LimitedServer
from sandbox.store import Store
from sandbox.webhook import Webhook
from sandbox.world import World

log = logging.getLogger(__name__)

STATIC = Path(__file__).with_name("static")
STOP_SECONDS = 0.3
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@web.middleware
async def secure(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Send the headers that keep the page to itself."""
    response = await handler(request)
    if not response.prepared:
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers.setdefault("Cache-Control", "no-cache")  # an upgrade leaves no old parts of the page
    return response


class Sandbox:
    """One bot's stand-in Telegram. `async with` starts and stops it.

    `start` is where the clock of a new sandbox begins, the present moment without it.

    Attributes: `url` (base address for Bot API, page and clock), `world`, `faults`, `limits`, `record`,
    `clock`: the same objects that the HTTP interface uses.
    """

    def __init__(
        self,
        *,
        token: str,
        state_file: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        timezone: str = "Europe/Moscow",
        links: dict[str, str] | None = None,
        limits: bool = False,
        start: datetime | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._token = token
        self._state_file = state_file
        self._config = {"timezone": timezone, "links": links or {}}
        self._are_limits_on = limits
        self._start_moment = start
        self._tasks: list[asyncio.Task[None]] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        """Start. Raises OSError plainly when the port is occupied."""
        self._store = Store(self._state_file)
        self.clock = SandboxClock(self._store, start=self._start_moment)
        events = Events()
        self.world = World(int(self._token.partition(":")[0]), self._store, self.clock, events)
        self.faults = Faults(self.world.updates)
        self.limits = Limits(is_on=self._are_limits_on)
        self.record = Record(self._store, self.clock)
        self._controls = Controls(self.world, self.faults, self.limits, self.record, self._config)
        self.api = api = BotApi(self._token, self.world, self.faults, self.limits, self.record)
        app = web.Application(middlewares=[secure, guard], client_max_size=MAX_BODY)
        api.add_routes(app)
        self._controls.add_routes(app)
        app.router.add_get("/", show_page)
        app.router.add_static("/static", STATIC)
        self._server = LimitedServer(app, host=self._host, port=self._port, stop_seconds=STOP_SECONDS)
        try:
            await self._server.start()
        except OSError:
            await self._store.close()
            raise
        self.url = f"http://{self._host}:{self._server.port}"
        self._writer = self._start(self._store.run())
        self._start(Webhook(self.world, api.run_webhook_reply).run())
        return self

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(report_failure)
        self._tasks.append(task)
        return task

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop: end the open connections, write the state, let go of the file."""
        self._controls.close()
        await self._server.stop()
        for task in self._tasks:
            if task is not self._writer:
                task.cancel()
        await self._store.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def report_failure(task: asyncio.Task[None]) -> None:
    """Log a background task that died; none should."""
    if not task.cancelled() and task.exception() is not None:
        log.error("A background task of the sandbox failed", exc_info=task.exception())


async def show_page(_request: web.Request) -> web.StreamResponse:
    """Answer the chat page."""
    return web.FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})


async def serve(
    *,
    token: str,
    state_file: Path | None = None,
    host: str = "127.0.0.1",
    port: int = 8081,
    timezone: str = "Europe/Moscow",
    links: dict[str, str] | None = None,
    limits: bool = False,
    start: datetime | None = None,
    started: asyncio.Future[str] | None = None,
) -> None:
    """Run a sandbox until cancelled, SIGTERM or SIGINT; `started` then holds its address.

    Raises OSError plainly when the port is occupied.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    handled: list[signal.Signals] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        # Only the main thread may handle signals; elsewhere the caller cancels.
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, stopping.set)
            handled.append(number)
    try:
        async with Sandbox(
            token=token,
            state_file=state_file,
            host=host,
            port=port,
            timezone=timezone,
            links=links,
            limits=limits,
            start=start,
        ) as sandbox:
            if started is not None and not started.done():
                started.set_result(sandbox.url)
            await stopping.wait()
    finally:
        for number in handled:
            loop.remove_signal_handler(number)
