"""A curator's chat: digits of the panel tie it to the account, /panel lets in by a link that serves once."""

import asyncio
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from admin.app import PanelConfig, create_panel
from admin.safety import limiter
from models.accounts import Account, AccountRole
from models.people import ChatAccount
from models.people import Person as DbPerson
from sandbox.client import Person
from services.access.actors import Channel, system
from services.accounts.directory import create_account, set_password
from services.organizations.panel_address import store_panel_address
from tests.dialogues.participants import Guest, consented, make_world
from tests.fixed_clock import FixedClock
from tests.panel.conftest import PASSWORD, Browser, text_of
from tests.running_bot import RunningBot
from tests.world import World

ADDRESS = "https://panel.example"


@pytest.fixture
async def world(running: RunningBot) -> World:
    world = await make_world(running)
    with running.database.writing() as session:
        store_panel_address(session, ADDRESS + "/")
        made = create_account(
            session,
            actor=system(Channel.COMMAND_LINE),
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
def panel(running: RunningBot, clock: FixedClock) -> Iterator[Flask]:
    app = create_panel(PanelConfig(database_url=running.database_url, secret_key="0" * 32, clock=clock))
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


async def tie(person: Person, code: str) -> str:
    """Type the digits; gives the answer once the notice has come too, before it or after it."""
    await person.say(code, wait=False)
    for _ in range(400):
        texts = [one.text for one in await person.messages() if one.from_bot]
        answers = [text for text in texts if "связан с учётной записью" in text]
        if answers and any("Если это сделали не вы, отвяжите его" in text for text in texts):
            return answers[-1]
        await asyncio.sleep(0.05)
    raise AssertionError(await person.transcript())


async def test_a_curator_ties_the_chat_and_enters_by_it(
    running: RunningBot, world: World, panel: Flask, clock: FixedClock
) -> None:
    curator = Browser(panel.test_client(), "curator")
    vera = await running.telegram.person("Вера", key="vera")
    await vera.start()
    assert "есть учётная запись в панели" in (await vera.say("/panel")).text
    assert "не знаю такого кода" in (await vera.say("1234 5678 9012")).text
    code = await code_of(curator)
    told = await tie(vera, code.replace(" ", "-"))
    assert "связан с учётной записью «Вера Павловна Тихая»" in told
    assert "<b>" not in told
    assert any("Участвую и я" in one.labels for one in await vera.messages()), "a curator need not take part"
    assert "не знаю такого кода" in (await vera.say(code)).text
    assert "чат связан" in (await there(curator.get, "/account/")).casefold()
    await menu_shows_panel(vera)

    clock.moment = await running.telegram.now()
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
    clock.moment = await running.telegram.now() + timedelta(minutes=5, seconds=1)
    assert "устарела" in (await there(stranger.get, late, status=410))
    clock.moment = await running.telegram.now()
    spent = entry_in((await vera.say("/panel")).text)
    fresh = "совсем новая длинная фраза"
    await there(curator.post, "/account/", present=PASSWORD, password=fresh, again=fresh)
    await there(stranger.get, spent, status=410)
    assert "Панель куратора" in (await there(phone.get, "/")), "its session ends too"

    await there(curator.post, "/account/chat/unlink", page="/account/")
    await vera.expect("больше не открывает панель")
    await menu_shows_panel(vera, is_shown=False)
    assert "есть учётная запись в панели" in (await vera.say("/panel")).text


async def test_a_teacher_who_is_a_curator_too_keeps_the_chat(
    running: RunningBot, world: World, panel: Flask
) -> None:
    anna: Guest = await consented(running, world)
    await anna.tap("Мне нужен наставник")
    assert "есть учётная запись в панели" in await anna.say("/panel")
    told = await tie(anna.telegram, await code_of(Browser(panel.test_client(), "curator")))
    assert "связан с учётной записью" in told
    assert "Кем вы работаете" in told, "the questionnaire goes on where it stood"
    assert ADDRESS in await anna.say("/panel")
    assert "ваша роль: наставляемый" in await anna.say("/menu")


def add_observer(running: RunningBot, world: World, name: str) -> None:
    """An account that a curator makes, whose password the curator sets: the way of somebody curious."""
    with running.database.writing() as session:
        made = create_account(
            session,
            actor=world.curator,
            organization_id=world.organization_id,
            login="observer",
            name=name,
            role=AccountRole.OBSERVER,
            now=world.now,
        )
        set_password(session, token=made.token, password=PASSWORD, now=world.now)


async def test_an_account_with_a_teachers_name_takes_no_chat_over(
    running: RunningBot, world: World, panel: Flask
) -> None:
    anna: Guest = await consented(running, world)
    await anna.tap("Мне нужен наставник")
    with running.database.reading() as session:
        teacher = session.scalars(select(DbPerson).where(DbPerson.given_name == "Анна")).one()
        name, teacher_id = teacher.full_name, teacher.id
    add_observer(running, world, name)
    thief = await running.telegram.person("Чужая", key="thief")
    await thief.start()
    await tie(thief, await code_of(Browser(panel.test_client(), "observer")))
    menu = (await thief.say("/menu")).text
    assert "ваша роль: наставляемый" not in menu
    assert "Кем вы работаете" not in menu
    assert "ваша роль: наставляемый" in await anna.say("/menu"), "the teacher's chat is hers as before"
    with running.database.reading() as session:
        chats = session.scalars(select(ChatAccount).where(ChatAccount.person_id == teacher_id)).all()
        account = session.scalars(select(Account).where(Account.login == "observer")).one()
    assert len(chats) == 1
    assert account.person_id != teacher_id


async def test_an_account_with_the_name_of_somebody_without_a_chat_does_not_become_them(
    running: RunningBot, world: World, panel: Flask
) -> None:
    card = world.person("Анна")
    card_id = card.id
    add_observer(running, world, card.full_name)
    observer = Browser(panel.test_client(), "observer")
    stranger = await running.telegram.person("Чужая", key="stranger")
    await stranger.start()
    await tie(stranger, await code_of(observer))
    with running.database.reading() as session:
        assert session.scalars(select(ChatAccount).where(ChatAccount.person_id == card_id)).all() == []


async def test_the_account_of_a_participant_brings_no_other_chat_and_an_own_one_tells_the_old(
    running: RunningBot, world: World, panel: Flask
) -> None:
    """Who resets the account of a teacher takes a code, and would get the teacher's chat with it."""
    anna: Guest = await consented(running, world)
    await anna.tap("Мне нужен наставник")
    curator = Browser(panel.test_client(), "curator")
    await tie(anna.telegram, await code_of(curator))
    thief = await running.telegram.person("Чужая", key="thief")
    await thief.start()
    assert "принадлежит участнику" in (await thief.say(await code_of(curator))).text
    assert "ваша роль: наставляемый" in await anna.say("/menu")

    await there(curator.post, "/account/chat/unlink", page="/account/")
    first = await running.telegram.person("Вера", key="first")
    await first.start()
    await tie(first, await code_of(curator))
    second = await running.telegram.person("Вера", key="second")
    await second.start()
    await tie(second, await code_of(curator))
    await first.expect("больше не связан")
    assert ADDRESS in (await second.say("/panel")).text
    assert ADDRESS not in (await first.say("/panel")).text


async def test_the_owner_reads_in_the_chat_who_issued_a_link(
    running: RunningBot, world: World, panel: Flask
) -> None:
    vera = await running.telegram.person("Вера", key="vera")
    await vera.start()
    await tie(vera, await code_of(Browser(panel.test_client(), "curator")))
    with running.database.writing() as session:
        keeper = create_account(
            session,
            actor=system(Channel.COMMAND_LINE),
            organization_id=world.organization_id,
            login="chief",
            name="Ада Главная",
            role=AccountRole.ADMINISTRATOR,
            now=world.now,
        )
        set_password(session, token=keeper.token, password=PASSWORD, now=world.now)
        owner = session.scalars(select(Account.id).where(Account.login == "curator")).one()
    chief = Browser(panel.test_client(), "chief")
    page = await asyncio.to_thread(chief.post, f"/accounts/{owner}/link", page="/accounts/")
    await vera.expect("Кто выдал: Ада Главная")
    link = re.search(r"/setup/[\w-]+", page)
    assert link is not None
    fresh = "совсем новая длинная фраза"
    await there(Browser(panel.test_client()).post, link[0], password=fresh, again=fresh)
    await vera.expect("задан новый пароль по ссылке")
    await menu_shows_panel(vera, is_shown=False)
    assert ADDRESS not in (await vera.say("/panel")).text
