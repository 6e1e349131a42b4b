"""The offer of a pair as both sides live it (A17): accept, decline with a reason, withdrawn, expired."""

import asyncio

import pytest
from sqlalchemy import select

from models.pairs import DeclineReason, PairStatus
from models.people import Role
from models.tasks import Task
from services.access.actors import Channel, system
from services.joining.withdrawing import withdraw_consent
from services.meetings.outcomes import log_past_meeting
from services.pairs.assignments import EndReason, end_pair
from services.pairs.cards import PairCard, read_pair
from services.pairs.proposals import confirm_pair, draft_pair, withdraw_offer
from services.programmes.answers import Tapped
from services.programmes.running import change_settings
from services.surveys.feedback import find_feedback, rate
from services.surveys.shared import read_shared
from tests.dialogues.pairs import PairInChat, bring_to_pair, bring_together
from tests.running_bot import RunningBot
from tests.world import answer_until

SHARED = {
    Role.MENTEE: {
        "Должность": "учитель-предметник",
        "Предмет": "русский язык и литература",
        "Темы": "планирование уроков",
        "Сильные стороны": "цифровые сервисы",
        "Удобные дни": "понедельник",
        "Удобное время": "до уроков",
        "Формат встреч": "лично",
    },
    Role.MENTOR: {
        "Должность": "учитель-предметник",
        "Предмет": "русский язык и литература",
        "Хочет быть": "советчиком",
        "Удобные дни": "понедельник",
        "Удобное время": "до уроков",
        "Формат встреч": "лично",
    },
}
"""What the sides of a couple told their pair in the questionnaires: the first choice of each question."""


async def card(couple: PairInChat) -> PairCard:
    found: PairCard = await couple.look(read_pair, actor=couple.world.curator, pair_id=couple.pair_id)
    return found


async def task_kinds(couple: PairInChat) -> list[str]:
    query = select(Task.kind).where(Task.done_at.is_(None))
    return await asyncio.to_thread(
        couple.world.read, lambda session: [kind.value for kind in session.scalars(query)]
    )


@pytest.mark.requirement("A17")
async def test_both_hear_of_the_offer_and_accept(running: RunningBot) -> None:
    couple = await bring_together(running)
    await couple.offer()
    offer = await couple.anna.screen()
    assert offer.labels == ["Принять", "Отказаться"]
    assert "Пётр Андреевич" in offer.text
    assert "причину увидит только куратор" in offer.text

    answered = await couple.anna.tap("Принять")
    assert answered.text.startswith("Спасибо! Теперь ждём ответа второй стороны")
    assert answered.labels == []
    menu = await couple.anna.say("/menu")
    assert "Вы согласились. Теперь думает наставник." in menu.text

    await couple.pyotr.tap("Принять")
    mentee = await couple.anna.expect("Вы теперь пара! Ваш наставник")
    mentor = await couple.pyotr.expect("Вы теперь пара! Ваш наставляемый")
    assert mentee.labels == []
    assert mentor.labels == ["Предложить встречу"]
    assert (await card(couple)).status is PairStatus.ACCEPTED


async def test_the_menu_carries_an_open_offer_too(running: RunningBot) -> None:
    couple = await bring_together(running)
    await couple.offer()
    menu = await couple.pyotr.say("/menu")
    assert "Предложение ждёт вашего ответа." in menu.text
    await couple.pyotr.tap("Отказаться от предложения")
    back = await couple.pyotr.tap("Вернуться к предложению")
    assert back.labels[:2] == ["Принять", "Отказаться"]
    done = await couple.pyotr.tap("Принять", message_id=back.message_id)
    assert "Теперь ждём ответа второй стороны" in done.text
    assert "ваша роль: наставник" in done.text, "the screen goes on to the menu"


async def test_a_refusal_by_a_button_is_private(running: RunningBot) -> None:
    couple = await bring_together(running)
    await couple.offer()
    await couple.pyotr.tap("Принять")
    asked = await couple.anna.tap("Отказаться")
    assert "вторая сторона не узнает" in asked.text
    thanked = await couple.anna.tap("Не совпадает расписание")
    assert "Причину увидит только куратор" in thanked.text
    told = await couple.pyotr.expect("Эта пара не сложилась. Дело не в вас")
    assert "расписание" not in told.text
    declined = await card(couple)
    assert declined.mentees[0].decline_reason is DeclineReason.SCHEDULE
    assert await task_kinds(couple) == ["offer_declined"]


