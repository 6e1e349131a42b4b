"""Updates by webhook: the secret is compared, the update stored, and only then answered with 200."""

import asyncio
import hmac
import json
import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from urllib.parse import urlsplit

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from bot.health import Health
from bot.serving import MOST_BODY, LimitedServer
from bot.session import wait_before
from bot.updates import ALLOWED, read_raw
from models.unit_of_work import UnitOfWork
from services.access.clock import Clock
from services.delivery.inbox import store_updates

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # a header's name
STOP_SECONDS = 1.0
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0


class WebhookServer:
    """`start` raises OSError when the port is occupied; `port` is then where it listens."""

    def __init__(
        self,
        uow: UnitOfWork,
        clock: Clock,
        *,
        url: str,
        secret: str,
        host: str,
        port: int,
        arrived: Callable[[Iterable[int | None]], None],
        health: Health,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._secret = secret.encode()
        self._arrived = arrived
        app = web.Application(client_max_size=MOST_BODY)
        app.router.add_post(urlsplit(url).path or "/", self._receive)
        health.add_to(app)
        self._server = LimitedServer(app, host=host, port=port, stop_seconds=STOP_SECONDS)

    @property
    def port(self) -> int:
        return self._server.port

    async def start(self) -> None:
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop()

    async def _receive(self, request: web.Request) -> web.Response:
        told = request.headers.get(SECRET_HEADER, "").encode()
        if not hmac.compare_digest(told, self._secret):
            return web.Response(status=HTTPStatus.FORBIDDEN)
        try:
            raw = read_raw([json.loads(await request.read())])
        except (ValueError, RecursionError):  # nested too deep to be an update
            raw = []
        if not raw:
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        try:
            await self._uow.write(store_updates, raw, now=self._clock.now())
        except SQLAlchemyError as error:
            log.exception("An update cannot be stored: %s", type(error).__name__)
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)  # Telegram sends it again
        self._arrived({one.chat_id for one in raw})
        return web.Response()


async def set_webhook(bot: Bot, url: str, secret: str) -> None:
    """Tell Telegram where to send updates, until it has heard. Raises TokenRevoked."""
    failures = 0
    while True:
        try:
            await bot.set_webhook(url, secret_token=secret, allowed_updates=list(ALLOWED))
        except AiogramError as error:
            wait = wait_before(failures, first=FIRST_WAIT, longest=LONGEST_WAIT)
            log.error("The webhook is not set (%s); again in %.1f s", type(error).__name__, wait)  # noqa: TRY400
            failures += 1
            await asyncio.sleep(wait)
        else:
            return
