"""The objects that every part of the Telegram process shares; bot/app.py makes them once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from aiogram import Bot, Dispatcher
from aiogram.types import BotCommand
from sqlalchemy.orm import Session

from bot.known_messages import ServedChats
from bot.screen_records import ScreenRecords
from handlers.talk import CurrentScreen, Talk
from models.unit_of_work import UnitOfWork
from notices.catalogue import Notice
from notices.language import Translator
from notices.letters import Letter
from services.access.clock import Clock
from services.delivery.conversations import ChatState, read_chat_state

Commands = Callable[[Translator], list[BotCommand]]


@dataclass(frozen=True, slots=True)
class Conversation:
    """All that bot/ needs to know of handlers/ and notices/: it contains no texts itself."""

    dispatcher: Dispatcher
    current_screen: CurrentScreen
    is_deciding: Callable[[str | None], bool]
    notices: Mapping[str, Notice]
    commands: Commands


@dataclass(frozen=True, slots=True)
class BotContext:
    bot: Bot
    uow: UnitOfWork
    screen_records: ScreenRecords
    served_chats: ServedChats
    conversation: Conversation
    translators: dict[str, Translator]
    clock: Clock

    def now(self) -> datetime:
        return self.clock.now()

    def translator(self, chat: ChatState) -> Translator:
        return self.translators[chat.locale]

    def talk(
        self, chat: ChatState, update_id: int, tapped: int | None = None, *, is_quiet: bool = False
    ) -> Talk:
        return Talk(
            bot=self.bot,
            uow=self.uow,
            screen_records=self.screen_records,
            current_screen=self.conversation.current_screen,
            is_deciding=self.conversation.is_deciding,
            translators=self.translators,
            chat=chat,
            now=self.now(),
            update_id=update_id,
            tapped=tapped,
            is_quiet=is_quiet,
        )

    def read_screen(self, session: Session, chat_id: int) -> tuple[ChatState, Letter]:
        """The chat's state and its current screen, in one read."""
        chat = self.screen_records.freshen(read_chat_state(session, chat_id))
        return chat, self.conversation.current_screen(session, chat, self.translator(chat), self.now())
