"""What every part of the Telegram process works with, put together once by bot/app.py."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from aiogram import Bot, Dispatcher
from aiogram.types import BotCommand
from sqlalchemy.orm import Session

from bot.recorder import Recorder
from handlers.talk import CurrentScreen, Talk
from models.unit_of_work import UnitOfWork
from notices.catalogue import Notice
from notices.language import Translator
from notices.letters import Letter
from services.access.clock import Clock
from services.delivery.conversations import Place, read_place

Commands = Callable[[Translator], list[BotCommand]]


@dataclass(frozen=True, slots=True)
class Script:
    """bot/ itself has no words: these are all it needs to know of the conversation."""

    dispatcher: Dispatcher
    current_screen: CurrentScreen
    notices: Mapping[str, Notice]
    anywhere: frozenset[str]
    commands: Commands


@dataclass(frozen=True, slots=True)
class Desk:
    bot: Bot
    uow: UnitOfWork
    recorder: Recorder
    script: Script
    translators: dict[str, Translator]
    clock: Clock

    def now(self) -> datetime:
        return self.clock.now()

    def translator(self, place: Place) -> Translator:
        return self.translators[place.locale]

    def talk(
        self, place: Place, update_id: int, tapped: int | None = None, *, is_quiet: bool = False
    ) -> Talk:
        return Talk(
            bot=self.bot,
            uow=self.uow,
            recorder=self.recorder,
            current_screen=self.script.current_screen,
            translators=self.translators,
            place=place,
            now=self.now(),
            update_id=update_id,
            tapped=tapped,
            is_quiet=is_quiet,
        )

    def read_screen(self, session: Session, chat_id: int) -> tuple[Place, Letter]:
        """The chat's place and its current screen, in one read."""
        place = self.recorder.freshen(read_place(session, chat_id))
        return place, self.script.current_screen(session, place, self.translator(place), self.now())
