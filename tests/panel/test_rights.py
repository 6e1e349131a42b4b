"""Roles see what is theirs, organisations see nothing of each other."""

from collections.abc import Callable

import pytest
from flask import Flask

from models.accounts import AccountRole
from models.engine import Database
from models.pairs import DeclineReason
from models.people import OrganizationKind
from services.accounts import RIGHTS
from services.actors import Actor, ActorKind, Door, Right, system
from services.organizations import add_organization
from services.pairs import confirm_pair, decline_offer, draft_pair
from services.programmes.running import create_programme
from services.scores import open_sheet
from tests.panel.conftest import Browser, text_of
from tests.world import World

SCORES = {"/", "/scores/", "/exports/"}
PEOPLE = SCORES | {"/people/", "/pairs/", "/meetings/"}
ALL = PEOPLE | {
    "/programme/",
    "/audit/",
    "/outbox/",
    "/proposals/",
    "/joining/",
    "/organization/",
    "/accounts/",
}
OPEN_TO = {
    AccountRole.ADMINISTRATOR: ALL,
    AccountRole.CURATOR: ALL,
    AccountRole.HEAD: PEOPLE | {"/audit/"},
    AccountRole.PSYCHOLOGIST: PEOPLE,
    AccountRole.OBSERVER: SCORES,
}


@pytest.mark.parametrize("role", list(OPEN_TO))
def test_a_role_opens_its_pages_only(
    panel: Flask, world: World, add_account: Callable[..., int], role: AccountRole
) -> None:
    add_account(world, role, "somebody")
    browser = Browser(panel.test_client())
    home = browser.sign_in("somebody")
    for path in sorted(ALL):
        is_open = path in OPEN_TO[role]
        browser.get(path, status=200 if is_open else 403)
        assert (f'href="{path}"' in home) <= is_open, path


@pytest.mark.parametrize("role", [AccountRole.HEAD, AccountRole.PSYCHOLOGIST, AccountRole.OBSERVER])
def test_who_may_not_manage_cannot_post(
    panel: Flask, world: World, add_account: Callable[..., int], role: AccountRole
) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    drafted = world.write(
        draft_pair,
        actor=world.curator,
        mentee_participation_id=mentee.participation_id,
        mentor_participation_id=mentor.participation_id,
    )
    add_account(world, role, "somebody")
    browser = Browser(panel.test_client())
    browser.sign_in("somebody")
    pair = f"/pairs/{drafted.pair_id}"
    forbidden = (f"{pair}/confirm", f"{pair}/end", f"{pair}/withdraw", "/people/add", "/programme/")
    for path in forbidden:
        browser.post(path, page="/account/", status=403, family_name="А", given_name="Б")
    for path in (f"{pair}/discard", f"{pair}/order", f"/people/{mentee.id}/invite"):
        page = browser.post(path, page="/account/", status=403 if role is AccountRole.OBSERVER else 200)
        assert "нет права" in text_of(page) or "У вас нет" in text_of(page), path
    assert RIGHTS[role].isdisjoint({Right.MANAGE_PAIRS, Right.EDIT_PEOPLE, Right.MANAGE_SETTINGS})


def test_what_only_the_curator_was_promised_to_see(
    panel: Flask, world: World, add_account: Callable[..., int], curator: Browser
) -> None:
    mentee, mentor = world.mentee(expected_result="Хочу спокойно вести урок"), world.mentor()
    pair_id = world.write(
        draft_pair,
        actor=world.curator,
        mentee_participation_id=mentee.participation_id,
        mentor_participation_id=mentor.participation_id,
    ).pair_id
    world.write(confirm_pair, actor=world.curator, pair_id=pair_id)
    world.write(
        decline_offer,
        actor=world.actor(mentor.person),
        pair_id=pair_id,
        reason=DeclineReason.PERSONAL,
        note="Ухаживаю за мамой",
    )
    add_account(world, AccountRole.HEAD, "head")
    head = Browser(panel.test_client())
    head.sign_in("head")
    for browser, sees in ((curator, True), (head, False)):
        card, pair = browser.get(f"/people/{mentee.id}/"), browser.get(f"/pairs/{pair_id}/")
        assert ("Хочу спокойно вести урок" in card) is sees
        assert ("Ухаживаю за мамой" in pair) is sees
        assert ("личные причины" in pair) is sees


@pytest.fixture
def neighbour(database: Database, world: World, add_account: Callable[..., int], panel: Flask) -> Browser:
    """A curator of another school on the same installation."""
    root = system(Door.COMMAND_LINE)
    with database.writing() as session:
        other = add_organization(
            session,
            actor=root,
            name="Гимназия соседнего района",
            kind=OrganizationKind.SCHOOL,
            timezone="Europe/Moscow",
            now=world.now,
        )
        created = create_programme(
            session,
            actor=root,
            organization_id=other.id,
            pack=world.pack,
            today=world.now.date(),
            now=world.now,
        )
    elsewhere = World(
        database, other.id, created.cycle_id, world.pack, world.curator, world.now, other.join_code
    )
    add_account(elsewhere, AccountRole.CURATOR, "neighbour")
    browser = Browser(panel.test_client())
    browser.sign_in("neighbour")
    return browser


def test_another_organisation_is_out_of_reach(
    world: World, neighbour: Browser, add_account: Callable[..., int]
) -> None:
    mentee, mentor = world.mentee("Анна"), world.mentor("Пётр")
    drafted = world.write(
        draft_pair,
        actor=world.curator,
        mentee_participation_id=mentee.participation_id,
        mentor_participation_id=mentor.participation_id,
    )
    author = add_account(world, AccountRole.CURATOR, "own")
    actor = Actor(ActorKind.ACCOUNT, author, world.organization_id, Door.PANEL, frozenset(Right))
    sheet_id = world.write(open_sheet, actor=actor, cycle_id=world.cycle_id)
    pair, person = f"/pairs/{drafted.pair_id}", f"/people/{mentee.id}"
    compared = f"/proposals/{mentee.participation_id}/{mentor.participation_id}/"
    own = (
        *(f"{pair}/{tail}" for tail in ("", "confirm", "end", "withdraw")),
        *(f"{person}/{tail}" for tail in ("", "edit")),
        compared,
        f"/meetings/add/{drafted.pair_id}",
        f"/scores/sheets/{sheet_id}/",
    )
    for path in own:
        neighbour.get(path, status=403)
    refused = neighbour.post(f"{pair}/discard", page="/account/", status=403)
    assert "Нет доступа" in text_of(refused)
    neighbour.post(compared, page="/account/", status=403)
    for path in ("/people/", "/pairs/", "/meetings/", "/audit/", "/outbox/", "/proposals/", "/"):
        text = text_of(neighbour.get(path))
        assert mentee.person.family_name not in text, path
        assert mentor.person.family_name not in text, path


def test_tables_cannot_be_written(curator: Browser) -> None:
    for table in ("meetings", "outbox", "audit"):
        for tail in (
            "new/",
            "edit/?id=1",
            "delete/",
            "export/csv/",
            "action/",
            "ajax/update/",
            "details/?id=1",
        ):
            assert curator.client.get(f"/{table}/{tail}").status_code == 404, (table, tail)
