"""Which typed messages belong to whom: routed by where the chat stands, not by what aiogram remembers."""

from aiogram.filters import Filter
from aiogram.types import Message

from handlers.talk import Talk


class Flow(Filter):
    """Passes while the chat is in this flow or in a step of it: "meeting" covers "meeting.minutes"."""

    def __init__(self, name: str) -> None:
        self._name = name

    async def __call__(self, _event: object, talk: Talk) -> bool:
        return is_within(talk.chat.flow, self._name)


def is_within(flow: str | None, name: str) -> bool:
    return flow is not None and (flow == name or flow.startswith(name + "."))


class Typed(Filter):
    """Passes plain text of the person's own that can be seen: no command, nothing forwarded or told through
    another bot.
    """

    async def __call__(self, message: Message) -> bool:
        is_own = message.forward_origin is None and message.via_bot is None
        return (
            is_own and message.text is not None and not message.text.startswith("/") and is_seen(message.text)
        )


BLANK = frozenset("\u00ad\u115f\u1160\u2800\u3164\uffa0")
"""Letters that Unicode calls printable and that show nothing."""


def is_seen(text: str) -> bool:
    return any(sign.isprintable() and not sign.isspace() and sign not in BLANK for sign in text)
