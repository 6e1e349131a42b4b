"""A wave as a teacher meets it: an invitation, people in order, a pause, the sent answers once more."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.people import Role
from models.surveys import Answer, SurveyRun, SurveyStatus
from services.access.actors import Channel, system
from services.surveys.respondents import Segment
from services.surveys.waves import plan_wave
from tests.dialogues.pairs import PairInChat, bring_together
from tests.running_bot import RunningBot

TITLE = "С кем хотелось бы работать?"


async def ask(couple: PairInChat, occasion: str) -> None:
    """The curator's wave for mentees; a jump of the clock lets the tick open it."""
    world = couple.world
    world.now = couple.running.clock.now()
    await asyncio.to_thread(
        world.write,
        plan_wave,
        actor=system(Channel.COMMAND_LINE),
        cycle_id=world.cycle_id,
        occasion=occasion,
        segment=Segment((Role.MENTEE,)),
        starts_at=world.now,
        closes_at=world.now + timedelta(days=10),
    )
    await couple.running.telegram.skip(minutes=1)


@pytest.mark.requirement("C16")
async def test_a_mentee_names_people_in_order_pauses_and_sends(running: RunningBot) -> None:
    couple = await bring_together(running)
    await ask(couple, "mutual_preference")
    invited = await couple.anna.expect("Ответы принимаются до")
    assert "Кто кого выбрал, знает только куратор" in invited.text
    asked = await couple.anna.tap("Начать")
    mentor = couple.mentor.person.full_name
    assert asked.labels == [mentor, "Пропустить", "Пауза"]
    assert "Увидит только куратор" in asked.text
    chosen = await couple.anna.say(couple.mentor.person.family_name.lower())
    assert chosen.labels == [f"1. {mentor} ✓", "Готово", "Пауза"]
    unknown = await couple.anna.say("Пушкин")
    assert "Выберите, пожалуйста, из списка" in unknown.text
    assert f"1. {mentor} ✓" in unknown.labels
    await couple.anna.tap("Готово")
    await couple.anna.tap("Пауза")
    resumed = await couple.anna.tap("Продолжить анкету")
    assert "работать вместе не хотелось бы" in resumed.text, "it goes on where it was left"
    last = await couple.anna.tap("Пропустить")
    assert "Хотите что-нибудь добавить" in last.text, "the reason is asked only about somebody"
    back = await couple.anna.say("назад")
    assert "работать вместе не хотелось бы" in back.text
    await couple.anna.tap("Оставить как есть")
    review = await couple.anna.tap("Пропустить")
    assert mentor in review.text
    assert "учтёт ваши пожелания" in (await couple.anna.tap("Отправить")).text
    with running.database.reading() as session:
        run = session.scalars(select(SurveyRun).where(SurveyRun.wave_id.is_not(None))).one()
        kept = {
            one.question_id: one.value
            for one in session.scalars(select(Answer).where(Answer.run_id == run.id))
        }
    assert run.status is SurveyStatus.SENT
    assert kept == {"preferred": {"value": [str(couple.mentor.id)]}, "unwanted": None, "comment": None}
    assert TITLE not in await couple.pyotr.transcript(), "the other side hears nothing"
