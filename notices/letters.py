"""What a person is shown: a text and labelled actions. Knows no Telegram and no web page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import escape

from notices.taps import Tap


@dataclass(frozen=True, slots=True)
class Action:
    """A button: what it says, and what it tells the bot."""

    label: str
    tap: Tap


Rows = tuple[tuple[Action, ...], ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """A text (HTML with b, i, code, a, blockquote; facts escaped) and rows of actions.

    A letter that a curator may reword carries its plain `template` and the `fields` of its {placeholders};
    its `tail` is the end of its text, which stays whatever the curator writes.
    """

    text: str
    rows: Rows = field(default=())
    template: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    tail: str = ""
    erases: tuple[int, ...] = ()  # earlier messages of the bot in this chat that go when this one is sent
    opens_panel: bool | None = None  # whether the chat's menu of commands shows /panel from now on


@dataclass(frozen=True, slots=True)
class Skip:
    """The notice is no longer true or not wanted; `reason` is kept in the outbox row."""

    reason: str


def in_rows(actions: "list[Action]", width: int) -> Rows:
    return tuple(tuple(actions[i : i + width]) for i in range(0, len(actions), width))


def reword(letter: Letter, edited: str) -> Letter:
    """The letter in the curator's words. Names stand in them as {placeholders}, so no row keeps a name."""
    values = {name: escape(value, quote=False) for name, value in letter.fields.items()}
    plain = escape(edited, quote=False)
    text = re.sub(r"\{(\w+)\}", lambda hit: values.get(hit[1], hit[0]), plain)
    return replace(letter, text=text + letter.tail)
