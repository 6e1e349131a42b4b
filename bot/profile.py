"""How the bot presents itself in Telegram: its menu of commands and its description, in each language."""

import logging

from aiogram.exceptions import AiogramError
from aiogram.types import BotCommandScopeAllPrivateChats

from bot.context import BotContext
from handlers import fallback
from notices.language import DEFAULT_LOCALE

log = logging.getLogger(__name__)


async def set_profile(context: BotContext) -> None:
    """Once at the start. A failure is no reason to stay away: what Telegram knew still stands."""
    try:
        for locale, t in context.translators.items():
            code = None if locale == DEFAULT_LOCALE else locale
            await context.bot.set_my_commands(
                context.conversation.commands(t), scope=BotCommandScopeAllPrivateChats(), language_code=code
            )
            await context.bot.set_my_description(fallback.describe_bot(t), language_code=code)
            await context.bot.set_my_short_description(fallback.describe_bot_shortly(t), language_code=code)
    except AiogramError as error:
        log.warning("The menu of commands is not set: %s", type(error).__name__)
