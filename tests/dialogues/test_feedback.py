"""Feedback after a meeting in the chat (SV04; C26): one tap is enough, help stays private."""

import asyncio

import pytest
from sqlalchemy import select

from models.surveys import SurveyRun, SurveyStatus
from models.tasks import Task
from tests.dialogues.journals import log
from tests.dialogues.pairs import PairInChat, bring_to_meeting, bring_to_pair
from tests.running_bot import RunningBot, until


async def task_kinds(couple: PairInChat) -> list[str]:
    query = select(Task.kind).where(Task.done_at.is_(None)).order_by(Task.id)
    return await asyncio.to_thread(
        couple.world.read, lambda session: [kind.value for kind in session.scalars(query)]
    )


def look_at_statuses(couple: PairInChat) -> list[SurveyStatus]:
    query = select(SurveyRun.status).where(SurveyRun.dedup_key.startswith("feedback:")).order_by(SurveyRun.id)
    found: list[SurveyStatus] = couple.world.read(lambda session: list(session.scalars(query)))
    return found


async def statuses(couple: PairInChat) -> list[SurveyStatus]:
    return await asyncio.to_thread(look_at_statuses, couple)


async def bring_to_rating(running: RunningBot) -> PairInChat:
    """The mentee has said that the meeting took place and is asked for a rating."""
    couple = await bring_to_meeting(running)
    await running.telegram.skip(days=2, hours=6)
    await couple.anna.expect("Она состоялась?")
    await couple.anna.tap("Да")
    return couple


@pytest.mark.requirement("C26")
async def test_two_taps_from_the_question_to_a_saved_rating(running: RunningBot) -> None:
    couple = await bring_to_rating(running)
    asked = await couple.anna.screen()
    assert "1 – не помогла, 10 – очень помогла" in asked.text
    assert "Увидит" in asked.text
    saved = await couple.anna.tap("7")
    assert "Записано: 7 из 10" in saved.text
    assert await statuses(couple) == [SurveyStatus.SENT]
    assert await task_kinds(couple) == []


async def test_a_low_rating_reaches_the_curator_and_not_the_mentor(running: RunningBot) -> None:
    couple = await bring_to_rating(running)
    await couple.anna.tap("3")
    assert await task_kinds(couple) == ["low_rating"]
    for command in ("/menu", "/pair", "/meetings"):
        await couple.pyotr.say(command)
    assert "3 из 10" not in await couple.pyotr.transcript()


async def test_the_rest_under_add_and_a_private_wish_for_help(running: RunningBot) -> None:
    couple = await bring_to_rating(running)
    await couple.anna.tap("9")
    step = await couple.anna.tap("Добавить")
    skipped = 0
    while "Нужна помощь" not in step.text:
        step = await couple.anna.tap("Пропустить")
        skipped += 1
    assert skipped == 4
    assert "Ваша пара об этом не узнает" in step.text
    await couple.anna.tap("Да")
    assert await task_kinds(couple) == ["help_wanted"]
    menu = await couple.anna.tap("Это всё")
    assert "ваша роль: наставляемый" in menu.text
    assert "помощь" not in (await couple.pyotr.transcript()).lower()


async def test_a_second_tap_does_not_change_the_rating(running: RunningBot) -> None:
    couple = await bring_to_rating(running)
    asked = await couple.anna.screen()
    await asyncio.gather(
        *(couple.anna.tap(label, message_id=asked.message_id, wait=False) for label in ("8", "8", "8"))
    )
    await couple.anna.expect("Записано: 8 из 10")
    assert await statuses(couple) == [SurveyStatus.SENT]


async def test_a_rating_may_be_typed_by_the_mentor(running: RunningBot) -> None:
    couple = await bring_to_meeting(running)
    await running.telegram.skip(days=2, hours=6)
    await couple.pyotr.expect("Она состоялась?")
    await couple.pyotr.tap("Да")
    await couple.pyotr.say("45")
    await couple.pyotr.tap("Без темы")
    wrong = await couple.pyotr.say("отлично")
    assert "10" in wrong.labels, "the question stays"
    saved = await couple.pyotr.say("9")
    assert "Записано: 9 из 10" in saved.text


async def test_one_reminder_then_silence_and_the_end(running: RunningBot) -> None:
    couple = await bring_to_rating(running)
    await running.telegram.skip(days=2, hours=2)
    reminded = await couple.anna.expect("Вы ещё не оценили встречу")
    assert "10" in reminded.labels
    await running.telegram.skip(days=6)
    await until(lambda: look_at_statuses(couple) == [SurveyStatus.EXPIRED])
    await couple.anna.tap("8", message_id=reminded.message_id)
    assert await statuses(couple) == [SurveyStatus.EXPIRED]
    assert "Записано" not in await couple.anna.transcript()


@pytest.mark.parametrize("typed", ["8", "восемь", "8 из 10"])
async def test_a_rating_typed_under_the_notice_is_the_answer_to_it(running: RunningBot, typed: str) -> None:
    couple = await bring_to_rating(running)
    saved = await couple.anna.say(typed)
    assert "Записано: 8 из 10" in saved.text
    assert {"Добавить", "Готово"} <= set(saved.labels), "as after the tap"
    assert await statuses(couple) == [SurveyStatus.SENT]


async def test_a_number_beyond_ten_shows_the_question_again(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await log(couple, back=0)
    await couple.anna.expect("Записана ваша встреча")
    for typed in ("11", "одиннадцать"):
        wrong = await couple.anna.say(typed)
        assert "от 1 до 10" in wrong.text
        assert "Насколько" in wrong.text
        assert "10" in wrong.labels
    assert "Записано: 10 из 10" in (await couple.anna.say("десять")).text


async def test_a_number_straight_after_a_rating_rates_no_older_meeting(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await log(couple, back=0)
    await log(couple, back=0, minutes=45)
    await until(lambda: len(look_at_statuses(couple)) == 4)
    await couple.anna.expect("45 минут")
    await couple.anna.say("9")
    await couple.anna.say("8")
    assert (await statuses(couple)).count(SurveyStatus.SENT) == 1


async def test_a_meeting_written_while_the_rating_is_asked_becomes_a_card(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.pyotr.say("сегодня 40 минут, журнал")
    asked = await couple.pyotr.tap("Сохранить")
    assert "10" in asked.labels
    card = await couple.pyotr.say("в четверг в 15:00")
    assert "Четверг" in card.text
    assert "15:00" in card.text
    assert "от 1 до 10" not in card.text
    await couple.pyotr.tap("Предложить")
    menu = await couple.pyotr.say("/menu")
    assert any("анкет" in label.lower() for label in menu.labels), "the rating waits"
