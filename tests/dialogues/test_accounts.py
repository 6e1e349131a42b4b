"""A curator's chat: digits of the panel tie it to the account, /panel lets in by a link that serves once."""

import asyncio
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from admin.app import PanelConfig, create_panel
from admin.safety import limiter
from models.accounts import AccountRole
from sandbox.client import Person
from services.accounts import create_account, set_password
from services.actors import Door, system
from services.clock import FixedClock
from services.panel_address import keep_panel_address
from tests.dialogues.walks import Guest, consented, make_world
from tests.panel.conftest import PASSWORD, Browser, text_of
from tests.town import Town
from tests.world import World

ADDRESS = "https://panel.example"


@pytest.fixture
async def world(town: Town) -> World:
    world = await make_world(town)
    with town.database.writing() as session:
        keep_panel_address(session, ADDRESS + "/")
        made = create_account(
            session,
            actor=system(Door.COMMAND_LINE),
            organization_id=world.organization_id,
            login="curator",
            name="Вера Павловна Тихая",
            role=AccountRole.CURATOR,
            now=world.now,
        )
        set_password(session, token=made.token, password=PASSWORD, now=world.now)
    return world


@pytest.fixture
def clock(world: World) -> FixedClock:
    return FixedClock(world.now)


@pytest.fixture
def panel(town: Town, clock: FixedClock) -> Iterator[Flask]:
    app = create_panel(PanelConfig(database_url=town.database_url, secret_key="0" * 32, clock=clock))
    app.testing = True
    with app.app_context():
        limiter.reset()
    yield app
    app.extensions["nastavnik_database"].close()


async def there(ask: Callable[..., str], *path: str, **form: Any) -> str:
    """A page of the panel, asked in a thread: its application has a loop of its own."""
    return text_of(await asyncio.to_thread(ask, *path, **form))


async def code_of(browser: Browser) -> str:
    page = await there(browser.post, "/account/code", page="/account/")
    found = re.search(r"(?:\d{4} ){2}\d{4}", page)
    assert found is not None
    return found[0]


def entry_in(text: str) -> str:
    """The path of the link in a message."""
    found = re.search(rf"{re.escape(ADDRESS)}(/enter/\S+)", text)
    assert found is not None, text
    return found[1]


async def menu_shows_panel(person: Person, *, is_shown: bool = True) -> None:
    """The menu of commands follows the message."""
    for _ in range(100):
        if ("panel" in await person.commands()) is is_shown:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(await person.commands())


async def test_a_curator_ties_the_chat_and_enters_by_it(
    town: Town, world: World, panel: Flask, clock: FixedClock
) -> None:
    curator = Browser(panel.test_client(), "curator")
    vera = await town.telegram.person("Вера", key="vera")
    await vera.start()
    assert "есть учётная запись в панели" in (await vera.say("/panel")).text
    assert "не знаю такого кода" in (await vera.say("1234 5678 9012")).text
    code = await code_of(curator)
    told = (await vera.say(code.replace(" ", "-"))).text
    assert "связан с учётной записью «Вера Павловна Тихая»" in told
    assert "<b>" not in told
    assert "Участвую и я" in (await vera.screen()).labels, "a curator need not take part"
    assert "не знаю такого кода" in (await vera.say(code)).text
    assert "чат связан" in (await there(curator.get, "/account/")).casefold()
    await menu_shows_panel(vera)

    clock.moment = await town.telegram.now()
    path = entry_in((await vera.say("/panel")).text)
    phone = Browser(panel.test_client())
    for _ in range(2):  # Telegram's preview, then the person
        assert "Вера Павловна Тихая" in (await there(phone.get, path))
    assert "Что ждёт вас" in (await there(phone.post, path))
    stranger = Browser(panel.test_client())
    assert "уже использована" in (await there(stranger.get, path, status=410))
    assert "Вход в панель" not in (await there(phone.get, "/audit/")), (
        "the journal keeps that it was sent, not the link"
    )
    assert "В чат отправлена ссылка" in (await there(phone.get, "/audit/"))

    late = entry_in((await vera.say("/panel")).text)
    clock.moment = await town.telegram.now() + timedelta(minutes=5, seconds=1)
    assert "устарела" in (await there(stranger.get, late, status=410))
    clock.moment = await town.telegram.now()
    spent = entry_in((await vera.say("/panel")).text)
    fresh = "совсем новая длинная фраза"
    await there(curator.post, "/account/", present=PASSWORD, password=fresh, again=fresh)
    await there(stranger.get, spent, status=410)
    assert "Панель куратора" in (await there(phone.get, "/")), "its session ends too"

    await there(curator.post, "/account/chat/unlink", page="/account/")
    await vera.expect("больше не открывает панель")
    await menu_shows_panel(vera, is_shown=False)
    assert "есть учётная запись в панели" in (await vera.say("/panel")).text


async def test_a_teacher_who_is_a_curator_too_keeps_the_chat(town: Town, world: World, panel: Flask) -> None:
    anna: Guest = await consented(town, world)
    await anna.tap("Мне нужен наставник")
    assert "есть учётная запись в панели" in await anna.say("/panel")
    told = await anna.say(await code_of(Browser(panel.test_client(), "curator")))
    assert "связан с учётной записью" in told
    assert "Кем вы работаете" in told, "the questionnaire goes on where it stood"
    assert ADDRESS in await anna.say("/panel")
    assert "ваша роль: наставляемый" in await anna.say("/menu")
