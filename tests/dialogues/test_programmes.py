"""The personalised programme of a pair in the chat: written by both, changed, carried out (A11, E29)."""

import pytest

from services.pairs.personal_programmes.cards import find_programme_of
from services.pairs.personal_programmes.contents import ProgrammeFacts
from services.pairs.personal_programmes.deciding import approve_programme
from tests.dialogues.pairs import PairInChat, bring_to_pair
from tests.running_bot import RunningBot


async def read(couple: PairInChat) -> ProgrammeFacts:
    now = couple.running.clock.now()
    found: ProgrammeFacts = await couple.look(
        find_programme_of, actor=couple.world.curator, pair_id=couple.pair_id, now=now
    )
    return found


@pytest.mark.requirement("A11", "E29")
async def test_a_programme_is_written_by_both_and_carried_out(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    anna, pyotr = couple.anna, couple.pyotr
    await anna.say("/pair")
    shown = await anna.tap("Программа: Пётр Андреевич")
    assert "Планирование уроков" in shown.text
    assert "Это проект" in shown.text
    await anna.tap("Добавить мероприятие")
    card = await anna.say("посетить урок коллеги 15 января\nсписок приёмов")
    assert "посетить урок коллеги" in card.text
    assert "пятница, 15 января 2027" in card.text
    assert "список приёмов" in card.text
    assert "посетить урок коллеги" not in {one.title for one in (await read(couple)).activities}, (
        "a card first"
    )
    saved = await anna.tap("Сохранить")
    assert "Сохранено" in saved.text
    await anna.tap("Согласиться")
    await pyotr.expect("согласие с вашей программой получено")
    await pyotr.tap("Открыть программу")
    agreed = await pyotr.tap("Согласиться")
    assert "дальше утверждает куратор" in agreed.text
    found = await read(couple)
    await couple.curate(approve_programme, programme_id=found.id)
    await anna.expect("Куратор утвердил вашу программу")

    await anna.tap("Открыть программу")
    await anna.tap("Мероприятия: сделано, другой срок")
    label = next(one for one in (await anna.screen()).labels if "посетить урок коллеги" in one)
    await anna.tap(label)
    await anna.tap("Другой срок")
    moved = await anna.say("20 января")
    assert "среда, 20 января 2027" in moved.text
    assert "вместо 15 января" in moved.text
    await anna.tap("Предложить паре")
    asked = await pyotr.expect("предлагает изменить вашу программу")
    assert asked.labels == ["Согласиться", "Не согласиться"]
    await pyotr.tap("Согласиться")
    await anna.expect("Изменение внесено в вашу программу")
    found = await read(couple)
    one = next(each for each in found.activities if each.title == "посетить урок коллеги")
    assert (one.planned_on.month, one.planned_on.day, found.version) == (1, 20, 2)

    await pyotr.say("/pair")
    await pyotr.tap("Программа: Анна Игоревна")
    await pyotr.tap("Мероприятия: сделано, другой срок")
    await pyotr.tap((await pyotr.screen()).labels[0])
    await pyotr.tap("Готово")
    await pyotr.tap("результат достигнут")
    told = await pyotr.say("Договорились о порядке встреч")
    assert "Договорились о порядке встреч" in told.text
    found = await read(couple)
    assert (found.done, found.activities[0].actual) == (1, "Договорились о порядке встреч")


async def test_a_change_that_is_refused_or_wrong_changes_nothing(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    anna = couple.anna
    before = (await read(couple)).mark
    await anna.say("/pair")
    await anna.tap("Программа: Пётр Андреевич")
    await anna.tap("Добавить мероприятие")
    far = await anna.say("урок 15.10.2027")
    assert "вне срока программы" in far.text
    asked = await anna.say("открытый урок")
    assert "В какой день?" in asked.text
    strange = await anna.say("когда-нибудь")
    assert "В какой день?" in strange.text
    kept = await anna.tap("Оставить как есть")
    assert "Изменений нет" in kept.text
    await anna.tap("Изменить")
    await anna.tap("Добавить трудность")
    await anna.tap("Общение с родителями")
    await anna.tap("Сохранить")
    found = await read(couple)
    assert "parents" in found.areas
    assert found.mark != before
