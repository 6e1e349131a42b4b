"""A mentee and a mentor who talk with the bot, brought to the point where a test begins."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from models.engine import Database
from models.messages import NoticeKind, OutboxMessage
from models.people import Role
from models.surveys import RunOccasion, SurveyRun, SurveyStatus
from sandbox.client import Person
from services.access.actors import Actor
from services.pairs.proposals import confirm_pair, draft_pair
from services.surveys.events import ask_before_and_after
from tests.conftest import FIRST_MOMENT
from tests.running_bot import RunningBot
from tests.world import Participant, World, found_school
from tests.world_cache import repeat_aside

MOSCOW = ZoneInfo("Europe/Moscow")


@dataclass
class PairInChat:
    """`pair_id` is an offered pair; the curator acts through `curate`."""

    running: RunningBot
    world: World
    anna: Person
    pyotr: Person
    mentee: Participant
    mentor: Participant
    pair_id: int = 0

    @property
    def sides(self) -> dict[Role, Person]:
        return {Role.MENTEE: self.anna, Role.MENTOR: self.pyotr}

    async def curate(self, fn: Any, **facts: Any) -> Any:
        self.world.now = self.running.clock.now()
        return await asyncio.to_thread(self.world.write, fn, actor=self.world.curator, **facts)

    async def look(self, fn: Any, **facts: Any) -> Any:
        return await asyncio.to_thread(self.world.read, fn, **facts)

    async def offer(self) -> None:
        drafted = await self.curate(
            draft_pair,
            mentee_participation_id=self.mentee.participation_id,
            mentor_participation_id=self.mentor.participation_id,
        )
        self.pair_id = drafted.pair_id
        await self.curate(confirm_pair, pair_id=self.pair_id)
        await self.anna.expect("для вас есть наставник")
        await self.pyotr.expect("возьмётесь быть наставником")

    async def accept(self) -> None:
        await self.anna.tap("Принять")
        await self.pyotr.tap("Принять")
        await self.anna.expect("Вы теперь пара")
        await self.curate(close_first_measurement)
        await self.pyotr.expect("Вы теперь пара")

    async def local_now(self) -> datetime:
        return (await self.running.telegram.now()).astimezone(MOSCOW)


async def bring_together(running: RunningBot) -> PairInChat:
    """Both have consented, sent their questionnaires and see the menu; nobody is in a pair."""
    anna = await running.telegram.person("Анна", key=Role.MENTEE.value)
    pyotr = await running.telegram.person("Пётр", key=Role.MENTOR.value)

    def build(aside: Database) -> tuple[World, Participant, Participant]:
        world = found_school(aside, FIRST_MOMENT)
        mentee = world.ready(world.consented("Анна", "Игоревна", chat_id=anna.id), Role.MENTEE, {})
        known = world.consented("Пётр", "Андреевич", chat_id=pyotr.id)
        return world, mentee, world.ready(known, Role.MENTOR, {"capacity": "2"})

    built = await asyncio.to_thread(repeat_aside, running.database, "couple", (anna.id, pyotr.id), build)
    world, mentee, mentor = built
    await asyncio.gather(anna.start(), pyotr.start())
    return PairInChat(running, replace(world, database=running.database), anna, pyotr, mentee, mentor)


def close_first_measurement(session: Session, *, actor: Actor, now: datetime) -> None:
    """What is asked at the start is over, so that it takes no turn among a day's reminders."""
    del actor
    ask_before_and_after(session, now=now)
    session.execute(
        update(SurveyRun)
        .where(SurveyRun.occasion == RunOccasion.WAVE)
        .values(status=SurveyStatus.EXPIRED, closes_at=now)
    )
    session.execute(delete(OutboxMessage).where(OutboxMessage.kind == NoticeKind.SURVEY_INVITE))


async def bring_to_pair(running: RunningBot) -> PairInChat:
    """Both have accepted."""
    couple = await bring_together(running)
    await couple.offer()
    await couple.accept()
    return couple


async def bring_to_meeting(running: RunningBot) -> PairInChat:
    """An introduction is agreed for the first slot of the day after tomorrow."""
    couple = await bring_to_pair(running)
    await couple.pyotr.tap("Предложить встречу")
    days = (await couple.pyotr.screen()).labels
    await couple.pyotr.tap(days[2])
    await couple.pyotr.tap("15:30")
    await couple.pyotr.tap("Предложить")
    await couple.anna.expect("предлагает встретиться")
    await couple.anna.tap("Подтвердить")
    await couple.pyotr.expect("Договорились")
    return couple
