"""The pseudonymous mode: what passes through the messenger names nobody but by first name and pair code."""

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import cycle, product

import pytest
from flask import Flask
from sqlalchemy import select

from admin.app import PanelConfig, create_panel
from admin.safety import limiter
from models.consents import Consent, ConsentMedium
from models.events import EventKind
from models.meetings import Meeting, MeetingStatus
from models.pairs import Pair, PairStatus
from models.people import Person, Role
from models.requests import RequestKind
from models.surveys import RunOccasion, SurveyRun, SurveyStatus
from notices.catalogue import NOTICES, compose
from notices.language import load_translators
from notices.letters import Letter
from services.organizations.panel_address import store_panel_address
from services.pairs.requests.sending import send_request
from services.programmes.running import change_settings, pack_of
from services.roadmap.events.guests import invite_guests
from services.roadmap.events.planning import plan_event
from services.surveys.opening import open_run
from services.surveys.runs import send
from services.surveys.steps import read_step
from tests.dialogues.pairs import PairInChat, bring_together
from tests.dialogues.participants import Guest, invited, make_world
from tests.fixed_clock import FixedClock
from tests.panel.conftest import Browser, text_of
from tests.running_bot import RunningBot
from tests.world import World, answer_until

ADDRESS = "https://panel.example"
HIDDEN = {"is_pseudonymous": True}


def form_in(text: str) -> str:
    found = re.search(rf"{re.escape(ADDRESS)}(/f/\S+)", text)
    assert found is not None, text
    return found[1]


@pytest.fixture
async def world(running: RunningBot) -> World:
    world = await make_world(running)
    with running.database.writing() as session:
        store_panel_address(session, ADDRESS)
    world.write(change_settings, actor=world.curator, cycle_id=world.cycle_id, changes=HIDDEN)
    return world


@pytest.fixture
def panel(running: RunningBot, world: World) -> Iterator[Flask]:
    app = create_panel(
        PanelConfig(database_url=running.database_url, secret_key="0" * 32, clock=FixedClock(world.now))
    )
    app.testing = True
    with app.app_context():
        limiter.reset()
    yield app
    app.extensions["nastavnik_database"].close()


async def there(ask: Callable[..., str], *path: str, **form: str) -> str:
    """A page of the panel, asked in a thread: its application has a loop of its own."""
    return text_of(await asyncio.to_thread(ask, *path, **form))


async def test_consent_and_intake_go_through_the_form(
    running: RunningBot, world: World, panel: Flask
) -> None:
    anna: Guest = await invited(running, world)
    hello = await anna.telegram.start(anna.payload)
    assert "Анна" in hello.text
    assert "Игоревна" not in hello.text
    await anna.tap("Да, это я")
    assert "на странице вашей организации" in await anna.tap("Дальше")
    path = form_in(await anna.tap("Прислать ссылку"))

    browser = Browser(panel.test_client())
    for _ in range(2):  # the messenger's preview, then Anna
        assert "согласие" in (await there(browser.get, path)).casefold()
    mark = re.search(r'name="mark" value="(\w+)"', await asyncio.to_thread(browser.get, path))
    assert mark is not None
    assert "как вы участвуете" in await there(browser.post, path, go="give", mark=mark[1])
    assert "теперь анкета" in await there(browser.post, path, go="mentee")
    assert "часть 1" in (await there(browser.post, path, go="on")).casefold()
    with running.database.reading() as session:
        run = session.scalars(select(SurveyRun).where(SurveyRun.person_id == anna.facts.id)).one()
        consent = session.scalars(select(Consent).where(Consent.person_id == anna.facts.id)).one()
    assert (consent.medium, consent.chat_id) == (ConsentMedium.WEB, None)

    menu = await anna.say("/menu")
    assert "Анна" in menu
    assert "Игоревна" not in menu
    again = await anna.tap("Продолжить анкету")
    assert "Кем вы работаете" not in again, "questions and answers stay out of the chat"
    assert form_in(again) != path, "a new link, and the earlier one stops working"
    assert "не работает" in await there(lambda where: browser.get(where, status=410), path)
    await anna.say("учитель математики")
    with running.database.reading() as session:
        assert not read_step(session, run_id=run.id).given, "what is typed in the chat is no answer"
        assert session.get_one(SurveyRun, run.id).status is SurveyStatus.OPEN
    assert "покажет куратор" in await anna.say("/mydata")


