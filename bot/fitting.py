"""Every call as Telegram will take it: nothing that the bot sends is refused for its length."""

from typing import Any

from aiogram.methods import AnswerCallbackQuery, EditMessageText, SendMessage, TelegramMethod
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.lengths import (
    CAPTION_UNITS,
    LABEL_UNITS,
    TOAST_UNITS,
    count_units,
    cut_plain,
    cut_text,
    split_text,
)
from handlers.wire_errors import MessageNotEditable


def fit(method: TelegramMethod[Any]) -> list[Any]:
    """The calls to make instead, in order: more than one for a text that fits no message.

    Raises MessageNotEditable for an edit that fits no message: the text is to be sent anew.
    """
    method = _fit_keyboard(method)
    text = getattr(method, "text", None)
    if isinstance(method, SendMessage) and isinstance(text, str):
        parts = split_text(text)
        if parts == [text]:
            return [method]
        before = [method.model_copy(update={"text": part, "reply_markup": None}) for part in parts[:-1]]
        return [*before, method.model_copy(update={"text": parts[-1]})]
    if isinstance(method, EditMessageText) and isinstance(text, str) and len(split_text(text)) > 1:
        raise MessageNotEditable(method, "the text is too long for an edit")
    if isinstance(method, AnswerCallbackQuery) and isinstance(text, str):
        return [method.model_copy(update={"text": cut_plain(text, TOAST_UNITS)})]
    caption = getattr(method, "caption", None)
    if isinstance(caption, str):
        return [method.model_copy(update={"caption": cut_text(caption, CAPTION_UNITS)})]
    return [method]


def _fit_keyboard(method: TelegramMethod[Any]) -> TelegramMethod[Any]:
    keyboard = getattr(method, "reply_markup", None)
    if not isinstance(keyboard, InlineKeyboardMarkup):
        return method
    if all(count_units(button.text) <= LABEL_UNITS for row in keyboard.inline_keyboard for button in row):
        return method
    rows = [[_fit_button(button) for button in row] for row in keyboard.inline_keyboard]
    return method.model_copy(update={"reply_markup": InlineKeyboardMarkup(inline_keyboard=rows)})


def _fit_button(button: InlineKeyboardButton) -> InlineKeyboardButton:
    return button.model_copy(update={"text": cut_plain(button.text, LABEL_UNITS)})
