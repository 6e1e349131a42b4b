"""Drains the outbox: takes what is due, has its words made, sends it at Telegram's pace, keeps the book."""

import asyncio
import logging
import time
from collections.abc import Iterable
from contextlib import nullcontext, suppress
from datetime import datetime, timedelta

from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramNetworkError,
    TelegramRetryAfter,
)
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from bot.background import BackgroundTasks
from bot.context import BotContext
from bot.dispatches import Dispatch, Plan, Planner
from bot.faults import where
from bot.leadership import Deposed, InOrder, Leadership
from bot.rate_limit import RateLimit
from bot.session import in_bulk, wait_before
from bot.workers import until_caught_up
from handlers.commands import show_panel_command
from handlers.talk import keyboard
from handlers.wire_errors import ChatUnreachable
from models.messages import OutboxStatus
from services.delivery.conversations import Shown, read_chat_state
from services.delivery.outbox import UNREACHABLE
from services.delivery.sending import Due, Outcome, claim_due, end_backoff, read_due, record_outcomes

log = logging.getLogger(__name__)

POLL_SECONDS = 0.3
LEAST_SECONDS = 0.03  # between two looks, however often it is woken
AT_ONCE = 20
REFILL_AT = 10  # a look sorts all that is due, and thousands may be: not one look for each message
MOST_TRIES = 60  # of answers that are none, some nine hours; an unreachable Telegram is waited for
FIRST_WAIT, LONGEST_WAIT = 1.0, 600.0
AWAY_WAIT = 1.0
LONGEST_HELD = 1.0  # a chat that Telegram wants left alone for longer is waited for in the outbox
DOWN_AFTER, PROBE_SECONDS = 3, 10.0
LINE_FAULTS = ("OddAnswer", "RestartingTelegram", "TelegramNetworkError", "TelegramServerError")
DELETED_AT_ONCE = 100  # as many as Telegram takes in one call


class Line:
    """Whether Telegram can be reached, told from how sends end: while it cannot, one row after another tries,
    and the first that leaves ends the waiting of all.
    """

    def __init__(self) -> None:
        self._faults = 0
        self._probe_at = 0.0

    @property
    def is_down(self) -> bool:
        return self._faults >= DOWN_AFTER

    def failed(self) -> None:
        self._faults += 1
        self._probe_at = time.monotonic() + PROBE_SECONDS

    def worked(self) -> bool:
        """Telegram has answered; says whether it could not be reached before."""
        was_down, self._faults = self.is_down, 0
        return was_down

    def is_probe_due(self) -> bool:
        return time.monotonic() >= self._probe_at


