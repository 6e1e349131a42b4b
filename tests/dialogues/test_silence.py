"""Whoever must act in a pair and does not is reminded, with a way on (docs/design.md#silence)."""

import pytest

from services.programmes.running import change_settings
from tests.dialogues.pairs import bring_to_pair, bring_together
from tests.running_bot import RunningBot


async def test_an_unanswered_offer_is_reminded_of_and_accepted_from_the_reminder(running: RunningBot) -> None:
    couple = await bring_together(running)
    await couple.offer()
    await couple.anna.tap("Принять")
    await running.telegram.skip(days=2, minutes=1)
    reminder = await couple.pyotr.expect("Предложение наставляемого ждёт вашего ответа")
    assert reminder.labels == ["Принять", "Отказаться"]
    assert "ждёт вашего ответа" not in await couple.anna.transcript(), "who has answered is left alone"
    await couple.pyotr.tap("Принять")
    await couple.anna.expect("Вы теперь пара")


@pytest.mark.requirement("B14")
async def test_a_mentor_without_a_first_meeting_then_both_are_reminded(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await running.telegram.skip(days=3, minutes=1)
    await couple.pyotr.expect("Время первой встречи пока не назначено")
    assert "первой встречи пока" not in await couple.anna.transcript()
    await running.telegram.skip(days=11)
    await couple.anna.expect("Время можете предложить и вы")
    said = await couple.pyotr.expect("Пока я не знаю ни об одной вашей встрече")
    assert said.labels[0] == "Предложить встречу"
    await couple.pyotr.tap("Предложить встречу")
    await couple.pyotr.expect("В какой день")


async def test_no_name_beyond_the_code_in_the_pseudonymous_mode(running: RunningBot) -> None:
    couple = await bring_together(running)
    await couple.curate(change_settings, cycle_id=couple.world.cycle_id, changes={"is_pseudonymous": True})
    await couple.offer()
    await running.telegram.skip(days=2, minutes=1)
    reminder = await couple.anna.expect("Предложение наставника ждёт вашего ответа")
    assert couple.mentor.person.full_name not in reminder.text
