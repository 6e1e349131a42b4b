"""Guests: a school lets them in and ends them itself, chooses their role, and reads of it in its journal."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from models.accounts import AccountOrganization, AccountRole
from models.audit import AuditEntry
from models.engine import Database
from services.access.actors import Channel, system
from services.accounts.workplaces import admit_guest
from tests.fixed_clock import FixedClock
from tests.panel.conftest import Browser, text_of
from tests.world import World, found_school

HOST = "Гимназия № 5"


@pytest.fixture
def host(world: World, database: Database) -> World:
    """The other school, which lets guests in."""
    return found_school(database, world.now, name=HOST)


@pytest.fixture
def keeper(panel: Flask, host: World, add_account: Callable[..., int]) -> Browser:
    """The host's own administrator."""
    add_account(host, AccountRole.ADMINISTRATOR, "keeper", "Анна Хозяйкина")
    return Browser(panel.test_client(), "keeper")


def stays(database: Database) -> list[tuple[int, AccountRole]]:
    with database.reading() as session:
        rows = session.scalars(select(AccountOrganization).order_by(AccountOrganization.account_id))
        return [(row.organization_id, row.role) for row in rows]


def turn(browser: Browser, host: World) -> str:
    return browser.post("/account/organization", page="/account/", organization_id=str(host.organization_id))


@pytest.mark.requirement("A2")
def test_a_school_lets_a_guest_in_with_a_role_of_its_choice_and_ends_the_stay(
    panel: Flask,
    world: World,
    host: World,
    keeper: Browser,
    add_account: Callable[..., int],
    database: Database,
    clock: FixedClock,
) -> None:
    add_account(world, AccountRole.CURATOR, "colleague", "Олег Олегович Соседов")
    guest = Browser(panel.test_client(), "colleague")
    assert HOST not in guest.get("/")
    saved = keeper.post("/accounts/guests", login=" Colleague ", role="observer")
    assert "Сохранено." in text_of(saved)
    listed = text_of(keeper.get("/accounts/"))
    assert "Олег Олегович Соседов colleague · гость из «Школа № 17 города Приозёрска» наблюдатель" in listed
    assert "уже" in text_of(keeper.post("/accounts/guests", login="colleague", role="observer"))

    guest.get("/people/")
    assert HOST in turn(guest, host)
    guest.get("/people/", status=403)
    guest.get("/scores/")
    clock.moment += timedelta(minutes=1)
    keeper.post("/accounts/guests", login="colleague", role="curator")
    guest.get("/people/")
    assert stays(database) == [(host.organization_id, AccountRole.CURATOR)]

    add_account(world, AccountRole.ADMINISTRATOR, "own.chief", "Ада Главная")
    for browser in (keeper, Browser(panel.test_client(), "own.chief")):
        journal = text_of(browser.get("/audit/"))
        assert "Анна Хозяйкина Гость впущен" in journal, "in both journals"
    told = text_of(guest.get("/account/"))
    assert told.count("другая организация впустила вас как гостя") == 1 + 1, "let in, then given another role"

    with database.reading() as session:
        account_id = session.scalars(select(AccountOrganization.account_id)).one()
    ended = keeper.post(f"/accounts/guests/{account_id}/end", page="/accounts/")
    assert "Гость здесь больше не работает." in text_of(ended)
    assert "Соседов" not in text_of(keeper.get("/accounts/"))
    assert HOST not in guest.get("/people/"), "at home again from the next page on"
    again = keeper.post(f"/accounts/guests/{account_id}/end", page="/accounts/")
    assert "больше нет" in text_of(again), "a success is said only once"


