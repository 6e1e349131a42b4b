"""NASTAVNIK_TELEGRAM_PROXY: every call goes through the proxy, updates as well."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.integration.tally import tally_conversation
from tests.running_bot import RunningBot


@asynccontextmanager
async def http_proxy() -> AsyncIterator[tuple[str, list[str]]]:
    """A proxy that knows CONNECT and counts whom it was asked for."""
    asked: list[str] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        host, _, port = request.split()[1].partition(":")
        asked.append(host)
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked
    finally:
        server.close()


async def test_every_call_goes_through_the_proxy(sqlite_url: str) -> None:
    async with (
        http_proxy() as (address, asked),
        RunningBot(sqlite_url, conversation=tally_conversation()) as running,
    ):
        await running.start_bot(proxy=address)
        vera = await running.telegram.person("Вера")
        await vera.start()
        assert (await vera.say("/add")).text == "Сейчас 1, шаг дом"
        assert set(asked) == {"127.0.0.1"}
        await running.stop_bot()
