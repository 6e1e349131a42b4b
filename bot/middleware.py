"""Around every update: the Talk of its handler, the callback answered at once, refusals put into words."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from aiogram import BaseMiddleware
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.exceptions import AiogramError
from aiogram.types import CallbackQuery, Chat, TelegramObject, Update

from bot.background import BackgroundTasks
from bot.context import BotContext
from handlers import fallback
from handlers.talk import Talk
from models.storable import ValueNotStorable
from notices.buttons import ANYWHERE
from services.access.errors import DomainError, Unstorable
from services.delivery.conversations import ChatState, Shown, UpdateAlreadyWorked
from services.delivery.reachability import mark_reachable, mark_unreachable

log = logging.getLogger(__name__)

DOUBLE_TAP = timedelta(seconds=2)

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class Conversing(BaseMiddleware):
    """Works with what bot/workers.py feeds beside the update: `context`, `background`, `chat`,
    `is_quiet`, `wants_toast` (a button that can still be answered).
    """

    def __init__(self) -> None:
        self._last_taps: dict[int, tuple[int, str | None, datetime]] = {}  # one of each chat

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        update = cast("Update", event)
        context: BotContext = data["context"]
        background: BackgroundTasks = data["background"]
        chat: ChatState = data["chat"]
        telegram_chat, query = chat_of(update), update.callback_query
        if telegram_chat is None or telegram_chat.type != ChatType.PRIVATE:
            if query is not None and data["wants_toast"]:
                background.start(answer_callback(query, None), "callback")
            await decline_elsewhere(update, context, chat)
            return None
        if update.my_chat_member is not None:
            await note_membership(update, context, chat)
            return None
        tapped = query.message.message_id if query is not None and query.message is not None else None
        if query is not None and is_newer_screen(chat, query):
            chat = replace(chat, screen_message_id=tapped)
        talk = data["talk"] = context.talk(chat, update.update_id, tapped, is_quiet=data["is_quiet"])
        is_late = query is not None and is_stale(chat, query)
        if query is not None and data["wants_toast"]:
            toast = fallback.describe_stale(talk.t) if is_late else None
            background.start(answer_callback(query, toast), "callback")
        is_double = query is not None and self._is_double(query, telegram_chat.id, context.now())
        if is_late and is_double:  # the answer to the first tap stands right below
            context.screen_records.shown(Shown(update.update_id, chat.chat_id, None))
        elif is_late:
            await talk.show(fresh=True)
        else:
            await converse(handler, event, data, talk)
        return None

    def _is_double(self, query: CallbackQuery, chat_id: int, now: datetime) -> bool:
        """Whether the same button was the chat's last tap, a moment ago."""
        before = self._last_taps.get(chat_id)
        if query.message is None:
            return False
        self._last_taps[chat_id] = (query.message.message_id, query.data, now)
        return (
            before is not None
            and before[:2] == (query.message.message_id, query.data)
            and now - before[2] <= DOUBLE_TAP
        )


async def converse(handler: Handler, event: TelegramObject, data: dict[str, Any], talk: Talk) -> None:
    try:
        await handler(event, data)
    except UpdateAlreadyWorked:
        await talk.show()
    except ValueNotStorable:
        await talk.show(talk.t.error(Unstorable()))
    except DomainError as error:
        await talk.show(talk.t.error(error))
    if not talk.is_answered:
        await talk.show()


def chat_of(update: Update) -> Chat | None:
    """The chat of an update; of a button under a message of another bot's way, none."""
    for event in (update.message, update.edited_message, update.my_chat_member):
        if event is not None:
            return event.chat
    if update.callback_query is not None and update.callback_query.message is not None:
        return update.callback_query.message.chat
    return None


def is_stale(chat: ChatState, query: CallbackQuery) -> bool:
    """Whether the button stands on a message that is neither the chat's screen nor a notice's."""
    if is_of_notice(query):
        return False
    return query.message is None or query.message.message_id != chat.screen_message_id


def is_newer_screen(chat: ChatState, query: CallbackQuery) -> bool:
    """Whether a screen was shown whose record a crash has swallowed: its buttons are the person's newest."""
    if is_of_notice(query) or query.message is None:
        return False
    return chat.screen_message_id is None or query.message.message_id > chat.screen_message_id


def is_of_notice(query: CallbackQuery) -> bool:
    return (query.data or "").partition(":")[0].partition(".")[0] in ANYWHERE


async def answer_callback(query: CallbackQuery, toast: str | None) -> None:
    """Stop the button's spinner. That it is too late for that is no fault."""
    try:
        await query.answer(toast)
    except AiogramError as error:
        log.debug("A callback was not answered: %s", type(error).__name__)


async def decline_elsewhere(update: Update, context: BotContext, chat: ChatState) -> None:
    """In a group: one polite sentence to a command, silence otherwise; nothing of anybody is kept."""
    message = update.message
    if message is not None and (message.text or "").startswith("/"):
        await context.bot.send_message(
            message.chat.id, fallback.explain_private_only(context.translator(chat))
        )
    context.screen_records.shown(Shown(update.update_id, chat.chat_id, None))


async def note_membership(update: Update, context: BotContext, chat: ChatState) -> None:
    """The person blocked the bot, or let it in again."""
    member = update.my_chat_member
    assert member is not None
    is_gone = member.new_chat_member.status in {ChatMemberStatus.KICKED, ChatMemberStatus.LEFT}
    if is_gone:
        await context.uow.write(mark_unreachable, chat.chat_id, now=context.now())
    else:
        await context.uow.write(mark_reachable, chat.chat_id, now=context.now())
    context.screen_records.shown(Shown(update.update_id, chat.chat_id, None))
