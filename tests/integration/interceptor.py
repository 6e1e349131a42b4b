"""Stands between the bot and Telegram: passes every call on, but answers some itself."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientSession, web

Answer = Callable[[], web.Response]


def page(status: int) -> Answer:
    """A proxy's page."""
    text = "<html><body>Authorization required</body></html>"
    return lambda: web.Response(text=text, status=status, content_type="text/html")


def refusal(code: int, *, status: int | None = None, **members: Any) -> Answer:
    """An error as the Bot API tells it, with members of any kind."""
    body = {"ok": False, "error_code": code, "description": "Told by a test", **members}
    return lambda: web.json_response(body, status=status or code)


def body(text: str | bytes, status: int = 200, content_type: str = "application/json") -> Answer:
    raw = text.encode() if isinstance(text, str) else text
    return lambda: web.Response(body=raw, status=status, headers={"Content-Type": content_type})


class Interceptor:
    """`async with Interceptor(url) as interceptor`: the bot gets `interceptor.url` as Telegram's address."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._planned: dict[str, list[Answer]] = {}
        self.calls: list[str] = []
        self.is_closed = False
        """While set every connection is broken off."""

    async def __aenter__(self) -> Self:
        self._client = ClientSession()
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/bot{token}/{method}", self._pass_on)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()
        await self._client.close()

    def plan(self, method: str, *answers: Answer) -> None:
        """The next calls of a method are answered so, one answer each."""
        self._planned.setdefault(method, []).extend(answers)

    @property
    def has_planned(self) -> bool:
        return any(self._planned.values())

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.calls.append(method)
        if self.is_closed:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        planned = self._planned.get(method)
        if planned:
            return planned.pop(0)()
        content = await request.read()
        headers = {"Content-Type": request.headers["Content-Type"]}
        async with self._client.post(self._url + request.path, data=content, headers=headers) as answer:
            text = await answer.text()
        return web.Response(text=text, status=answer.status, content_type="application/json")
