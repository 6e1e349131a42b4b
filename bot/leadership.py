"""Who does what is done once: one process ticks and sends, one process at a time works a chat (decision 6).

On SQLite one process is all there is. On PostgreSQL session-wide advisory locks decide. They end with their
connection: at once when the process dies, and after HELD_SECONDS of silence when it is frozen, because the
server ends a session that asks nothing for so long (docs/decisions/0019-locks-of-a-frozen-process.md).
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakValueDictionary

from aiogram.exceptions import AiogramError
from sqlalchemy import TextClause, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.engine import make_async_engine

log = logging.getLogger(__name__)

BUSY_WAIT, LONGEST_BUSY_WAIT = 0.05, 1.0
HELD_SECONDS = 15
"""So long the server keeps the locks of a process that asks nothing."""
SURE_SECONDS = 10.0
"""So long after its last question a process may take it that it still holds them; well under HELD_SECONDS."""
BEAT_SECONDS = 2.0
LEADER_CHECK_SECONDS = 2.0
LEADER_TRY_SECONDS = 1.0
LEADER = "nastavnik:leader"

_LOCK = text("SELECT pg_try_advisory_lock(hashtextextended(:key, 0))")
# of many chats at once: a turn of its own for each cost more than the tap's own statements (`make bench`)
_TURNS = text(
    "SELECT CASE WHEN taken THEN pg_try_advisory_lock(hashtextextended(key, 0))"
    " ELSE pg_advisory_unlock(hashtextextended(key, 0)) END"
    " FROM unnest(CAST(:keys AS text[]), CAST(:taken AS boolean[]))"
    " WITH ORDINALITY AS asked(key, taken, place)"
    " ORDER BY place"
)


_BEAT = text("SELECT true")


class Deposed(AiogramError):
    """What this process works on may be another one's by now: nothing of it may be sent."""


_check: ContextVar[Callable[[], None] | None] = ContextVar("check", default=None)


def check_hold() -> None:
    """To be asked right before anything is sent. Raises Deposed."""
    check = _check.get()
    if check is not None:
        check()


class Leadership(Protocol):
    is_shared: bool
    """Whether other processes may work beside this one."""

    async def is_leader(self) -> bool:
        """Whether this process ticks and sends at present."""

    def hold(self) -> None:
        """What this task sends from here on leaves only while the process surely holds what it holds now."""

    async def beat(self) -> None:
        """Keep what is held, until cancelled."""

    def chat_turn(self, chat_id: int | None) -> AbstractAsyncContextManager[None]:
        """Within it nobody else answers this chat, in this process or another.

        Raises SQLAlchemyError when the database is away.
        """

    async def close(self) -> None: ...


