"""What is on a page of the panel: its words, links and forms, as a browser would send them untouched."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

POSTED = re.compile(r"<form[^>]*method=\"post\".*?</form>", re.DOTALL)


@dataclass
class Form:
    """What a form would send as it stands, boxes of one name as a list; and the words of its buttons."""

    method: str
    action: str
    values: dict[str, str | list[str]] = field(default_factory=dict)
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
        self._written = ""
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
                self._area, self._written = facts.get("name", ""), ""

    def _take(self, facts: dict[str, str]) -> None:
        name, kind, value = facts["name"], facts.get("type"), facts.get("value", "")
        if kind == "submit" or (kind in {"checkbox", "radio"} and "checked" not in facts):
            return
        known = self.forms[-1].values.get(name)
        if kind == "checkbox":
            self.forms[-1].values[name] = [*known, value] if isinstance(known, list) else [value]
        else:
            self.forms[-1].values[name] = value

    def handle_data(self, data: str) -> None:
        if self._muted:
            return
        if self._area is not None:
            self._written += data
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
                # a browser drops the first line break and sends the others as two characters
                self.forms[-1].values[self._area] = self._written.removeprefix("\n").replace("\n", "\r\n")
                self._area = None


def find_form(page: str, html: str, address: str) -> Form | None:
    """The posted form of a page that goes to this address; only that part of the page is read."""
    for part in POSTED.findall(html):
        start = part.partition(">")[0]
        if f'action="{address}"' in part or (page == address and "action=" not in start):
            return Page(page, part).forms[0]
    return None
