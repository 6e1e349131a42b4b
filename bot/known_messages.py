"""Contents of the messages that this process sent, so that an edit which changes nothing is not sent."""

import secrets
from collections.abc import Hashable
from typing import Any

from aiogram.methods import EditMessageReplyMarkup, EditMessageText, SendMessage, TelegramMethod
from aiogram.types import InlineKeyboardMarkup

from models.unit_of_work import UnitOfWork
from services.delivery.conversations import ChatState, note_server

KEPT_CHATS, KEPT_OF_CHAT = 5_000, 50

Content = tuple[Hashable, Hashable]


class KnownMessages:
    """Texts are kept as their hashes. What this process does not know is edited as before."""

    def __init__(self) -> None:
        self._chats: dict[Any, dict[Any, Content]] = {}

    def is_same(self, method: TelegramMethod[Any]) -> bool:
        """Whether this edit would leave its message as it is."""
        if isinstance(method, EditMessageText):
            return self._find(method) == (hash(method.text), _hash(method.reply_markup))
        if isinstance(method, EditMessageReplyMarkup):
            known = self._find(method)
            return known is not None and known[1] == _hash(method.reply_markup)
        return False

    def forget(self, method: TelegramMethod[Any]) -> None:
        """An edit is on its way: until it is answered the content of the message is unknown."""
        if isinstance(method, EditMessageText | EditMessageReplyMarkup):
            self._chats.get(method.chat_id, {}).pop(method.message_id, None)

    def forget_chat(self, chat_id: int) -> None:
        self._chats.pop(chat_id, None)

    def note(self, method: TelegramMethod[Any], message_id: int | None) -> None:
        """A call was answered well; `message_id` is the message that was sent."""
        if isinstance(method, SendMessage):
            self._store(method.chat_id, message_id, (hash(method.text), _hash(method.reply_markup)))
        elif isinstance(method, EditMessageText):
            content = hash(method.text), _hash(method.reply_markup)
            self._store(method.chat_id, method.message_id, content)
        elif isinstance(method, EditMessageReplyMarkup):
            self._store(method.chat_id, method.message_id, (None, _hash(method.reply_markup)))

    def _find(self, method: EditMessageText | EditMessageReplyMarkup) -> Content | None:
        return self._chats.get(method.chat_id, {}).get(method.message_id)

    def _store(self, chat_id: Any, message_id: Any, content: Content) -> None:
        messages = self._chats[chat_id] = self._chats.pop(chat_id, {})
        messages.pop(message_id, None)
        messages[message_id] = content
        _drop_oldest(messages, KEPT_OF_CHAT)
        _drop_oldest(self._chats, KEPT_CHATS)


class ServedChats:
    """Which chats this process alone has written to since it knows their messages.

    Beside other processes a chat bears the mark of the one that served it last. It is written before anything
    is sent, so that a crash leaves no other process with what it knew before.
    """

    def __init__(self, uow: UnitOfWork, known: KnownMessages, *, is_shared: bool) -> None:
        self.mark = secrets.token_hex(8) if is_shared else None
        self._uow = uow
        self._known = known

    async def take(self, chat: ChatState) -> None:
        """Within the chat's turn, before anything is sent. Raises SQLAlchemyError."""
        if self.mark is None or chat.served_by == self.mark:
            return
        self._known.forget_chat(chat.chat_id)
        await self._uow.write(note_server, chat.chat_id, served_by=self.mark)


def _drop_oldest(kept: dict[Any, Any], most: int) -> None:
    while len(kept) > most:
        del kept[next(iter(kept))]


def _hash(keyboard: Any) -> Hashable:
    return hash(keyboard.model_dump_json()) if isinstance(keyboard, InlineKeyboardMarkup) else None
