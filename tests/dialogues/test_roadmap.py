"""The roadmap in the chat: reminders to who answers for a row, the Monday digest and its buttons."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from models.accounts import Account, AccountRole
from models.roadmap import RoadmapEntry
from sandbox.client import Person
from services.access.actors import Channel, system
from services.accounts.directory import create_account
from services.roadmap.entries import plan_entry
from tests.roadmaps import give_rows
from tests.running_bot import RunningBot
from tests.world import World, found_school


async def bring_leaders(running: RunningBot) -> tuple[World, Person, Person]:
    """A curator and a colleague in the chat; the colleague answers for the row "now"."""
    world = await asyncio.to_thread(found_school, running.database, running.clock.now())
    vera, pavel = await running.telegram.person("Вера"), await running.telegram.person("Павел")

    def prepare() -> None:
        curator = world.joined("Вера", "Павловна", chat_id=vera.id)
        colleague = world.joined("Павел", "Олегович", chat_id=pavel.id)
        made = world.write(
            create_account,
            actor=system(Channel.COMMAND_LINE),
            organization_id=world.organization_id,
            login="curator",
            name="Вера Павловна Тихая",
            role=AccountRole.CURATOR,
        )
        with running.database.writing() as session:
            session.execute(update(Account).where(Account.id == made.account_id).values(person_id=curator.id))
        give_rows(world)
        world.write(
            plan_entry,
            actor=world.curator,
            entry_id=entry_of(world, "now").id,
            planned_from=date(2026, 11, 1),
            planned_to=world.now.date() + timedelta(days=9),
            responsible_id=colleague.id,
        )

    await asyncio.to_thread(prepare)
    for person in (vera, pavel):
        await person.start()
    return world, vera, pavel


def entry_of(world: World, row_id: str) -> RoadmapEntry:
    with world.database.reading() as session:
        return session.scalars(select(RoadmapEntry).where(RoadmapEntry.row_id == row_id)).one()


async def look(world: World, row_id: str) -> Any:
    return await asyncio.to_thread(entry_of, world, row_id)


@pytest.mark.requirement("B24")
async def test_the_monday_digest_and_its_buttons_work(running: RunningBot) -> None:
    world, vera, pavel = await bring_leaders(running)
    await running.telegram.skip(days=7)
    digest = await vera.expect("Дорожная карта на этой неделе")
    numbers = [label.split()[0] for label in digest.labels]
    assert 0 < len(set(numbers)) <= 7
    assert "Вашего внимания" not in digest.text, "nothing is said twice on that day"
    assert digest.labels.count("1 Сделано") == 1
    assert "1. Строка returns" in digest.text
    assert "2. Строка late" in digest.text
    assert "Опоздание" in digest.text
    remind = next(label for label in digest.labels if label.endswith("Напомнить"))
    answered = await vera.tap(remind)
    assert answered.text.startswith("Ответственному отправлено напоминание.")
    asked = await pavel.expect("Куратор напоминает о строке дорожной карты: Строка now")
    later = next(label for label in answered.labels if label.endswith("Через неделю"))
    put_off = await vera.tap(later)
    assert "отложено до" in put_off.text
    assert later not in put_off.labels
    done = next(label for label in put_off.labels if label.endswith("Сделано"))
    wanted = await vera.tap(done)
    assert "Чем подтвердить, что это сделано?" in wanted.text
    closed = await vera.say("протокол № 3, в папке программы")
    assert "Спасибо, отмечено как выполненное." in closed.text
    assert asked.labels == ["Сделано"]
    wanted = await pavel.tap("Сделано")
    assert (await look(world, "now")).done_on is None, "nothing is done without what shows it"
    refused = await pavel.say("очень длинно " * 40)
    assert "не больше 300" in refused.text
    assert "Чем подтвердить" in refused.text
    thanked = await pavel.say("https://school.ru/order.pdf")
    assert "Спасибо, отмечено как выполненное." in thanked.text
    entry = await look(world, "now")
    assert entry.done_on is not None
    assert not entry.is_done_by_data
    assert entry.remind_at is None


async def test_who_answers_is_reminded_by_the_clock(running: RunningBot) -> None:
    world, vera, pavel = await bring_leaders(running)
    row = await look(world, "now")
    assert row.remind_at is not None
    await running.telegram.skip(to=row.remind_at)
    reminded = await pavel.expect("Дорожная карта. Строка now")
    assert reminded.labels == ["Сделано"]
    assert "Строка now" not in await vera.transcript(), "the curator did not name herself for this row"
    await pavel.tap("Сделано")
    left = await pavel.tap("Не сейчас")
    assert "Чем подтвердить" not in left.text
    assert (await look(world, "now")).done_on is None
    await pavel.tap("Сделано", message_id=reminded.message_id)
    await pavel.say("приказ № 12, у секретаря")
    await running.telegram.skip(days=8)
    await vera.expect("Дорожная карта")
    transcript = await pavel.transcript()
    assert transcript.count("Дорожная карта. Строка now") == 1, "what is done is reminded of no more"
    assert "Спасибо, отмечено" in transcript


async def test_many_rows_of_one_morning_are_one_message(running: RunningBot) -> None:
    world, _vera, pavel = await bring_leaders(running)
    colleague = (await look(world, "now")).responsible_id

    def give_more() -> None:
        for row_id in ("ahead", "asked"):
            world.write(
                plan_entry,
                actor=world.curator,
                entry_id=entry_of(world, row_id).id,
                planned_from=None,
                planned_to=world.now.date() + timedelta(days=9),
                responsible_id=colleague,
            )

    await asyncio.to_thread(give_more)
    await running.telegram.skip(to=(await look(world, "now")).remind_at)
    reminded = await pavel.expect("Вашего внимания ждут")
    assert reminded.labels == ["1 Сделано", "2 Сделано", "3 Сделано"]
    await pavel.tap("2 Сделано")
    left = await pavel.say("приказ № 12")
    assert "За вами ещё" in left.text
    assert left.labels == ["1 Сделано", "2 Сделано"]
