"""The Telegram process: everything put together, started and stopped in order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.exceptions import AiogramError
from sqlalchemy.exc import SQLAlchemyError

from bot.background import BackgroundTasks
from bot.callbacks import Callbacks
from bot.context import BotContext, Conversation
from bot.dispatcher import product_conversation
from bot.health import Health, HealthServer
from bot.known_messages import KnownMessages, ServedChats
from bot.leadership import Leadership, make_leadership
from bot.outbox import Outbox
from bot.polling import Polling
from bot.profile import set_profile
from bot.rate_limit import RateLimit
from bot.screen_records import ScreenRecords
from bot.session import make_bot, wait_before
from bot.webhook import WebhookServer, set_webhook
from bot.workers import Workers
from models.unit_of_work import UnitOfWork
from notices.language import load_translators
from scheduler.tick_scheduler import TickScheduler
from services.access.clock import Clock
from services.delivery.inbox import RawUpdate

log = logging.getLogger(__name__)

GRACE_SECONDS = 3.0
"""For what is in hand when the process is told to stop; with closing it stays under five."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0


@dataclass(frozen=True, slots=True)
class BotConfig:
    token: str = field(repr=False)
    database_url: str = field(repr=False)
    clock: Clock
    telegram_api: str | None = None
    proxy: str | None = field(default=None, repr=False)
    updates: Literal["polling", "webhook"] = "polling"
    webhook_url: str | None = None
    webhook_secret: str | None = field(default=None, repr=False)
    webhook_host: str = "127.0.0.1"
    webhook_port: int = 8443
    health_port: int | None = None
    poll_seconds: int = 25
    request_seconds: float = 10.0
    has_scheduler: bool = True
    chat_burst: int = 30
    """So many updates of one chat are each answered at once; beyond, one answer a second stands for all."""


async def run_bot(config: BotConfig, *, stop: asyncio.Event) -> None:
    """Serve until `stop` is set. Raises TokenRevoked, and OSError when the webhook's port is occupied."""
    await BotApp(config).run(stop)


