"""One update, one effect, one answer (docs/design.md#inbox)."""

import json
import logging

import pytest
from sqlalchemy import func, select

from models.audit import AuditEntry
from models.messages import InboxStatus, InboxUpdate, OutboxMessage, OutboxStatus
from tests.integration.tally import SECRET_WORDS
from tests.running_bot import RunningBot, until


def tally(running: RunningBot) -> int:
    with running.database.reading() as session:
        return session.scalar(select(func.count()).where(AuditEntry.subject_kind == "tally")) or 0


def inbox(running: RunningBot) -> dict[InboxStatus, int]:
    with running.database.reading() as session:
        rows = session.execute(select(InboxUpdate.status, func.count()).group_by(InboxUpdate.status))
        return {row[0]: row[1] for row in rows}


async def test_effect_and_answer(running: RunningBot) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    screen = await vera.say("/add")
    assert screen.text == "Сейчас 1, шаг дом"
    screen = await vera.tap("Ещё два")
    assert screen.text == "Сейчас 3, шаг дом"
    assert len([m for m in await vera.messages() if m.from_bot and m.labels]) == 1
    await until(lambda: inbox(running) == {InboxStatus.ANSWERED: 3})
    with running.database.reading() as session:
        assert set(session.scalars(select(InboxUpdate.payload))) == {None}


async def test_an_update_that_comes_twice_is_done_once(running: RunningBot) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    await running.telegram.fault(kind="duplicate_update", times=3)
    for number in (1, 2, 3):
        screen = await vera.say("/add")
        assert screen.text == f"Сейчас {number}, шаг дом"
    await vera.say("/peek")
    assert tally(running) == 3


async def test_typed_text_is_routed_by_flow_and_the_old_buttons_go(running: RunningBot) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    assert (await vera.say("/note")).text == "Сейчас 0, шаг note.text"
    assert (await vera.say("что-то")).text == "Записано\n\nСейчас 1, шаг дом"
    assert (await vera.say("что-то ещё")).text == "Сейчас 1, шаг дом"
    assert len([m for m in await vera.messages() if m.from_bot and m.labels]) == 1


async def test_a_refusal_changes_nothing_and_says_why(running: RunningBot) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    screen = await vera.say("/refuse")
    assert screen.text.startswith("У вас нет права")
    assert screen.text.endswith("Сейчас 0, шаг дом")
    assert tally(running) == 0


