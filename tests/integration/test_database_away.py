"""The database goes away in the middle: no update is at fault, and all of it is done later."""

import asyncio
import sqlite3
from contextlib import closing
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from models.engine import Database
from models.messages import InboxStatus, OutboxMessage, OutboxStatus
from models.tasks import Task, TaskKind
from models.unit_of_work import UnitOfWork
from services.delivery.outbox import enqueue
from services.delivery.sending import record_outcomes
from tests.integration.tally import ACT, tally_conversation
from tests.integration.test_inbox import inbox, tally
from tests.running_bot import RunningBot, until
from tests.world import found_school


def cut_off(url: str) -> None:
    """As a restart of the server does: every connection of this test's own database ends."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


class Unlucky:
    """A unit whose connection is cut once, between two statements."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.runs = 0

    def __call__(self, session: Session) -> int:
        self.runs += 1
        session.execute(text("SELECT 1"))
        if self.runs == 1:
            cut_off(self._url)
        session.execute(text("SELECT 1"))
        return self.runs


async def test_a_lone_unit_whose_connection_is_cut_says_that_the_database_is_away(postgres_url: str) -> None:
    uow = UnitOfWork(postgres_url)
    unlucky = Unlucky(postgres_url)
    with pytest.raises(OperationalError):
        await uow.write(unlucky)
    assert await uow.write(unlucky) == 2
    await uow.close()


async def test_units_of_the_same_commit_are_done_when_one_of_them_was_cut(postgres_url: str) -> None:
    uow = UnitOfWork(postgres_url)
    unlucky = Unlucky(postgres_url)

    def quick(session: Session, number: int) -> int:
        session.execute(text("SELECT 1"))
        return number

    def slow(session: Session) -> None:
        session.execute(text("SELECT pg_sleep(0.2)"))  # the others gather behind it

    works: list[Any] = [uow.write(slow), uow.write(quick, 1), uow.write(unlucky), uow.write(quick, 2)]
    assert await asyncio.gather(*works) == [None, 1, 2, 2]
    await uow.close()


async def test_a_server_that_cuts_everybody_off_loses_nothing(postgres_url: str) -> None:
    async with RunningBot(postgres_url, conversation=tally_conversation()) as running:
        people = [await running.telegram.person(f"Имя{number}") for number in range(4)]
        for person in people:
            await person.start(wait=False)
        await running.start_bot()
        for _ in range(6):
            for person in people:
                await person.say("/add", wait=False)
            await asyncio.to_thread(cut_off, postgres_url)
            await asyncio.sleep(0.2)
        await until(lambda: patient_inbox(running) == {InboxStatus.ANSWERED: 28}, seconds=30)
        assert tally(running) == 24


def patient_inbox(running: RunningBot) -> dict[InboxStatus, int]:
    """The last cut may have met this look's connection as well."""
    try:
        return inbox(running)
    except OperationalError:
        return {}


async def test_a_database_that_another_process_locks_is_waited_for(sqlite_url: str) -> None:
    async with RunningBot(sqlite_url, conversation=tally_conversation()) as running:
        vera = await running.telegram.person("Вера")
        await running.start_bot()
        await vera.start()
        with closing(sqlite3.connect(Database(sqlite_url).engine.url.database or "")) as other:
            other.isolation_level = None
            other.execute("BEGIN IMMEDIATE")
            await vera.say("/add", wait=False)
            await asyncio.sleep(2)
            assert tally(running) == 0
            other.execute("ROLLBACK")
        await vera.expect("Сейчас 1", timeout=20)
        await until(lambda: set(inbox(running)) == {InboxStatus.ANSWERED})
        assert tally(running) == 1


async def test_who_is_gone_is_noted_when_the_database_is_back(sqlite_url: str) -> None:
    """Telegram's refusal and what follows from it are one unit, tried until it is kept."""
    async with RunningBot(sqlite_url, conversation=tally_conversation()) as running:
        world = found_school(running.database, running.clock.now())
        vera = await running.telegram.person("Вера")
        await vera.start(wait=False)
        person = world.joined("Вера", "Сергеевна", chat_id=vera.id)
        await vera.block()
        with running.database.writing() as session:
            enqueue(session, ACT, world, key="test:gone", person_id=person.id, now=running.clock.now())
        refused = iter([True, True, False])
        write = UnitOfWork.write

        async def falter(self: UnitOfWork, fn: Any, *facts: Any, **named: Any) -> Any:
            if fn is record_outcomes and next(refused, False):
                raise OperationalError("BEGIN IMMEDIATE", {}, sqlite3.OperationalError("database is locked"))
            return await write(self, fn, *facts, **named)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(UnitOfWork, "write", falter)
            await running.start_bot(has_scheduler=False)
            await until(lambda: outcomes(running) == [(OutboxStatus.SKIPPED, "unreachable")], seconds=20)
        assert open_tasks(running) == [person.id]


def outcomes(running: RunningBot) -> list[tuple[OutboxStatus, str | None]]:
    with running.database.reading() as session:
        rows = session.execute(select(OutboxMessage.status, OutboxMessage.reason))
        return [(row[0], row[1]) for row in rows]


def open_tasks(running: RunningBot) -> list[int | None]:
    with running.database.reading() as session:
        return list(session.scalars(select(Task.person_id).where(Task.kind == TaskKind.PERSON_UNREACHABLE)))
