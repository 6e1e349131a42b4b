"""The bot's own web servers, webhook and health, for clients that may never finish what they begin.

aiohttp waits for a first request without end and for any number of clients, up to the last open file
(docs/decisions/0018-limits-before-the-server.md).
"""

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler

MOST_CONNECTIONS = 200
MOST_BODY = 4 * 1024 * 1024  # bytes of a request: Telegram's updates have some kB
SILENT_SECONDS = 15.0  # without a whole request, new or between two
BODY_SECONDS = 15.0  # for the rest of a request, once its header is read
LOOK_SECONDS = 1.0


class LimitedServer:
    """Serves an application whose middleware it adds. `port` is where it listens after `start`."""

    def __init__(self, app: web.Application, *, host: str, port: int, stop_seconds: float) -> None:
        app.middlewares.append(self._mark)
        self._host = host
        self.port = port
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=stop_seconds)
        self._waiting: dict[asyncio.BaseProtocol, float] = {}
        self._listening: asyncio.Server | None = None
        self._next_look: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Raises OSError when the port is occupied."""
        await self._runner.setup()
        loop = asyncio.get_running_loop()
        try:
            self._listening = await loop.create_server(self._connect, self._host, self.port)
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
        self._waiting[protocol] = asyncio.get_running_loop().time()
        return protocol

    @web.middleware
    async def _mark(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A connection with a whole header is at work, and waits anew once it is answered."""
        self._waiting.pop(request.protocol, None)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                return await handler(request)
        except TimeoutError:
            return web.Response(status=408)
        finally:
            self._waiting[request.protocol] = asyncio.get_running_loop().time()

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        for protocol, since in list(self._waiting.items()):
            if since > loop.time() - SILENT_SECONDS:
                break
            self._end(protocol)
        self._next_look = loop.call_later(LOOK_SECONDS, self._look)

    def _end(self, protocol: asyncio.BaseProtocol) -> None:
        del self._waiting[protocol]
        transport = getattr(protocol, "transport", None)
        if transport is not None:
            transport.abort()
