"""Fault runs: who lives in the street, what weather they have, and what the auditor found."""

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
from tests.faults import weather
from tests.faults.auditor import audit
from tests.faults.couples import Couple, pass_time
from tests.faults.machine import Machine
from tests.faults.street import Street
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
    """`weathers` are what befalls it; `kills` is how often at least the bot is killed."""

    name: str
    seed: int
    couples: int = 2
    rounds: int = 1
    kills: int = 0
    questions: int | None = None  # asked in the chat, at the end of the questionnaire; None: all of them
    database_url: str | None = None
    tamper: Callable[[Street], Coroutine[Any, Any, None]] | None = None  # just before the auditor comes
    weathers: list[Callable[[Street], Coroutine[Any, Any, None]]] = field(default_factory=list)

    async def live(self, folder: Path) -> Report:
        began = time.monotonic()
        async with Machine(folder, self.database_url) as machine:
            world = await asyncio.to_thread(found_school, Database(machine.address), machine.clock.now())
            street = Street(machine, world, random.Random(self.seed))
            try:
                await self._live(street)
            except (AssertionError, TimeoutError) as error:
                street.find(f"{type(error).__name__}: {error}")
            return Report(self.name, self.seed, time.monotonic() - began, dict(street.tally), street.findings)

    async def _live(self, street: Street) -> None:
        teachers = [await self._invite(street, number) for number in range(2 * self.couples)]
        couples = [
            Couple(street, mentee, mentor)
            for mentee, mentor in zip(teachers[: self.couples], teachers[self.couples :], strict=True)
        ]
        killer = weather.Killer(street, self.kills)
        storms = [asyncio.create_task(one(street)) for one in self.weathers]
        if self.kills:
            storms.append(asyncio.create_task(killer.run()))
        else:
            street.machine.start("bot")
        try:
            await self._through(storms, self._school_year(street, teachers, couples, killer))
        finally:
            for storm in storms:
                storm.cancel()
            await asyncio.gather(*storms, return_exceptions=True)
        await street.machine.telegram.clear_faults()
        await self._calm_down(street, teachers)
        if self.tamper is not None:
            await self.tamper(street)
        await audit(street, teachers, couples)

    async def _through(self, storms: list["asyncio.Task[None]"], life: Coroutine[Any, Any, None]) -> None:
        """The life goes on through all storms; a storm that fails is a fault of the run itself."""
        living = asyncio.create_task(life)
        done, _ = await asyncio.wait({living, *storms}, return_when=asyncio.FIRST_COMPLETED)
        if living not in done:
            living.cancel()
        for one in done:
            one.result()

    async def _invite(self, street: Street, number: int) -> Teacher:
        role = Role.MENTEE if number < self.couples else Role.MENTOR
        name = NAMES[number % len(NAMES)]
        street.world.now = street.machine.clock.now()
        facts = await asyncio.to_thread(street.world.person, name, "Игоревич")
        payload = await asyncio.to_thread(street.world.invite, facts)
        person = await street.machine.telegram.person(name, key=f"teacher_{number}")
        return Teacher(street, facts, person, role, payload, self.questions)

    async def _school_year(
        self, street: Street, teachers: list[Teacher], couples: list[Couple], killer: weather.Killer
    ) -> None:
        await asyncio.gather(*(teacher.come_in() for teacher in teachers))
        await asyncio.gather(*(couple.become_a_pair() for couple in couples))
        for number in range(MOST_ROUNDS):
            if number >= self.rounds and killer.left <= 0:
                return
            await asyncio.gather(*(couple.agree() for couple in couples))
            await pass_time(street, couples)
            await asyncio.gather(*(couple.tell() for couple in couples))
            street.tally["rounds"] += 1

    async def _calm_down(self, street: Street, teachers: list[Teacher]) -> None:
        """With the bot running undisturbed, every conversation must end on the right screen."""
        machine = street.machine
        if not machine.is_alive("bot"):
            seen = await machine.last_call()
            machine.start("bot")
            await machine.until_polling(after=seen)
        if street.tally["exports asked for"]:
            await self._finish_exports(street)
        for teacher in teachers:
            await teacher.say("/menu")
            if "ваша роль" not in await teacher.newest():
                street.find(
                    f"person {teacher.facts.id} asked for the menu and sees {await teacher.newest()!r}"
                )
            street.tally["conversations that end on their screen"] += 1
        code = await asyncio.to_thread(machine.stop, "bot")
        if code != 0:
            street.find(f"told to stop, the bot ended with {code}: {machine.last_words('bot')}")

    async def _finish_exports(self, street: Street) -> None:
        """A worker that lives ends what the killed ones left."""
        machine = street.machine
        machine.start("worker")
        deadline = time.monotonic() + PATIENCE
        while (done := await street.read(count_exports)) != street.tally["exports asked for"]:
            if time.monotonic() > deadline:
                street.find(f"lost: of {street.tally['exports asked for']} exports {done} were made")
                return
            await machine.telegram.skip(seconds=31)  # a dead worker is given half a minute
            await asyncio.sleep(1)


def count_exports(session: Session) -> int:
    """Files go after their time, the jobs that made them stay: one for each that was asked for."""
    done = select(func.count()).where(Job.kind == "export", Job.status == JobStatus.DONE)
    return session.scalar(done) or 0
