"""The questionnaire in the chat (SV01, SV02): one runner, few taps, always the right screen, nothing lost."""

import pytest
from sqlalchemy import select

from models.people import Participation, ParticipationStatus, Person
from models.surveys import Answer, SurveyRun, SurveyStatus
from tests.dialogues.participants import Guest, answer_all, consented, make_world, see_label, skip_to
from tests.running_bot import RunningBot
from tests.world import World

FIRST, SECOND = "Кем вы работаете?", "Что преподаёте?"
RATING = "Планирование уроков"


@pytest.fixture
async def world(running: RunningBot) -> World:
    return await make_world(running)


@pytest.fixture
async def anna(running: RunningBot, world: World) -> Guest:
    guest = await consented(running, world)
    await guest.tap("Мне нужен наставник")
    guest.taps = 0
    return guest


def answers(world: World) -> dict[str, object]:
    with world.database.reading() as session:
        found = session.scalars(select(Answer).order_by(Answer.id)).all()
        return {one.question_id: one.value["value"] if one.value else None for one in found}


@pytest.mark.requirement("A49")
async def test_mentee_sends_the_questionnaire_in_45_taps(world: World, anna: Guest) -> None:
    await answer_all(anna)
    screen = await anna.tap("Отправить")
    assert anna.taps <= 45
    assert "анкета отправлена" in screen
    assert "подбирает вам наставника" in screen
    with world.database.reading() as session:
        assert session.scalars(select(Participation.status)).one() is ParticipationStatus.READY
        assert session.scalars(select(SurveyRun.status)).one() is SurveyStatus.SENT


@pytest.mark.requirement("A51")
async def test_mentor_walks_the_whole_way(running: RunningBot, world: World) -> None:
    peter = await consented(running, world, "Пётр", "Андреевич")
    question = await peter.tap("Могу быть наставником")
    assert "Анкета наставника · часть 1 из 4" in question
    await skip_to(peter, "capacity")
    assert [str(number) for number in range(11)] == (await peter.labels())[:11]
    await peter.tap("3")
    await skip_to(peter, None)
    screen = await peter.tap("Отправить")
    assert "ищет коллегу, которому вы поможете" in screen
    with world.database.reading() as session:
        participation = session.scalars(select(Participation)).one()
        assert (participation.status, participation.capacity) == (ParticipationStatus.READY, 3)


async def test_each_message_has_one_question_parts_and_who_will_see(anna: Guest) -> None:
    first = await anna.text()
    assert "часть 1 из 4 · О вас" in first
    assert FIRST in first
    assert "Увидят ваша пара и куратор" in first
    rating = await skip_to(anna, "need_planning")
    assert "1 – совсем не трудно, 10 – очень трудно" in rating
    screen = await anna.telegram.screen()
    assert screen.rows[:2] == (("1", "2", "3", "4", "5"), ("6", "7", "8", "9", "10"))
    assert screen.rows[-1] == ("‹ Назад", "Пауза")


async def test_tap_edits_in_place_and_typing_makes_a_new_message(anna: Guest) -> None:
    before = (await anna.telegram.screen()).message_id
    await anna.tap("Классный руководитель")
    await anna.tap("Готово")
    assert (await anna.telegram.screen()).message_id == before
    await anna.say("Математика")
    after = await anna.telegram.screen()
    assert after.message_id > before
    old = next(one for one in await anna.telegram.messages() if one.message_id == before)
    assert old.labels == []


async def test_everything_may_be_typed(world: World, anna: Guest) -> None:
    await anna.say("Учитель-предметник")
    await anna.say("Библиотекарь")
    assert "✓ Библиотекарь" in await anna.labels()
    assert SECOND in await anna.say("готово")
    await anna.say("2, 3")
    await anna.say("Готово")
    assert "Напишите, пожалуйста, целое число" in await anna.say("недавно")
    await anna.say("5 лет")
    assert "Понято так" not in await anna.say("На новом месте работы")
    await anna.say("2 года")
    assert "Понято так: 8 из 10" in await anna.say("8/10"), "what was understood is said"
    kept = answers(world)
    assert kept["position"] == ["subject_teacher", {"other": "Библиотекарь"}]
    assert kept["subjects"] == ["maths", "informatics"]
    assert (kept["experience"], kept["category"], kept["months_here"]) == (5, "new_here", 24)
    assert kept["need_planning"] == 8


