"""What a person sees of a dialogue, as tests read it."""

from dataclasses import dataclass

from sandbox.refusal import Json


@dataclass(frozen=True)
class SeenMessage:
    """One bubble: text or caption (or what kind of thing it is), its buttons, and whose it is."""

    message_id: int
    text: str
    from_bot: bool
    edited: bool
    is_silent: bool
    rows: tuple[tuple[str, ...], ...]
    body: Json

    @property
    def labels(self) -> list[str]:
        """Give the labels of the inline buttons in reading order."""
        return [label for row in self.rows for label in row]

    def __str__(self) -> str:
        who = "bot" if self.from_bot else "you"
        mark = " (edited)" if self.edited else ""
        lines = [f"#{self.message_id} {who}{mark}: {self.text}"]
        lines += ["    " + " ".join(f"[{label}]" for label in row) for row in self.rows]
        return "\n".join(lines)


@dataclass(frozen=True)
class Screen:
    """The last message of the bot still in the chat, with its buttons and the reply keyboard."""

    text: str
    message_id: int
    rows: tuple[tuple[str, ...], ...]
    keyboard: tuple[tuple[str, ...], ...]
    body: Json

    @property
    def labels(self) -> list[str]:
        """Give all labels that can be pressed here: inline buttons, then the reply keyboard."""
        return [label for row in (*self.rows, *self.keyboard) for label in row]

    def __str__(self) -> str:
        lines = [self.text]
        lines += ["  " + " ".join(f"[{label}]" for label in row) for row in self.rows]
        lines += ["  keyboard: " + " ".join(f"[{label}]" for label in row) for row in self.keyboard]
        return "\n".join(lines)


def read_rows(rows: list[list[Json]]) -> tuple[tuple[str, ...], ...]:
    """Give the labels of rows of buttons."""
    return tuple(tuple(str(button["text"]) for button in row) for row in rows)


def read_message(dump: Json) -> SeenMessage:
    """Read a message from the sandbox's answer."""
    kinds = ("document", "photo", "voice", "sticker", "contact", "location")
    kind = next((kind for kind in kinds if kind in dump), "")
    words = str(dump.get("text") or dump.get("caption") or "")
    if kind == "document":
        words = f"[{dump['document'].get('file_name', kind)}] {words}".strip()
    elif kind and not words:
        words = f"[{kind}]"
    return SeenMessage(
        message_id=int(dump["message_id"]),
        text=words,
        from_bot=bool(dump["from_bot"]),
        edited="edit_date" in dump,
        is_silent=bool(dump.get("is_silent")),
        rows=read_rows(dump.get("reply_markup", {}).get("inline_keyboard", [])),
        body=dump,
    )


def read_screen(messages: list[SeenMessage], keyboard: Json | None) -> Screen:
    """Give the screen of a dialogue; an empty one when the bot has said nothing yet."""
    rows: tuple[tuple[str, ...], ...] = ()
    if keyboard is not None and keyboard.get("kind") == "reply_keyboard":
        rows = read_rows(keyboard["keyboard"])
    newest = max(
        (message for message in messages if message.from_bot),
        key=lambda message: message.message_id,
        default=None,
    )
    if newest is None:
        return Screen("", 0, (), rows, {})
    return Screen(newest.text, newest.message_id, newest.rows, rows, newest.body)


def choose_label(wanted: str, labels: list[str]) -> str | None:
    """Give the label meant: exact, else the only one beginning with it, else the only one containing it."""
    if wanted in labels:
        return wanted
    for matches in (
        [label for label in labels if label.startswith(wanted)],
        [label for label in labels if wanted in label],
    ):
        if len(set(matches)) == 1:
            return matches[0]
    return None