class BotApp:
    def __init__(self, config: BotConfig, *, conversation: Conversation | None = None) -> None:
        self._config = config
        self._conversation = conversation or product_conversation()
        self._translators = load_translators()
        self.started = asyncio.Event()
        self.webhook_port: int | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set, then finish what is in hand. Cancelled, it drops everything at once."""
        try:
            async with AsyncExitStack() as stack:
                await self._serve(stack, stop)
        except BaseExceptionGroup as group:
            raise first_of(group) from group

    async def _serve(self, stack: AsyncExitStack, stop: asyncio.Event) -> None:
        config = self._config
        rate_limit = RateLimit()
        leadership = make_leadership(config.database_url)

        known_messages = KnownMessages()

        def note_part(chat_id: int, message_id: int) -> None:
            screen_records.note_part(chat_id, message_id)  # nothing is sent before there is one

        bot = make_bot(
            config.token,
            telegram_api=config.telegram_api,
            proxy=config.proxy,
            request_seconds=config.request_seconds,
            rate_limit=rate_limit,
            note_part=note_part,
            known_messages=known_messages,
        )
        stack.push_async_callback(hang_up, bot)
        health = await self._watch(stack, bot)
        await until_first(self._greet(bot), stop)
        if stop.is_set():
            return
        uow = UnitOfWork(config.database_url)
        stack.push_async_callback(uow.close)
        stack.push_async_callback(leadership.close)
        served_chats = ServedChats(uow, known_messages, is_shared=leadership.is_shared)
        screen_records = ScreenRecords(uow, config.clock, served_chats.mark)
        context = BotContext(
            bot,
            uow,
            screen_records,
            served_chats,
            self._conversation,
            self._translators,
            config.clock,
        )
        async with BackgroundTasks() as background:
            callbacks = Callbacks(bot)
            caught_up = asyncio.Event()  # what came while nobody listened is in the inbox
            outbox = Outbox(context, background, leadership, rate_limit, has_caught_up=caught_up)
            workers = Workers(
                context,
                background,
                leadership,
                worked=outbox.wake,
                chat_burst=config.chat_burst,
                has_caught_up=caught_up,
                callbacks=callbacks,
            )
            running = [
                background.start(screen_records.run(), "screen_records"),
                background.start(leadership.beat(), "beat"),
                background.start(outbox.run(), "outbox"),
                background.start(workers.run(), "sweeper"),
                background.start(set_profile(context), "profile"),
            ]
            async with (
                self._ticking(uow, leadership, outbox),
                self._receiving(context, workers, background, health, caught_up, callbacks),
            ):
                self.started.set()
                await stop.wait()
            await asyncio.gather(workers.stop(GRACE_SECONDS), outbox.stop(GRACE_SECONDS))
            for task in running:
                task.cancel()
            try:
                await screen_records.flush()
            except SQLAlchemyError as error:  # shown again at the next start
                log.warning("What was shown is not recorded: %s", type(error).__name__)

    async def _watch(self, stack: AsyncExitStack, bot: Bot) -> Health:
        """Monitoring may ask from the first moment on, also while Telegram is still waited for."""
        health = Health(bot, self._config.database_url)
        stack.push_async_callback(health.close)
        if self._config.health_port is not None:
            server = HealthServer(health, self._config.health_port)
            stack.push_async_callback(server.stop)
            await server.start()
        return health

    async def _greet(self, bot: Bot) -> None:
        """Make sure that the token is good; wait for Telegram as long as it takes."""
        failures = 0
        while True:
            try:
                me = await bot.get_me()
            except AiogramError as error:
                wait = wait_before(failures, first=FIRST_WAIT, longest=LONGEST_WAIT)
                log.warning("Telegram does not answer (%s); again in %.1f s", type(error).__name__, wait)
                failures += 1
                await asyncio.sleep(wait)
            else:
                log.info("Telegram knows this bot as %d", me.id)
                return

    @asynccontextmanager
    async def _ticking(self, uow: UnitOfWork, leadership: Leadership, outbox: Outbox) -> AsyncIterator[None]:
        if not self._config.has_scheduler:
            yield
            return
        scheduler = TickScheduler(
            write=uow.write,
            read=uow.read,
            clock=self._config.clock,
            is_leader=leadership.is_leader,
            worked=outbox.wake,
        )
        scheduler.start()
        try:
            yield
        finally:
            await scheduler.stop()

    @asynccontextmanager
    async def _receiving(
        self,
        context: BotContext,
        workers: Workers,
        background: BackgroundTasks,
        health: Health,
        caught_up: asyncio.Event,
        callbacks: Callbacks,
    ) -> AsyncIterator[None]:
        """Updates come in by polling or by webhook; at the end no more are taken."""
        config = self._config
        if config.updates == "polling":

            def arrived_late(updates: Sequence[RawUpdate]) -> None:
                background.start(callbacks.answer_backlog(updates), "callbacks")

            polling = Polling(
                context.bot,
                context.uow,
                context.clock,
                arrived=workers.arrived,
                arrived_late=arrived_late,
                has_caught_up=caught_up,
                poll_seconds=config.poll_seconds,
            )
            task = background.start(polling.run(), "polling")
            yield
            task.cancel()
            return
        assert config.webhook_url, "settings.py refuses a webhook without an address"
        assert config.webhook_secret, "settings.py refuses a webhook without a secret"
        server = WebhookServer(
            context.uow,
            context.clock,
            url=config.webhook_url,
            secret=config.webhook_secret,
            host=config.webhook_host,
            port=config.webhook_port,
            arrived=workers.arrived,
            health=health,
        )
        await server.start()
        caught_up.set()  # Telegram brings what is left when it likes
        self.webhook_port = server.port
        task = background.start(
            set_webhook(context.bot, config.webhook_url, config.webhook_secret), "webhook"
        )
        try:
            yield
        finally:
            task.cancel()
            await server.stop()


async def hang_up(bot: Bot) -> None:
    """Close the connections without aiogram's quarter of a second: a process that ends need not wait."""
    if isinstance(bot.session, AiohttpSession):
        await (await bot.session.create_session()).close()


def first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The fault that ended the others: what a caller can act on."""
    first = group.exceptions[0]
    return first_of(first) if isinstance(first, BaseExceptionGroup) else first


async def until_first(work: Coroutine[Any, Any, None], stop: asyncio.Event) -> None:
    """Do the work, but no longer than until `stop`. Raises what the work raises."""
    async with BackgroundTasks() as background:
        doing = background.start(work, "greeting")
        waiting = background.start(wait_for(stop), "stop")
        await asyncio.wait({doing, waiting}, return_when=asyncio.FIRST_COMPLETED)
        doing.cancel()
        waiting.cancel()


async def wait_for(stop: asyncio.Event) -> None:
    await stop.wait()
