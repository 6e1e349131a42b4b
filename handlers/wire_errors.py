"""What Telegram refuses, as classes: bot/answers.py tells them apart, everything else goes by these names."""

from aiogram.exceptions import TelegramAPIError, TelegramBadRequest


class ChatUnreachable(TelegramAPIError):
    """Nothing can be sent to this chat: the bot is blocked, or the account is gone or never wrote."""


class MessageNotEditable(TelegramBadRequest):
    """The message is gone, too old, of another kind, or the new text does not fit: it is to be sent anew."""


class MessageNotModified(TelegramBadRequest):
    """The message has this content already."""


class CallbackExpired(TelegramBadRequest):
    """It is too late to answer this tap."""
