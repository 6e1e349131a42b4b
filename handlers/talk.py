"""One update's conversation: the one write, and the one answer.

After whatever a person does, the chat shows its current screen: a tap on the screen edits it in place, a
typed answer makes a new message and takes the old keyboard away, a tap on any older message is answered and
the screen shown anew. The screen is computed from the tables (handlers/screens.py): a restart loses nothing.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup
from sqlalchemy.orm import Session

from handlers.wire_errors import MessageNotEditable
from models.unit_of_work import UnitOfWork
from notices.language import Translator
from notices.letters import Letter, Rows
from services.access.actors import Actor
from services.access.errors import NotFound
from services.delivery.conversations import (
    ChatState,
    Participant,
    Shown,
    read_chat_state,
    store_chat_state,
    take_update,
)

T = TypeVar("T")

CurrentScreen = Callable[[Session, ChatState, Translator, datetime], Letter]


class ScreenRecords(Protocol):
    def shown(self, shown: Shown) -> None:
        """Record, soon and in a batch, that an update is answered."""


class Talk:
    """What a handler works with. Made anew for each update; updates of one chat come one after another.

    `is_quiet`: the chat sends more than can be answered, and a later update's answer stands for this one's.
    """

    def __init__(
        self,
        *,
        bot: Bot,
        uow: UnitOfWork,
        screen_records: ScreenRecords,
        current_screen: CurrentScreen,
        is_deciding: Callable[[str | None], bool],
        translators: dict[str, Translator],
        chat: ChatState,
        now: datetime,
        update_id: int,
        tapped: int | None = None,
        is_quiet: bool = False,
    ) -> None:
        self.chat = chat
        self.now = now
        self.tapped = tapped
        self.is_answered = False
        self._is_quiet = is_quiet
        self._bot = bot
        self._uow = uow
        self._screen_records = screen_records
        self._current_screen = current_screen
        self._is_deciding = is_deciding
        self._translators = translators
        self._update_id = update_id
        self._next: tuple[str | None, dict[str, Any]] | None = None
        self._screen: Letter | None = None
        self._has_written = False

    @property
    def translators(self) -> dict[str, Translator]:
        return self._translators

    @property
    def t(self) -> Translator:
        return self._translators[self.chat.locale]

    @property
    def actor(self) -> Actor:
        """The person of this chat. Raises NotFound while the chat belongs to nobody."""
        return self.participant.actor

    @property
    def participant(self) -> Participant:
        """The state of this chat, which is a person's. Raises NotFound while the chat belongs to nobody."""
        if not isinstance(self.chat, Participant):
            raise NotFound
        return self.chat

    @property
    def is_deciding(self) -> bool:
        """Whether the screen asks for a decision: what is typed there is about it, or about nothing."""
        return self._is_deciding(self.chat.flow)

    def go(self, flow: str | None, **data: Any) -> None:
        """Stage where the chat goes next; it is kept by the write of this update, with the effect."""
        self._next = (flow, data)

    async def act(
        self,
        fn: Callable[..., T] | None = None,
        /,
        *,
        then: Callable[[T], tuple[str | None, dict[str, Any]]] | None = None,
        **facts: Any,
    ) -> T:
        """The one write of this update: `fn(session, now=..., **facts)`, the chat's state, and that the
        update is done.

        `then` gives flow and data from the result. Raises whatever `fn` raises, with nothing changed, and
        UpdateAlreadyWorked when this update came again.
        """
        assert not self._has_written, "a handler makes one write"
        self._has_written = True

        def unit(session: Session) -> tuple[Any, ChatState, Letter | None]:
            take_update(session, self._update_id, now=self.now)
            result = fn(session, now=self.now, **facts) if fn else None
            goes = then(result) if then and result is not None else self._next
            if goes is not None and goes != (self.chat.flow, self.chat.data):
                store_chat_state(session, self.chat.chat_id, flow=goes[0], data=goes[1])
            session.flush()
            chat = read_chat_state(session, self.chat.chat_id)
            if self._is_quiet:
                return result, chat, None
            screen = self._current_screen(session, chat, self._translators[chat.locale], self.now)
            return result, chat, screen

        result, chat, self._screen = await self._uow.write(unit)
        # which message is the screen is recorded after the fact: what this talk was told of it is newer
        self.chat = replace(chat, screen_message_id=self.chat.screen_message_id)
        answer: T = result
        return answer

    async def enter(
        self,
        flow: str | None,
        /,
        *,
        note: str | None = None,
        here: bool = False,
        fresh: bool = False,
        **data: Any,
    ) -> None:
        """A step without an effect: keep where the chat goes, and show that screen (see `show`)."""
        self.go(flow, **data)
        await self.act()
        await self.show(note, here=here, fresh=fresh)

    async def read(self, fn: Callable[..., T], /, **facts: Any) -> T:
        return await self._uow.read(lambda session: fn(session, **facts))

    async def show(self, note: str | None = None, *, here: bool = False, fresh: bool = False) -> None:
        """Show the current screen, with `note` (HTML, a sentence) above it.

        `here`: the tapped message becomes the screen, wherever it stands (a notice that opened a flow).
        `fresh`: leave the tapped message as it is, without its buttons, and show the screen below it.
        """
        if self._is_quiet:
            self._answered(None)
            return
        if self._screen is None:
            self._screen = await self._uow.read(self._current_screen, self.chat, self.t, self.now)
        screen = self._screen
        text = f"{note}\n\n{screen.text}" if note else screen.text
        old = self.chat.screen_message_id
        is_in_place = self.tapped is not None and not fresh and (here or self.tapped == old)
        if is_in_place and self.tapped is not None and await self._edit(self.tapped, text, screen.rows):
            if old is not None and old != self.tapped:
                await self._strip(old)
            self._answered(self.tapped, is_kept=old == self.tapped)
            return
        sent = await self._bot.send_message(self.chat.chat_id, text, reply_markup=keyboard(screen.rows))
        self._answered(sent.message_id)
        if self.tapped is not None and (fresh or is_in_place):  # in place: the text was too long for an edit
            await self._strip(self.tapped)
        if old is not None and old != self.tapped:
            await self._strip(old)

    async def replace(self, letter: Letter) -> None:
        """Put a notice's outcome in its place; the chat's screen stays where it is."""
        if self._is_quiet:
            self._answered(None)
            return
        if self.tapped is not None and await self._edit(self.tapped, letter.text, letter.rows):
            self._answered(None)
            return
        await self._bot.send_message(self.chat.chat_id, letter.text, reply_markup=keyboard(letter.rows))
        self._answered(None)

    async def send_text(self, text: str) -> None:
        """A message of its own, beside the screen."""
        if not self._is_quiet:
            await self._bot.send_message(self.chat.chat_id, text)
        self._answered(None)

    async def send_file(self, body: bytes, name: str, caption: str) -> None:
        """A file beside the screen; the screen is still to be shown."""
        if not self._is_quiet:
            await self._bot.send_document(
                self.chat.chat_id, BufferedInputFile(body, filename=name), caption=caption
            )

    def _answered(self, screen_message_id: int | None, *, is_kept: bool = False) -> None:
        self.is_answered = True
        self._screen_records.shown(Shown(self._update_id, self.chat.chat_id, screen_message_id, is_kept))

    async def _edit(self, message_id: int, text: str, rows: Rows) -> bool:
        try:
            await self._bot.edit_message_text(
                text, chat_id=self.chat.chat_id, message_id=message_id, reply_markup=keyboard(rows)
            )
        except MessageNotEditable:
            return False
        return True

    async def _strip(self, message_id: int) -> None:
        """Take the buttons of an old message away. If that fails, a tap on them is answered as stale."""
        with suppress(AiogramError):
            await self._bot.edit_message_reply_markup(chat_id=self.chat.chat_id, message_id=message_id)


def keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text=action.label, callback_data=action.tap.code) for action in row]
            for row in rows
        ]
    )
