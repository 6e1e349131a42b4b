"""Fault runs: which people take part, what disturbs them, and what the auditor found."""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.engine import Database
from models.jobs import Job, JobStatus
from models.people import Role
from tests.faults.auditor import audit
from tests.faults.disturbances import Killer
from tests.faults.machine import Machine
from tests.faults.pairs import PairInChat, pass_time
from tests.faults.shared import Shared
from tests.faults.teachers import PATIENCE, Teacher
from tests.world import found_school

NAMES = ("Анна", "Вера", "Дарья", "Пётр", "Иван", "Олег")
MOST_ROUNDS = 40


@dataclass
class Report:
    name: str
    seed: int
    seconds: float
    tally: dict[str, int]
    findings: list[str]

    @property
    def is_clean(self) -> bool:
        return not self.findings


@dataclass
class Run:
    """`disturbances` are what befalls it; `kills` is how often at least the bot is killed."""

    name: str
    seed: int
    couples: int = 2
    rounds: int = 1
    kills: int = 0
    questions: int | None = None  # asked in the chat, at the end of the questionnaire; None: all of them
    database_url: str | None = None
    tamper: Callable[[Shared], Coroutine[Any, Any, None]] | None = None  # just before the auditor comes
    disturbances: list[Callable[[Shared], Coroutine[Any, Any, None]]] = field(default_factory=list)

    async def live(self, folder: Path) -> Report:
        began = time.monotonic()
        async with Machine(folder, self.database_url) as machine:
            world = await asyncio.to_thread(found_school, Database(machine.address), machine.clock.now())
            shared = Shared(machine, world, random.Random(self.seed))
            try:
                await self._live(shared)
            except (AssertionError, TimeoutError) as error:
                shared.find(f"{type(error).__name__}: {error}")
            return Report(self.name, self.seed, time.monotonic() - began, dict(shared.tally), shared.findings)

    async def _live(self, shared: Shared) -> None:
        teachers = [await self._invite(shared, number) for number in range(2 * self.couples)]
        couples = [
            PairInChat(shared, mentee, mentor)
            for mentee, mentor in zip(teachers[: self.couples], teachers[self.couples :], strict=True)
        ]
        killer = Killer(shared, self.kills)
        tasks = [asyncio.create_task(one(shared)) for one in self.disturbances]
        if self.kills:
            tasks.append(asyncio.create_task(killer.run()))
        else:
            shared.machine.start("bot")
        try:
            await self._run_with(tasks, self._school_year(shared, teachers, couples, killer))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await shared.machine.telegram.clear_faults()
        await self._check_undisturbed(shared, teachers)
        if self.tamper is not None:
            await self.tamper(shared)
        await audit(shared, teachers, couples)

    async def _run_with(self, tasks: list["asyncio.Task[None]"], life: Coroutine[Any, Any, None]) -> None:
        """The life goes on through all tasks; a task that fails is a fault of the run itself."""
        living = asyncio.create_task(life)
        done, _ = await asyncio.wait({living, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        if living not in done:
            living.cancel()
        for one in done:
            one.result()

    async def _invite(self, shared: Shared, number: int) -> Teacher:
        role = Role.MENTEE if number < self.couples else Role.MENTOR
        name = NAMES[number % len(NAMES)]
        shared.world.now = shared.machine.clock.now()
        facts = await asyncio.to_thread(shared.world.person, name, "Игоревич")
        payload = await asyncio.to_thread(shared.world.invite, facts)
        person = await shared.machine.telegram.person(name, key=f"teacher_{number}")
        return Teacher(shared, facts, person, role, payload, self.questions)

    async def _school_year(
        self, shared: Shared, teachers: list[Teacher], couples: list[PairInChat], killer: Killer
    ) -> None:
        await asyncio.gather(*(teacher.come_in() for teacher in teachers))
        await asyncio.gather(*(couple.become_a_pair() for couple in couples))
        for number in range(MOST_ROUNDS):
            if number >= self.rounds and killer.left <= 0:
                return
            await asyncio.gather(*(couple.agree() for couple in couples))
            await pass_time(shared, couples)
            await asyncio.gather(*(couple.tell() for couple in couples))
            shared.tally["rounds"] += 1

    async def _check_undisturbed(self, shared: Shared, teachers: list[Teacher]) -> None:
        """With the bot running undisturbed, every conversation must end on the right screen."""
        machine = shared.machine
        if not machine.is_alive("bot"):
            seen = await machine.last_call()
            machine.start("bot")
            await machine.until_polling(after=seen)
        if shared.tally["exports asked for"]:
            await self._finish_exports(shared)
        for teacher in teachers:
            await teacher.say("/menu")
            if "ваша роль" not in await teacher.newest():
                shared.find(
                    f"person {teacher.facts.id} asked for the menu and sees {await teacher.newest()!r}"
                )
            shared.tally["conversations that end on their screen"] += 1
        code = await asyncio.to_thread(machine.stop, "bot")
        if code != 0:
            shared.find(f"told to stop, the bot ended with {code}: {machine.last_words('bot')}")

    async def _finish_exports(self, shared: Shared) -> None:
        """A worker that lives ends what the killed ones left."""
        machine = shared.machine
        machine.start("worker")
        deadline = time.monotonic() + PATIENCE
        while (done := await shared.read(count_exports)) != shared.tally["exports asked for"]:
            if time.monotonic() > deadline:
                shared.find(f"lost: of {shared.tally['exports asked for']} exports {done} were made")
                return
            await machine.telegram.skip(seconds=31)  # a dead worker is given half a minute
            await asyncio.sleep(1)


def count_exports(session: Session) -> int:
    """Files go after their time, the jobs that made them stay: one for each that was asked for."""
    done = select(func.count()).where(Job.kind == "export", Job.status == JobStatus.DONE)
    return session.scalar(done) or 0
