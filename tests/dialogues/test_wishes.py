"""Wishes in plain language are heard wherever they are typed (docs/design.md#wishes)."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from models.surveys import Answer
from models.tasks import Task, TaskKind
from tests.dialogues.journals import drafts, rows
from tests.dialogues.pairs import bring_to_pair
from tests.dialogues.participants import consented, make_world
from tests.running_bot import RunningBot
from tests.world import World

TOLD = select(Task.words).where(Task.kind == TaskKind.WORDS_TOLD)


async def read(world: World, query: Any) -> list[Any]:
    found: list[Any] = await asyncio.to_thread(world.read, lambda session: list(session.scalars(query)))
    return found


async def test_a_wish_in_a_questionnaire_is_no_answer(running: RunningBot) -> None:
    world = await make_world(running)
    anna = await consented(running, world)
    await anna.tap("Мне нужен наставник")
    question = await anna.say("хочу другого наставника")
    assert "Это ответ на вопрос или просьба?" in question
    assert await read(world, select(Answer.id)) == []
    assert "Кем вы работаете?" in await anna.tap("Вернуться к вопросу")
    assert "Это ответ на вопрос" in await anna.say("Спасибо!")
    await anna.tap("Это ответ")
    assert "✓ Спасибо!" in await anna.labels()
    assert await read(world, select(Answer.id)) != []


async def test_a_withdrawal_opens_its_screen_and_reaches_the_curator(running: RunningBot) -> None:
    world = await make_world(running)
    anna = await consented(running, world)
    await anna.tap("Мне нужен наставник")
    screen = await anna.telegram.say("отзываю согласие на обработку персональных данных")
    assert "Да, отозвать" in screen.labels
    assert "Ваши слова я передал куратору." in screen.text
    assert await read(world, TOLD) == ["отзываю согласие на обработку персональных данных"]
    assert await read(world, select(Answer.id)) == []


@pytest.mark.parametrize(
    ("said", "answer", "label"),
    [
        ("не пишите мне больше", "Пока вы в программе", "Отозвать согласие"),
        ("больничный с 3 по 10", "Сказать куратору", "Передать куратору"),
        ("где я найду расписание автобусов", "Я этого не понял", "Передать куратору"),
    ],
)
async def test_a_wish_is_passed_on_by_one_tap(
    running: RunningBot, said: str, answer: str, label: str
) -> None:
    couple = await bring_to_pair(running)
    screen = await couple.pyotr.say(said)
    assert answer in screen.text
    assert label in screen.labels
    assert await rows(couple, TOLD) == []
    assert "Передал куратору." in (await couple.pyotr.tap("Передать куратору")).text
    assert await rows(couple, TOLD) == [(said,)]
    assert await drafts(couple) == []


async def test_small_words_are_answered_and_lateness_makes_no_card(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    for said, answer in (
        ("Здравствуйте!", "Здравствуйте!"),
        ("опоздаю на 10 минут", "Вашей паре я этого не передаю"),
        ("помощь", "Передать эти слова куратору?"),
        ("меню", "ваша роль"),
        ("как перенести встречу?", "/meetings"),
    ):
        assert answer in (await couple.pyotr.say(said)).text
    assert await drafts(couple) == []
