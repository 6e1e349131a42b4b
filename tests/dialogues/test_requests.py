"""Requests from the chat: two taps, an answer in the chat, nothing told to the other side."""

import asyncio

import pytest
from sqlalchemy import select

from models.accounts import AccountRole
from models.pairs import PairStatus
from models.requests import Request, RequestKind, RequestStatus
from services.access.actors import Channel, system
from services.accounts.directory import create_account
from services.pairs.cards import read_pair
from services.pairs.requests.deciding import Decision, Order, decide_request
from tests.dialogues.pairs import PairInChat, bring_to_pair
from tests.running_bot import RunningBot

OPEN = "Попросить или сообщить"


async def bring_with_curator(running: RunningBot) -> PairInChat:
    couple = await bring_to_pair(running)

    def add_curator() -> None:
        with couple.world.database.writing() as session:
            create_account(
                session,
                actor=system(Channel.COMMAND_LINE),
                organization_id=couple.world.organization_id,
                login="curator",
                name="Ольга Кураторова",
                role=AccountRole.CURATOR,
                now=couple.world.now,
            )

    await asyncio.to_thread(add_curator)
    return couple


async def read(couple: PairInChat) -> Request:
    def newest() -> Request:
        with couple.world.database.reading() as session:
            return session.scalars(select(Request).order_by(Request.id.desc()).limit(1)).one()

    return await asyncio.to_thread(newest)


async def status_of(couple: PairInChat) -> PairStatus:
    card = await couple.look(read_pair, actor=couple.world.curator, pair_id=couple.pair_id)
    found: PairStatus = card.status
    return found


@pytest.mark.requirement("E29", "E34")
async def test_a_mentee_asks_for_another_mentor_and_hears_what_is_decided(running: RunningBot) -> None:
    couple = await bring_with_curator(running)
    anna, pyotr = couple.anna, couple.pyotr
    menu = await anna.say("/menu")
    assert f"{OPEN}: Пётр Андреевич" in menu.labels
    kinds = await anna.tap(f"{OPEN}: Пётр Андреевич")
    assert kinds.labels == [
        "Спросить наставника",
        "Посетить урок коллеги",
        "Привлечь коллегу",
        "Продлить работу пары",
        "Завершить досрочно",
        "Попросить другого наставника",
        "Эта пара не для меня",
        "Назад к паре",
    ]
    asked = await anna.tap("Попросить другого наставника")
    assert "Пётр Андреевич ничего не узнает" in asked.text
    told = await anna.say("Не совпадает расписание")
    assert "Передано: Ольга Кураторова" in told.text
    again = await anna.tap(f"{OPEN}: Пётр Андреевич")
    assert "Ждёт решения: Замена напарника" in again.text
    made = await read(couple)
    assert (made.kind, made.text) == (RequestKind.REPLACEMENT, "Не совпадает расписание")
    await couple.curate(
        decide_request,
        request_id=made.id,
        decision=Decision(
            is_granted=True,
            note="Подберём по расписанию",
            order=Order("12-к", running.clock.now().date()),
            partner_text="Пара с {partner} завершает работу, спасибо вам за неё.",
        ),
    )
    heard = await anna.expect("Подберём по расписанию")
    assert "Приказ № 12-к" in heard.text
    neutral = await pyotr.expect("спасибо вам за неё")
    assert "Анна Игоревна" in neutral.text
    assert "расписани" not in await pyotr.transcript()


@pytest.mark.requirement("E27")
async def test_a_mentor_gives_notice_and_the_pair_ends_on_the_day(running: RunningBot) -> None:
    couple = await bring_with_curator(running)
    pyotr = couple.pyotr
    await pyotr.say("/pair")
    await pyotr.tap(f"{OPEN}: Анна Игоревна")
    asked = await pyotr.tap("Сложить обязанности наставника")
    assert "за три рабочих дня" in asked.text
    assert "прошёл" in (await pyotr.say("01.09.2026")).text
    await pyotr.tap(asked.labels[0])
    told = await pyotr.tap("Без причины")
    assert "закончатся в этот день и без ответа" in told.text
    made = await read(couple)
    assert made.effective_on is not None
    await running.telegram.skip(days=4)
    heard = await pyotr.expect("Вы освобождены от обязанностей наставника")
    assert "Сложение обязанностей" in heard.text
    await couple.anna.expect("закончила работу")
    assert await status_of(couple) is PairStatus.TERMINATED


async def test_that_a_pair_is_not_for_somebody_takes_two_taps_and_may_be_taken_back(
    running: RunningBot,
) -> None:
    couple = await bring_with_curator(running)
    pyotr = couple.pyotr
    await pyotr.say("/pair")
    for _ in range(2):
        await pyotr.tap(f"{OPEN}: Анна Игоревна")
        told = await pyotr.tap("Эта пара не для меня")
        assert "Это знает только куратор" in told.text
        assert (await read(couple)).status is RequestStatus.WAITING
        await pyotr.tap("Забрать назад")
        assert (await read(couple)).status is RequestStatus.WITHDRAWN
    await pyotr.tap(f"{OPEN}: Анна Игоревна")
    await pyotr.tap("Эта пара не для меня")
    await pyotr.say("Разные взгляды на уроки")
    made = await read(couple)
    assert (made.kind, made.text) == (RequestKind.UNFIT, "Разные взгляды на уроки")
    assert "взгляды" not in await couple.anna.transcript()


@pytest.mark.requirement("E35")
async def test_the_other_side_agrees_by_a_tap_and_answers_a_question(running: RunningBot) -> None:
    couple = await bring_with_curator(running)
    anna, pyotr = couple.anna, couple.pyotr
    await anna.say("/pair")
    await anna.tap(f"{OPEN}: Пётр Андреевич")
    await anna.tap("Спросить наставника")
    await anna.say("Как начать урок?")
    question = await pyotr.expect("Вопрос для вас: Анна Игоревна")
    assert "Как начать урок?" in question.text
    await pyotr.tap("Ответить")
    assert "Ответ отправлен" in (await pyotr.say("С вопроса классу")).text
    assert "С вопроса классу" in (await anna.expect("Ответ на ваш вопрос")).text

    await anna.tap(f"{OPEN}: Пётр Андреевич")
    await anna.tap("Завершить досрочно")
    await anna.say("План выполнен")
    await pyotr.expect("завершить работу вашей пары раньше срока")
    await pyotr.tap("Да, согласен(на)")
    assert "План выполнен" not in await pyotr.transcript()
    made = await read(couple)
    await couple.curate(decide_request, request_id=made.id, decision=Decision(is_granted=True))
    await anna.expect("пара завершает работу")
    assert await status_of(couple) is PairStatus.COMPLETED