async def test_double_tap_answers_one_question(world: World, anna: Guest) -> None:
    await skip_to(anna, "need_planning")
    await anna.telegram.tap("3", wait=False)
    await anna.telegram.tap("3", wait=False)
    await anna.telegram.expect("Дисциплина")
    kept = answers(world)
    assert kept["need_planning"] == 3
    assert "need_class_management" not in kept


async def test_a_double_tap_on_send_leaves_the_thanks(running: RunningBot, anna: Guest) -> None:
    await skip_to(anna, None)
    await anna.telegram.tap("Отправить", wait=False)
    await anna.telegram.tap("Отправить", wait=False)
    await anna.say("/menu")
    edits = await running.telegram.record("editMessageText")
    assert ["анкета отправлена" in str(one) for one in edits[-2:]] == [True, True]


async def test_double_tick_ticks_once(world: World, anna: Guest) -> None:
    await anna.telegram.tap("Классный руководитель", wait=False)
    await anna.telegram.tap("Классный руководитель", wait=False)
    await see_label(anna, "✓ Классный руководитель")
    await anna.tap("Готово")
    assert answers(world)["position"] == ["class_teacher"]


async def test_text_sticker_voice_forward_and_edit_keep_the_question(world: World, anna: Guest) -> None:
    await skip_to(anna, "need_planning")
    kept = answers(world)
    for answer in (
        await anna.telegram.say("не знаю"),
        await anna.telegram.send_sticker(),
        await anna.telegram.send_voice(),
        await anna.telegram.send_photo(),
        await anna.telegram.forward((await anna.telegram.messages())[0].message_id),
    ):
        assert RATING in answer.text
        assert answer.labels[-1] == "Пауза"
    mine = [one for one in await anna.telegram.messages() if not one.from_bot and one.text == "не знаю"][-1]
    assert RATING in (await anna.telegram.edit(mine.message_id, "7")).text
    assert answers(world) == kept


async def test_an_old_button_is_answered_and_shows_the_present(world: World, anna: Guest) -> None:
    await anna.tap("Классный руководитель")
    old = (await anna.telegram.screen()).message_id
    await anna.say("Готово")
    stale = [one for one in await anna.telegram.messages() if one.message_id == old]
    assert stale[0].labels == []
    assert SECOND in await anna.text()
    assert answers(world) == {"position": ["class_teacher"]}


async def test_back_keep_skip_and_not_applicable(world: World, anna: Guest) -> None:
    await skip_to(anna, "need_parents")
    assert "Цифровые инструменты" in await anna.tap("‹ Назад")
    assert "✓ 7" in await anna.labels()
    assert "Общение с родителями" in await anna.tap("Оставить")
    await anna.tap("Ко мне не относится")
    await skip_to(anna, "expected_result")
    await anna.tap("Пропустить")
    kept = answers(world)
    assert kept["need_parents"] == {"special": "not_applicable"}
    assert kept["expected_result"] is None


async def test_review_shows_all_changes_one_and_returns_to_its_page(world: World, anna: Guest) -> None:
    review = await skip_to(anna, None)
    assert "1. Кем вы работаете?" in review
    assert "Страница 1 из 4" in review
    second = await anna.tap("Следующие")
    assert "9. " in second
    question = await anna.tap("10")
    assert "Цифровые инструменты" in question
    assert "Ваш ответ: 7 из 10" in question
    back = await anna.tap("2")
    assert "Страница 2 из 4" in back
    assert "2 из 10" in back
    assert answers(world)["need_digital"] == 2
    assert "Ваш ответ: 12 лет" in await anna.say("3")
    await anna.say("3 года")
    assert "анкета отправлена" in await anna.say("Отправить")
    assert answers(world)["experience"] == 3