async def test_a_pair_knows_first_names_and_its_code(running: RunningBot) -> None:
    couple = await bring_together(running)
    await couple.curate(change_settings, cycle_id=couple.world.cycle_id, changes=HIDDEN)
    after = len(await running.telegram.record())
    await couple.offer()
    assert f"Пётр (№ {couple.pair_id})" in (await couple.anna.screen()).text
    await couple.accept()
    for person in (couple.anna, couple.pyotr):
        for said in ("/pair", "/menu", "/meetings", "/surveys", "/mydata", "/privacy", "/help"):
            await person.say(said)
    await couple.pyotr.say("вчера 40 минут, разобрали план урока")
    await couple.pyotr.expect("40 минут")
    calls = (await running.telegram.record())[after:]
    sent = str([{**call, "answer": None} for call in calls])  # Telegram's answers repeat older messages
    for side in (couple.mentee, couple.mentor):
        facts = side.person
        for name in filter(None, (facts.family_name, facts.patronymic, facts.position)):
            assert name not in sent, name
    assert "tg://user" not in sent
    assert f"Анна (№ {couple.pair_id})" in sent


async def test_the_chat_goes_on_by_itself_when_the_form_is_sent(
    running: RunningBot, world: World, panel: Flask
) -> None:
    anna: Guest = await invited(running, world)
    await anna.telegram.start(anna.payload)
    await anna.tap("Да, это я")
    await anna.tap("Дальше")
    path = form_in(await anna.tap("Прислать ссылку"))
    browser = Browser(panel.test_client())
    mark = re.search(r'name="mark" value="(\w+)"', await asyncio.to_thread(browser.get, path))
    assert mark is not None
    await there(browser.post, path, go="give", mark=mark[1])
    await there(browser.post, path, go="mentee")
    form = {"go": "on", "csrf_token": await asyncio.to_thread(browser.token, path)}
    opened = await asyncio.to_thread(lambda: browser.client.post(path, data=form))
    with running.database.reading() as session:
        run = session.scalars(select(SurveyRun).where(SurveyRun.person_id == anna.facts.id)).one()
    await asyncio.to_thread(
        partial(
            world.write, answer_until, actor=world.actor(anna.facts), run_id=run.id, answers={}, stop_at=None
        )
    )
    sheet = opened.headers["Location"].rpartition("?")[0] or opened.headers["Location"]
    await there(browser.post, f"{sheet}/review", page=path)
    menu = await anna.telegram.expect("ваша роль: наставляемый")
    assert "Анна" in menu.text
    assert "Продолжить анкету" not in menu.labels


CHAT = {"mentee": Role.MENTEE, "mentor": Role.MENTOR}


async def bring_to_a_hidden_pair(running: RunningBot) -> PairInChat:
    """Each person has a family name and work of their own, and a colleague is in the bank beside them."""
    couple = await bring_together(running)
    zoya = await asyncio.to_thread(couple.world.consented, "Зоя", "Марковна", chat_id=777_000_777)
    await asyncio.to_thread(couple.world.ready, zoya, Role.MENTOR, {})
    names = {
        couple.mentee.person.id: ("Ближняя", "хранитель гербария"),
        couple.mentor.person.id: ("Соседний", "смотритель обсерватории"),
        zoya.id: ("Дальняя", "настройщик органа"),
    }
    with running.database.writing() as session:
        for person_id, (family_name, position) in names.items():
            person = session.get_one(Person, person_id)
            person.family_name, person.position = family_name, position
    await couple.curate(change_settings, cycle_id=couple.world.cycle_id, changes=HIDDEN)
    await couple.offer()
    await couple.accept()
    return couple


def names_of_others(couple: PairInChat, person_id: int) -> set[str]:
    """Every part of the names of whoever else is in the school, and their work."""
    with couple.running.database.reading() as session:
        people = session.scalars(select(Person).where(Person.id != person_id))
        found = {part for one in people for part in (one.family_name, one.patronymic, one.position) if part}
    assert {"Марковна", "Дальняя", "настройщик органа"} <= found
    return found


