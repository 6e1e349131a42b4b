"""A group in the chat: each answers, they agree on a time, one meeting is told of with who was not there."""

import asyncio

import pytest

from models.people import Role
from services.pairs.proposals import confirm_pair, draft_group
from tests.dialogues.pairs import PairInChat, bring_together
from tests.running_bot import RunningBot


@pytest.mark.requirement("E10")
async def test_a_group_agrees_meets_and_is_one_in_the_journal(running: RunningBot) -> None:
    couple = await bring_together(running)
    vera = await running.telegram.person("Вера", key="second")
    known = await asyncio.to_thread(couple.world.consented, "Вера", "Павловна", chat_id=vera.id)
    second = await asyncio.to_thread(couple.world.ready, known, Role.MENTEE, {})
    await vera.start()
    drafted = await couple.curate(
        draft_group,
        mentee_participation_ids=[couple.mentee.participation_id, second.participation_id],
        mentor_participation_id=couple.mentor.participation_id,
    )
    await couple.curate(confirm_pair, pair_id=drafted.pair_id)
    asked = await couple.pyotr.expect("быть наставником группы")
    assert "Павловна" in asked.text
    assert "Игоревна" in asked.text
    assert "Наставничество в группе" in asked.text
    for person in (couple.anna, vera):
        await person.expect("в группе из нескольких наставляемых")
        await person.tap("Принять")
    await couple.pyotr.tap("Принять")
    together = await couple.pyotr.expect("Группа собралась")
    assert "Ваши наставляемые" in together.text
    assert "В группе с вами: Вера Павловна" in (await couple.anna.expect("Вы в группе")).text
    own = await couple.anna.say("/pair")
    assert "Пётр Андреевич" in own.text

    await _agree_on_a_time(couple)
    await vera.expect("предлагает встретиться")
    await vera.tap("Не приду")
    await couple.pyotr.expect("Не сможет прийти: Вера Павловна")
    await couple.anna.expect("предлагает встретиться")
    await couple.anna.tap("Подтвердить")
    await couple.pyotr.expect("Договорились")

    family = known.full_name.split()[0]
    card = await couple.pyotr.say(f"вчера занятие с группой 40 минут, знакомство, без {family}")
    assert "40 минут" in card.text
    assert "с группой" not in card.text, "that is no topic"
    await couple.pyotr.tap("Сохранить")
    marked = await couple.pyotr.expect("Кто был?")
    assert "✗ Вера Павловна" in marked.labels
    assert "✓ Анна Игоревна" in marked.labels
    await couple.pyotr.tap("✗ Вера Павловна")
    assert "✓ Вера Павловна" in (await couple.pyotr.screen()).labels
    await couple.pyotr.tap("✓ Вера Павловна")
    await couple.pyotr.tap("Готово")
    assert "Не было: Вера Павловна" in (await couple.pyotr.screen()).text
    listed = await couple.pyotr.say("/meetings")
    assert listed.text.count("40") <= 1


async def _agree_on_a_time(couple: PairInChat) -> None:
    await couple.pyotr.tap("Предложить встречу")
    days = (await couple.pyotr.screen()).labels
    await couple.pyotr.tap(days[2])
    await couple.pyotr.tap("15:30")
    await couple.pyotr.tap("Предложить")
