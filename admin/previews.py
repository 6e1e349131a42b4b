"""A notice as the panel shows it before it is sent: the very words, with nothing but plain markup."""

from html import escape
from html.parser import HTMLParser

from markupsafe import Markup

from notices.letters import Letter

TEXT_LIMIT = 3000  # of an edited notice: one message of Telegram, with room for its emphasis
KEPT = frozenset({"b", "i", "code", "blockquote"})


class _Plain(HTMLParser):
    """Takes a letter apart; whatever is not on the short list of tags stays text or goes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.markup: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in KEPT:
            self.markup.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in KEPT:
            self.markup.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.markup.append(escape(data))
        self.words.append(data)


def preview_of(letter: Letter) -> Markup:
    """The letter's text as a page may show it; lines stay lines by CSS."""
    return Markup("".join(_parse(letter).markup))  # noqa: S704  # every piece was escaped above


def words_of(letter: Letter) -> str:
    """The letter's text without markup, for a curator to edit."""
    return "".join(_parse(letter).words)


def template_of(typed: str, letter: Letter) -> str:
    """What a curator wrote, with the letter's names and moments as {placeholders} again: the outbox keeps
    no names (decision 2).
    """
    for name, value in sorted(letter.fields.items(), key=lambda field: -len(field[1])):
        if value:
            typed = typed.replace(value, f"{{{name}}}")
    return typed


def same_lines(typed: str) -> str:
    """What was typed without the line ends of browsers, who post CR LF."""
    return typed.replace("\r\n", "\n").strip("\n")


def _parse(letter: Letter) -> _Plain:
    parser = _Plain()
    parser.feed(letter.text)
    parser.close()
    return parser
