"""Every call to Telegram passes here: three tries, retry_after obeyed, bulk told from replies."""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramEntityTooLarge,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import (
    AnswerCallbackQuery,
    EditMessageReplyMarkup,
    EditMessageText,
    GetMe,
    Response,
    SendMessage,
    TelegramMethod,
)
from aiogram.methods.base import TelegramType
from aiogram.types import InlineKeyboardMarkup, LinkPreviewOptions
from aiohttp import FormData

from bot.answers import OddAnswer, check_form, name_refusal
from bot.fitting import fit
from bot.known_messages import KnownMessages
from bot.leadership import check_hold
from bot.rate_limit import RateLimit
from handlers.wire_errors import MessageNotModified

log = logging.getLogger(__name__)

TRIES = 3
FIRST_WAIT = 0.3
LONGEST_WAIT = 30.0  # a reply that must wait longer is left to the outbox
TRANSIENT = (TelegramNetworkError, TelegramServerError)
UNKNOWN_TOKEN = (TelegramUnauthorizedError, TelegramNotFound)
DOUBT_WAITS = (0.0, 1.0, 2.0)  # before each time that getMe is asked whether the token is good
TRUST_SECONDS = 1.0  # so long a good answer of getMe holds


class RawUpdates(TelegramMethod[list[Any]]):
    """getUpdates whose updates stay JSON: one that aiogram's models cannot parse would stop all others."""

    __returning__ = list[Any]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int
    timeout: int
    allowed_updates: list[str]


TRIED_ONCE = (AnswerCallbackQuery, EditMessageReplyMarkup, RawUpdates)
"""A spinner that stops, old buttons that go: no answer waits for these, an old button is harmless. Receiving
goes on by itself.
"""