@pytest.mark.parametrize("role", [AccountRole.CURATOR, AccountRole.ADMINISTRATOR])
def test_a_guest_lets_nobody_in_and_keeps_no_account(
    panel: Flask,
    world: World,
    host: World,
    keeper: Browser,
    add_account: Callable[..., int],
    database: Database,
    role: AccountRole,
) -> None:
    add_account(world, role, "guest", "Олег Соседов")
    head = add_account(world, AccountRole.HEAD, "their.head", "Ольга Главная")
    observer = add_account(host, AccountRole.OBSERVER, "observer", "Пётр Глядящий")
    keeper.post("/accounts/guests", login="guest", role=role.value)
    guest = Browser(panel.test_client(), "guest")
    guest.get("/")
    turn(guest, host)
    assert 'href="/accounts/"' not in guest.get("/organization/")
    guest.get("/accounts/", status=403)
    for path, form in (
        ("/accounts/guests", {"login": "their.head", "role": "observer"}),
        ("/accounts/add", {"login": "new", "name": "Новый Человек", "role": "observer"}),
        (f"/accounts/{observer}/link", {}),
        (f"/accounts/{observer}/disable", {}),
        (f"/accounts/guests/{head}/end", {}),
    ):
        guest.post(path, form, page="/account/", status=403)
    assert stays(database) == [(host.organization_id, role)]


def test_nobody_lets_anyone_into_a_school_from_outside(
    panel: Flask,
    world: World,
    host: World,
    administrator: Browser,
    add_account: Callable[..., int],
    database: Database,
) -> None:
    """An administrator at home may not give the host away; the form names no organisation."""
    head = add_account(world, AccountRole.HEAD, "head", "Ольга Главная")
    form = {"login": "head", "role": "head", "organization_id": str(host.organization_id)}
    said = text_of(administrator.post("/accounts/guests", form))
    assert "не гость" in said
    administrator.post(f"/accounts/{head}/organizations", form, page="/account/", status=404)
    assert stays(database) == []


def test_a_curator_of_the_host_admits_and_ends_within_own_rights(
    panel: Flask,
    world: World,
    host: World,
    keeper: Browser,
    add_account: Callable[..., int],
    database: Database,
) -> None:
    add_account(host, AccountRole.CURATOR, "host.curator", "Вера Хозяйкина")
    curator = Browser(panel.test_client(), "host.curator")
    head = add_account(world, AccountRole.HEAD, "head", "Ольга Главная")
    for role in ("head", "psychologist", "administrator"):
        assert "нет права" in text_of(curator.post("/accounts/guests", login="head", role=role)), role
    curator.post("/accounts/guests", login="head", role="observer")
    assert stays(database) == [(host.organization_id, AccountRole.OBSERVER)]
    keeper.post("/accounts/guests", login="head", role="head")
    refused = curator.post("/accounts/guests", login="head", role="observer")
    assert "нет права" in text_of(refused), "a guest whom the curator may not keep"
    assert f"/accounts/guests/{head}/end" not in curator.get("/accounts/")
    assert "нет права" in text_of(curator.post(f"/accounts/guests/{head}/end", page="/accounts/"))
    assert stays(database) == [(host.organization_id, AccountRole.HEAD)]
    keeper.post(f"/accounts/guests/{head}/end", page="/accounts/")
    assert stays(database) == []


def test_who_is_no_guest_is_not_let_in(
    world: World, host: World, keeper: Browser, add_account: Callable[..., int], database: Database
) -> None:
    assert "Такой учётной записи нет" in text_of(
        keeper.post("/accounts/guests", login="unknown", role="observer")
    )
    assert "не гость" in text_of(keeper.post("/accounts/guests", login="keeper", role="observer"))
    assert stays(database) == []
    with database.reading() as session:
        assert not session.scalars(
            select(AuditEntry).where(AuditEntry.action == "account.guest_admitted")
        ).all()


def test_the_command_line_lets_a_guest_in_and_both_journals_tell(
    world: World, host: World, add_account: Callable[..., int], database: Database
) -> None:
    add_account(world, AccountRole.OBSERVER, "guest", "Олег Соседов")
    world.write(
        admit_guest,
        actor=system(Channel.COMMAND_LINE),
        organization_id=host.organization_id,
        login="guest",
        role=AccountRole.HEAD,
    )
    with database.reading() as session:
        found = session.scalars(
            select(AuditEntry.organization_id).where(AuditEntry.action == "account.guest_admitted")
        ).all()
    assert set(found) == {world.organization_id, host.organization_id}
