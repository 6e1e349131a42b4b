"""Works the inbox: in order within a chat, in parallel across chats; what fails is set aside."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from aiogram.exceptions import AiogramError, TelegramBadRequest
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from bot.background import BackgroundTasks
from bot.callbacks import Callbacks
from bot.context import BotContext
from bot.faults import where
from bot.leadership import Deposed, Leadership
from bot.rate_limit import AnswerPace
from bot.session import TokenRevoked, wait_before
from bot.updates import find_album, read_update
from handlers import fallback
from handlers.wire_errors import ChatUnreachable
from models.messages import NoticeKind
from services.delivery import outbox
from services.delivery.conversations import ChatState, Shown, read_chat_state, record_shown
from services.delivery.inbox import OpenUpdate, forget_old_updates, park_update, read_left_chats, read_open
from services.delivery.reachability import mark_reachable, mark_unreachable

log = logging.getLogger(__name__)

K = TypeVar("K")
V = TypeVar("V")

CHATS_AT_ONCE = 32
READ_AT_ONCE = 16  # of one chat: a flood is not read whole for each of its messages
SWEEP_SECONDS = 5.0
CATCH_UP_SECONDS = 2.0
LEFT_AFTER = timedelta(seconds=10)  # by then whoever received it has worked it or is gone
CLEAN_EVERY = 720  # sweeps: an hour
KEPT_DONE = 5_000
KEPT_ALBUMS = 1_000
TRIES, FIRST_WAIT, LONGEST_WAIT = 12, 0.2, 5.0
SCREEN_LATER = timedelta(seconds=3)
AWAY = (OperationalError, InterfaceError)  # the database does not answer: nobody's update is at fault


class Workers:
    def __init__(
        self,
        context: BotContext,
        background: BackgroundTasks,
        leadership: Leadership,
        *,
        worked: Callable[[], None],
        chat_burst: int,
        has_caught_up: asyncio.Event,
        callbacks: Callbacks,
    ) -> None:
        self._context = context
        self._background = background
        self._leadership = leadership
        self._worked = worked
        self._active: dict[int | None, asyncio.Task[None]] = {}
        self._again: set[int | None] = set()
        self._albums: dict[int, str] = {}
        self._done: dict[int, None] = {}  # worked here; the record of it may not be written yet
        self._slots = asyncio.Semaphore(CHATS_AT_ONCE)
        self._is_stopping = False
        self._pace = AnswerPace(chat_burst)
        self._silenced: set[int] = set()  # chats that a later update's answer stands for
        self._has_caught_up = has_caught_up
        self._callbacks = callbacks

    def arrived(self, chats: Iterable[int | None]) -> None:
        """Something is in the inbox for these chats."""
        if self._is_stopping:
            return
        for chat_id in chats:
            if chat_id in self._active:
                self._again.add(chat_id)
            else:
                self._active[chat_id] = self._background.start(self._serve(chat_id), f"chat {chat_id}")

    async def run(self) -> None:
        """Take what an earlier run has left, then look now and then for what nobody works.

        Whoever has acted since then is answered for that alone: showing the screen first would make their
        tap one on an old message.
        """
        await until_caught_up(self._has_caught_up)
        sweeps = 0
        while True:
            before = self._context.now() - LEFT_AFTER if sweeps else None
            try:
                self.arrived(await self._context.uow.look(read_left_chats, received_before=before))
                if sweeps % CLEAN_EVERY == 0:
                    await self._context.uow.write(forget_old_updates, now=self._context.now())
            except SQLAlchemyError as error:
                log.warning("The inbox cannot be read: %s", type(error).__name__)
            sweeps += 1
            await asyncio.sleep(SWEEP_SECONDS)

    async def stop(self, seconds: float) -> None:
        """Finish what is in hand, leave the rest in the inbox."""
        self._is_stopping = True
        tasks = list(self._active.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()

    async def _serve(self, chat_id: int | None) -> None:
        try:
            await asyncio.sleep(self._pace.wait(chat_id))  # no slot is held meanwhile
            async with self._slots:
                failures = 0
                while not self._is_stopping:
                    try:
                        await self._serve_turn(chat_id)
                        break
                    except (Deposed, *AWAY) as error:
                        log.warning("The database is away (%s), chat %s waits", type(error).__name__, chat_id)
                        failures += 1
                        if failures >= TRIES:
                            break  # it stays in the inbox, and the next sweep takes it
                        await asyncio.sleep(wait_before(failures, first=FIRST_WAIT, longest=LONGEST_WAIT))
        finally:
            del self._active[chat_id]
        if chat_id in self._again:
            self._again.discard(chat_id)
            self.arrived([chat_id])

    async def _serve_turn(self, chat_id: int | None) -> None:
        async with self._leadership.chat_turn(chat_id):
            has_more = True
            while has_more and not self._is_stopping:
                self._again.discard(chat_id)
                has_more = await self._serve_next(chat_id) or chat_id in self._again
                if has_more and self._pace.wait(chat_id):
                    self._again.add(chat_id)
                    break
            if self._leadership.is_shared:
                await (
                    self._context.screen_records.flush()
                )  # whoever has the chat next must see what was shown

    async def _serve_next(self, chat_id: int | None) -> bool:
        """Work the oldest update of a chat; says whether there are more."""
        found, is_cut = await self._context.uow.read(self._read_left, chat_id)
        if is_cut and not found:
            await self._context.screen_records.flush()
            return True
        if found:
            await self._context.served_chats.take(found[0].chat)
        waiting = [one for one in found if not one.is_worked]
        await self._answer_worked([one for one in found if one.is_worked], has_followers=bool(waiting))
        has_more = is_cut or len(waiting) > 1
        if waiting:
            is_quiet = has_more and self._pace.is_pressed(chat_id)
            if not is_quiet:
                self._pace.note(chat_id)
            is_answered = await self._work(waiting[0], is_quiet=is_quiet)
            if is_quiet:
                self._silenced.add(waiting[0].chat.chat_id)
            else:
                await self._answer_silenced(waiting[0], is_answered=is_answered, is_last=not has_more)
        return has_more

    async def _answer_silenced(self, row: OpenUpdate, *, is_answered: bool, is_last: bool) -> None:
        """What was worked in silence is answered by what comes after it, whatever that is."""
        chat_id = row.chat.chat_id
        if is_answered:
            self._silenced.discard(chat_id)
        elif is_last and chat_id in self._silenced:
            self._silenced.discard(chat_id)
            await self._guard(row.update_id, row.chat, self._context.talk(row.chat, row.update_id).show())

    def _read_left(self, session: Session, chat_id: int | None) -> tuple[list[OpenUpdate], bool]:
        """The oldest that is left of a chat, and whether there may be more."""
        freshen = self._context.screen_records.freshen
        found = read_open(session, chat_id, most=READ_AT_ONCE)
        left = [replace(one, chat=freshen(one.chat)) for one in found if one.update_id not in self._done]
        return left, len(found) == READ_AT_ONCE

    async def _answer_worked(self, worked: list[OpenUpdate], *, has_followers: bool) -> None:
        """Effects that an earlier run committed without an answer: the screen answers all of them."""
        for one in worked[:-1] if not has_followers else worked:
            self._close(one.update_id, one.chat)
        if worked and not has_followers:
            last = worked[-1]
            await self._guard(last.update_id, last.chat, self._context.talk(last.chat, last.update_id).show())

    async def _work(self, row: OpenUpdate, *, is_quiet: bool) -> bool:
        """Whether the person was answered, or will be."""
        context, chat = self._context, row.chat
        try:
            raw = json.loads(row.payload or "")
            update = read_update(raw, context.bot)
        except (ValueError, RecursionError) as error:
            await self._park(row.update_id, error)
            return False
        if update is None or self._is_answered_album(chat.chat_id, raw):
            self._close(row.update_id, chat)
            return False
        if row.is_unreachable and update.my_chat_member is None:
            await context.uow.write(mark_reachable, chat.chat_id, now=context.now(), as_of=row.received_at)
        fed = context.conversation.dispatcher.feed_update(
            context.bot,
            update,
            context=context,
            background=self._background,
            chat=chat,
            is_quiet=is_quiet,
            wants_toast=self._callbacks.wants_answer(row.update_id, row.received_at, context.now()),
        )
        await self._guard(row.update_id, chat, fed)
        self._worked()
        return update.my_chat_member is None

    def _is_answered_album(self, chat_id: int, raw: dict[str, Any]) -> bool:
        """Whether another part of the same album was answered: Telegram sends each picture as a message."""
        album = find_album(raw)
        if album is None:
            return False
        is_answered = self._albums.get(chat_id) == album
        store_newest(self._albums, chat_id, album, most=KEPT_ALBUMS)
        return is_answered

    async def _guard(self, update_id: int, chat: ChatState, work: Awaitable[Any]) -> None:
        """Await the work of one update; whatever fails is dealt with, but a database that is away or a turn
        that is lost.
        """
        begun = self._context.now()
        try:
            await work
        except (TokenRevoked, Deposed, *AWAY):
            raise
        except ChatUnreachable:
            await self._note_gone(update_id, chat, begun)
        except TelegramBadRequest as error:
            await self._excuse(update_id, chat, error)
        except AiogramError as error:
            log.warning("Update %d has no answer yet: %s", update_id, type(error).__name__)
            await self._leave_to_outbox(update_id, chat)
        except Exception as error:  # noqa: BLE001  # one update's fault is not the others'
            await self._excuse(update_id, chat, error)
        self._remember(update_id)

    async def _note_gone(self, update_id: int, chat: ChatState, begun: datetime) -> None:
        now = self._context.now()
        if await self._context.uow.write(mark_unreachable, chat.chat_id, now=now, as_of=begun):
            self._close(update_id, chat)
        else:
            await self._leave_to_outbox(update_id, chat)

    async def _leave_to_outbox(self, update_id: int, chat: ChatState) -> None:
        now = self._context.now()

        def leave(session: Session) -> None:
            """In one write: a kill between the two would have the screen shown for each of them."""
            outbox.enqueue(
                session,
                NoticeKind.SCREEN_CURRENT,
                chat,
                key=f"screen:{update_id}",
                chat_id=chat.chat_id,
                due_at=now + SCREEN_LATER,
                now=now,
            )
            record_shown(session, [Shown(update_id, chat.chat_id, None)], now=now)

        self._context.screen_records.mark_missing(chat.chat_id)
        await self._context.uow.write(leave)

    async def _excuse(self, update_id: int, chat: ChatState, error: Exception) -> None:
        """Set the update aside and say so: one sentence and the current screen."""
        await self._park(update_id, error)
        chat = self._context.screen_records.freshen(
            await self._context.uow.read(read_chat_state, chat.chat_id)
        )
        sentence = fallback.describe_fault(self._context.translator(chat))
        talk = self._context.talk(chat, update_id)
        for answer in (talk.show, talk.send_text):  # the screen itself may be what cannot be shown
            try:
                await answer(sentence)
            except (TokenRevoked, Deposed, *AWAY):
                raise
            except Exception as second:  # noqa: BLE001  # whatever it is, the person must hear something
                log.warning("Update %d: no answer to its fault: %s", update_id, type(second).__name__)
            else:
                return

    async def _park(self, update_id: int, error: Exception) -> None:
        fault = type(error).__name__
        log.error("Update %d is parked: %s at %s", update_id, fault, where(error))
        await self._context.uow.write(park_update, update_id, fault=fault, now=self._context.now())
        self._remember(update_id)

    def _close(self, update_id: int, chat: ChatState) -> None:
        self._context.screen_records.shown(Shown(update_id, chat.chat_id, None))
        self._remember(update_id)

    def _remember(self, update_id: int) -> None:
        store_newest(self._done, update_id, None, most=KEPT_DONE)


async def until_caught_up(has_caught_up: asyncio.Event) -> None:
    """Until what came while nobody listened is in the inbox, but not for long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(CATCH_UP_SECONDS):  # wait_for may swallow the end (Python 3.11)
            await has_caught_up.wait()


def store_newest(kept: dict[K, V], key: K, value: V, *, most: int) -> None:
    """Put a value into a memory of limited size: what was put in first goes first."""
    kept[key] = value
    while len(kept) > most:
        del kept[next(iter(kept))]
