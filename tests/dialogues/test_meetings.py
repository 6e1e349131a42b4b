"""Meetings as both sides live them (A18, B14): proposed, confirmed, moved, cancelled, reminded, logged."""

import asyncio
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.meetings import Meeting, MeetingStatus
from models.tasks import Task
from sandbox.client import Person
from tests.dialogues.pairs import PairInChat, bring_to_meeting, bring_to_pair
from tests.running_bot import RunningBot


async def meetings(couple: PairInChat) -> list[tuple[str, str]]:
    query = select(Meeting.status, Meeting.local_start).order_by(Meeting.id)
    rows = await asyncio.to_thread(couple.world.read, lambda session: session.execute(query).all())
    return [(status.value, local_start[11:]) for status, local_start in rows]


async def task_kinds(couple: PairInChat) -> list[str]:
    query = select(Task.kind).where(Task.done_at.is_(None))
    return await asyncio.to_thread(
        couple.world.read, lambda session: [kind.value for kind in session.scalars(query)]
    )


async def after_the_meeting(couple: PairInChat) -> None:
    """Past the end of the meeting and the hour after it."""
    await couple.running.telegram.skip(days=2, hours=6)
    await couple.anna.expect("Она состоялась?")
    await couple.pyotr.expect("Она состоялась?")


