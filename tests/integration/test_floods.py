"""One chat's flood delays nobody else, and costs little: it is answered for the last of its messages."""

import json
from datetime import timedelta
from typing import Any

import pytest

from models.messages import InboxStatus, OutboxMessage, OutboxStatus
from services.delivery.inbox import RawUpdate, store_updates
from services.delivery.outbox import enqueue
from tests.integration.interceptor import Interceptor, refusal
from tests.integration.tally import ACT, tally_conversation
from tests.integration.test_inbox import inbox, tally
from tests.integration.test_odd_updates import sent, told
from tests.running_bot import RunningBot, until
from tests.world import World, found_school


def put_notice(running: RunningBot, world: World, person_id: int, key: str) -> None:
    with running.database.writing() as session:
        enqueue(session, ACT, world, key=key, person_id=person_id, now=running.clock.now())


def statuses(running: RunningBot) -> list[OutboxStatus]:
    with running.database.reading() as session:
        return [row.status for row in session.query(OutboxMessage).order_by(OutboxMessage.id)]


async def test_a_429_of_one_chat_delays_no_notice_to_another(sqlite_url: str) -> None:
    async with (
        RunningBot(sqlite_url, conversation=tally_conversation()) as running,
        Interceptor(running.url) as interceptor,
    ):
        world = found_school(running.database, running.clock.now())
        vera, flooder = await running.telegram.person("Вера"), await running.telegram.person("Пётр")
        for person in (vera, flooder):
            await person.start(wait=False)
        anna = world.joined("Вера", "Сергеевна", chat_id=vera.id)
        peter = world.joined("Пётр", "Петрович", chat_id=flooder.id)
        await running.start_bot(telegram_api=interceptor.url, has_scheduler=False)
        await vera.expect("Сейчас")
        await flooder.expect("Сейчас")
        interceptor.plan("sendMessage", *[refusal(429, parameters={"retry_after": 600})] * 4)
        for _ in range(4):
            await flooder.say("/add", wait=False)
        await until(lambda: tally(running) == 4 and not interceptor.has_planned)
        for number in range(25):  # more than are sent at once
            put_notice(running, world, peter.id, f"flooder:{number}")
        put_notice(running, world, anna.id, "vera")
        await vera.expect("Весть", timeout=5)
        assert OutboxStatus.SENT not in statuses(running)[:-1]


async def test_a_flood_is_worked_whole_and_answered_for_the_last(running: RunningBot) -> None:
    await running.start_bot(chat_burst=5)
    vera = await running.telegram.person("Вера")
    await vera.start()
    for _ in range(60):
        running.send_update("message", sent(vera, text="/add"))
    await vera.expect("Сейчас 60")
    await until(lambda: inbox(running) == {InboxStatus.ANSWERED: 61})
    assert tally(running) == 60
    assert len(await told(vera)) < 20
    assert (await vera.tap("Ещё два")).text == "Сейчас 62, шаг дом"


async def test_a_flood_that_ends_in_what_asks_no_answer_is_answered(running: RunningBot) -> None:
    await running.start_bot(chat_burst=2)
    vera = await running.telegram.person("Вера")
    await vera.start()
    for _ in range(10):
        running.send_update("message", sent(vera, text="/add"))
        running.send_update("message", sent(vera, pinned_message={}))
    await vera.expect("Сейчас 10")


@pytest.mark.long
async def test_a_backlog_of_two_thousand_is_worked_and_answered_once(sqlite_url: str) -> None:
    async with RunningBot(sqlite_url, conversation=tally_conversation()) as running:
        vera = await running.telegram.person("Вера")
        await vera.start(wait=False)
        updates: list[dict[str, Any]] = [
            {"update_id": number, "message": sent(vera, text="/peek" if number % 10 else "/add")}
            for number in range(1, 2001)
        ]
        raw = [RawUpdate(one["update_id"], vera.id, json.dumps(one)) for one in updates]
        with running.database.writing() as session:
            store_updates(session, raw, now=running.clock.now() - timedelta(minutes=2))
        await running.start_bot(chat_burst=5)
        await until(lambda: inbox(running) == {InboxStatus.ANSWERED: 2001}, seconds=120)
        assert tally(running) == 200
        assert len(await told(vera)) < 40
