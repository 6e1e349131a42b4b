"""Where an answer goes: into the notice that was tapped, or onto the chat's screen when that was tapped."""

from typing import Any

from handlers.talk import Talk
from notices.letters import Letter


def is_on_screen(talk: Talk) -> bool:
    """Whether the tapped message is the chat's current screen."""
    return talk.tapped is not None and talk.tapped == talk.chat.screen_message_id


async def step_to(talk: Talk, letter: Letter, flow: str, **data: Any) -> None:
    """A step without an effect: the flow's screen, or the same letter in the tapped notice.

    A notice keeps what the person is in the middle of elsewhere.
    """
    if not is_on_screen(talk):
        await talk.replace(letter)
        return
    await talk.enter(flow, **data)


async def open_below(talk: Talk, flow: str, **data: Any) -> None:
    """Begin a flow and leave the tapped notice readable: what it says stays true."""
    on_screen = is_on_screen(talk)
    await talk.enter(flow, **data, fresh=not on_screen)


async def conclude(talk: Talk, letter: Letter) -> None:
    """The outcome in the tapped notice; above the screen when the screen itself was tapped."""
    if is_on_screen(talk):
        await talk.show(letter.text)
    else:
        await talk.replace(letter)
