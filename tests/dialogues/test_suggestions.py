"""What a mentor puts to the curator from the chat, and what comes back (E27, E28)."""

import asyncio
from datetime import date

import pytest
from sqlalchemy import select

from models.accounts import AccountRole
from models.suggestions import Suggestion, SuggestionKind
from models.tasks import Task, TaskKind
from services.access.actors import Channel, system
from services.accounts.directory import create_account
from services.pairs.suggestions import decide_suggestion
from tests.dialogues.pairs import bring_to_pair
from tests.running_bot import RunningBot


@pytest.mark.requirement("E28")
async def test_a_mentor_proposes_a_contest_and_hears_of_the_decision(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    mentee_card = await couple.anna.say("/pair")
    assert not any("Предложить куратору" in one for one in mentee_card.labels), "a mentor's duty"
    card = await couple.pyotr.say("/pair")
    assert "Предложить куратору: Анна Игоревна" in card.labels
    kinds = await couple.pyotr.tap("Предложить куратору: Анна Игоревна")
    assert kinds.labels == [
        "Поощрить наставляемого",
        "Рекомендовать на конкурс",
        "Привлечь коллегу",
        "Ознакомиться с личным делом",
        "Назад",
    ]
    assert (await couple.pyotr.tap("Назад")).labels == card.labels
    await couple.pyotr.tap("Предложить куратору: Анна Игоревна")
    asked = await couple.pyotr.tap("Рекомендовать на конкурс")
    assert "Какой конкурс" in asked.text
    await couple.pyotr.send_sticker()
    refused = await couple.pyotr.say("Очень длинно. " * 200)
    assert "Какой конкурс" in refused.text, "what is refused is asked again, with the reason"
    assert "наша ошибка" not in refused.text
    told = await couple.pyotr.say("Педагогический дебют: сильный открытый урок")
    assert "Передано куратору" in told.text

    def read() -> tuple[Suggestion, list[TaskKind]]:
        with couple.world.database.reading() as session:
            kinds = session.scalars(select(Task.kind).where(Task.done_at.is_(None)))
            return session.scalars(select(Suggestion)).one(), list(kinds)

    made, tasks = await asyncio.to_thread(read)
    assert (made.kind, made.text) == (
        SuggestionKind.CONTEST,
        "Педагогический дебют: сильный открытый урок",
    )
    assert tasks == [TaskKind.MENTOR_SUGGESTS]
    assert "дебют" not in await couple.anna.transcript()

    def add_curator() -> None:
        with couple.world.database.writing() as session:
            account = create_account(
                session,
                actor=system(Channel.COMMAND_LINE),
                organization_id=couple.world.organization_id,
                login="curator",
                name="Куратор",
                role=AccountRole.CURATOR,
                now=couple.world.now,
            )
        assert account.account_id == couple.world.curator.id

    await asyncio.to_thread(add_curator)
    await couple.curate(
        decide_suggestion,
        suggestion_id=made.id,
        is_granted=True,
        note="Заявка до 1 декабря",
        done_on=None,
        colleague_id=None,
        today=date(2026, 11, 20),
    )
    heard = await couple.pyotr.expect("Куратор согласен")
    assert "Заявка до 1 декабря" in heard.text
    assert "дебют" not in await couple.anna.transcript()
    assert (await asyncio.to_thread(read))[1] == []
