"""Other words about meetings: plans, moves, slips, and wishes about the pair (E27, E29)."""

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.requests import Request
from tests.dialogues.journals import at, day, log, meetings, open_requests, plan, rows
from tests.dialogues.pairs import bring_to_pair
from tests.running_bot import RunningBot


async def test_a_slip_is_corrected_in_words_with_its_history(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.running.telegram.skip(days=1)
    meeting_id = await log(couple, back=1, minutes=30, topic="журнал")
    card = await couple.pyotr.say("Ой, ошиблась, вчерашняя была не 30, а 50 минут")
    assert "Длительность: 30 минут → 50 минут" in card.text
    assert [row[2] for row in await meetings(couple)] == [30]
    done = await couple.pyotr.tap("Исправить запись")
    assert "Запись исправлена." in done.text
    assert [row[2:] for row in await meetings(couple)] == [(50, "журнал")]
    query = select(AuditEntry.before, AuditEntry.after).where(
        AuditEntry.action == "meeting.corrected", AuditEntry.subject_id == meeting_id
    )
    [(before, after)] = await rows(couple, query)
    assert (before["minutes"], after["minutes"]) == (30, 50)


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [
        (40, "не 40 минут, а 50", 50),
        (50, "не 50, а 55 минут", 55),
        (45, "Не сорок пять, а шестьдесят", 60),
        (60, "не час, а полтора", 90),
        (40, "50 минут, а не 40", 50),
        (40, "вместо 40 минут 35", 35),
    ],
)
async def test_the_right_number_takes_the_unit_of_the_wrong_one(
    running: RunningBot, before: int, said: str, after: int
) -> None:
    couple = await bring_to_pair(running)
    await couple.running.telegram.skip(days=1)
    await log(couple, back=1, minutes=before, topic="журнал")
    card = await couple.pyotr.say(said)
    assert f"{before} минут → {after} минут" in card.text
    assert "Запись исправлена." in (await couple.pyotr.tap("Исправить запись")).text
    assert [row[2:] for row in await meetings(couple)] == [(after, "журнал")]


