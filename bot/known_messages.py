"""Contents of the messages that this process sent, so that an edit which changes nothing is not sent."""

from collections.abc import Hashable
from typing import Any

from aiogram.methods import EditMessageReplyMarkup, EditMessageText, SendMessage, TelegramMethod
from aiogram.types import InlineKeyboardMarkup

KEPT_MESSAGES = 20_000

Key = tuple[Any, Any]


class KnownMessages:
    """Texts are kept as their hashes. What this process does not know is edited as before, and everything is
    where other processes edit the same messages (`is_sole` is false).
    """

    def __init__(self, *, is_sole: bool) -> None:
        self._is_sole = is_sole
        self._known: dict[Key, tuple[Hashable, Hashable]] = {}

    def is_same(self, method: TelegramMethod[Any]) -> bool:
        """Whether this edit would leave its message as it is."""
        if isinstance(method, EditMessageText):
            return self._known.get(_key(method)) == (hash(method.text), _hash(method.reply_markup))
        if isinstance(method, EditMessageReplyMarkup):
            known = self._known.get(_key(method))
            return known is not None and known[1] == _hash(method.reply_markup)
        return False

    def forget(self, method: TelegramMethod[Any]) -> None:
        """An edit is on its way: until it is answered the content of the message is unknown."""
        if isinstance(method, EditMessageText | EditMessageReplyMarkup):
            self._known.pop(_key(method), None)

    def note(self, method: TelegramMethod[Any], message_id: int | None) -> None:
        """A call was answered well; `message_id` is the message that was sent."""
        if not self._is_sole:
            return
        if isinstance(method, SendMessage):
            self._keep((method.chat_id, message_id), hash(method.text), _hash(method.reply_markup))
        elif isinstance(method, EditMessageText):
            self._keep(_key(method), hash(method.text), _hash(method.reply_markup))
        elif isinstance(method, EditMessageReplyMarkup):
            self._keep(_key(method), None, _hash(method.reply_markup))

    def _keep(self, key: Key, text: Hashable, keyboard: Hashable) -> None:
        self._known.pop(key, None)
        self._known[key] = text, keyboard
        while len(self._known) > KEPT_MESSAGES:
            del self._known[next(iter(self._known))]


def _key(method: EditMessageText | EditMessageReplyMarkup) -> Key:
    return method.chat_id, method.message_id


def _hash(keyboard: Any) -> Hashable:
    return hash(keyboard.model_dump_json()) if isinstance(keyboard, InlineKeyboardMarkup) else None