@pytest.mark.requirement("A18")
async def test_the_first_meeting_in_four_taps_and_one(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    day = await couple.pyotr.tap("Предложить встречу")
    assert "Встреча-знакомство" in day.text, "there is one kind to choose, so it is not asked"
    assert len([label for label in day.labels if label[:2] in {"пн", "вт", "ср", "чт", "пт"}]) == 10
    clock = await couple.pyotr.tap(day.labels[2])
    assert "Во сколько?" in clock.text
    card = await couple.pyotr.tap("15:30")
    assert "Всё верно?" in card.text
    assert "45 минут" in card.text
    sent = await couple.pyotr.tap("Предложить")
    assert "Теперь отвечает Анна Игоревна" in sent.text

    proposal = await couple.anna.expect("предлагает встретиться")
    assert proposal.labels == ["Подтвердить", "Другое время", "Отказаться"]
    agreed = await couple.anna.tap("Подтвердить")
    assert agreed.text.startswith("Договорились")
    await couple.pyotr.expect("Договорились")
    assert await meetings(couple) == [("planned", "15:30")]


async def test_the_notice_of_the_pair_stays_readable(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.pyotr.tap("Предложить встречу")
    told = [str(one) for one in await couple.pyotr.messages() if "Вы теперь пара" in str(one)]
    assert len(told) == 1
    assert "Предложить встречу" not in told[0]


async def test_calendar_typed_time_and_back(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    pyotr = couple.pyotr
    await pyotr.tap("Предложить встречу")
    this_month = await pyotr.tap("Другой день")
    assert "Выберите день" in this_month.text
    assert {"Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс"} <= set(this_month.labels)
    later = await pyotr.tap("›")
    assert later.text != this_month.text
    days = await pyotr.tap("‹ Назад")
    assert "В какой день?" in days.text
    await pyotr.tap(days.labels[3])
    confused = await pyotr.say("после уроков")
    assert "Напишите, например, 15:30" in confused.text
    assert "Во сколько?" in confused.text, "the question is shown again"
    card = await pyotr.say("в 16.20")
    assert "16:20" in card.text
    again = await pyotr.tap("Другое время")
    assert "Во сколько?" in again.text
    stopped = await pyotr.tap("Не назначать")
    assert "Ничего не отправлено." in stopped.text
    assert await meetings(couple) == []


async def test_a_time_of_today_that_has_passed_is_refused_at_once(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    days = await couple.pyotr.tap("Предложить встречу")
    await couple.pyotr.tap(days.labels[0])
    refused = await couple.pyotr.say("00:01")
    assert "Это время уже прошло" in refused.text


async def test_the_mentee_asks_for_another_time(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    days = await couple.pyotr.tap("Предложить встречу")
    await couple.pyotr.tap(days.labels[2])
    await couple.pyotr.tap("15:30")
    await couple.pyotr.tap("Предложить")
    await couple.anna.expect("предлагает встретиться")
    days = await couple.anna.tap("Другое время")
    assert "Не переносить" in days.labels
    await couple.anna.tap(days.labels[3])
    await couple.anna.tap("16:30")
    await couple.anna.tap("Предложить")
    answer = await couple.pyotr.expect("Анна Игоревна предлагает встретиться")
    assert "16:30" in answer.text
    assert re.search("Вместо: .*15:30", answer.text)
    await couple.pyotr.tap("Подтвердить")
    await couple.anna.expect("Договорились")
    assert await meetings(couple) == [("moved", "15:30"), ("planned", "16:30")]


async def test_old_buttons_tell_the_true_state(running: RunningBot) -> None:
    couple = await bring_to_meeting(running)
    agreed = await couple.pyotr.screen()
    days = await couple.anna.tap("Перенести")
    await couple.anna.tap(days.labels[4])
    await couple.anna.tap("18:00")
    await couple.anna.tap("Предложить")
    await couple.pyotr.expect("предлагает встретиться")
    await couple.pyotr.tap("Отменить", message_id=agreed.message_id)
    shown = [str(one) for one in await couple.pyotr.messages() if "Эта встреча перенесена" in str(one)]
    assert len(shown) == 1
    assert "18:00" in shown[0]
    assert "Подтвердить" in shown[0]
    assert [status for status, _ in await meetings(couple)] == ["moved", "proposed"]


async def test_cancelling_asks_once_and_tells_the_other(running: RunningBot) -> None:
    couple = await bring_to_meeting(running)
    asked = await couple.anna.tap("Отменить")
    assert "узнает сразу" in asked.text
    kept = await couple.anna.tap("Оставить как есть")
    assert kept.text.startswith("Договорились")
    await couple.anna.tap("Отменить")
    gone = await couple.anna.tap("Да, отменить")
    assert gone.text.startswith("Встреча отменена")
    told = await couple.pyotr.expect("Встреча отменена")
    assert told.labels == ["Предложить другое время"]
    assert [status for status, _ in await meetings(couple)] == ["cancelled"]
    await running.telegram.skip(days=3)
    await asyncio.sleep(0.5)
    assert "Напоминаю" not in await couple.anna.transcript()
    assert "состоялась?" not in await couple.anna.transcript()


@pytest.mark.requirement("A18")
async def test_reminders_come_by_the_time_machine(running: RunningBot) -> None:
    couple = await bring_to_meeting(running)
    query = select(Meeting.starts_at)
    starts_at = await asyncio.to_thread(couple.world.read, lambda session: session.scalar(query))
    await running.telegram.skip(to=starts_at - timedelta(hours=24))
    day_before = await couple.anna.expect("Напоминаю о встрече")
    await couple.pyotr.expect("Напоминаю о встрече")
    assert day_before.labels == ["Перенести", "Отменить"]
    await running.telegram.skip(to=starts_at - timedelta(hours=2))
    for _ in range(300):
        if len(await reminders(couple.anna)) > 1:
            break
        await asyncio.sleep(0.05)
    first, second = await reminders(couple.anna)
    assert "Завтра, " in first
    assert "Сегодня, " in second


async def reminders(person: Person) -> list[str]:
    return [str(one) for one in await person.messages() if "Напоминаю" in str(one)]


@pytest.mark.requirement("B14")
async def test_held_logged_and_rated_by_both(running: RunningBot) -> None:
    couple = await bring_to_meeting(running)
    await after_the_meeting(couple)
    length = await couple.pyotr.tap("Да")
    assert "Сколько она длилась?" in length.text
    own = await couple.pyotr.tap("Другая длительность")
    assert "например 50" in own.text
    topic = await couple.pyotr.say("1 час 10 минут")
    assert "70 минут" in topic.text
    rating = await couple.pyotr.say("Как начать урок")
    assert "Встреча записана: 70 минут." in rating.text
    assert rating.labels == [str(number) for number in range(1, 11)]
    thanks = await couple.pyotr.tap("8")
    assert "Записано: 8 из 10" in thanks.text
    menu = await couple.pyotr.tap("Готово")
    assert "ваша роль: наставник" in menu.text

    rating = await couple.anna.tap("Да")
    assert "полезна" in rating.text
    thanks = await couple.anna.tap("9")
    assert thanks.labels == ["Добавить", "Готово"]
    await couple.anna.tap("Готово")
    assert [status for status, _ in await meetings(couple)] == ["held"]
    assert await task_kinds(couple) == []
    listed = await couple.anna.say("/meetings")
    assert "состоялась" in listed.text


async def test_a_disagreement_reaches_the_curator(running: RunningBot) -> None:
    couple = await bring_to_meeting(running)
    await after_the_meeting(couple)
    await couple.anna.tap("Нет")
    await couple.pyotr.tap("Да")
    await couple.pyotr.tap("45 минут")
    await couple.pyotr.tap("Без темы")
    assert await task_kinds(couple) == ["meeting_mismatch"]


async def test_a_missed_meeting_finds_another_time(running: RunningBot) -> None:
    couple = await bring_to_meeting(running)
    await after_the_meeting(couple)
    noted = await couple.anna.tap("Нет")
    assert "встреча не состоялась" in noted.text
    days = await couple.anna.tap("Выбрать другое время")
    assert "Встреча-знакомство" in days.text
    await couple.anna.tap(days.labels[1])
    await couple.anna.tap("15:30")
    await couple.anna.tap("Предложить")
    await couple.pyotr.expect("Анна Игоревна предлагает встретиться")
    assert [status for status, _ in await meetings(couple)] == [
        MeetingStatus.MISSED.value,
        MeetingStatus.PROPOSED.value,
    ]


async def test_a_meeting_that_they_moved_themselves(running: RunningBot) -> None:
    couple = await bring_to_meeting(running)
    await after_the_meeting(couple)
    days = await couple.pyotr.tap("Перенесли")
    await couple.pyotr.tap(days.labels[1])
    await couple.pyotr.tap("18:00")
    await couple.pyotr.tap("Предложить")
    await couple.anna.expect("предлагает встретиться")
    assert [status for status, _ in await meetings(couple)] == ["moved", "proposed"]


async def test_the_mentor_logs_an_unplanned_meeting(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    days = await couple.pyotr.say("/log")
    assert days.labels[:2] == ["Сегодня", "Вчера"]
    await couple.pyotr.tap("Вчера")
    await couple.pyotr.tap("30 минут")
    await couple.pyotr.say("Посмотрели журнал")
    invited = await couple.anna.expect("Записана ваша встреча")
    assert invited.labels[-1] == "Встречи не было"
    rated = await couple.anna.tap("10")
    assert "Записано: 10 из 10" in rated.text
    refused = await couple.anna.say("/log")
    assert "Встречи записывает наставник" in refused.text


async def test_the_mentee_denies_a_logged_meeting(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.pyotr.say("/log")
    await couple.pyotr.tap("Сегодня")
    await couple.pyotr.tap("45 минут")
    await couple.pyotr.tap("Без темы")
    await couple.anna.expect("Записана ваша встреча")
    await couple.anna.tap("Встречи не было")
    assert await task_kinds(couple) == ["meeting_mismatch"]


async def test_planning_survives_a_restart_and_a_double_tap(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    days = await couple.pyotr.tap("Предложить встречу")
    await couple.pyotr.tap(days.labels[2])
    await running.restart_bot()
    card = await couple.pyotr.tap("15:30")
    assert "Всё верно?" in card.text
    await asyncio.gather(
        *(couple.pyotr.tap("Предложить", message_id=card.message_id, wait=False) for _ in range(3))
    )
    await couple.anna.expect("предлагает встретиться")
    assert await meetings(couple) == [("proposed", "15:30")]


async def test_kinds_are_chosen_when_the_pair_is_at_work(running: RunningBot) -> None:
    couple = await bring_to_meeting(running)
    await asyncio.to_thread(couple.world.order, couple.pair_id)
    await couple.pyotr.say("/meetings")
    kinds = await couple.pyotr.tap("Предложить встречу")
    assert kinds.labels[0] == "Пробная рабочая встреча"
    assert "Встреча-знакомство" not in kinds.labels
    days = await couple.pyotr.tap("Встреча-планирование")
    assert "В какой день?" in days.text
    assert "‹ Назад" in days.labels


async def test_a_day_typed_where_the_time_is_asked_counts(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    days = await couple.pyotr.tap("Предложить встречу")
    await couple.pyotr.tap(days.labels[2])
    for wrong, why in (
        ("вчера в 15:00", "от сегодняшнего до"),
        ("31 февраля в 10", "Такого дня нет"),
        ("в 25:00", "Такого времени не бывает"),
    ):
        refused = await couple.pyotr.say(wrong)
        assert why in refused.text
        assert "Во сколько?" in refused.text
    card = await couple.pyotr.say("завтра в 15:00")
    tomorrow = (await couple.local_now()).date() + timedelta(days=1)
    assert "Всё верно?" in card.text
    assert f"{tomorrow.day} " in card.text
    await couple.pyotr.tap("Предложить")
    [proposed] = await starts(couple)
    assert proposed == f"{tomorrow}T15:00"


async def test_a_day_that_cannot_be_planned_is_refused_with_a_reason(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.pyotr.tap("Предложить встречу")
    for wrong, why in (
        ("32.13", "Такого дня нет"),
        ("вчера", "от сегодняшнего до"),
        ("как-нибудь потом", "Не понял, какой это день"),
    ):
        refused = await couple.pyotr.say(wrong)
        assert why in refused.text
        assert "«вчера»" not in refused.text, "no example that is refused itself"
        assert "В какой день?" in refused.text


async def test_the_card_of_a_proposal_is_corrected_by_words(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    days = await couple.pyotr.tap("Предложить встречу")
    await couple.pyotr.tap(days.labels[3])
    await couple.pyotr.tap("15:30")
    for wrong, why in (
        ("вчера в 15:00", "от сегодняшнего до"),
        ("31 февраля в 10", "Такого дня нет"),
        ("в 25:00", "Такого времени не бывает"),
        ("не знаю", "кнопк"),
    ):
        refused = await couple.pyotr.say(wrong)
        assert why in refused.text
        assert "15:30" in refused.text, "the card stays"
    card = await couple.pyotr.say("завтра в 16.30")
    assert "16:30" in card.text
    card = await couple.pyotr.say("послезавтра")
    assert "16:30" in card.text, "only the day was told anew"
    await couple.pyotr.tap("Предложить")
    after_tomorrow = (await couple.local_now()).date() + timedelta(days=2)
    assert await starts(couple) == [f"{after_tomorrow}T16:30"]


async def test_a_date_in_figures_is_no_time_of_day(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.pyotr.tap("Предложить встречу")
    day = (await couple.local_now()).date() + timedelta(days=2)
    asked = await couple.pyotr.say(f"{day:%d.%m}")
    assert "Во сколько?" in asked.text


async def starts(couple: PairInChat) -> list[str]:
    query = select(Meeting.local_start).order_by(Meeting.id)
    return await asyncio.to_thread(couple.world.read, lambda session: list(session.scalars(query)))
