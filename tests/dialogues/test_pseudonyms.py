"""The pseudonymous mode: what passes through the messenger names nobody but by first name and pair code."""

import asyncio
import re
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from admin.app import PanelConfig, create_panel
from admin.safety import limiter
from models.consents import Consent, ConsentMedium
from models.surveys import SurveyRun, SurveyStatus
from services.clock import FixedClock
from services.panel_address import keep_panel_address
from services.programmes.running import change_settings
from services.surveys.steps import read_step
from tests.dialogues.couples import bring_together
from tests.dialogues.walks import Guest, invited, make_world
from tests.panel.conftest import Browser, text_of
from tests.town import Town
from tests.world import World, answer_until

ADDRESS = "https://panel.example"
HIDDEN = {"is_pseudonymous": True}


def form_in(text: str) -> str:
    found = re.search(rf"{re.escape(ADDRESS)}(/f/\S+)", text)
    assert found is not None, text
    return found[1]


@pytest.fixture
async def world(town: Town) -> World:
    world = await make_world(town)
    with town.database.writing() as session:
        keep_panel_address(session, ADDRESS)
    world.write(change_settings, actor=world.curator, cycle_id=world.cycle_id, changes=HIDDEN)
    return world


@pytest.fixture
def panel(town: Town, world: World) -> Iterator[Flask]:
    app = create_panel(
        PanelConfig(database_url=town.database_url, secret_key="0" * 32, clock=FixedClock(world.now))
    )
    app.testing = True
    with app.app_context():
        limiter.reset()
    yield app
    app.extensions["nastavnik_database"].close()


async def there(ask: Callable[..., str], *path: str, **form: str) -> str:
    """A page of the panel, asked in a thread: its application has a loop of its own."""
    return text_of(await asyncio.to_thread(ask, *path, **form))


async def test_consent_and_intake_go_through_the_form(town: Town, world: World, panel: Flask) -> None:
    anna: Guest = await invited(town, world)
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
    with town.database.reading() as session:
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
    with town.database.reading() as session:
        assert not read_step(session, run_id=run.id).given, "what is typed in the chat is no answer"
        assert session.get_one(SurveyRun, run.id).status is SurveyStatus.OPEN
    assert "покажет куратор" in await anna.say("/mydata")


async def test_a_pair_knows_first_names_and_its_code(town: Town) -> None:
    couple = await bring_together(town)
    await couple.curate(change_settings, cycle_id=couple.world.cycle_id, changes=HIDDEN)
    after = len(await town.telegram.record())
    await couple.offer()
    assert f"Пётр (№ {couple.pair_id})" in (await couple.anna.screen()).text
    await couple.accept()
    for person in (couple.anna, couple.pyotr):
        for said in ("/pair", "/menu", "/meetings", "/surveys", "/mydata", "/privacy", "/help"):
            await person.say(said)
    await couple.pyotr.say("вчера 40 минут, разобрали план урока")
    await couple.pyotr.expect("40 минут")
    calls = (await town.telegram.record())[after:]
    sent = str([{**call, "answer": None} for call in calls])  # Telegram's answers repeat older messages
    for side in (couple.mentee, couple.mentor):
        facts = side.person
        for name in filter(None, (facts.family_name, facts.patronymic, facts.position)):
            assert name not in sent, name
    assert "tg://user" not in sent
    assert f"Анна (№ {couple.pair_id})" in sent


async def test_the_chat_goes_on_by_itself_when_the_form_is_sent(
    town: Town, world: World, panel: Flask
) -> None:
    anna: Guest = await invited(town, world)
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
    with town.database.reading() as session:
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
