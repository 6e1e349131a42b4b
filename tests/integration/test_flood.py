"""Webhook and health of the bot under a flood of unfinished requests."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from bot import serving
from bot.serving import MOST_CONNECTIONS, LimitedServer

HEADERS = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Half"
BODY = b"POST /read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n{"
Opening = Callable[[int, bytes], Awaitable[list[asyncio.StreamReader]]]


@pytest_asyncio.fixture
async def server() -> AsyncIterator[LimitedServer]:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def read(request: web.Request) -> web.Response:
        return web.Response(text=str(len(await request.read())))

    app = web.Application(client_max_size=serving.MOST_BODY)
    app.router.add_get("/healthz", answer)
    app.router.add_post("/read", read)
    running = LimitedServer(app, host="127.0.0.1", port=0, stop_seconds=0.1)
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
    server: LimitedServer, open_connections: Opening, beginning: bytes
) -> None:
    first = (await open_connections(MOST_CONNECTIONS + 40, beginning))[0]
    assert await is_alive(server)
    assert await is_ended(first)


@pytest.mark.parametrize(
    "beginning", [b"", HEADERS, BODY, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /"]
)
async def test_a_request_that_never_ends_is_closed(
    server: LimitedServer, open_connections: Opening, monkeypatch: pytest.MonkeyPatch, beginning: bytes
) -> None:
    monkeypatch.setattr(serving, "SILENT_SECONDS", 0.1)
    monkeypatch.setattr(serving, "BODY_SECONDS", 0.1)
    [slow] = await open_connections(1, beginning)
    assert await is_ended(slow)


async def test_a_large_body_is_refused(server: LimitedServer) -> None:
    address = f"http://127.0.0.1:{server.port}/read"
    async with aiohttp.ClientSession() as client:
        async with client.post(address, data=io.BytesIO(b"x" * (serving.MOST_BODY + 1))) as answer:
            assert answer.status == 413
        async with client.post(address, data=b"x" * 1000) as answer:
            assert (answer.status, await answer.text()) == (200, "1000")
