"""What no other handler took: a sentence that helps, and the current screen. Nothing is lost or changed.

Also the few sentences of the bot's wiring (bot/), so that all words of the chat stand in the catalogues.
"""

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from handlers.talk import Talk
from notices.buttons import SCREENS
from notices.language import Translator

router = Router(name="fallback")


@router.edited_message()
async def decline_edit(_message: Message, talk: Talk) -> None:
    t = talk.t
    await talk.show(t("An edit of a sent message does not reach me. Please send the new text as a message."))


@router.message(F.forward_origin)
async def refuse_forwarded(_message: Message, talk: Talk) -> None:
    await talk.show(talk.t("I do not read forwarded messages. Please answer in your own words."))


@router.message(F.text.startswith("/"))
async def refuse_command(_message: Message, talk: Talk) -> None:
    await talk.show(talk.t("I do not know this command. All I can do is in the menu: /menu"))


@router.message(F.voice | F.video_note | F.audio)
async def refuse_voice(_message: Message, talk: Talk) -> None:
    await talk.show(talk.t("I cannot listen to recordings yet. Please write it as text."))


@router.message(F.sticker | F.animation | F.dice)
async def refuse_sticker(_message: Message, talk: Talk) -> None:
    await talk.show(talk.t("A nice one! But I need a button or a text."))


@router.message(F.photo | F.document | F.video | F.contact | F.location | F.venue | F.poll)
async def refuse_file(_message: Message, talk: Talk) -> None:
    await talk.show(talk.t("No file or card is needed here. Please use a button or write a text."))


@router.message(F.text)
async def point_to_buttons(_message: Message, talk: Talk) -> None:
    await talk.show(talk.t("Please choose with the buttons below. The whole list is in /menu."))


@router.message()
async def refuse_anything(_message: Message, talk: Talk) -> None:
    await talk.show(talk.t("I cannot read this kind of message. Please use a button or write a text."))


@router.callback_query()
async def show_current(query: CallbackQuery, talk: Talk) -> None:
    """A button of a flow that the chat is not in any more, or one that this version does not know."""
    is_known = any(one.read(query.data or "") for one in SCREENS)
    await talk.show(None if is_known else describe_stale(talk.t), fresh=True)


def describe_stale(t: Translator) -> str:
    """For a button of a message that is no longer the screen, or of an older version."""
    return t.label("This message is out of date, the current one is below.")


def describe_fault(t: Translator) -> str:
    return t("Something went wrong on our side. Nothing was lost: please try once more.")


def explain_private_only(t: Translator) -> str:
    return t("I only talk in private. Please write to me directly.")


def describe_bot(t: Translator) -> str:
    """Shown by Telegram before the first message."""
    return t.label(
        "I help mentors and young teachers of a school: I ask about wishes, remind of meetings and ask for "
        "a short feedback. Press Start and follow the link or code that the curator gave you."
    )


def describe_bot_shortly(t: Translator) -> str:
    return t.label("Mentoring of teachers: pairs, meetings, feedback")