async def test_a_refusal_in_own_words(running: RunningBot) -> None:
    couple = await bring_together(running)
    await couple.offer()
    await couple.anna.tap("Отказаться")
    asked = await couple.anna.tap("Другая причина")
    assert "Прочитает только куратор" in asked.text
    assert (await card(couple)).status is PairStatus.OFFERED, "nothing is declined before the word"
    await couple.anna.send_sticker()
    thanked = await couple.anna.say("Мы давно знакомы, будет неловко")
    assert "Причину увидит только куратор" in thanked.text
    declined = await card(couple)
    assert declined.mentees[0].decline_note == "Мы давно знакомы, будет неловко"
    assert "неловко" not in await couple.pyotr.transcript()


async def test_own_words_do_not_wait_for_the_button_of_another_reason(running: RunningBot) -> None:
    couple = await bring_together(running)
    await couple.offer()
    await couple.anna.tap("Отказаться")
    thanked = await couple.anna.say("Уезжаю на курсы до весны")
    assert "Причину увидит только куратор" in thanked.text
    declined = await card(couple)
    assert (declined.mentees[0].decline_reason, declined.mentees[0].decline_note) == (
        DeclineReason.OTHER,
        "Уезжаю на курсы до весны",
    )


async def test_a_refusal_without_words(running: RunningBot) -> None:
    couple = await bring_together(running)
    await couple.offer()
    await couple.anna.tap("Отказаться")
    await couple.anna.tap("Другая причина")
    offer = await couple.anna.tap("Вернуться к предложению")
    assert offer.labels == ["Принять", "Отказаться"]
    await couple.anna.tap("Отказаться")
    await couple.anna.tap("Другая причина")
    await couple.anna.tap("Без пояснения")
    assert (await card(couple)).mentees[0].decline_reason is DeclineReason.OTHER


async def test_double_taps_and_old_buttons_change_nothing(running: RunningBot) -> None:
    couple = await bring_together(running)
    await couple.offer()
    offer = await couple.anna.screen()
    await asyncio.gather(
        *(couple.anna.tap("Принять", message_id=offer.message_id, wait=False) for _ in range(3))
    )
    await couple.anna.expect("Спасибо")
    await couple.pyotr.tap("Принять")
    await couple.anna.expect("Вы теперь пара")
    assert (await card(couple)).status is PairStatus.ACCEPTED
    assert sum("Вы теперь пара" in str(one) for one in await couple.anna.messages()) == 1


async def test_a_withdrawn_offer_says_so_and_its_buttons_too(running: RunningBot) -> None:
    couple = await bring_together(running)
    await couple.offer()
    offer = await couple.anna.screen()
    await couple.curate(withdraw_offer, pair_id=couple.pair_id)
    await couple.anna.expect("Куратор отозвал предложение")
    await couple.anna.tap("Принять", message_id=offer.message_id)
    assert "Это предложение уже закрыто" in await couple.anna.transcript()


async def test_an_offer_expires_by_the_clock(running: RunningBot) -> None:
    couple = await bring_together(running)
    await couple.offer()
    await running.telegram.skip(days=7, minutes=1)
    await couple.anna.expect("Время ответа на предложение о паре вышло")
    await couple.pyotr.expect("Время ответа на предложение о паре вышло")
    assert "offer_expired" in await task_kinds(couple)


async def test_the_curators_own_words_carry_the_names(running: RunningBot) -> None:
    couple = await bring_together(running)
    drafted = await couple.curate(
        draft_pair,
        mentee_participation_id=couple.mentee.participation_id,
        mentor_participation_id=couple.mentor.participation_id,
    )
    await couple.curate(
        confirm_pair,
        pair_id=drafted.pair_id,
        edited_texts={Role.MENTEE: "{name}, рада познакомить: {partner} <3"},
    )
    offer = await couple.anna.expect("рада познакомить")
    assert offer.text.startswith("Анна Игоревна, рада познакомить:")
    assert "Пётр Андреевич" in offer.text
    assert "<3\n\nФорма: Педагог – педагог. Вид: Традиционное" in offer.text
    assert "\n\nИз анкеты:" in offer.text, "what was promised to the pair stays under any words"
    assert offer.labels == ["Принять", "Отказаться"]