class Outbox:
    def __init__(
        self,
        context: BotContext,
        background: BackgroundTasks,
        leadership: Leadership,
        rate_limit: RateLimit,
        *,
        has_caught_up: asyncio.Event,
    ) -> None:
        self._context = context
        self._background = background
        self._leadership = leadership
        self._rate_limit = rate_limit
        self._planner = Planner(context)
        self._in_hand: set[int] = set()
        self._reminded: set[int] = set()  # people whose message of the day is in hand
        self._tasks: set[asyncio.Task[None]] = set()
        self._leaving: set[asyncio.Task[None] | None] = set()  # those that Telegram is answering
        self._chats = InOrder()
        self._has_caught_up = has_caught_up
        self._line = Line()
        self._has_led = False
        self._call = asyncio.Event()
        self._is_stopping = False

    def wake(self) -> None:
        """Something may have been enqueued in this process: look at once."""
        self._call.set()

    async def run(self) -> None:
        # who has acted meanwhile gets an answer, not an old screen
        await until_caught_up(self._has_caught_up)
        while not self._is_stopping:
            self._call.clear()
            try:
                if len(self._in_hand) <= REFILL_AT:
                    await self._look()
            except (OperationalError, InterfaceError) as error:
                log.warning("The outbox cannot be read: %s", type(error).__name__)
                await asyncio.sleep(AWAY_WAIT)
            await asyncio.sleep(LEAST_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._call.wait()

    async def stop(self, seconds: float) -> None:
        """What waits for its turn stays in the outbox; what is on its way to Telegram is waited for."""
        self._is_stopping = True
        self._call.set()
        for task in self._tasks - self._leaving:
            task.cancel()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()

    async def _look(self) -> None:
        leads = await self._leadership.is_leader()
        if leads and not self._has_led:
            await self._end_backoff()  # of what an earlier leader could not send
        self._has_led = leads
        if leads and not self._line.is_down:
            await self._drain()
        elif leads and not self._in_hand and self._line.is_probe_due():
            await self._end_backoff(most=1)
            due = await self._take(1)
            if not due:
                self._line.worked()
            for one in due:
                await self._handle(one)

    async def _end_backoff(self, most: int | None = None) -> None:
        await self._context.uow.write(end_backoff, reasons=LINE_FAULTS, now=self._context.now(), most=most)

    async def _drain(self) -> None:
        has_moved = True
        while has_moved and not self._is_stopping and len(self._in_hand) < AT_ONCE:
            has_moved = False
            for due in await self._take(AT_ONCE - len(self._in_hand)):
                if due.id not in self._in_hand and due.person_id not in self._waiting_for(due):
                    await self._handle(due)
                    has_moved = True

    def _waiting_for(self, due: Due) -> set[int]:
        """People to whom nothing of this kind may go until what is in hand has arrived."""
        return self._reminded if self._planner.is_budgeted(due.kind) else set()

    async def _take(self, limit: int) -> list[Due]:
        now, ranks, uow = self._context.now(), self._planner.ranks, self._context.uow
        without = frozenset(self._in_hand)
        due = await uow.look(read_due, now=now, ranks=ranks, limit=limit, without=without)
        if due and self._leadership.is_shared:
            return await uow.write(claim_due, now=now, ranks=ranks, limit=limit, without=without)
        return due

    async def _handle(self, due: Due) -> None:
        plan = await self._plan(due, self._context.now())
        if plan.settled:
            await self._context.uow.write(record_outcomes, plan.settled, now=self._context.now())
        if plan.dispatch is not None:
            self._in_hand.update(plan.dispatch.ids)
            person = {due.person_id} if due.person_id and self._planner.is_budgeted(due.kind) else set()
            self._reminded |= person
            task = self._background.start(self._send(due, plan.dispatch, person), f"outbox {due.id}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _plan(self, due: Due, now: datetime) -> Plan:
        try:
            return await self._context.uow.read(self._planner.plan, due, now=now)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001  # one notice's fault must not hold up the others
            log.error("Outbox row %d is parked: %s at %s", due.id, type(error).__name__, where(error))  # noqa: TRY400
            outcome = Outcome((due.id,), OutboxStatus.PARKED, reason=type(error).__name__)
            return Plan(settled=[outcome])

    async def _send(self, due: Due, dispatch: Dispatch, reminded: Iterable[int]) -> None:
        task = asyncio.current_task()
        turn = self._leadership.chat_turn(dispatch.chat_id) if dispatch.is_screen else nullcontext()
        try:
            async with self._chats.of(dispatch.chat_id), turn:  # what goes to one chat goes in order
                left = self._rate_limit.chat_pause(dispatch.chat_id)
                if left > LONGEST_HELD:  # whoever waits here takes the place of others
                    pause = timedelta(seconds=left)
                    await self._record(self._later(dispatch.ids, pause, "429", is_try=False))
                    return
                await self._rate_limit.turn(dispatch.chat_id)
                if not await self._leadership.is_leader():
                    return  # the turn took long, or the database is away: whoever leads next sends it
                self._leadership.hold()
                if dispatch.is_screen:
                    chat = await self._context.uow.read(read_chat_state, dispatch.chat_id)
                    await self._context.served_chats.take(chat)
                latest = await self._again(due) if dispatch.is_screen else dispatch
                if latest is None:
                    return
                self._leaving.add(task)
                outcome = await self._deliver(latest)
                await self._record(outcome)
                if outcome.status is OutboxStatus.SENT:
                    if self._line.worked():
                        await self._end_backoff()
                    await self._strip(latest)
                    await self._erase(latest)
                    await self._show_commands(latest)
                    if latest.is_screen and self._leadership.is_shared:
                        await self._context.screen_records.flush()  # whoever has the chat next must see it
        except Deposed:
            log.warning("Row %d is left to the process that leads now", due.id)
        except (OperationalError, InterfaceError) as error:
            log.warning("Row %d waits for the database: %s", due.id, type(error).__name__)
            await asyncio.sleep(AWAY_WAIT)
        finally:
            self._leaving.discard(task)
            self._in_hand.difference_update(dispatch.ids)
            self._reminded.difference_update(reminded)
        self.wake()

    async def _again(self, due: Due) -> Dispatch | None:
        """The screen as it is now: its chat may have been answered while this row waited for the turn."""
        plan = await self._plan(due, self._context.now())
        if plan.settled:
            await self._context.uow.write(record_outcomes, plan.settled, now=self._context.now())
        return plan.dispatch

    async def _deliver(self, dispatch: Dispatch) -> Outcome:
        ids, tries, left_at = dispatch.ids, dispatch.tries, self._context.now()
        try:
            with in_bulk():
                message = await self._context.bot.send_message(
                    dispatch.chat_id,
                    dispatch.letter.text,
                    reply_markup=keyboard(dispatch.letter.rows),
                    disable_notification=dispatch.is_silent,
                )
        except TelegramRetryAfter as error:
            self._line.worked()
            return self._later(ids, timedelta(seconds=error.retry_after), "429")
        except Deposed:
            raise
        except ChatUnreachable:
            self._line.worked()
            return Outcome(
                ids,
                OutboxStatus.SKIPPED,
                reason=UNREACHABLE,
                is_try=True,
                gone_chat=dispatch.chat_id,
                left_at=left_at,
            )
        except TelegramBadRequest as error:
            self._line.worked()
            log.error("Outbox row %d is parked: %s", ids[0], error.message)  # noqa: TRY400
            return Outcome(ids, OutboxStatus.PARKED, reason=error.message, is_try=True)
        except AiogramError as error:
            is_down = self._line.is_down
            self._line.failed()
            # for days even: what stays true waits
            is_waited_for = is_down or isinstance(error, TelegramNetworkError)
            if tries + 1 >= MOST_TRIES and not is_waited_for:
                return Outcome(ids, OutboxStatus.PARKED, reason=type(error).__name__, is_try=True)
            wait = wait_before(tries, first=FIRST_WAIT, longest=LONGEST_WAIT)
            return self._later(ids, timedelta(seconds=wait), type(error).__name__, is_try=not is_down)
        if dispatch.is_screen:
            self._context.screen_records.shown(Shown(None, dispatch.chat_id, message.message_id))
        return Outcome(ids, OutboxStatus.SENT, message_id=message.message_id, is_try=True)

    def _later(self, ids: tuple[int, ...], wait: timedelta, reason: str, *, is_try: bool = True) -> Outcome:
        next_try_at = self._context.now() + wait
        return Outcome(ids, OutboxStatus.WAITING, reason=reason, next_try_at=next_try_at, is_try=is_try)

    async def _strip(self, dispatch: Dispatch) -> None:
        """Take the buttons of the screen away that this one replaces; that they are gone is no fault."""
        if dispatch.replaces is not None:
            with suppress(AiogramError):
                await self._context.bot.edit_message_reply_markup(
                    chat_id=dispatch.chat_id, message_id=dispatch.replaces
                )

    async def _erase(self, dispatch: Dispatch) -> None:
        """Delete messages of an erased person's chat; what Telegram no longer deletes the person was told."""
        ids = dispatch.letter.erases
        for start in range(0, len(ids), DELETED_AT_ONCE):
            with suppress(AiogramError):
                await self._context.bot.delete_messages(
                    dispatch.chat_id, list(ids[start : start + DELETED_AT_ONCE])
                )

    async def _show_commands(self, dispatch: Dispatch) -> None:
        opens = dispatch.letter.opens_panel
        if opens is not None:
            context = self._context
            await show_panel_command(context.bot, dispatch.chat_id, context.translators, is_shown=opens)

    async def _record(self, outcome: Outcome) -> None:
        """At once, and until it succeeds: a message that left must not leave again."""
        while True:
            try:
                await self._context.uow.write(record_outcomes, [outcome], now=self._context.now())
            except SQLAlchemyError as error:
                log.warning("Row %d is not recorded yet: %s", outcome.ids[0], type(error).__name__)
                await asyncio.sleep(AWAY_WAIT)
            else:
                return
