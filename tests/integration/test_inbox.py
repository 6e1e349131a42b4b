"""One update, one effect, one answer (docs/design.md#inbox)."""

import json
import logging

import pytest
from sqlalchemy import func, select

from models.audit import AuditEntry
from models.messages import InboxStatus, InboxUpdate, OutboxMessage, OutboxStatus
from tests.integration.tally import SECRET_WORDS
from tests.town import Town, until


def tally(town: Town) -> int:
    with town.database.reading() as session:
        return session.scalar(select(func.count()).where(AuditEntry.action == "tally")) or 0


def inbox(town: Town) -> dict[InboxStatus, int]:
    with town.database.reading() as session:
        rows = session.execute(select(InboxUpdate.status, func.count()).group_by(InboxUpdate.status))
        return {row[0]: row[1] for row in rows}


async def test_effect_and_answer(town: Town) -> None:
    await town.start_bot()
    vera = await town.telegram.person("Вера")
    await vera.start()
    screen = await vera.say("/add")
    assert screen.text == "Сейчас 1, шаг дом"
    screen = await vera.tap("Ещё два")
    assert screen.text == "Сейчас 3, шаг дом"
    assert len([m for m in await vera.messages() if m.from_bot and m.labels]) == 1
    await until(lambda: inbox(town) == {InboxStatus.ANSWERED: 3})
    with town.database.reading() as session:
        assert set(session.scalars(select(InboxUpdate.payload))) == {None}


async def test_an_update_that_comes_twice_is_done_once(town: Town) -> None:
    await town.start_bot()
    vera = await town.telegram.person("Вера")
    await vera.start()
    await town.telegram.fault(kind="duplicate_update", times=3)
    for number in (1, 2, 3):
        screen = await vera.say("/add")
        assert screen.text == f"Сейчас {number}, шаг дом"
    await vera.say("/peek")
    assert tally(town) == 3


async def test_typed_text_is_routed_by_flow_and_the_old_buttons_go(town: Town) -> None:
    await town.start_bot()
    vera = await town.telegram.person("Вера")
    await vera.start()
    assert (await vera.say("/note")).text == "Сейчас 0, шаг note.text"
    assert (await vera.say("что-то")).text == "Записано\n\nСейчас 1, шаг дом"
    assert (await vera.say("что-то ещё")).text == "Сейчас 1, шаг дом"
    assert len([m for m in await vera.messages() if m.from_bot and m.labels]) == 1


async def test_a_refusal_changes_nothing_and_says_why(town: Town) -> None:
    await town.start_bot()
    vera = await town.telegram.person("Вера")
    await vera.start()
    screen = await vera.say("/refuse")
    assert screen.text.startswith("У вас нет права")
    assert screen.text.endswith("Сейчас 0, шаг дом")
    assert tally(town) == 0


