"""Commands work everywhere and lose nothing: answers are kept as they are given."""

from collections.abc import Mapping
from contextlib import suppress

from aiogram import Bot, Router
from aiogram.exceptions import AiogramError
from aiogram.filters import Command, CommandObject, Filter
from aiogram.types import BotCommand, BotCommandScopeChat, Message

from handlers.talk import Talk
from notices.language import DEFAULT_LOCALE, Translator
from services.access.errors import N_
from services.delivery.conversations import Participant

router = Router(name="commands")

COMMANDS = {
    "menu": N_("What happens now"),
    "meetings": N_("My meetings"),
    "log": N_("Note a meeting that was held"),
    "pair": N_("My pair"),
    "surveys": N_("Questionnaires"),
    "mydata": N_("What is kept about me"),
    "privacy": N_("My consent"),
    "settings": N_("Language"),
    "help": N_("How this works"),
    "cancel": N_("Leave what is under way"),
}
"""What the menu of commands shows; /start is Telegram's own button."""

FLOWS = ("meetings", "pair", "surveys", "mydata", "privacy", "settings", "help")
"""Flows that a command of the same name opens."""

PANEL = {"panel": N_("Into the panel")}
"""Stands first where the chat belongs to an account of the panel."""


def bot_commands(t: Translator) -> list[BotCommand]:
    return _list(t, COMMANDS)


def _list(t: Translator, commands: Mapping[str, str]) -> list[BotCommand]:
    return [BotCommand(command=name, description=t.label(words)) for name, words in commands.items()]


async def show_panel_command(
    bot: Bot, chat_id: int, translators: Mapping[str, Translator], *, is_shown: bool
) -> None:
    """Put /panel into the chat's own menu, or give it the menu of all again. No fault if Telegram refuses:
    the command works without.
    """
    scope = BotCommandScopeChat(chat_id=chat_id)
    with suppress(AiogramError):
        for locale, t in translators.items():
            code = None if locale == DEFAULT_LOCALE else locale
            if is_shown:
                await bot.set_my_commands(_list(t, {**PANEL, **COMMANDS}), scope=scope, language_code=code)
            else:
                await bot.delete_my_commands(scope=scope, language_code=code)


class HasPerson(Filter):
    """Passes for a chat that belongs to a person; a stranger has one screen only."""

    async def __call__(self, _event: object, talk: Talk) -> bool:
        return isinstance(talk.chat, Participant)


@router.message(Command("menu"), HasPerson())
async def show_menu(_message: Message, talk: Talk) -> None:
    await talk.enter(None)


@router.message(Command("cancel"), HasPerson())
async def leave(_message: Message, talk: Talk) -> None:
    was_under_way = talk.chat.flow is not None
    talk.go(None)
    await talk.act()
    note = talk.t("Stopped. Nothing is lost: what you answered is kept.") if was_under_way else None
    await talk.show(note)


@router.message(Command(*FLOWS), HasPerson())
async def open_flow(_message: Message, command: CommandObject, talk: Talk) -> None:
    """The screen of a command; for someone who may not see it yet the next step of joining is shown."""
    await talk.enter(command.command)


@router.message(Command(*COMMANDS))
async def show_stranger(_message: Message, talk: Talk) -> None:
    """What a stranger may see, and the tries of the code that are counted, stay as they are."""
    await talk.show()