async def test_no_questionnaire_names_another_in_the_chat(running: RunningBot) -> None:
    couple = await bring_to_a_hidden_pair(running)
    world = couple.world
    after = len(await running.telegram.record())
    sides = {Role.MENTEE: (couple.anna, couple.mentee), Role.MENTOR: (couple.pyotr, couple.mentor)}
    with running.database.reading() as session:
        every = pack_of(session, cycle_id=world.cycle_id).surveys
    surveys = [one for one in every if one.audience in CHAT and one.quick is None]
    assert len(surveys) > 6
    for survey in surveys:
        role = CHAT[survey.audience]
        chat, own = sides[role]
        other = couple.mentor if role is Role.MENTEE else couple.mentee
        actor = world.actor(own.person)
        run_id = await asyncio.to_thread(
            world.write,
            open_run,
            survey_id=survey.id,
            organization_id=world.organization_id,
            cycle_id=world.cycle_id,
            occasion=RunOccasion.WAVE,
            dedup_key=f"wave:{survey.id}",
            person_id=own.person.id,
            pair_id=couple.pair_id,
            about_person_id=other.person.id,
        )
        await chat.say("/surveys")
        await chat.tap("Продолжить анкету")
        await chat.say("/menu")
        await asyncio.to_thread(
            world.write, answer_until, actor=actor, run_id=run_id, answers={}, stop_at=None
        )
        await chat.tap("Продолжить анкету")
        await asyncio.to_thread(world.write, send, actor=actor, run_id=run_id)
        await chat.say("/surveys")
        for label in (await chat.screen()).labels:
            if label.startswith("Изменить") and survey.title.ru in label:
                await chat.tap(label)
    calls = (await running.telegram.record())[after:]
    for chat, own in sides.values():
        sent = str(
            [call["parameters"] for call in calls if str(call["parameters"].get("chat_id")) == str(chat.id)]
        )
        assert f"(№ {couple.pair_id})" in sent
        assert not {name for name in names_of_others(couple, own.person.id) if name in sent}


async def test_no_notice_names_another(running: RunningBot) -> None:
    """Every kind, in every state of the pair and of its meeting: most have words only in some of them."""
    couple = await bring_to_a_hidden_pair(running)
    world = couple.world
    await couple.pyotr.tap("Предложить встречу")
    await couple.pyotr.tap((await couple.pyotr.screen()).labels[2])
    await couple.pyotr.tap("15:30")
    await couple.pyotr.tap("Предложить")
    await couple.anna.expect("предлагает встретиться")
    event = await couple.curate(
        plan_event,
        cycle_id=world.cycle_id,
        kind=EventKind.ROUND_TABLE,
        title="Обмен опытом",
        starts_at=running.clock.now() + timedelta(days=9),
        leader="Дальняя Зоя Марковна, настройщик органа",
    )
    both = [couple.mentee.person.id, couple.mentor.person.id]
    await couple.curate(invite_guests, event_id=event.id, person_ids=both)
    asked = await asyncio.to_thread(
        world.write,
        send_request,
        actor=world.actor(couple.mentor.person),
        pair_id=couple.pair_id,
        kind=RequestKind.QUESTION,
        text="Очень старается",
    )
    found: dict[str, set[str]] = {kind: set() for kind in NOTICES}
    t = load_translators()["ru"]
    with running.database.reading() as session:
        meeting = session.scalars(select(Meeting)).one()
        pair = session.get_one(Pair, couple.pair_id)
        runs = session.scalars(select(SurveyRun.id)).all()
        surveys = cycle(product(SurveyStatus, runs))
        for pair_status, meeting_status in product(PairStatus, MeetingStatus):
            status, run_id = next(surveys)
            pair.status, meeting.status = pair_status, meeting_status
            run = session.get_one(SurveyRun, run_id)
            run.status, run.about_person_id, run.pair_id = status, both[0], couple.pair_id
            for kind, person_id in product(NOTICES, both):
                facts = {
                    "person_id": person_id,
                    "pair_id": couple.pair_id,
                    "meeting_id": meeting.id,
                    "event_id": event.id,
                    "request_id": asked.request_id,
                    "run_id": run_id,
                    "offset": 0,
                }
                with suppress(KeyError), session.no_autoflush:
                    letter = compose(session, kind=kind, facts=facts, t=t, now=running.clock.now())
                    if isinstance(letter, Letter):
                        found[kind].add(str((person_id, letter)))
        session.rollback()
    told = {kind.partition(".")[0] for kind, letters in found.items() if letters}
    assert {"pair", "meeting", "event", "request", "survey"} <= told
    for person_id in both:
        letters = str([one for kept in found.values() for one in kept if one.startswith(f"({person_id},")])
        assert not {name for name in names_of_others(couple, person_id) if name in letters}