async def test_a_fault_is_parked_without_words_and_the_person_hears_of_it(
    running: RunningBot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    screen = await vera.say("/crash личное")
    assert "Что-то пошло не так" in screen.text
    assert screen.text.endswith("Сейчас 0, шаг дом")
    assert (await vera.say("/add")).text == "Сейчас 1, шаг дом"
    with running.database.reading() as session:
        parked = session.scalars(select(InboxUpdate).where(InboxUpdate.status == InboxStatus.PARKED)).one()
        assert parked.fault == "RuntimeError"
    assert SECRET_WORDS not in caplog.text
    assert "личное" not in caplog.text
    assert "Вера" not in caplog.text


async def test_a_screen_that_cannot_be_drawn_still_gets_a_sentence(running: RunningBot) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    screen = await vera.say("/break")
    assert screen.text.startswith("Что-то пошло не так")


async def test_a_handler_that_forgets_to_answer_shows_the_screen(running: RunningBot) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    assert (await vera.say("/forget")).text == "Сейчас 1, шаг дом"


async def test_an_update_that_nobody_can_read_stops_nobody(running: RunningBot) -> None:
    """aiogram's bug 1840: its own polling stops for good."""
    vera = await running.telegram.person("Вера")
    await vera.start(wait=False)
    poison = {"update_id": 5, "message": {"message_id": "x", "chat": {"id": vera.id}, "date": "soon"}}
    strange = {"update_id": 6, "something_new": {"text": "\ud800 \u0000"}}
    with running.database.writing() as session:
        for update in (poison, strange):
            session.add(
                InboxUpdate(
                    update_id=update["update_id"],
                    chat_id=vera.id if "message" in update else None,
                    payload=json.dumps(update),
                    status=InboxStatus.WAITING,
                    received_at=running.clock.now(),
                )
            )
    await running.start_bot()
    await vera.say("/add", wait=False)
    await vera.expect("Сейчас 1, шаг дом")

    def status_of(update_id: int) -> tuple[InboxStatus, str | None]:
        with running.database.reading() as session:
            update = session.get_one(InboxUpdate, update_id)
            return update.status, update.fault

    await until(lambda: status_of(5) == (InboxStatus.ANSWERED, None))  # as any content
    await until(lambda: status_of(6) == (InboxStatus.ANSWERED, None))  # closed in silence


async def test_killed_between_effect_and_answer_the_screen_is_shown_once_more(running: RunningBot) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    await running.telegram.fault(kind="timeout", method="sendMessage", times=1)
    await vera.say("/add", wait=False)
    await until(lambda: tally(running) == 1)
    await running.kill_bot()
    await running.start_bot()
    await vera.expect("Сейчас 1, шаг дом")
    await vera.say("/add")
    assert tally(running) == 2


async def test_killed_again_and_again_nothing_is_lost_or_doubled(running: RunningBot) -> None:
    people = [await running.telegram.person(f"Имя{number}") for number in range(5)]
    for person in people:
        await person.start(wait=False)
    for _ in range(3):
        await running.start_bot()
        for person in people:
            for _ in range(4):
                await person.say("/add", wait=False)
        await until(lambda: tally(running) > 3)
        await running.kill_bot()
    await running.start_bot()
    await until(lambda: tally(running) == 60)
    await until(lambda: set(inbox(running)) == {InboxStatus.ANSWERED})
    await people[0].say("/peek")
    assert tally(running) == 60


async def test_stopped_politely_what_waits_is_done_at_the_next_start(running: RunningBot) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    for _ in range(10):
        await vera.say("/add", wait=False)
    await running.stop_bot()
    await vera.say("/add", wait=False)
    await running.start_bot()
    await until(lambda: tally(running) == 11)


async def test_order_within_a_chat(running: RunningBot) -> None:
    vera = await running.telegram.person("Вера")
    await vera.start(wait=False)
    await vera.say("/note", wait=False)
    await vera.say("первое", wait=False)
    await vera.say("/note", wait=False)
    await vera.say("второе", wait=False)
    await running.start_bot()
    await until(lambda: inbox(running).get(InboxStatus.ANSWERED) == 5)
    assert tally(running) == 2


async def test_an_answer_that_cannot_be_sent_comes_through_the_outbox(running: RunningBot) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    await running.telegram.fault(kind="500", method="sendMessage", times=3)
    await vera.say("/add", wait=False)
    await vera.expect("Сейчас 1, шаг дом", timeout=15)
    await until(lambda: inbox(running) == {InboxStatus.ANSWERED: 2})

    def sent() -> str | None:
        with running.database.reading() as session:
            return session.scalar(select(OutboxMessage.kind).where(OutboxMessage.status == OutboxStatus.SENT))

    assert await until(sent) == "screen.current"
    assert (await vera.tap("Ещё один")).text == "Сейчас 2, шаг дом"


FAULTS = ("500", "502", "reset_before", "429")


async def test_passing_faults_are_not_noticed(running: RunningBot) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    for number, kind in enumerate(FAULTS, start=1):
        await running.telegram.fault(kind=kind, method="sendMessage", times=1)
        assert (await vera.say("/add")).text == f"Сейчас {number}, шаг дом"
    assert tally(running) == len(FAULTS)


async def test_polling_outlives_faults(running: RunningBot) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    for number, kind in enumerate(FAULTS):
        await running.telegram.fault(kind=kind, method="getUpdates", times=1)
        assert (await vera.say("/add")).text == f"Сейчас {2 * number + 1}, шаг дом"
        assert (await vera.say("/add")).text == f"Сейчас {2 * number + 2}, шаг дом"


async def test_an_owed_screen_that_was_shown_since_is_not_shown_again(running: RunningBot) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    await running.telegram.fault(kind="500", method="sendMessage", times=3)
    await vera.say("/add", wait=False)

    await until(lambda: outbox_status(running))
    await vera.say("/add")
    assert await until(lambda: outbox_status(running) is not OutboxStatus.WAITING)
    assert outbox_status(running) is OutboxStatus.SKIPPED
    shown = [message.text for message in await vera.messages() if "Сейчас 2" in message.text]
    assert len(shown) == 1


async def test_an_owed_screen_waits_for_the_answer_that_is_on_its_way(running: RunningBot) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    await running.telegram.fault(kind="500", method="sendMessage", times=3)
    await vera.say("/add", wait=False)
    assert await until(lambda: outbox_status(running))
    await running.telegram.fault(kind="delay", method="sendMessage", times=1, seconds=5)
    await vera.say("/add")  # when the outbox comes for the owed screen, this answer has not arrived
    assert await until(lambda: outbox_status(running) is not OutboxStatus.WAITING)
    assert outbox_status(running) is OutboxStatus.SKIPPED
    shown = [message.text for message in await vera.messages() if "Сейчас 2" in message.text]
    assert len(shown) == 1


def outbox_status(running: RunningBot) -> OutboxStatus | None:
    with running.database.reading() as session:
        return session.scalar(select(OutboxMessage.status))