async def test_the_card_of_a_pair(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    shown = await couple.anna.say("/pair")
    assert "Ваш наставник" in shown.text
    assert "Написать: Пётр Андреевич" in shown.text
    assert "Дальше наставник предложит первую встречу" in shown.text
    await couple.curate(end_pair, pair_id=couple.pair_id, reason=EndReason.MUTUAL)
    await couple.anna.expect("закончила работу")
    empty = await couple.anna.say("/pair")
    assert "Пары пока нет" in empty.text


async def test_a_double_tap_leaves_what_the_first_one_led_to(running: RunningBot) -> None:
    couple = await bring_together(running)
    await couple.offer()
    offer = await couple.anna.screen()
    for _ in range(2):
        await couple.anna.tap("Принять", message_id=offer.message_id, wait=False)
    await couple.anna.expect("Теперь ждём ответа второй стороны")
    await couple.anna.say("/menu")
    assert "Вы уже ответили" not in await couple.anna.transcript()
    assert "Теперь ждём ответа второй стороны" in await couple.anna.transcript()


@pytest.mark.requirement("A17")
async def test_each_side_reads_what_was_promised_to_the_pair_and_nothing_else(running: RunningBot) -> None:
    couple = await bring_together(running)
    await couple.offer()
    offered = {side: (await person.screen()).text for side, person in couple.sides.items()}
    for side, text in offered.items():
        other = Role.MENTOR if side is Role.MENTEE else Role.MENTEE
        for label, answer in SHARED[other].items():
            assert f"{label}: {answer}" in text, label
        assert "Из анкеты:" in text
        assert "из 10" not in text, "ratings are the curator's"
    await couple.accept()
    assert "Удобные дни: понедельник" in (await couple.pyotr.screen()).text
    shown = await couple.anna.say("/pair")
    assert "Предмет: русский язык и литература" in shown.text
    assert "Ответы для пары" not in " ".join(shown.labels), "nothing was answered beside the questionnaire"


async def test_a_next_step_told_after_a_meeting_is_read_by_the_other_side(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    world = couple.world
    logged = await asyncio.to_thread(
        world.write,
        log_past_meeting,
        actor=world.actor(couple.mentor.person),
        pair_id=couple.pair_id,
        day=running.clock.now().date(),
        minutes=30,
        topic=None,
    )
    run_id = await couple.look(find_feedback, meeting_id=logged.meeting_id, person_id=couple.mentee.id)
    answers = {"next_step": "Посетить урок во вторник", "topic": None, "need_help": Tapped(("yes",)),
               "help_note": "Тяжело с классом"}  # fmt: skip
    mentee = world.actor(couple.mentee.person)
    await asyncio.to_thread(world.write, rate, actor=mentee, run_id=run_id, rating=4)
    await asyncio.to_thread(
        world.write, answer_until, actor=mentee, run_id=run_id, answers=answers, stop_at=None
    )
    await couple.pyotr.say("/pair")
    read = await couple.pyotr.tap("Ответы для пары: Анна Игоревна")
    assert "Следующий шаг: Посетить урок во вторник" in read.text
    assert "Тяжело" not in read.text
    assert "из 10" not in read.text
    back = await couple.pyotr.tap("Назад к паре")
    assert "Ваш наставляемый" in back.text
    own = await couple.anna.say("/pair")
    assert not any("Ответы для пары" in label for label in own.labels)


async def test_nothing_is_read_after_the_other_side_took_the_consent_back(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    withdrawn = couple.world.actor(couple.mentor.person)
    shared = {"pair_id": couple.pair_id, "person_id": couple.mentee.id, "locale": "ru"}
    before = await couple.look(read_shared, actor=system(Channel.BOT), **shared)
    assert before.intake_of(couple.mentor.id)
    await asyncio.to_thread(couple.world.write, withdraw_consent, actor=withdrawn)
    after = await couple.look(read_shared, actor=system(Channel.BOT), **shared)
    assert after.sheets == ()


@pytest.mark.parametrize("is_hidden", [True, False])
async def test_no_answer_passes_through_the_chat_in_the_pseudonymous_mode(
    running: RunningBot, is_hidden: bool
) -> None:
    couple = await bring_to_pair(running)
    changes = {"is_pseudonymous": is_hidden}
    await couple.curate(change_settings, cycle_id=couple.world.cycle_id, changes=changes)
    shown = await couple.anna.say("/pair")
    assert ("Предмет: русский язык и литература" not in shown.text) is is_hidden
    assert ("Ответы из анкеты покажет куратор" in shown.text) is is_hidden
