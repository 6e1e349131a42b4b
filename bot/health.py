"""What monitoring may ask the bot: /healthz, the process lives; /readyz, it can do its work.

Plain text without secrets. Asked through the proxy they are not: it passes on the webhook's path only.
"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiohttp import web

from bot.serving import LimitedServer
from bot.session import TokenRevoked, in_bulk
from models.engine import Database, with_patience
from models.readiness import Readiness, look_at

OK = "ok"
SILENT = "no answer"
REFUSED = "token refused"
KEPT_SECONDS = 1.0  # whoever asks oftener gets the same answer: nobody can wear the database out
TELEGRAM_KEPT_SECONDS = 30.0  # a good answer; a call to Telegram costs more than a look
PATIENCE_SECONDS = 6.0
STOP_SECONDS = 0.5


class Health:
    def __init__(self, bot: Bot, database_url: str) -> None:
        self._bot = bot
        self._database = Database(with_patience(database_url))
        self._looker = ThreadPoolExecutor(1, "health")
        self._asking = asyncio.Lock()
        self._found: dict[str, str] = {}
        self._kept_until: dict[str, float] = {}

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/healthz", self._answer_alive)
        app.router.add_get("/readyz", self._answer_ready)

    async def close(self) -> None:
        await asyncio.to_thread(self._looker.shutdown)
        self._database.close()

    async def _answer_alive(self, _request: web.Request) -> web.Response:
        return web.Response(text=f"{OK}\n")

    async def _answer_ready(self, _request: web.Request) -> web.Response:
        async with self._asking:
            if self._is_due("database", KEPT_SECONDS):
                self._found["database"] = await self._ask_database()
            if self._is_due("telegram", KEPT_SECONDS):
                self._found["telegram"] = await self._ask_telegram()
                if self._found["telegram"] == OK:
                    self._kept_until["telegram"] = time.monotonic() + TELEGRAM_KEPT_SECONDS
            found = dict(self._found)
        text = "".join(f"{name}: {state}\n" for name, state in found.items())
        is_ready = set(found.values()) == {OK}
        return web.Response(text=text, status=HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE)

    def _is_due(self, name: str, seconds: float) -> bool:
        if time.monotonic() < self._kept_until.get(name, 0.0):
            return False
        self._kept_until[name] = time.monotonic() + seconds
        return True

    async def _ask_database(self) -> str:
        looking = asyncio.get_running_loop().run_in_executor(self._looker, look_at, self._database)
        try:
            return str(await asyncio.wait_for(looking, PATIENCE_SECONDS))
        except TimeoutError:
            return str(Readiness.UNREACHABLE)

    async def _ask_telegram(self) -> str:
        try:
            with in_bulk():  # tried once: the next question is a try as well
                await asyncio.wait_for(self._bot.get_me(), PATIENCE_SECONDS)
        except TokenRevoked:
            return REFUSED
        except (AiogramError, TimeoutError):
            return SILENT
        return OK


class HealthServer:
    """On loopback only, for a check on this machine. `start` raises OSError when the port is occupied."""

    def __init__(self, health: Health, port: int) -> None:
        app = web.Application(client_max_size=0)
        health.add_to(app)
        self._server = LimitedServer(app, host="127.0.0.1", port=port, stop_seconds=STOP_SECONDS)

    async def start(self) -> None:
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop()
