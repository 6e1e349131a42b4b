"""Consent as a message of its own with an explicit choice; refusal and return.

See A49, D5; docs/domain.md#personal-data.
"""

import pytest
from sqlalchemy import func, select

from models.audit import AuditEntry
from models.consents import Consent, ConsentDecision, ConsentKind, ConsentMedium
from models.messages import Conversation
from models.people import ChatAccount, Invitation, Organization
from models.tasks import Task, TaskKind
from services.access.digests import sha256_of
from services.consents.texts import read_offer
from tests.dialogues.participants import Guest, consented, invited, make_world
from tests.running_bot import RunningBot
from tests.world import World


def decisions(world: World, person_id: int) -> list[Consent]:
    with world.database.reading() as session:
        return list(
            session.scalars(select(Consent).where(Consent.person_id == person_id).order_by(Consent.id))
        )


async def reach_text(running: RunningBot, world: World) -> Guest:
    anna = await invited(running, world)
    await anna.telegram.start(anna.payload)
    await anna.tap("Да, это я")
    await anna.tap("Дальше")
    return anna


@pytest.mark.requirement("A49")
async def test_consent_takes_three_taps_and_keeps_its_evidence(running: RunningBot) -> None:
    world = await make_world(running)
    anna = await reach_text(running, world)
    text = await anna.telegram.screen()
    assert "Согласие на обработку персональных данных" in text.text
    assert "Версия текста: 1" in text.text
    assert len(text.text) < 4096
    after = await anna.tap("Даю согласие")
    assert anna.taps == 3
    assert "Согласие записано: понедельник" in after
    given = decisions(world, anna.facts.id)
    assert [one.decision for one in given] == [ConsentDecision.GIVEN]
    assert given[0].medium is ConsentMedium.CHAT
    assert given[0].timezone == "Europe/Moscow"
    assert given[0].chat_id == anna.telegram.id
    message = next(one for one in await anna.telegram.messages() if one.message_id == given[0].message_id)
    assert "Согласие на обработку персональных данных" in message.text
    assert message.labels == []
    offer = world.read(read_offer, person_id=anna.facts.id, locale="ru")
    assert given[0].text_sha256 == sha256_of(offer.text)


async def test_double_tap_on_consent_is_one_decision(running: RunningBot) -> None:
    world = await make_world(running)
    anna = await reach_text(running, world)
    await anna.telegram.tap("Даю согласие", wait=False)
    await anna.telegram.tap("Даю согласие", wait=False)
    await anna.telegram.expect("Что вам сейчас ближе")
    await anna.say("/privacy")  # comes after both taps
    assert len(decisions(world, anna.facts.id)) == 1
    assert (await anna.telegram.transcript()).count("Что вам сейчас ближе") == 1


async def test_a_double_tap_on_a_withdrawal_says_once_what_became_of_it(running: RunningBot) -> None:
    world = await make_world(running)
    anna = await consented(running, world)
    await anna.tap("Мне нужен наставник")
    await anna.say("/privacy")
    await anna.tap("Отозвать согласие")
    for _ in range(2):
        await anna.telegram.tap("Да, отозвать", wait=False)
    await anna.telegram.expect("Вы отозвали согласие")
    await anna.say("/menu")
    assert "Сначала нужно ваше согласие" not in await anna.telegram.transcript()


@pytest.mark.requirement("D5")
async def test_refusal_keeps_decision_date_and_version_only(running: RunningBot) -> None:
    world = await make_world(running)
    anna = await reach_text(running, world)
    farewell = await anna.tap("Не даю согласия")
    assert "вы не участвуете" in farewell
    (row,) = decisions(world, anna.facts.id)
    assert (row.decision, row.version) == (ConsentDecision.DECLINED, 1)
    assert (row.chat_id, row.message_id, row.text_sha256) == (None, None, None)
    with world.database.reading() as session:
        assert session.get(ChatAccount, anna.telegram.id) is None
        assert session.get(Conversation, anna.telegram.id) is None
        invitation = session.scalars(select(Invitation).where(Invitation.person_id == anna.facts.id)).one()
        assert (invitation.claimed_at, invitation.claimed_chat_id) == (None, None)
        kinds = session.scalars(select(Task.kind).where(Task.person_id == anna.facts.id)).all()
        assert kinds == [TaskKind.CONSENT_DECLINED]
    assert "напишите код организации" in (await anna.telegram.say("/menu")).text