# aiogram reads each answer by `Response[what the method returns]`; pydantic keeps such a class only while it
# is in use, and made it anew for every call: a tenth of a tap's time (`make bench`)
_KEPT_CLASSES = tuple(
    Response[method.__returning__]  # type: ignore[name-defined]
    for method in (AnswerCallbackQuery, EditMessageReplyMarkup, EditMessageText, RawUpdates, SendMessage)
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


class TokenDoubt:
    """Whether a refused token is refused in earnest: one stray answer of something between ends no bot."""

    def __init__(self) -> None:
        self._asking = asyncio.Lock()
        self._trusted_until = 0.0

    async def is_revoked(self, ask: NextRequestMiddlewareType[Any], bot: Bot) -> bool:
        """Ask getMe: only when it refuses the token as often as it is asked, Telegram means it."""
        async with self._asking:
            if time.monotonic() < self._trusted_until:
                return False
            for wait in DOUBT_WAITS:
                await asyncio.sleep(wait)
                try:
                    await ask(bot, GetMe())
                except UNKNOWN_TOKEN:
                    continue
                except AiogramError:
                    return False
                self._trusted_until = time.monotonic() + TRUST_SECONDS
                return False
            return True


class Persistence(BaseRequestMiddleware):
    """Raises TokenRevoked, Deposed and what handlers/wire_errors.py names, beside what aiogram raises.

    `note_part(chat_id, message_id)` is told of the messages that come before the last one of a split text.
    """

    def __init__(
        self,
        rate_limit: RateLimit,
        note_part: Callable[[int, int], None],
        known_messages: KnownMessages,
    ) -> None:
        self._rate_limit = rate_limit
        self._note_part = note_part
        self._known_messages = known_messages
        self._doubt = TokenDoubt()

    async def __call__(
        self,
        make_request: NextRequestMiddlewareType[TelegramType],
        bot: Bot,
        method: TelegramMethod[TelegramType],
    ) -> Response[TelegramType]:
        *before, last = fit(method)
        for part in before:
            sent = await self._call(make_request, bot, part)
            self._note_part(int(part.chat_id), sent.message_id)
        answer: Response[TelegramType] = await self._call(make_request, bot, last)
        return answer

    async def _call(
        self,
        make_request: NextRequestMiddlewareType[Any],
        bot: Bot,
        method: TelegramMethod[Any],
    ) -> Any:
        attempt = 0
        answer: Any
        if self._known_messages.is_same(method):
            return Response(ok=True, result=True)
        self._known_messages.forget(method)
        while True:
            check_hold()
            try:
                answer = await make_request(bot, method)
            except TelegramEntityTooLarge:
                raise
            except MessageNotModified:  # it is as it was to become
                answer = True
                self._note(method, answer)
                return answer
            except (TelegramRetryAfter, *UNKNOWN_TOKEN, *TRANSIENT) as error:
                wait = self._wait_after(error, attempt, method)
                fault: AiogramError = error
                if isinstance(error, UNKNOWN_TOKEN):
                    if await self._doubt.is_revoked(make_request, bot):
                        raise TokenRevoked from error
                    fault = OddAnswer(method, "refused, though the token is good")
                if wait > LONGEST_WAIT or self._is_last(attempt, method):
                    raise fault from error
            else:
                self._note(method, answer)
                return answer
            attempt += 1
            log.info("%s is tried again (%d) in %.1f s", method.__api_method__, attempt, wait)
            await asyncio.sleep(wait)

    def _wait_after(self, error: AiogramError, attempt: int, method: TelegramMethod[Any]) -> float:
        if not isinstance(error, TelegramRetryAfter):
            return wait_before(attempt, first=FIRST_WAIT, longest=LONGEST_WAIT / 2)
        chat_id = getattr(method, "chat_id", None)
        if isinstance(chat_id, int):
            self._rate_limit.pause(chat_id, error.retry_after)
        return float(error.retry_after)

    def _is_last(self, attempt: int, method: TelegramMethod[Any]) -> bool:
        return _is_bulk.get() or attempt + 1 >= TRIES or isinstance(method, TRIED_ONCE)

    def _note(self, method: TelegramMethod[Any], answer: Any) -> None:
        self._known_messages.note(method, getattr(answer, "message_id", None))
        chat_id = getattr(method, "chat_id", None)
        if isinstance(chat_id, int) and method.__api_method__.startswith("send") and not _is_bulk.get():
            self._rate_limit.note(chat_id)


class Wire(AiohttpSession):
    """aiogram's, with the form of answers checked, and the keyboard written by pydantic: in Python it cost
    an eighth of a tap.
    """

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109  # aiogram's
    ) -> TelegramType:
        try:
            return await super().make_request(bot, method, timeout)
        except (UnicodeError, LookupError) as error:  # bytes of no alphabet, an alphabet that nobody knows
            raise OddAnswer(method, "an answer that is no text") from error

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        status, known = check_form(method, status_code, content)
        try:
            return super().check_response(bot, method, status, known)
        except ClientDecodeError as error:
            raise OddAnswer(method, "a result of another kind") from error
        except TelegramAPIError as error:
            raise name_refusal(error) from error

    def build_form_data(self, bot: Bot, method: TelegramMethod[TelegramType]) -> FormData:
        keyboard = getattr(method, "reply_markup", None)
        if not isinstance(keyboard, InlineKeyboardMarkup):
            return super().build_form_data(bot, method)
        form = super().build_form_data(bot, method.model_copy(update={"reply_markup": None}))
        form.add_field("reply_markup", keyboard.model_dump_json(exclude_none=True))
        return form


def make_bot(
    token: str,
    *,
    telegram_api: str | None,
    proxy: str | None,
    request_seconds: float,
    rate_limit: RateLimit,
    note_part: Callable[[int, int], None],
    known_messages: KnownMessages,
) -> Bot:
    server = TelegramAPIServer.from_base(telegram_api) if telegram_api else PRODUCTION
    session = Wire(proxy=proxy, api=server, timeout=request_seconds)
    session.middleware(Persistence(rate_limit, note_part, known_messages))
    defaults = DefaultBotProperties(
        parse_mode="HTML", link_preview=LinkPreviewOptions(is_disabled=True), protect_content=None
    )
    return Bot(token, session=session, default=defaults)
