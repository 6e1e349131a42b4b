"""A curator with a plain browser: follows links and sends forms by the words on them."""

from collections.abc import Mapping
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

from aiohttp import ClientSession, ClientTimeout, CookieJar

from tests.pages import Page


class Curator:
    """Goes through the panel; `page` is what is on the screen."""

    def __init__(self, panel: str) -> None:
        self._panel = panel

    async def __aenter__(self) -> Self:
        self._session = ClientSession(
            cookie_jar=CookieJar(unsafe=True),  # the panel's address is a number
            timeout=ClientTimeout(total=30),
        )
        self.page = await self.open("/")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def open(self, path: str) -> Page:
        return await self._ask("get", urljoin(self._panel, path), {})

    async def _ask(self, method: str, address: str, values: Mapping[str, str | list[str]]) -> Page:
        pairs = [
            (name, one)
            for name, told in values.items()
            for one in (told if isinstance(told, list) else [told])
        ]
        sent = {"params": pairs} if method == "get" else {"data": pairs}
        headers = {"Referer": address}
        async with self._session.request(method, address, headers=headers, **sent) as answer:  # type: ignore[arg-type]  # one of two known keywords
            html = await answer.text()
            assert answer.status == 200, f"{method} {address}: {answer.status}\n{Page(address, html).text}"
            self.page = Page(str(answer.url), html)
        return self.page

    async def fetch(self, path: str) -> bytes:
        """Download what a link leads to; the page stays."""
        async with self._session.get(urljoin(self._panel, path)) as answer:
            assert answer.status == 200, answer.status
            return await answer.read()

    async def follow(self, words: str) -> Page:
        """Follow the first link with these words."""
        for text, address in self.page.links:
            if words in text:
                return await self.open(urljoin(self.page.address, address))
        raise AssertionError(
            f"no link {words!r} among {[text for text, _ in self.page.links]}\n{self.page.text}"
        )

    async def press(self, words: str, **values: str) -> Page:
        """Press the first button with these words, with these fields filled in."""
        for form in self.page.forms:
            found = form.button(words)
            if found is not None:
                _, name, value = found
                sent = form.values | ({name: value} if name else {}) | values
                return await self._ask(form.method, form.action, sent)
        buttons = [button[0] for form in self.page.forms for button in form.buttons]
        raise AssertionError(f"no button {words!r} among {buttons}\n{self.page.text}")

    async def sign_in(self, login: str, password: str) -> Page:
        return await self.press("Войти", login=login, password=password)