class InOrder:
    """Turns of the tasks of this process."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[int | None, asyncio.Lock] = WeakValueDictionary()

    def of(self, chat_id: int | None) -> asyncio.Lock:
        return self._locks.setdefault(chat_id, asyncio.Lock())


class SoleProcess:
    is_shared = False

    def __init__(self) -> None:
        self._turns = InOrder()

    async def is_leader(self) -> bool:
        return True

    def hold(self) -> None:
        """Nobody can take anything away."""

    async def beat(self) -> None:
        """Nothing ends by itself."""

    @asynccontextmanager
    async def chat_turn(self, chat_id: int | None) -> AsyncIterator[None]:
        async with self._turns.of(chat_id):
            yield

    async def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True, slots=True)
class Asked:
    key: str
    is_taken: bool
    answer: "asyncio.Future[bool]"


class AmongReplicas:
    is_shared = True

    def __init__(self, database_url: str) -> None:
        self._engine = make_async_engine(database_url)
        self._turns = InOrder()
        self._connection: AsyncConnection | None = None
        self._talking = asyncio.Lock()
        self._asked: list[Asked] = []
        self._leads = False
        self._looked_at = 0.0
        self._session = 0  # counts the connections: what one held, the next does not
        self._heard_at = time.monotonic()  # not later than when the server last heard of this process

    async def is_leader(self) -> bool:
        period = LEADER_CHECK_SECONDS if self._leads else LEADER_TRY_SECONDS
        if time.monotonic() - self._looked_at < period:
            return self._leads
        try:
            if not self._leads:
                self._leads = await self._ask(_LOCK, LEADER)
                if self._leads:
                    log.info("This process leads: it ticks and sends")
            else:
                await self._ask(_BEAT, None)  # a lost connection has lost the lock as well
        except SQLAlchemyError as error:
            log.warning("Leadership is not known: %s", type(error).__name__)
            self._leads = False
        self._looked_at = time.monotonic()
        return self._leads

    def hold(self) -> None:
        session = self._session

        def check() -> None:
            if session != self._session or time.monotonic() - self._heard_at > SURE_SECONDS:
                raise Deposed

        _check.set(check)

    async def beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            if self._connection is None:
                continue  # whoever needs one opens it
            try:
                await self._ask(_BEAT, None)
            except SQLAlchemyError as error:
                log.warning("What this process held is lost: %s", type(error).__name__)

    @asynccontextmanager
    async def chat_turn(self, chat_id: int | None) -> AsyncIterator[None]:
        key = f"nastavnik:chat:{chat_id}"
        async with self._turns.of(chat_id):  # the lock below does not keep its own connection out
            wait = BUSY_WAIT
            while not await self._turn(key, is_taken=True):  # the other one is another process
                await asyncio.sleep(wait)
                wait = min(2 * wait, LONGEST_BUSY_WAIT)
            outer = _check.get()
            self.hold()
            try:
                yield
            finally:
                _check.set(outer)
                with suppress(SQLAlchemyError):  # the lock is gone with the connection
                    await self._turn(key, is_taken=False)

    async def _turn(self, key: str, *, is_taken: bool) -> bool:
        """Take a chat's lock or give it back, together with all who ask meanwhile."""
        asked = Asked(key, is_taken, asyncio.get_running_loop().create_future())
        self._asked.append(asked)
        async with self._talking:
            if not asked.answer.done():
                batch, self._asked = self._asked, []
                try:
                    await self._answer(batch)
                except BaseException:
                    self._asked = [one for one in batch if not one.answer.done()] + self._asked
                    raise
        return await asked.answer

    async def _answer(self, batch: "list[Asked]") -> None:
        keys = {"keys": [one.key for one in batch], "taken": [one.is_taken for one in batch]}
        try:
            answers = await self._fetch(_TURNS, keys)
        except SQLAlchemyError as error:
            for one in batch:
                if not one.answer.done():
                    one.answer.set_exception(error)
            return
        for one, answer in zip(batch, answers, strict=True):
            if not one.answer.done():
                one.answer.set_result(bool(answer))

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
        await self._engine.dispose()

    async def _ask(self, query: TextClause, key: str | None) -> bool:
        async with self._talking:
            return bool((await self._fetch(query, {"key": key} if key else {}))[0])

    async def _fetch(self, query: TextClause, parameters: dict[str, Any]) -> list[Any]:
        """The first column; whoever calls holds `_talking`."""
        try:
            if self._connection is None:
                connection = await self._engine.connect()
                self._connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
                await self._connection.execute(text(f"SET idle_session_timeout = '{HELD_SECONDS}s'"))
            asked_at = time.monotonic()
            found = list((await self._connection.execute(query, parameters)).scalars())
        except SQLAlchemyError:
            broken, self._connection, self._leads = self._connection, None, False
            self._session += 1
            if broken is not None:
                with suppress(SQLAlchemyError):
                    await broken.invalidate()
                    await broken.close()
            raise
        self._heard_at = asked_at
        return found


def make_leadership(database_url: str) -> Leadership:
    if make_url(database_url).get_backend_name() == "postgresql":
        return AmongReplicas(database_url)
    return SoleProcess()
