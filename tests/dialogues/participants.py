"""How dialogues begin: a person with a link, and answering a questionnaire as a person does."""

import asyncio
from dataclasses import dataclass, replace

from sqlalchemy import select

from models.engine import Database
from models.surveys import SurveyRun
from sandbox.client import Person
from services.people.cards import PersonFacts
from tests.conftest import FIRST_MOMENT
from tests.running_bot import RunningBot
from tests.world import World, answer_until, found_school
from tests.world_cache import repeat_aside


@dataclass
class Guest:
    """Somebody whom the curator added, with a personal link; `taps` counts what they pressed."""

    world: World
    facts: PersonFacts
    telegram: Person
    payload: str
    taps: int = 0

    async def tap(self, label: str) -> str:
        """Press a button that changes something, and wait until it has, however busy the machine is."""
        self.taps += 1
        before = await self.telegram.messages()
        await self.telegram.tap(label)
        for _ in range(200):
            if await self.telegram.messages() != before:
                return await self.text()
            await asyncio.sleep(0.05)
        raise AssertionError(f"{label!r} changed nothing\n\n{await self.telegram.transcript()}")

    async def say(self, text: str) -> str:
        return (await self.telegram.say(text)).text

    async def text(self) -> str:
        return (await self.telegram.screen()).text

    async def labels(self) -> list[str]:
        return (await self.telegram.screen()).labels


async def make_world(running: RunningBot) -> World:
    found = await asyncio.to_thread(repeat_aside, running.database, "school", None, found_first_school)
    return replace(found, database=running.database)


def found_first_school(database: Database) -> World:
    return found_school(database, FIRST_MOMENT)


async def invited(
    running: RunningBot,
    world: World,
    given_name: str = "Анна",
    patronymic: str = "Игоревна",
    *,
    key: str = "guest",
) -> Guest:
    world.now = await running.telegram.now()
    facts = world.person(given_name, patronymic)
    payload = world.invite(facts)
    person = await running.telegram.person(given_name, key=key)
    return Guest(world, facts, person, payload)


async def consented(
    running: RunningBot,
    world: World,
    given_name: str = "Анна",
    patronymic: str = "Игоревна",
    *,
    key: str = "guest",
) -> Guest:
    """At the choice of a role, with the consent in the tables; who never wrote before finds it by /start."""
    person = await running.telegram.person(given_name, key=key)

    def build(aside: Database) -> PersonFacts:
        return replace(world, database=aside).consented(given_name, patronymic, chat_id=person.id)

    begun = (given_name, patronymic, person.id, world.people, world.organization_id)
    facts = await asyncio.to_thread(repeat_aside, running.database, "consented", begun, build)
    world.people += 1
    await person.start()
    return Guest(world, facts, person, payload="")


async def consented_by_taps(
    running: RunningBot,
    world: World,
    given_name: str = "Анна",
    patronymic: str = "Игоревна",
    *,
    key: str = "guest",
) -> Guest:
    """From /start to the choice of a role, in three taps."""
    guest = await invited(running, world, given_name, patronymic, key=key)
    await guest.telegram.start(guest.payload)
    await guest.tap("Да, это я")
    await guest.tap("Дальше")
    await guest.tap("Даю согласие")
    return guest


async def skip_to(guest: Guest, question_id: str | None) -> str:
    """Answer by the services up to a question (None: to the review), then look at it in the chat."""
    with guest.world.database.reading() as session:
        run_id = session.scalars(
            select(SurveyRun.id).where(SurveyRun.person_id == guest.facts.id).order_by(SurveyRun.id.desc())
        ).first()
    guest.world.write(
        answer_until,
        actor=guest.world.actor(guest.facts),
        run_id=run_id,
        answers={"experience": "12"},
        stop_at=question_id,
    )
    await guest.telegram.say("/menu")
    return await guest.tap("Продолжить анкету")


async def see_label(guest: Guest, label: str) -> None:
    """Wait until a button is on the screen. Raises AssertionError."""
    for _ in range(200):
        if label in await guest.labels():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"no button {label!r}\n\n{await guest.telegram.screen()}")


async def answer_all(guest: Guest) -> None:
    """Answer as a patient person does, until the review: three ticks where several fit."""
    while "Проверьте ответы" not in await guest.text():
        await answer_one(guest)


async def answer_one(guest: Guest) -> None:
    screen = await guest.telegram.screen()
    labels = [
        label
        for label in screen.labels
        if label not in {"‹ Назад", "Пропустить", "Пауза", "Ко мне не относится"}
    ]
    if "Например:" in screen.text and not labels:
        if "Пропустить" in screen.labels:
            await guest.tap("Пропустить")
        else:
            await guest.say("12")
    elif "10" in labels:
        await guest.tap("7")
    elif is_multiple(screen.text):
        for label in labels[:2]:
            await guest.tap(label)
        await guest.tap("Готово")
    elif labels:
        await guest.tap(labels[0])
    elif "Пропустить" in screen.labels:
        await guest.tap("Пропустить")
    else:
        await guest.say("12")


MULTIPLE = (
    "Кем вы работаете",
    "Что преподаёте",
    "С чем помочь",
    "Чем вы сами готовы",
    "Какое наставничество",
    "В какие дни",
    "А в какое время",
    "Что из этого у вас",
    "Кем вам ближе",
    "Что было бы полезно",
)


def is_multiple(text: str) -> bool:
    return any(words in text for words in MULTIPLE)
