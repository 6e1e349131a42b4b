"""An event from the invitation on: answers in the chat, being there by a tap and by the code."""

from datetime import timedelta
from typing import Any

import pytest

from models.events import EventKind, EventStatus, GuestAnswer
from services.roadmap.events.guests import invite_guests, list_guests
from services.roadmap.events.minutes import add_material
from services.roadmap.events.planning import EventFacts, cancel_event, change_event, plan_event
from tests.dialogues.pairs import PairInChat, bring_together
from tests.running_bot import RunningBot


async def plan(couple: PairInChat, **more: Any) -> EventFacts:
    """A round table in two days, with both invited."""
    event: EventFacts = await couple.curate(
        plan_event,
        cycle_id=couple.world.cycle_id,
        kind=EventKind.ROUND_TABLE,
        title="Знакомство с наставниками",
        starts_at=couple.running.clock.now() + timedelta(days=2),
        place="кабинет 12",
        agenda="Представление наставников\nВопросы",
        **more,
    )
    invited = await couple.curate(
        invite_guests, event_id=event.id, person_ids=[couple.mentee.id, couple.mentor.id]
    )
    assert invited.told == 2
    return event


async def answers(couple: PairInChat, event: EventFacts) -> dict[int, tuple[GuestAnswer | None, bool]]:
    guests = await couple.look(list_guests, actor=couple.world.curator, event_id=event.id)
    return {one.person_id: (one.answer, one.attended_at is not None) for one in guests}


@pytest.mark.requirement("C33", "C15")
async def test_guests_answer_and_are_present(running: RunningBot) -> None:
    couple = await bring_together(running)
    event = await plan(couple)
    invitation = await couple.anna.expect("Приглашаем вас: круглый стол Знакомство с наставниками")
    assert "кабинет 12" in invitation.text
    assert "Представление наставников" in invitation.text
    assert invitation.labels == ["Приду", "Не смогу"]
    changed = await couple.anna.tap("Не смогу")
    assert "не сможете прийти" in changed.text
    assert changed.labels == ["Приду"], "the last word may be changed"
    await couple.anna.tap("Приду")
    await couple.pyotr.expect("Приглашаем вас")
    await couple.pyotr.tap("Приду")
    assert set((await answers(couple, event)).values()) == {(GuestAnswer.COMES, False)}
    early = await couple.anna.start(f"evt_{event.token}")
    assert "Отметиться можно за два часа до начала" in early.text
    await running.telegram.skip(days=1)
    reminded = await couple.anna.expect("Напоминаем: круглый стол")
    assert "Я на месте" in reminded.labels
    await running.telegram.skip(hours=23)
    await couple.anna.tap("Я на месте", message_id=reminded.message_id)
    await couple.anna.expect("Отметили, что вы на месте")
    by_code = await couple.pyotr.start(f"evt_{event.token}")
    assert "Отметили, что вы на месте: круглый стол" in by_code.text
    assert all(present for _, present in (await answers(couple, event)).values())
    await couple.curate(
        add_material, event_id=event.id, title="Презентация", url="https://school.ru/p.pdf", is_sent=True
    )
    handed = await couple.pyotr.expect("Презентация: https://school.ru/p.pdf")
    assert "Материалы: круглый стол" in handed.text


async def test_guests_hear_of_a_move_and_of_the_end(running: RunningBot) -> None:
    couple = await bring_together(running)
    event = await plan(couple)
    await couple.pyotr.expect("Приглашаем вас")
    await couple.anna.expect("Приглашаем вас")
    await couple.pyotr.tap("Не смогу")
    moved = {"title": event.title, "starts_at": event.starts_at + timedelta(hours=1), "place": "актовый зал"}
    await couple.curate(change_event, event_id=event.id, **moved)
    told = await couple.anna.expect("Изменилось время или место: круглый стол")
    assert "актовый зал" in told.text
    cancelled = await couple.curate(cancel_event, event_id=event.id)
    assert cancelled.status is EventStatus.CANCELLED
    await couple.anna.expect("Отменяется: круглый стол")
    transcript = await couple.pyotr.transcript()
    assert "Изменилось" not in transcript, "who declined is left in peace"
    await couple.anna.tap("Приду", message_id=told.message_id)
    assert "Это мероприятие отменено" in await couple.anna.transcript()


async def test_a_stranger_with_the_code_is_told_what_to_do(running: RunningBot) -> None:
    couple = await bring_together(running)
    event = await plan(couple)
    stranger = await running.telegram.person("Кто-то")
    answered = await stranger.start(f"evt_{event.token}")
    assert "Мы пока не знакомы" in answered.text
    unknown = await couple.anna.start("evt_aaaaaaaaaaaaaaaaaaaaaa")
    assert "Не нашли такого мероприятия" in unknown.text
