"""A meeting written as one message, as mentors write them (docs/domain.md#meeting-messages; A18, DC18)."""

import asyncio

import pytest
from sqlalchemy import select

from models.drafts import DraftStatus
from models.meetings import Meeting, MeetingFormat, Source
from services.pairs.assignments import EndReason, end_pair
from tests.dialogues.journals import at, day, drafts, log, meetings, plan, rows
from tests.dialogues.pairs import bring_to_pair
from tests.running_bot import RunningBot


@pytest.mark.requirement("A18")
async def test_one_message_and_one_tap(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    card = await couple.pyotr.say("сегодня 40 минут, разбирали план урока в 5Б, в четверг посещу урок")
    for piece in ("Понедельник", "40 минут", "Анна Игоревна", "план урока, 5Б", "в четверг посещу урок"):
        assert piece in card.text, card.text
    assert card.labels == ["Сохранить", "Исправить", "Это не встреча"]
    assert await meetings(couple) == [], "nothing is saved without a tap"
    saved = await couple.pyotr.tap("Сохранить")
    assert "Встреча записана: 40 минут." in saved.text
    assert "1 – " in saved.text, "the feedback follows in the same bubble"
    assert await meetings(couple) == [("held", await day(couple), 40, "план урока, 5Б")]
    [(source, step)] = await rows(couple, select(Meeting.source, Meeting.next_step))
    assert (source, step) == (Source.BOT, "в четверг посещу урок")
    assert await drafts(couple) == [(DraftStatus.SAVED, None)], "nothing of the text stays in the draft"
    await couple.anna.expect("Записана ваша встреча")


async def test_what_is_missing_is_asked_by_buttons(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    asked = await couple.pyotr.say("ВСТРЕТИЛИСЬ!!! всё супер 👍")
    assert "В какой день?" in asked.text
    assert {"Сегодня", "Вчера", "Другой день"} <= set(asked.labels)
    asked = await couple.pyotr.tap("Сегодня")
    assert "Сколько она длилась?" in asked.text
    assert {"30 минут", "45 минут", "60 минут", "90 минут"} <= set(asked.labels)
    asked = await couple.pyotr.tap("45 минут")
    assert "О чём" in asked.text
    card = await couple.pyotr.tap("Без темы")
    assert card.labels == ["Сохранить", "Исправить", "Это не встреча"]
    await couple.pyotr.tap("Сохранить")
    assert await meetings(couple) == [("held", await day(couple), 45, None)]


async def test_what_is_missing_may_be_typed(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.pyotr.say("встретились с Анной")
    confused = await couple.pyotr.say("ну тогда когда-то")
    assert "Не понял, какой это день" in confused.text
    assert "которая прошла" in (await couple.pyotr.say("завтра")).text
    assert "В какой день?" in confused.text
    assert "Сколько она длилась?" in (await couple.pyotr.say("сегодня")).text
    assert "Не понял, сколько" in (await couple.pyotr.say("долго")).text
    asked = await couple.pyotr.say("час десять")
    assert "70 минут" in asked.text
    card = await couple.pyotr.say("электронный журнал")
    assert "Тема: электронный журнал" in card.text
    await couple.pyotr.say("да")
    assert await meetings(couple) == [("held", await day(couple), 70, "электронный журнал")]


async def test_a_length_where_the_topic_is_asked_corrects_the_length(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.pyotr.say("встретились сегодня, 40 минут")
    asked = await couple.pyotr.say("нет, 50 минут")
    assert "50 минут" in asked.text
    assert "О чём" in asked.text
    await couple.pyotr.say("журнал")
    await couple.pyotr.tap("Сохранить")
    assert await meetings(couple) == [("held", await day(couple), 50, "журнал")]


async def test_after_the_rating_the_next_meeting_may_be_written(running: RunningBot) -> None:
    """The bubble still offers "Добавить" and "Готово"; nobody has to tidy up before working on."""
    couple = await bring_to_pair(running)
    await couple.pyotr.say("сегодня 40 минут, журнал")
    await couple.pyotr.tap("Сохранить")
    rated = await couple.pyotr.say("9")
    assert "Готово" in rated.labels
    card = await couple.pyotr.say("и ещё сегодня 20 минут, оценивание")
    assert "20 минут" in card.text
    await couple.pyotr.tap("Сохранить")
    assert [minutes for _, _, minutes, _ in await meetings(couple)] == [40, 20]


async def test_writing_again_corrects_the_card(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.pyotr.say("сегодня 40 минут, разбирали журнал")
    card = await couple.pyotr.say("50 минут")
    assert "50 минут" in card.text
    assert "журнал" in card.text, "what was not said anew stays"
    card = await couple.pyotr.say("сегодня час, обсуждали оценивание")
    assert "60 минут" in card.text
    assert "журнал" not in card.text
    await couple.pyotr.tap("Сохранить")
    assert [row[2:] for row in await meetings(couple)] == [(60, "оценивание")]


async def test_fields_are_changed_by_buttons(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.pyotr.say("сегодня 40 минут, разбирали журнал")
    fields = await couple.pyotr.tap("Исправить")
    assert "Что исправить?" in fields.text
    await couple.pyotr.tap("Длительность")
    assert "90 минут" in (await couple.pyotr.tap("90 минут")).text
    await couple.pyotr.tap("Исправить")
    await couple.pyotr.tap("Тема")
    assert "Тема: работа с родителями" in (await couple.pyotr.say("работа с родителями")).text
    await couple.pyotr.tap("Исправить")
    await couple.pyotr.tap("Очно или онлайн")
    assert "онлайн" in (await couple.pyotr.tap("Онлайн")).text
    await couple.pyotr.tap("Исправить")
    await couple.pyotr.tap("Следующий шаг")
    assert "Дальше: посетить урок" in (await couple.pyotr.say("посетить урок")).text
    await couple.pyotr.tap("Сохранить")
    assert [row[2:] for row in await meetings(couple)] == [(90, "работа с родителями")]
    assert await rows(couple, select(Meeting.format)) == [(MeetingFormat.ONLINE,)]


async def test_not_a_meeting_leaves_nothing(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.pyotr.say("сегодня 40 минут, разбирали журнал")
    menu = await couple.pyotr.tap("Это не встреча")
    assert "Ничего не записано." in menu.text
    assert await meetings(couple) == []
    assert await drafts(couple) == [(DraftStatus.REFUSED, None)]


async def test_two_meetings_stand_on_two_cards(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.running.telegram.skip(days=2)
    card = await couple.pyotr.say("вчера и сегодня по часу, функциональная грамотность, онлайн")
    assert "1 из 2" in card.text
    second = await couple.pyotr.tap("Сохранить")
    assert "Встреча записана: 60 минут." in second.text
    assert "2 из 2" in second.text
    await couple.pyotr.tap("Сохранить")
    assert [row[:3] for row in await meetings(couple)] == [
        ("held", await day(couple, back=1), 60),
        ("held", await day(couple), 60),
    ]


async def test_a_card_left_out_after_a_saved_one_says_only_that(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.running.telegram.skip(days=2)
    await couple.pyotr.say("вчера и сегодня по часу, функциональная грамотность, онлайн")
    await couple.pyotr.tap("Сохранить")
    menu = await couple.pyotr.tap("Это не встреча")
    assert "Эту встречу не записываю." in menu.text
    assert "Ничего не записано" not in menu.text
    assert [row[:3] for row in await meetings(couple)] == [("held", await day(couple, back=1), 60)]


async def test_another_day_written_before_the_tap_is_another_meeting(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.running.telegram.skip(days=2)
    await couple.pyotr.say("вчера 40 минут, разбирали журнал")
    card = await couple.pyotr.say("сегодня час, обсуждали оценивание")
    assert "Эта карточка заменила предыдущую." in card.text
    first = await couple.pyotr.tap("Это две разные встречи")
    assert "1 из 2" in first.text
    assert "журнал" in first.text
    await couple.pyotr.tap("Сохранить")
    await couple.pyotr.tap("Сохранить")
    assert [row[2:] for row in await meetings(couple)] == [(40, "журнал"), (60, "оценивание")]


async def test_a_planned_meeting_is_logged_instead_of_a_second_one(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await plan(couple, at(await couple.local_now(), 15, 30, days=1))
    await couple.running.telegram.skip(days=2)
    await couple.pyotr.expect("Она состоялась?")
    card = await couple.pyotr.say("вчера 50 минут, знакомились, обсудили кабинет")
    assert "Запишу в назначенную встречу: вторник" in card.text
    assert "Встреча-знакомство" in card.text, "a planned meeting keeps its kind"
    fields = await couple.pyotr.tap("Исправить")
    assert "Вид встречи" not in fields.labels
    await couple.pyotr.tap("‹ Назад")
    await couple.pyotr.tap("Сохранить")
    assert [row[:3] for row in await meetings(couple)] == [("held", await day(couple, back=1), 50)]


async def test_a_day_that_is_logged_already_is_said_and_may_be_corrected(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await log(couple, back=0, minutes=30, topic="журнал")
    card = await couple.pyotr.say("сегодня 45 минут, разбирали журнал")
    assert "За этот день встреча уже записана: 30 минут." in card.text
    assert card.labels[:2] == ["Сохранить ещё одну", "Исправить прежнюю запись"]
    correction = await couple.pyotr.tap("Исправить прежнюю запись")
    assert "30 минут → 45 минут" in correction.text
    await couple.pyotr.tap("Исправить запись")
    assert await meetings(couple) == [("held", await day(couple), 45, "журнал")]


async def test_pupils_are_not_named(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    card = await couple.pyotr.say("сегодня разобрали с Анной конфликт с мамой ученика Петрова 7в, минут 20")
    assert "≈ 20 минут" in card.text
    assert "Петров" not in card.text
    assert "Имя ученика я не сохраняю" in card.text
    await couple.pyotr.tap("Исправить")
    await couple.pyotr.tap("Тема")
    again = await couple.pyotr.say("конфликт с мамой ученика Петрова 7в")
    assert "Петров" not in again.text


async def test_more_than_eight_hours_need_a_second_tap(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    card = await couple.pyotr.say("сегодня 600 минут, выездной семинар")
    assert "Это восемь часов или больше." in card.text
    again = await couple.pyotr.tap("Сохранить")
    assert "Длительность верна?" in again.text
    assert await meetings(couple) == []
    await couple.pyotr.tap("Да, 600 минут")
    assert [row[2] for row in await meetings(couple)] == [600]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("спасибо большое!", "Пожалуйста!"),
        ("👍👍👍", "Я не понял, о какой встрече речь"),
        ("0 минут, просто поболтали в коридоре", "Встречу без длительности"),
        ("провели 3 встречи на этой неделе", "Встреч несколько"),
        ("удалите последнюю запись", "которую можно удалить, я не нашёл"),
        ("ошиблась, было 50 минут", "которую можно исправить, я не нашёл"),
        ("сегодня встреча не состоялась", "Назначенной встречи на этот день я не нашёл"),
    ],
)
async def test_what_cannot_be_kept_gets_a_sentence_and_the_menu(
    running: RunningBot, text: str, answer: str
) -> None:
    couple = await bring_to_pair(running)
    said = await couple.pyotr.say(text)
    assert answer in said.text
    assert "Предложить встречу" in said.labels, "the menu stands below"
    assert await drafts(couple) == []
    assert await meetings(couple) == []


async def test_an_impossible_day_is_named_and_asked(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    asked = await couple.pyotr.say("31.09 встреча 40 мин, журнал")
    assert "Такого дня в календаре нет." in asked.text
    assert "В какой день?" in asked.text


async def test_long_texts_are_read_and_cut(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    story = "сегодня 40 минут, разбирали рабочую программу " + "и календарный план " * 200
    card = await couple.pyotr.say(story[:4000])
    assert len(card.text) < 1000
    assert "40 минут" in card.text
    await couple.pyotr.tap("Сохранить")
    assert [row[2] for row in await meetings(couple)] == [40]


async def test_a_second_tap_saves_nothing_more(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    card = await couple.pyotr.say("сегодня 40 минут, журнал")
    await asyncio.gather(
        couple.pyotr.tap("Сохранить", message_id=card.message_id, wait=False),
        couple.pyotr.tap("Сохранить", message_id=card.message_id, wait=False),
    )
    await couple.pyotr.expect("Встреча записана")
    await couple.pyotr.say("/menu")
    assert len(await meetings(couple)) == 1


async def test_an_edit_of_an_open_card_reads_it_again_and_a_saved_one_says_how(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.pyotr.say("сегодня 40 минут, разбирали журнал")
    [own] = [one for one in await couple.pyotr.messages() if str(one.text).startswith("сегодня 40")]
    card = await couple.pyotr.edit(own.message_id, "сегодня 55 минут, разбирали оценивание")
    assert "55 минут" in card.text
    await couple.pyotr.tap("Сохранить")
    told = await couple.pyotr.edit(own.message_id, "сегодня 10 минут, журнал")
    assert "Это уже сохранено" in told.text
    assert [row[2:] for row in await meetings(couple)] == [(55, "оценивание")]


async def test_a_forwarded_message_is_not_read(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.pyotr.say("сегодня 40 минут, журнал")
    await couple.pyotr.tap("Сохранить")
    [own] = [one for one in await couple.pyotr.messages() if str(one.text).startswith("сегодня 40")]
    told = await couple.pyotr.forward(own.message_id)
    assert "Пересланные сообщения я не читаю" in told.text
    assert len(await meetings(couple)) == 1


async def test_a_card_left_behind_waits_in_the_menu_and_goes_in_a_week(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.pyotr.say("сегодня 40 минут, разбирали журнал")
    menu = await couple.pyotr.say("/menu")
    assert "ещё не сохранено" in menu.text
    await running.restart_bot()
    card = await couple.pyotr.tap("Вернуться к сообщению")
    assert "журнал" in card.text
    await couple.running.telegram.skip(days=8)
    for _ in range(100):
        if not await drafts(couple):
            break
        await asyncio.sleep(0.1)
    assert await drafts(couple) == []
    assert "ещё не сохранено" not in (await couple.pyotr.say("/menu")).text


async def test_a_pair_that_ended_meanwhile_gets_no_record(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.pyotr.say("сегодня 40 минут, разбирали журнал")
    await couple.curate(end_pair, pair_id=couple.pair_id, reason=EndReason.MUTUAL)
    await couple.pyotr.tap("Сохранить")
    assert await meetings(couple) == []


async def test_a_withdrawn_consent_takes_the_card_along(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.pyotr.say("сегодня 40 минут, разбирали журнал")
    await couple.pyotr.say("/privacy")
    await couple.pyotr.tap("Отозвать")
    await couple.pyotr.tap("Да, отозвать")
    assert await drafts(couple) == []
    await couple.pyotr.say("сегодня 40 минут, разбирали журнал")
    assert await drafts(couple) == []
    assert await meetings(couple) == []


async def test_a_log_ahead_of_today_is_refused(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.pyotr.say("встретились с Анной, 40 минут, журнал")
    refused = await couple.pyotr.say("27 ноября")
    assert "Записать можно встречу, которая прошла" in refused.text
    assert "В какой день?" in refused.text
    assert await meetings(couple) == []


@pytest.mark.parametrize(
    "text", ["on Thursday at 15:00", "yesterday 40 minutes, the lesson plan in 5B", "correct it: 50 minutes"]
)
async def test_english_opens_no_card_and_hears_what_is_read(running: RunningBot, text: str) -> None:
    couple = await bring_to_pair(running)
    await couple.pyotr.say("/settings")
    await couple.pyotr.tap("English")
    said = await couple.pyotr.say(text)
    assert "in Russian only, so nothing is saved" in said.text
    assert "«вчера 40 минут, план урока в 5Б»" in said.text
    assert await drafts(couple) == []
    help_text = (await couple.pyotr.say("/help")).text
    assert "write to me in Russian: «вчера 40 минут, план урока в 5Б»" in help_text
    card = await couple.pyotr.say("01.12 в 15:00 встреча")
    assert "December" in card.text, "months keep their capitals"
