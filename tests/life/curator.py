"""A curator with a plain browser: follows links and sends forms by the words on them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

from aiohttp import ClientSession, ClientTimeout, CookieJar

VOID = {"input", "img", "br", "hr", "meta", "link"}


@dataclass
class Form:
    """One form of a page: what it would send as it stands, and the words of its buttons."""

    method: str
    action: str
    values: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # words, name, value

    def button(self, words: str) -> tuple[str, str, str] | None:
        return next((found for found in self.buttons if words in found[0]), None)


class Page(HTMLParser):
    """Text, links and forms of a page."""

    def __init__(self, address: str, html: str) -> None:
        super().__init__()
        self.address = address
        self.html = html
        self.links: list[tuple[str, str]] = []
        self.forms: list[Form] = []
        self._words: list[str] = []
        self._link: tuple[str, list[str]] | None = None
        self._button: tuple[str, str, list[str]] | None = None
        self._area: str | None = None
        self._choice: str | None = None
        self._muted = 0
        self.feed(html)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        match tag:
            case "script" | "style":
                self._muted += 1
            case "a" if "href" in facts:
                self._link = facts["href"], []
            case "form":
                action = urljoin(self.address, facts.get("action") or self.address)
                self.forms.append(Form(facts.get("method", "get").lower(), action))
            case "button":
                self._button = facts.get("name", ""), facts.get("value", ""), []
            case "input" if self.forms and facts.get("name"):
                self._take(facts)
            case "select" if self.forms:
                self._choice = facts.get("name", "")
            case "option" if self.forms and self._choice:
                if "selected" in facts or self._choice not in self.forms[-1].values:
                    self.forms[-1].values[self._choice] = facts.get("value", "")
            case "textarea" if self.forms:
                self._area = facts.get("name", "")
                self.forms[-1].values[self._area] = ""

    def _take(self, facts: dict[str, str]) -> None:
        if facts.get("type") in {"checkbox", "radio"} and "checked" not in facts:
            return
        if facts.get("type") != "submit":
            self.forms[-1].values[facts["name"]] = facts.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._muted:
            return
        if self._area is not None:
            self.forms[-1].values[self._area] += data
        self._words.append(data)
        if self._link is not None:
            self._link[1].append(data)
        if self._button is not None:
            self._button[2].append(data)

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "script" | "style":
                self._muted -= 1
            case "a" if self._link is not None:
                self.links.append((" ".join("".join(self._link[1]).split()), self._link[0]))
                self._link = None
            case "button" if self._button is not None and self.forms:
                name, value, words = self._button
                self.forms[-1].buttons.append((" ".join("".join(words).split()), name, value))
                self._button = None
            case "select":
                self._choice = None
            case "textarea" if self._area is not None:
                kept = self.forms[-1].values[self._area]
                self.forms[-1].values[self._area] = kept.removeprefix("\n")  # as every browser does
                self._area = None


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

    async def _ask(self, method: str, address: str, values: dict[str, str]) -> Page:
        sent = {"params": values} if method == "get" else {"data": values}
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