async def test_a_fault_is_parked_without_words_and_the_person_hears_of_it(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await town.start_bot()
    vera = await town.telegram.person("Вера")
    await vera.start()
    screen = await vera.say("/crash личное")
    assert "Что-то пошло не так" in screen.text
    assert screen.text.endswith("Сейчас 0, шаг дом")
    assert (await vera.say("/add")).text == "Сейчас 1, шаг дом"
    with town.database.reading() as session:
        parked = session.scalars(select(InboxUpdate).where(InboxUpdate.status == InboxStatus.PARKED)).one()
        assert parked.fault == "RuntimeError"
    assert SECRET_WORDS not in caplog.text
    assert "личное" not in caplog.text
    assert "Вера" not in caplog.text


async def test_a_screen_that_cannot_be_drawn_still_gets_a_sentence(town: Town) -> None:
    await town.start_bot()
    vera = await town.telegram.person("Вера")
    await vera.start()
    screen = await vera.say("/break")
    assert screen.text.startswith("Что-то пошло не так")


async def test_a_handler_that_forgets_to_answer_shows_the_screen(town: Town) -> None:
    await town.start_bot()
    vera = await town.telegram.person("Вера")
    await vera.start()
    assert (await vera.say("/forget")).text == "Сейчас 1, шаг дом"


async def test_an_update_that_nobody_can_read_stops_nobody(town: Town) -> None:
    """aiogram's bug 1840: its own polling stops for good."""
    vera = await town.telegram.person("Вера")
    await vera.start(wait=False)
    poison = {"update_id": 5, "message": {"message_id": "x", "chat": {"id": vera.id}, "date": "soon"}}
    strange = {"update_id": 6, "something_new": {"text": "\ud800 \u0000"}}
    with town.database.writing() as session:
        for update in (poison, strange):
            session.add(
                InboxUpdate(
                    update_id=update["update_id"],
                    chat_id=vera.id if "message" in update else None,
                    payload=json.dumps(update),
                    status=InboxStatus.WAITING,
                    received_at=town.clock.now(),
                )
            )
    await town.start_bot()
    await vera.say("/add", wait=False)
    await vera.expect("Сейчас 1, шаг дом")

    def status_of(update_id: int) -> tuple[InboxStatus, str | None]:
        with town.database.reading() as session:
            update = session.get_one(InboxUpdate, update_id)
            return update.status, update.fault

    await until(lambda: status_of(5) == (InboxStatus.ANSWERED, None))  # as any content
    await until(lambda: status_of(6) == (InboxStatus.ANSWERED, None))  # closed in silence


async def test_killed_between_effect_and_answer_the_screen_is_shown_once_more(town: Town) -> None:
    await town.start_bot()
    vera = await town.telegram.person("Вера")
    await vera.start()
    await town.telegram.fault(kind="timeout", method="sendMessage", times=1)
    await vera.say("/add", wait=False)
    await until(lambda: tally(town) == 1)
    await town.kill_bot()
    await town.start_bot()
    await vera.expect("Сейчас 1, шаг дом")
    await vera.say("/add")
    assert tally(town) == 2


async def test_killed_again_and_again_nothing_is_lost_or_doubled(town: Town) -> None:
    people = [await town.telegram.person(f"Имя{number}") for number in range(5)]
    for person in people:
        await person.start(wait=False)
    for _ in range(3):
        await town.start_bot()
        for person in people:
            for _ in range(4):
                await person.say("/add", wait=False)
        await until(lambda: tally(town) > 3)
        await town.kill_bot()
    await town.start_bot()
    await until(lambda: tally(town) == 60)
    await until(lambda: set(inbox(town)) == {InboxStatus.ANSWERED})
    await people[0].say("/peek")
    assert tally(town) == 60


async def test_stopped_politely_what_waits_is_done_at_the_next_start(town: Town) -> None:
    await town.start_bot()
    vera = await town.telegram.person("Вера")
    await vera.start()
    for _ in range(10):
        await vera.say("/add", wait=False)
    await town.stop_bot()
    await vera.say("/add", wait=False)
    await town.start_bot()
    await until(lambda: tally(town) == 11)


async def test_order_within_a_chat(town: Town) -> None:
    vera = await town.telegram.person("Вера")
    await vera.start(wait=False)
    await vera.say("/note", wait=False)
    await vera.say("первое", wait=False)
    await vera.say("/note", wait=False)
    await vera.say("второе", wait=False)
    await town.start_bot()
    await until(lambda: inbox(town).get(InboxStatus.ANSWERED) == 5)
    assert tally(town) == 2


async def test_an_answer_that_cannot_be_sent_comes_through_the_outbox(town: Town) -> None:
    await town.start_bot()
    vera = await town.telegram.person("Вера")
    await vera.start()
    await town.telegram.fault(kind="500", method="sendMessage", times=3)
    await vera.say("/add", wait=False)
    await vera.expect("Сейчас 1, шаг дом", timeout=15)
    await until(lambda: inbox(town) == {InboxStatus.ANSWERED: 2})

    def sent() -> str | None:
        with town.database.reading() as session:
            return session.scalar(select(OutboxMessage.kind).where(OutboxMessage.status == OutboxStatus.SENT))

    assert await until(sent) == "screen.current"
    assert (await vera.tap("Ещё один")).text == "Сейчас 2, шаг дом"


FAULTS = ("500", "502", "reset_before", "429")


async def test_passing_faults_are_not_noticed(town: Town) -> None:
    await town.start_bot()
    vera = await town.telegram.person("Вера")
    await vera.start()
    for number, kind in enumerate(FAULTS, start=1):
        await town.telegram.fault(kind=kind, method="sendMessage", times=1)
        assert (await vera.say("/add")).text == f"Сейчас {number}, шаг дом"
    assert tally(town) == len(FAULTS)


async def test_polling_outlives_faults(town: Town) -> None:
    await town.start_bot()
    vera = await town.telegram.person("Вера")
    await vera.start()
    for number, kind in enumerate(FAULTS):
        await town.telegram.fault(kind=kind, method="getUpdates", times=1)
        assert (await vera.say("/add")).text == f"Сейчас {2 * number + 1}, шаг дом"
        assert (await vera.say("/add")).text == f"Сейчас {2 * number + 2}, шаг дом"


async def test_an_owed_screen_that_was_shown_since_is_not_shown_again(town: Town) -> None:
    await town.start_bot()
    vera = await town.telegram.person("Вера")
    await vera.start()
    await town.telegram.fault(kind="500", method="sendMessage", times=3)
    await vera.say("/add", wait=False)

    await until(lambda: outbox_status(town))
    await vera.say("/add")
    assert await until(lambda: outbox_status(town) is not OutboxStatus.WAITING)
    assert outbox_status(town) is OutboxStatus.SKIPPED
    shown = [message.text for message in await vera.messages() if "Сейчас 2" in message.text]
    assert len(shown) == 1


async def test_an_owed_screen_waits_for_the_answer_that_is_on_its_way(town: Town) -> None:
    await town.start_bot()
    vera = await town.telegram.person("Вера")
    await vera.start()
    await town.telegram.fault(kind="500", method="sendMessage", times=3)
    await vera.say("/add", wait=False)
    assert await until(lambda: outbox_status(town))
    await town.telegram.fault(kind="delay", method="sendMessage", times=1, seconds=5)
    await vera.say("/add")  # when the outbox comes for the owed screen, this answer has not arrived
    assert await until(lambda: outbox_status(town) is not OutboxStatus.WAITING)
    assert outbox_status(town) is OutboxStatus.SKIPPED
    shown = [message.text for message in await vera.messages() if "Сейчас 2" in message.text]
    assert len(shown) == 1


def outbox_status(town: Town) -> OutboxStatus | None:
    with town.database.reading() as session:
        return session.scalar(select(OutboxMessage.status))
