"""Every call to Telegram passes here: three tries, retry_after obeyed, bulk told from replies."""

import asyncio
import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramEntityTooLarge,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import (
    AnswerCallbackQuery,
    EditMessageReplyMarkup,
    EditMessageText,
    Response,
    SendMessage,
    TelegramMethod,
)
from aiogram.methods.base import TelegramType
from aiogram.types import InlineKeyboardMarkup, LinkPreviewOptions
from aiohttp import FormData

from bot.pacer import Pacer

log = logging.getLogger(__name__)

TRIES = 3
FIRST_WAIT = 0.3
LONGEST_WAIT = 30.0  # a reply that must wait longer is left to the outbox
TRIED_ONCE = (AnswerCallbackQuery, EditMessageReplyMarkup)
"""A spinner that stops, old buttons that go: no answer waits for these, an old button is harmless."""
TRANSIENT = (TelegramNetworkError, TelegramServerError, ClientDecodeError)

# aiogram reads each answer by `Response[what the method returns]`; pydantic keeps such a class only while it
# is in use, and made it anew for every call: a tenth of a tap's time (`make bench`)
_KEPT_CLASSES = tuple(
    Response[method.__returning__]  # type: ignore[name-defined]
    for method in (AnswerCallbackQuery, EditMessageReplyMarkup, EditMessageText, SendMessage)
)

_is_bulk: ContextVar[bool] = ContextVar("is_bulk", default=False)


class TokenRevoked(Exception):
    """Telegram does not know this bot's token (any more): the process cannot go on."""

    def __init__(self) -> None:
        super().__init__("Telegram refuses the bot's token: it is wrong or was revoked (ask @BotFather).")


@contextmanager
def in_bulk() -> Iterator[None]:
    """Within it a call is tried once: the outbox keeps its own book of tries."""
    token = _is_bulk.set(True)
    try:
        yield
    finally:
        _is_bulk.reset(token)


def wait_before(attempt: int, *, first: float, longest: float) -> float:
    """Seconds before the next try: doubled each time, with jitter, so that many do not come at once."""
    return min(first * 2.0 ** min(attempt, 20), longest) * random.uniform(0.7, 1.3)  # noqa: S311  # no secret


class Persistence(BaseRequestMiddleware):
    def __init__(self, pacer: Pacer) -> None:
        self._pacer = pacer

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        attempt = 0
        while True:
            try:
                answer = await make_request(bot, method)
            except TelegramRetryAfter as error:
                self._pacer.pause(error.retry_after)
                wait = float(error.retry_after)
                if wait > LONGEST_WAIT or self._is_last(attempt, method):
                    raise
            except TelegramEntityTooLarge:
                raise
            except TRANSIENT:
                wait = wait_before(attempt, first=FIRST_WAIT, longest=LONGEST_WAIT)
                if self._is_last(attempt, method):
                    raise
            else:
                self._note(method)
                return answer
            attempt += 1
            log.info("%s is tried again (%d) in %.1f s", method.__api_method__, attempt, wait)
            await asyncio.sleep(wait)

    def _is_last(self, attempt: int, method: TelegramMethod[Any]) -> bool:
        return _is_bulk.get() or attempt + 1 >= TRIES or isinstance(method, TRIED_ONCE)

    def _note(self, method: TelegramMethod[Any]) -> None:
        chat_id = getattr(method, "chat_id", None)
        if isinstance(chat_id, int) and method.__api_method__.startswith("send") and not _is_bulk.get():
            self._pacer.note(chat_id)


class Wire(AiohttpSession):
    """aiogram's, with the keyboard written by pydantic: in Python it cost an eighth of a tap."""

    def build_form_data(self, bot: Bot, method: TelegramMethod[TelegramType]) -> FormData:
        keyboard = getattr(method, "reply_markup", None)
        if not isinstance(keyboard, InlineKeyboardMarkup):
            return super().build_form_data(bot, method)
        form = super().build_form_data(bot, method.model_copy(update={"reply_markup": None}))
        form.add_field("reply_markup", keyboard.model_dump_json(exclude_none=True))
        return form


def make_bot(
    token: str, *, telegram_api: str | None, proxy: str | None, request_seconds: float, pacer: Pacer
) -> Bot:
    server = TelegramAPIServer.from_base(telegram_api) if telegram_api else PRODUCTION
    session = Wire(proxy=proxy, api=server, timeout=request_seconds)
    session.middleware(Persistence(pacer))
    defaults = DefaultBotProperties(
        parse_mode="HTML", link_preview=LinkPreviewOptions(is_disabled=True), protect_content=None
    )
    return Bot(token, session=session, default=defaults)
