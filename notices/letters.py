"""What a person is shown: a text and labelled actions. Knows no Telegram and no web page."""

from dataclasses import dataclass, field

VERB_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Action:
    """A button: what it says, what it does (`verb`), to which ids (`args`). Never personal data in args."""

    label: str
    verb: str
    args: tuple[int | str, ...] = ()

    @property
    def code(self) -> str:
        """`pair.accept:12`, the shape that handlers' CallbackData classes read."""
        return ":".join((self.verb, *map(str, self.args)))


Rows = tuple[tuple[Action, ...], ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """A text (HTML with b, i, code, a, blockquote; facts escaped) and rows of actions."""

    text: str
    rows: Rows = field(default=())


@dataclass(frozen=True, slots=True)
class Skip:
    """The notice is no longer true or not wanted; `reason` is kept in the outbox row."""

    reason: str


def in_rows(actions: "list[Action]", width: int) -> Rows:
    return tuple(tuple(actions[i : i + width]) for i in range(0, len(actions), width))
