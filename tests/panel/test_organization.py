"""The organisation's card, its code, and who may enter: with rights, traces, and links shown once."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from models.accounts import Account, AccountRole
from models.audit import AuditEntry
from models.engine import Database
from models.people import Organization
from services.access.actors import Actor, ActorKind, Channel
from services.access.errors import NotAllowed
from services.access.rights import RIGHTS
from services.accounts.directory import create_account, issue_link
from services.accounts.register import disable_account, enable_account, list_accounts
from tests.panel.conftest import PASSWORD, Browser, text_of
from tests.world import World, found_school

CARD = {
    "name": "Школа № 18",
    "address": "г. Приозёрск, ул. Новая, 3",
    "inn": "7701234567",
    "timezone": "Asia/Omsk",
}


def test_the_card_is_corrected(curator: Browser, world: World, database: Database) -> None:
    assert "UTC+3" in text_of(curator.get("/organization/"))
    saved = curator.post("/organization/", CARD)
    assert "Карточка организации сохранена." in text_of(saved)
    assert "Школа № 18" in saved
    with database.reading() as session:
        row = session.get_one(Organization, world.organization_id)
        assert {name: getattr(row, name) for name in CARD} == CARD
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "organization.edited")).one()
    assert entry.after == {"changed": ["name", "address", "inn", "timezone"]}, "names of fields, no words"
    assert "Карточка организации исправлена" in text_of(curator.get("/audit/"))
    curator.post("/organization/", CARD)
    with database.reading() as session:
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == entry.action)).all()) == 1


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "  ", "полное название"),
        ("name", "Ш" * 301, "не длиннее 300"),
        ("name", "ГИМНАЗИЯ № 2", "уже есть"),
        ("inn", "12345", "10 цифр"),
        ("inn", "77012345б7", "10 цифр"),
        ("timezone", "Europe/Nowhere", "часовой пояс"),
    ],
)
def test_a_wrong_card_saves_nothing(
    curator: Browser, world: World, database: Database, field: str, typed: str, said: str
) -> None:
    found_school(database, world.now, name="Гимназия № 2")
    page = curator.post("/organization/", CARD | {field: typed})
    assert said in text_of(page)
    with database.reading() as session:
        row = session.get_one(Organization, world.organization_id)
    assert row.address != CARD["address"]


@pytest.mark.requirement("A22")
def test_what_the_consent_needs_is_asked_for_on_the_home(
    curator: Browser, world: World, database: Database
) -> None:
    assert "Заполнить карточку" not in text_of(curator.get("/"))
    curator.post("/organization/", CARD | {"inn": ""})
    home = curator.get("/")
    assert "Пока нельзя попросить согласия" in text_of(home)
    assert 'href="/organization/"' in home
    curator.post("/organization/", CARD)
    assert "Заполнить карточку" not in text_of(curator.get("/"))


def test_the_code_is_printed_and_replaced(curator: Browser, world: World, database: Database) -> None:
    sheet = text_of(curator.get("/organization/code"))
    assert world.join_code in sheet
    assert "@school_bot" in sheet
    page = text_of(curator.post("/organization/code/replace", page="/organization/"))
    assert "Код заменён." in page
    with database.reading() as session:
        code = session.scalars(select(Organization.join_code)).one()
    assert code != world.join_code
    assert code in page
    assert world.join_code not in text_of(curator.get("/people/"))
    assert "Код для входа заменён" in text_of(curator.get("/audit/"))


def link_of(page: str) -> str:
    found = re.search(r'value="http://localhost(/setup/[\w-]+)"', page)
    assert found is not None, text_of(page)
    return found[1]


def test_an_account_is_added_and_its_link_shown_once(
    administrator: Browser, panel: Flask, world: World, database: Database
) -> None:
    made = administrator.post("/accounts/add", name="Глеб  Директоров", login=" Head.5 ", role="head")
    link = link_of(made)
    token = link.rpartition("/")[2]
    assert token not in administrator.get("/accounts/")
    assert token not in administrator.get("/audit/")
    head = Browser(panel.test_client())
    head.post(link, password=PASSWORD, again=PASSWORD)
    head.sign_in("head.5")
    head.get("/people/")
    head.get("/organization/", status=403)
    head.get("/accounts/", status=403)
    text = text_of(administrator.get("/accounts/"))
    assert "Глеб Директоров head.5 руководитель работает последний вход" in text
    again = administrator.post("/accounts/add", name="Другой", login="HEAD.5", role="head")
    assert "уже есть" in text_of(again)
    for login in ("с пробелом", "а" * 51, "<b>"):
        assert "без пробелов" in text_of(
            administrator.post("/accounts/add", name="Другой", login=login, role="head")
        )
    with database.reading() as session:
        assert len(session.scalars(select(Account).where(Account.login != "chief")).all()) == 1


def test_an_account_is_switched_off_and_on(
    curator: Browser, panel: Flask, world: World, add_account: Callable[..., int]
) -> None:
    account_id = add_account(world, AccountRole.CURATOR, "second", "Лев Львович Второй")
    second = Browser(panel.test_client())
    second.sign_in("second")
    unused = link_of(curator.post(f"/accounts/{account_id}/link", page="/accounts/"))
    off = curator.post(f"/accounts/{account_id}/disable", page="/accounts/")
    assert "её сеансы завершены" in text_of(off)
    assert "отключена" in text_of(off)
    assert "Войти" in second.get("/people/"), "the session has ended"
    second.sign_in("second", status=401)
    second.get(unused, status=410)
    refused = curator.post(f"/accounts/{account_id}/link", page="/accounts/")
    assert "Сначала включите её" in text_of(refused)
    link = link_of(curator.post(f"/accounts/{account_id}/enable", page="/accounts/"))
    second.sign_in("second", status=401)
    second.post(link, password=PASSWORD, again=PASSWORD)
    second.sign_in("second")
    journal = text_of(curator.get("/audit/"))
    assert "Учётная запись отключена" in journal
    assert "Учётная запись снова включена" in journal


def test_nobody_switches_themselves_off(curator: Browser, database: Database) -> None:
    with database.reading() as session:
        own = session.scalars(select(Account.id)).one()
    assert f"/accounts/{own}/disable" not in curator.get("/accounts/")
    page = curator.post(f"/accounts/{own}/disable", page="/accounts/")
    assert "Свою учётную запись отключить нельзя" in text_of(page)
    curator.get("/people/")


def test_another_organisations_accounts_are_out_of_reach(
    curator: Browser, world: World, database: Database, add_account: Callable[..., int]
) -> None:
    other = found_school(database, world.now, name="Гимназия № 2")
    stranger_id = add_account(other, AccountRole.OBSERVER, "stranger", "Чужая Запись")
    assert "Чужая Запись" not in curator.get("/accounts/")
    for act in ("link", "disable", "enable"):
        assert "нет права" in text_of(curator.post(f"/accounts/{stranger_id}/{act}", page="/accounts/"))
    own = Actor(ActorKind.ACCOUNT, 1, world.organization_id, Channel.PANEL, RIGHTS[AccountRole.ADMINISTRATOR])
    with database.writing() as session:
        for service in (issue_link, disable_account, enable_account):
            with pytest.raises(NotAllowed):
                service(session, actor=own, account_id=stranger_id, now=world.now)
        with pytest.raises(NotAllowed):
            list_accounts(session, actor=own, organization_id=other.organization_id)
        with pytest.raises(NotAllowed):
            create_account(
                session,
                actor=own,
                organization_id=other.organization_id,
                login="x",
                name="X",
                role=AccountRole.OBSERVER,
                now=world.now,
            )
