"""Webhook and health of the bot, and the sandbox, under a flood of unfinished requests."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from types import ModuleType

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

import bot.serving
import sandbox.serving
from sandbox.server import Sandbox
from tests.conftest import FIRST_MOMENT

HEADERS = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Half"
BODY = b"POST /read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n{"
Opening = Callable[[int, bytes], Awaitable[list[asyncio.StreamReader]]]


MOST_BODY = bot.serving.MOST_BODY
LimitedServer = bot.serving.LimitedServer | sandbox.serving.LimitedServer


@pytest.fixture(params=[bot.serving, sandbox.serving], ids=["bot", "sandbox"])
def serving(request: pytest.FixtureRequest) -> ModuleType:
    """Of two servers the module with its limits."""
    module: ModuleType = request.param
    return module


@pytest_asyncio.fixture
async def server(serving: ModuleType) -> AsyncIterator[LimitedServer]:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def read(request: web.Request) -> web.Response:
        return web.Response(text=str(len(await request.read())))

    app = web.Application(client_max_size=MOST_BODY)
    app.router.add_get("/healthz", answer)
    app.router.add_post("/read", read)
    running: LimitedServer = serving.LimitedServer(app, host="127.0.0.1", port=0, stop_seconds=0.1)
    await running.start()
    yield running
    await running.stop()


@pytest_asyncio.fixture
async def open_connections(server: LimitedServer) -> AsyncIterator[Opening]:
    writers: list[asyncio.StreamWriter] = []

    async def open_many(count: int, beginning: bytes) -> list[asyncio.StreamReader]:
        readers = []
        for _ in range(count):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(beginning)
            readers.append(reader)
            writers.append(writer)
        return readers

    yield open_many
    for writer in writers:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def is_alive(server: LimitedServer) -> bool:
    async with (
        aiohttp.ClientSession() as client,
        client.get(f"http://127.0.0.1:{server.port}/healthz") as answer,
    ):
        return await answer.text() == "ok\n"


async def is_ended(reader: asyncio.StreamReader) -> bool:
    with contextlib.suppress(ConnectionError):
        while await reader.read(1000):
            continue
    return True


@pytest.mark.parametrize("beginning", [b"", HEADERS])
async def test_unfinished_requests_stop_no_answer(
    serving: ModuleType, server: LimitedServer, open_connections: Opening, beginning: bytes
) -> None:
    first = (await open_connections(serving.MOST_CONNECTIONS + 40, beginning))[0]
    assert await is_alive(server)
    assert await is_ended(first)


@pytest.mark.parametrize(
    "beginning", [b"", HEADERS, BODY, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /"]
)
async def test_a_request_that_never_ends_is_closed(
    serving: ModuleType,
    server: LimitedServer,
    open_connections: Opening,
    monkeypatch: pytest.MonkeyPatch,
    beginning: bytes,
) -> None:
    monkeypatch.setattr(serving, "SILENT_SECONDS", 0.1)
    monkeypatch.setattr(serving, "BODY_SECONDS", 0.1, raising=False)
    [slow] = await open_connections(1, beginning)
    assert await is_ended(slow)


async def test_a_large_body_is_refused(server: LimitedServer) -> None:
    address = f"http://127.0.0.1:{server.port}/read"
    async with aiohttp.ClientSession() as client:
        async with client.post(address, data=io.BytesIO(b"x" * (MOST_BODY + 1))) as answer:
            assert answer.status == 413
        async with client.post(address, data=b"x" * 1000) as answer:
            assert (answer.status, await answer.text()) == (200, "1000")


async def test_announced_bodies_of_the_sandbox_hold_no_more_than_their_share(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sandbox.serving, "MOST_WAITING", 12_000)
    async with Sandbox(token="42:of-a-test", start=FIRST_MOMENT) as running:
        port = int(running.url.rpartition(":")[2])
        first, *others = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        for _, writer in (first, *others):
            writer.write(b"POST /bot42:of-a-test/getMe HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n{")
            await writer.drain()
        assert await is_ended(first[0])
        for _, writer in (first, *others):
            writer.close()