@pytest.mark.parametrize("way", ["button", "link"])
async def test_who_declined_may_come_back(running: RunningBot, way: str) -> None:
    world = await make_world(running)
    anna = await reach_text(running, world)
    await anna.tap("Не даю согласия")
    await running.telegram.skip(days=3)
    if way == "button":
        await anna.tap("Вернуться")
    else:
        await anna.telegram.start(anna.payload)
    await anna.tap("Да, это я")
    await anna.tap("Дальше")
    await anna.tap("Даю согласие")
    assert [one.decision for one in decisions(world, anna.facts.id)] == [
        ConsentDecision.DECLINED,
        ConsentDecision.GIVEN,
    ]
    with world.database.reading() as session:
        open_tasks = select(func.count()).select_from(Task).where(Task.done_at.is_(None))
        assert session.scalar(open_tasks) == 0


async def test_nothing_is_asked_before_the_consent(running: RunningBot) -> None:
    world = await make_world(running)
    anna = await invited(running, world)
    await anna.telegram.start(anna.payload)
    await anna.tap("Да, это я")
    for command in ("/menu", "/surveys", "/pair", "/meetings", "/log", "/privacy", "/cancel", "/start"):
        assert "рады вам" in await anna.say(command)
        assert await anna.labels() == ["Дальше"]


@pytest.mark.requirement("D5")
async def test_withdrawal_takes_two_taps_and_stops_everything(running: RunningBot) -> None:
    world = await make_world(running)
    anna = await consented(running, world)
    await anna.tap("Мне нужен наставник")
    assert "Вы дали согласие" in await anna.say("/privacy")
    anna.taps = 0
    warning = await anna.tap("Отозвать согласие")
    assert "Не позднее" in warning
    assert "Акты об уничтожении и выписки из журнала событий: 3 года" in warning
    done = await anna.tap("Да, отозвать")
    assert anna.taps == 2
    assert "Вы отозвали согласие" in done
    assert "Продолжить анкету" not in await anna.labels()
    assert decisions(world, anna.facts.id)[-1].decision is ConsentDecision.WITHDRAWN
    with world.database.reading() as session:
        assert "consent.withdrawn" in session.scalars(select(AuditEntry.action)).all()
    await anna.tap("Вернуться в программу")
    await anna.tap("Даю согласие")
    question = await anna.tap("Мне нужен наставник")
    assert "Кем вы работаете?" in question


async def test_another_consent_is_read_given_and_taken_back_in_two_taps(running: RunningBot) -> None:
    world = await make_world(running)
    anna = await consented(running, world)
    await anna.tap("Мне нужен наставник")
    listed = await anna.say("/privacy")
    assert "Фото- и видеосъёмка – не дано" in listed
    text = await anna.tap("Прочитать: Фото- и видеосъёмка")
    assert "моё изображение" in text
    listed = await anna.tap("Даю согласие")
    assert "Фото- и видеосъёмка – дано: понедельник" in listed
    row = decisions(world, anna.facts.id)[-1]
    shown = next(one for one in await anna.telegram.messages() if one.message_id == row.message_id)
    assert (row.kind, row.decision) == (ConsentKind.PHOTO_VIDEO, ConsentDecision.GIVEN)
    assert "моё изображение" in shown.text
    anna.taps = 0
    warning = await anna.tap("Отозвать: Фото- и видеосъёмка")
    assert "вас больше не снимают" in warning
    done = await anna.tap("Да, отозвать")
    assert anna.taps == 2
    assert "остальные действуют" in done
    assert "Отозвать согласие" in await anna.labels()
    assert [
        one.kind for one in decisions(world, anna.facts.id) if one.decision is ConsentDecision.WITHDRAWN
    ] == [ConsentKind.PHOTO_VIDEO]
    paper = await anna.tap("Прочитать: Долгосрочный банк наставников")
    assert "3 года со дня согласия" in paper
    listed = await anna.tap("Не даю согласия")
    assert "Долгосрочный банк наставников – отказ" in listed


async def test_changed_facts_of_the_organisation_ask_to_read_again(running: RunningBot) -> None:
    world = await make_world(running)
    anna = await reach_text(running, world)
    with world.database.writing() as session:
        session.get_one(Organization, world.organization_id).address = "г. Приозёрск, ул. Новая, 5"
    screen = await anna.tap("Даю согласие")
    assert "Текст согласия тем временем изменился" in screen
    assert "ул. Новая, 5" in screen
    assert decisions(world, anna.facts.id) == []
    await anna.tap("Даю согласие")
    assert len(decisions(world, anna.facts.id)) == 1


async def test_missing_facts_of_the_organisation_are_said_plainly(running: RunningBot) -> None:
    world = await make_world(running)
    with world.database.writing() as session:
        session.get_one(Organization, world.organization_id).inn = ""
    anna = await reach_text(running, world)
    assert "не хватает сведений об организации" in await anna.text()
