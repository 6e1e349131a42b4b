"""What all parts of a fault run share: school, seed, reads of database and sandbox, tally, findings."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models.messages import InboxStatus, InboxUpdate, OutboxMessage, OutboxStatus
from tests.faults.machine import TOKEN, Machine
from tests.world import World

T = TypeVar("T")


@dataclass
class Shared:
    """`findings` is what must not be: lost, doubled, silent. `tally` counts what was done."""

    machine: Machine
    world: World
    rng: random.Random
    tally: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    def find(self, words: str) -> None:
        self.findings.append(words)

    async def read(self, fn: Callable[..., T], /, *args: Any, **facts: Any) -> T:
        """A look into the database; waits while that is away."""

        def look() -> T:
            with self.machine.database.reading() as session:
                return fn(session, *args, **facts)

        while True:
            try:
                return await asyncio.to_thread(look)
            except SQLAlchemyError:
                await asyncio.sleep(0.3)

    async def curate(self, fn: Callable[..., T], /, **facts: Any) -> T:
        """What the curator does, as the panel does it: a service in a transaction of its own."""
        now = self.machine.clock.now()

        def act() -> T:
            with self.machine.database.writing() as session:
                return fn(session, now=now, actor=self.world.curator, **facts)

        while True:
            try:
                return await asyncio.to_thread(act)
            except SQLAlchemyError:
                await asyncio.sleep(0.3)

    async def has_fetched(self) -> bool:
        """Whether nothing of anybody waits in Telegram."""
        info = await self.machine.telegram.ask("GET", f"/bot{TOKEN}/getWebhookInfo")
        return not info["result"]["pending_update_count"]

    async def is_quiet(self, chat_id: int) -> bool:
        """Whether everything this chat sent has been fetched, worked and answered."""
        return await self.has_fetched() and await self.is_worked(chat_id)

    async def is_worked(self, chat_id: int) -> bool:
        """Whether everything of this chat that the bot has fetched is worked and answered."""
        return await self.read(count_open, chat_id) == 0


def count_open(session: Session, chat_id: int) -> int:
    inbox = select(func.count()).where(
        InboxUpdate.chat_id == chat_id, InboxUpdate.status.in_([InboxStatus.WAITING, InboxStatus.WORKED])
    )
    answers = select(func.count()).where(
        OutboxMessage.chat_id == chat_id, OutboxMessage.status == OutboxStatus.WAITING
    )
    return (session.scalar(inbox) or 0) + (session.scalar(answers) or 0)
