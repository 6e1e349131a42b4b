"""A Bot API on loopback that costs next to nothing: the wire between a crowd of people and a bot.

Not sandbox/: checking every call as Telegram does costs as much as a bare bot and would hide it
(docs/performance.md). This one answers only what the two bots of the benchmark call, believes what they say,
and has no limits. The shapes of people, chats and taps are the sandbox's.
"""

import asyncio
import json
from collections import Counter, OrderedDict
from collections.abc import Callable, Coroutine
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from sandbox.world import bot_user

Json = dict[str, Any]
Call = Callable[[str, dict[str, str]], Json]
"""`call(method, fields)` acts for the people and gives the method's result."""

BATCH = 100
CONNECTIONS = 40  # Telegram's own default of a webhook
USER = bot_user(4242)


class Wire:
    """`async with` listens at `url`. `push` sends an update by getUpdates, or to the webhook that is set."""

    def __init__(self, call: Call) -> None:
        self.url = ""
        self.calls: Counter[str] = Counter()
        self.is_polled = asyncio.Event()
        self.has_webhook = asyncio.Event()
        self._call = call
        self._pending: OrderedDict[int, bytes] = OrderedDict()
        self._number = 1000
        self._poller: asyncio.Future[None] | None = None
        self._pushed: asyncio.Queue[bytes] = asyncio.Queue()
        self._pushers: list[asyncio.Task[None]] = []
        self.webhook_port: int | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Exchange(self.answer), "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pusher in self._pushers:
            pusher.cancel()
        await asyncio.gather(*self._pushers, return_exceptions=True)
        self._server.close()

    def skip_numbers(self, count: int) -> None:
        """Updates are numbered on from there."""
        self._number += count

    def push(self, kind: str, content: Json) -> None:
        self._number += 1
        update = json.dumps({"update_id": self._number, kind: content}, ensure_ascii=False).encode()
        if self.has_webhook.is_set():
            self._pushed.put_nowait(update)
            return
        self._pending[self._number] = update
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(None)

    def answer(self, method: str, fields: dict[str, str]) -> bytes | Coroutine[Any, Any, bytes]:
        """The answer's body; of a long poll, when it comes."""
        self.calls[method] += 1
        match method:
            case "getUpdates":
                return self._poll(fields)
            case "getMe":
                result: Any = USER
            case "setWebhook":
                self._begin_pushing(fields["url"], fields.get("secret_token", ""))
                result = True
            case "editMessageText" | "editMessageReplyMarkup" | "sendMessage" | "answerCallbackQuery":
                result = self._call(method, fields)
            case _:
                result = True
        return json.dumps({"ok": True, "result": result}, ensure_ascii=False).encode()

    async def _poll(self, fields: dict[str, str]) -> bytes:
        self.is_polled.set()
        offset = int(fields.get("offset") or 0)
        while self._pending and next(iter(self._pending)) < offset:
            self._pending.popitem(last=False)
        if not self._pending:
            self._poller = asyncio.get_running_loop().create_future()
            with suppress(TimeoutError):
                async with asyncio.timeout(float(fields.get("timeout") or 0)):
                    await self._poller
        batch = [update for _, update in zip(range(BATCH), self._pending.values(), strict=False)]
        return b'{"ok":true,"result":[' + b",".join(batch) + b"]}"

    def _begin_pushing(self, url: str, secret: str) -> None:
        if self.has_webhook.is_set():
            return
        self.has_webhook.set()
        path = urlsplit(url).path or "/"
        self._pushers = [
            asyncio.get_running_loop().create_task(self._push_all(path, secret)) for _ in range(CONNECTIONS)
        ]

    async def _push_all(self, path: str, secret: str) -> None:
        """One connection of the webhook: an update after another, kept open."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.webhook_port)
        try:
            while True:
                update = await self._pushed.get()
                head = (
                    f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                    f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: {len(update)}\r\n\r\n"
                )
                writer.write(head.encode() + update)
                answer = await reader.readuntil(b"\r\n\r\n")
                if not answer.startswith(b"HTTP/1.1 200"):
                    raise ConnectionError(answer.split(b"\r\n", 1)[0].decode())
                await reader.readexactly(read_length(answer))
        finally:
            writer.close()


class Exchange(asyncio.Protocol):
    """One kept-alive connection of a bot; requests come one after another."""

    def __init__(self, answer: Callable[[str, dict[str, str]], bytes | Coroutine[Any, Any, bytes]]) -> None:
        self._answer = answer
        self._buffer = b""
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's signature
        for task in self._tasks:
            task.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head, start = self._buffer[: end + 4], end + 4
        finish = start + read_length(head)
        if len(self._buffer) < finish:
            return
        body, self._buffer = self._buffer[start:finish], self._buffer[finish:]
        path = head.split(b" ", 2)[1].decode()
        answer = self._answer(path.rpartition("/")[2], read_fields(body))
        if isinstance(answer, bytes):
            self._reply(answer)
            return
        task = asyncio.get_running_loop().create_task(self._reply_later(answer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reply_later(self, answer: Coroutine[Any, Any, bytes]) -> None:
        self._reply(await answer)

    def _reply(self, answer: bytes) -> None:
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
            + str(len(answer)).encode()
            + b"\r\n\r\n"
            + answer
        )


def read_length(head: bytes) -> int:
    """The body's length of an HTTP head; 0 when none is named."""
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0]) if found else 0


def read_fields(body: bytes) -> dict[str, str]:
    """A form or a JSON object, as both clients send them."""
    if body.startswith(b"{"):
        return {key: str(value) for key, value in json.loads(body).items()}
    return dict(parse_qsl(body.decode()))
