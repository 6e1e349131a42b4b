"""After an outage notices leave at once, and no screen comes twice."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models.messages import InboxStatus, NoticeKind, OutboxMessage, OutboxStatus
from services.delivery import outbox
from tests.integration.interceptor import Interceptor
from tests.integration.tally import tally_conversation
from tests.integration.test_floods import put_notice
from tests.integration.test_inbox import inbox, outbox_status
from tests.running_bot import RunningBot, until
from tests.world import found_school


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.outbox.PROBE_SECONDS", 0.5)


async def test_the_first_that_leaves_ends_the_waiting_of_all(sqlite_url: str) -> None:
    async with (
        RunningBot(sqlite_url, conversation=tally_conversation()) as running,
        Interceptor(running.url) as interceptor,
    ):
        world = found_school(running.database, running.clock.now())
        people = [await running.telegram.person(f"Имя{number}") for number in range(4)]
        ids = []
        for person in people:
            await person.start(wait=False)
            ids.append(world.joined("Имя", "Отчество", chat_id=person.id).id)
        await running.start_bot(telegram_api=interceptor.url, has_scheduler=False, request_seconds=1.0)
        await people[-1].expect("Сейчас")
        interceptor.is_closed = True
        for number, person_id in enumerate(ids):
            put_notice(running, world, person_id, f"outage:{number}")
        hours_away = running.clock.now() + timedelta(hours=2)

        def tried() -> int:
            with running.database.reading() as session:
                return session.scalar(select(func.count()).where(OutboxMessage.tries > 0)) or 0

        await until(lambda: tried() >= 3)
        with running.database.writing() as session:  # as after hours of growing pauses
            for row in session.scalars(select(OutboxMessage).where(OutboxMessage.tries > 0)):
                row.next_try_at = hours_away
        interceptor.is_closed = False
        for person in people:
            await person.expect("Весть", timeout=15)


async def test_what_an_earlier_process_could_not_send_leaves_at_the_start(sqlite_url: str) -> None:
    async with RunningBot(sqlite_url, conversation=tally_conversation()) as running:
        world = found_school(running.database, running.clock.now())
        vera = await running.telegram.person("Вера")
        await vera.start(wait=False)
        person = world.joined("Вера", "Сергеевна", chat_id=vera.id)
        put_notice(running, world, person.id, "restart")
        with running.database.writing() as session:
            row = session.scalars(select(OutboxMessage)).one()
            row.tries, row.reason = 9, "TelegramNetworkError"
            row.next_try_at = running.clock.now() + timedelta(minutes=10)
        await running.start_bot(has_scheduler=False)
        await vera.expect("Весть")


async def test_a_pause_that_telegram_asked_for_is_not_cut_short(sqlite_url: str) -> None:
    async with RunningBot(sqlite_url, conversation=tally_conversation()) as running:
        world = found_school(running.database, running.clock.now())
        vera = await running.telegram.person("Вера")
        await vera.start(wait=False)
        person = world.joined("Вера", "Сергеевна", chat_id=vera.id)
        put_notice(running, world, person.id, "asked")
        with running.database.writing() as session:
            row = session.scalars(select(OutboxMessage)).one()
            row.reason, row.next_try_at = "429", running.clock.now() + timedelta(minutes=10)
        await running.start_bot(has_scheduler=False)
        assert (await vera.say("/add")).text == "Сейчас 1, шаг дом"
        assert outbox_status(running) is OutboxStatus.WAITING


async def test_killed_after_a_screen_was_left_to_the_outbox_it_is_shown_once(
    running: RunningBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.screen_records.BATCH_SECONDS", 60.0)  # nothing is recorded before the kill
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    await running.telegram.fault(kind="500", method="sendMessage", times=3)
    await vera.say("/add", wait=False)
    await until(lambda: outbox_status(running))
    await running.kill_bot()
    monkeypatch.undo()
    await running.start_bot()
    await vera.expect("Сейчас 1")
    await until(lambda: outbox_status(running) is not OutboxStatus.WAITING)
    shown = [message.text for message in await vera.messages() if "Сейчас 1" in message.text]
    assert len(shown) == 1


async def test_an_owed_screen_and_the_answer_to_an_act_are_one_message_after_a_restart(
    running: RunningBot,
) -> None:
    vera = await running.telegram.person("Вера")
    await vera.start(wait=False)
    await running.start_bot()
    await vera.expect("Сейчас 0")
    await until(lambda: inbox(running) == {InboxStatus.ANSWERED: 1})
    await running.kill_bot()
    with running.database.writing() as session:
        outbox.enqueue(
            session,
            NoticeKind.SCREEN_CURRENT,
            None,
            key="screen:77",
            chat_id=vera.id,
            now=running.clock.now(),
        )
    await vera.say("/peek", wait=False)
    await running.start_bot()
    await vera.expect("Смотрим")
    await until(lambda: outbox_status(running) is not OutboxStatus.WAITING)
    await until(lambda: inbox(running) == {InboxStatus.ANSWERED: 2})
    shown = [message.text for message in await vera.messages() if "Сейчас 0" in message.text]
    assert len(shown) == 2
