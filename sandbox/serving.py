"""The sandbox's web server, for clients that may never finish what they begin.

aiohttp waits for a first request and for the rest of a body without end, for any number of clients. This is
written once more beside bot/serving.py, because the sandbox imports nothing of the product, and its requests
are long polls and files (docs/decisions/0018-limits-before-the-server.md).
"""

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler

MOST_CONNECTIONS = 200  # that wait for a whole request
MOST_WAITING = 256 * 1024 * 1024  # bytes of bodies that are announced and not complete
SILENT_SECONDS = 30.0  # longer than aiohttp's client keeps an unused connection
LOOK_SECONDS = 1.0


class LimitedServer:
    """Serves an application whose middleware it adds. `port` is where it listens after `start`."""

    def __init__(self, app: web.Application, *, host: str, port: int, stop_seconds: float) -> None:
        app.middlewares.append(self._mark)
        self._host = host
        self.port = port
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=stop_seconds)
        self._waiting: dict[asyncio.BaseProtocol, tuple[float, int]] = {}
        self._listening: asyncio.Server | None = None
        self._next_look: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Raises OSError when the port is occupied."""
        await self._runner.setup()
        try:
            self._listening = await asyncio.get_running_loop().create_server(
                self._connect, self._host, self.port
            )
        except OSError:
            await self._runner.cleanup()
            raise
        self.port = self._listening.sockets[0].getsockname()[1]
        self._look()

    async def stop(self) -> None:
        if self._next_look is not None:
            self._next_look.cancel()
        if self._listening is not None:
            self._listening.close()
        await self._runner.cleanup()

    def _connect(self) -> asyncio.BaseProtocol:
        if len(self._waiting) >= MOST_CONNECTIONS:
            self._end(next(iter(self._waiting)))  # the one that has waited longest
        assert self._runner.server is not None, "it listens only after the set-up"
        protocol = self._runner.server()
        self._wait(protocol, 0)
        return protocol

    @web.middleware
    async def _mark(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A connection with a whole request is at work, and waits anew once it is answered."""
        protocol = request.protocol
        self._work(protocol)
        if not request.content.is_eof():
            announced = request.content_length
            self._wait(protocol, MOST_WAITING // 4 if announced is None else announced)
            request.content.on_eof(lambda: self._work(protocol))
            self._make_space()
        try:
            return await handler(request)
        finally:
            self._wait(protocol, 0)

    def _work(self, protocol: asyncio.BaseProtocol) -> None:
        self._waiting.pop(protocol, None)

    def _wait(self, protocol: asyncio.BaseProtocol, size: int) -> None:
        self._waiting.pop(protocol, None)  # those that have waited longest come first
        self._waiting[protocol] = asyncio.get_running_loop().time(), size

    def _make_space(self) -> None:
        held = sum(size for _, size in self._waiting.values())
        for protocol, (_, size) in list(self._waiting.items()):
            if held <= MOST_WAITING:
                return
            if size:
                held -= size
                self._end(protocol)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        for protocol, (since, _) in list(self._waiting.items()):
            if since > loop.time() - SILENT_SECONDS:
                break
            self._end(protocol)
        self._next_look = loop.call_later(LOOK_SECONDS, self._look)

    def _end(self, protocol: asyncio.BaseProtocol) -> None:
        del self._waiting[protocol]
        transport = getattr(protocol, "transport", None)
        if transport is not None:
            transport.abort()