async def test_a_correction_that_changes_nothing_is_said_to_be_one(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.running.telegram.skip(days=1)
    meeting_id = await log(couple, back=1, minutes=40, topic="журнал")
    card = await couple.pyotr.say("исправьте: вчера было 40 минут")
    assert "Пока всё совпадает" in card.text
    assert "Исправить запись" not in card.labels
    assert "Длительность" in card.labels
    card = await couple.pyotr.say("50 минут")
    assert "40 минут → 50 минут" in card.text
    card = await couple.pyotr.say("40 минут")
    assert "Пока всё совпадает" in card.text
    assert "Исправить запись" not in card.labels
    assert "Всё осталось как было" in (await couple.pyotr.tap("Нет, оставить")).text
    query = select(AuditEntry.id).where(
        AuditEntry.action == "meeting.corrected", AuditEntry.subject_id == meeting_id
    )
    assert await rows(couple, query) == []


async def test_a_move_to_the_same_time_is_no_move(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    start = at(await couple.local_now(), 15, days=2)
    await plan(couple, start)
    card = await couple.pyotr.say(f"давайте перенесём встречу на {start:%d.%m} в 15:00")
    assert "уже назначена на это время" in card.text
    assert "Предложить новое время" not in card.labels
    assert [row[0] for row in await meetings(couple)] == ["planned"]


async def test_the_last_record_is_deleted_after_a_question(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await log(couple, back=0, minutes=30, topic="журнал")
    card = await couple.pyotr.say("удалите последнюю запись пожалуйста")
    assert "Удалить запись?" in card.text
    assert "30 минут" in card.text
    assert [row[0] for row in await meetings(couple)] == ["held"]
    gone = await couple.pyotr.tap("Удалить")
    assert "Запись удалена" in gone.text
    assert await meetings(couple) == [("cancelled", await day(couple), None, None)]


async def test_a_time_is_proposed_by_writing(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    card = await couple.pyotr.say("в четверг в 15:00")
    assert "Предложить встречу?" in card.text
    assert "Четверг, 26 ноября, 15:00" in card.text
    assert card.labels == ["Предложить", "Исправить", "Не назначать"]
    sent = await couple.pyotr.tap("Предложить")
    assert "Теперь отвечает Анна Игоревна" in sent.text
    await couple.anna.expect("предлагает встретиться")
    await couple.anna.tap("Подтвердить")
    await couple.pyotr.expect("Договорились")


async def test_a_plan_without_a_time_asks_for_it(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    asked = await couple.anna.say("давайте встретимся в четверг, тема родсобрание")
    assert "Во сколько?" in asked.text
    card = await couple.anna.say("после обеда в 14.20")
    assert "14:20" in card.text
    await couple.anna.tap("Предложить")
    proposal = await couple.pyotr.expect("предлагает встретиться")
    assert "родительское собрание" in proposal.text


async def test_a_meeting_is_moved_by_writing_and_health_is_left_out(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await plan(couple, at(await couple.local_now(), 15, 30, days=1))
    card = await couple.pyotr.say("Встреча не состоится, Анна заболела, перенесли на четверг в 16:00")
    assert "Вместо: вторник" in card.text
    assert "Четверг, 26 ноября, 16:00" in card.text
    assert "Слова о здоровье я не сохраняю" in card.text
    await couple.pyotr.tap("Предложить новое время")
    assert [row[0] for row in await meetings(couple)] == ["moved", "proposed"]


async def test_a_missed_meeting_is_marked_after_a_question(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await plan(couple, at(await couple.local_now(), 15, 30, days=1))
    await couple.running.telegram.skip(days=2)
    await couple.pyotr.expect("Она состоялась?")
    card = await couple.pyotr.say("вчера встреча не состоялась")
    assert "вторник, 24 ноября" in card.text.casefold()
    assert [row[0] for row in await meetings(couple)] == ["planned"]
    done = await couple.pyotr.tap("Да, отметить")
    assert "не состоялась" in done.text
    assert [row[0] for row in await meetings(couple)] == ["missed"]


async def test_a_mentor_resigns_to_the_curator_only(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    card = await couple.pyotr.say("Не смогу больше быть наставником с 1 декабря, много нагрузки")
    assert "вторник, 1 декабря" in card.text
    assert "четверг, 26 ноября" in card.text, "three working days after a Monday"
    assert await open_requests(couple) == []
    before = len(await couple.anna.messages())
    told = await couple.pyotr.tap("Сообщить куратору")
    assert "Куратор уже знает" in told.text
    assert await open_requests(couple) == ["release"]
    [(wanted_on,)] = await rows(couple, select(Request.wanted_on))
    assert wanted_on.isoformat() == "2026-12-01"
    assert len(await couple.anna.messages()) == before


async def test_a_mentee_asks_for_another_mentor(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    card = await couple.anna.say("Прошу заменить мне наставника, не совпадает расписание")
    assert "Кроме куратора, я никому не скажу." in card.text
    await couple.anna.tap("Попросить куратора")
    assert await open_requests(couple) == ["replacement"]
    await couple.anna.say("Прошу заменить мне наставника")
    await couple.anna.tap("Попросить куратора")
    assert await open_requests(couple) == ["replacement"], "one open wish is one request"


async def test_a_pair_asks_for_more_time(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    card = await couple.pyotr.say("Продлите нам программу до конца июня, оба согласны")
    assert "30 июня 2027" in card.text
    await couple.pyotr.tap("Попросить куратора")
    assert await open_requests(couple) == ["extension"]


async def test_a_mentee_says_that_they_met_and_rates_it(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    refused = await couple.anna.say("сегодня встретились, 40 минут, разбирали журнал")
    assert "Встречи записывает наставник" in refused.text
    await plan(couple, at(await couple.local_now(), 15, 30, days=1))
    await couple.running.telegram.skip(days=2)
    await couple.anna.expect("Она состоялась?")
    card = await couple.anna.say("вчера встретились, 40 минут")
    assert "Отметить, что встреча состоялась?" in card.text
    rating = await couple.anna.tap("Да, состоялась")
    assert "1 – не помогла" in rating.text
    assert [row[2] for row in await meetings(couple)] == [None], "the log is the mentor's"


async def test_a_word_that_may_be_past_or_future_is_asked_about(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    asked = await couple.pyotr.say("встреча 14 мая, 1 час")
    assert "уже была или только будет?" in asked.text
    assert {"Уже встретились", "Только договариваемся"} <= set(asked.labels)
    planned = await couple.pyotr.tap("Только договариваемся")
    assert "Пятница, 14 мая" in planned.text
    assert "Во сколько?" in planned.text


async def test_typed_times_of_the_planning_are_read_by_the_same_words(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.pyotr.tap("Предложить встречу")
    card = await couple.pyotr.say("в четверг в 15:00")
    assert "Четверг, 26 ноября, 15:00" in card.text
    assert "Всё верно?" in card.text
    await couple.pyotr.tap("Предложить")
    assert [row[:2] for row in await meetings(couple)] == [("proposed", "2026-11-26")]


async def test_a_coming_meeting_that_will_not_be_is_cancelled_and_the_other_hears(
    running: RunningBot,
) -> None:
    couple = await bring_to_pair(running)
    await plan(couple, at(await couple.local_now(), 15, 30, days=1))
    card = await couple.anna.say("завтра встреча не состоится")
    assert "Отменить встречу?" in card.text
    assert card.labels == ["Да, отменить", "Нет, оставить"]
    kept = await couple.anna.tap("Нет, оставить")
    assert "Всё осталось как было." in kept.text
    await couple.anna.say("завтра встреча не состоится")
    await couple.anna.tap("Да, отменить")
    await couple.pyotr.expect("Встреча отменена")
    assert [row[0] for row in await meetings(couple)] == ["cancelled"]