async def test_restart_in_the_middle_costs_nothing(running: RunningBot, world: World, anna: Guest) -> None:
    await skip_to(anna, "need_planning")
    await running.restart_bot()
    assert "Дисциплина" in await anna.tap("4")
    await running.kill_bot()
    await anna.telegram.say("5", wait=False)
    await running.start_bot()
    await anna.telegram.expect("Оценивание")
    kept = answers(world)
    assert (kept["need_planning"], kept["need_class_management"]) == (4, 5)


async def test_pause_and_return_after_days(running: RunningBot, anna: Guest) -> None:
    await skip_to(anna, "need_planning")
    menu = await anna.tap("Пауза")
    assert "Все ответы сохранены" in menu
    assert "ждёт ваших ответов" in menu
    await running.telegram.skip(days=5)
    await anna.telegram.expect("ждёт вас")
    question = await anna.tap("Продолжить")
    assert RATING in question
    assert "Дисциплина" in await anna.tap("6")


async def test_leaving_by_a_command_keeps_the_answers(world: World, anna: Guest) -> None:
    await anna.tap("Классный руководитель")
    assert "ваши ответы сохранены" in await anna.say("/cancel")
    question = await anna.tap("Продолжить анкету")
    assert FIRST in question
    assert "✓ Классный руководитель" in await anna.labels()
    assert answers(world) == {"position": ["class_teacher"]}


async def test_second_role_has_its_own_questionnaire(world: World, anna: Guest) -> None:
    await skip_to(anna, None)
    await anna.tap("Отправить")
    assert "Добавить ещё одну роль" in await anna.tap("Ещё одна роль")
    assert "Хотите быть ещё и наставником?" in await anna.tap("Могу быть наставником")
    assert "Добавить ещё одну роль" in await anna.tap("Назад")
    await anna.tap("Могу быть наставником")
    assert "Анкета наставника" in await anna.tap("Да, открыть анкету")
    menu = await anna.say("/menu")
    assert "ваши роли: наставляемый педагог и наставник" in menu
    assert "Ещё одна роль" not in await anna.labels()
    with world.database.reading() as session:
        assert len(session.scalars(select(SurveyRun.id)).all()) == 2


@pytest.mark.requirement("A21")
async def test_a_role_taken_by_mistake_is_given_up_in_the_chat(world: World, anna: Guest) -> None:
    await skip_to(anna, None)
    await anna.tap("Отправить")
    await anna.tap("Ещё одна роль")
    await anna.tap("Могу быть наставником")
    await anna.tap("Да, открыть анкету")
    await anna.say("/menu")
    await anna.tap("Мои роли")
    assert "Анкета закроется" in await anna.tap("Наставником я всё же не буду")
    menu = await anna.tap("Да, отказаться")
    assert "вы отказались от этой роли" in menu
    assert "ваша роль: наставляемый" in menu
    assert "Анкета наставника" not in menu
    with world.database.reading() as session:
        runs = session.scalars(select(SurveyRun.status).order_by(SurveyRun.id)).all()
        assert [one.value for one in runs] == ["sent", "expired"]
        assert session.get_one(Person, anna.facts.id).last_seen_at is not None
    await anna.tap("Ещё одна роль")
    await anna.tap("Могу быть наставником")
    assert "Анкета наставника" in await anna.tap("Да, открыть анкету")


async def test_what_was_sent_is_changed_in_two_steps_and_a_skip_word_is_no_answer(
    world: World, anna: Guest
) -> None:
    await skip_to(anna, "experience")
    assert "пропустить нельзя" in await anna.say("пропустить")
    await anna.say("5 лет")
    await skip_to(anna, None)
    await anna.tap("Отправить")
    await anna.telegram.say("/surveys")
    sent = await anna.tap("Изменить: Анкета наставляемого")
    assert "Ответы отправлены. Изменить их можно до" in sent
    assert "Ваш ответ: 5 лет" in await anna.say("3")
    changed = await anna.say("6 лет")
    assert "Изменение сохранено" in changed
    assert "6 лет" in changed
    await anna.say("3")
    same = await anna.say("6 лет")
    assert "Изменений нет" in same
    assert "Изменение сохранено" not in same
    await anna.say("3")
    assert (await anna.labels()).count("Оставить как есть") == 1
    await anna.tap("Оставить как есть")
    assert "Ответы отправлены" in await anna.text()
