"""Roles see what is theirs, organisations nothing of each other: every page and command, by every role."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select

from admin.access import OPEN_ENDPOINTS, Secured
from models.accounts import Account, AccountRole
from models.base import Base
from models.engine import Database
from models.meetings import Meeting
from models.messages import OutboxMessage
from models.pairs import DeclineReason
from models.people import OrganizationKind, Person
from models.requests import RequestKind
from models.surveys import SurveyRun
from models.tasks import Task, TaskKind
from services.access.actors import Actor, ActorKind, Channel, Right, system
from services.access.rights import RIGHTS
from services.accounts.consultations import add_consultation
from services.accounts.workplaces import admit_guest
from services.delivery.tasks import open_task
from services.meetings.outcomes import log_past_meeting
from services.organizations.register import add_organization
from services.pairs.offers import decline_offer
from services.pairs.proposals import confirm_pair, draft_pair
from services.pairs.requests.sending import send_request
from services.programmes.running import create_programme
from services.results.sheets import open_sheet
from tests.panel.conftest import Browser
from tests.world import World, found_school

ENTRANCE = {"entrance.sign_out"}
FORM = {
    "family_name": "Чужих", "given_name": "Чужая", "name": "Чужое", "login": "strange", "role": "observer",
    "reason": "by_curator", "day": "2026-11-20", "minutes": "30", "topic": "Чужая тема",
    "signed_on": "2026-11-20", "address": "Чужой адрес", "inn": "7701234567", "timezone": "Asia/Omsk",
    "organization_id": "0", "organizations": "0", "person_id": "1", "title": "Чужое", "text": "Чужое",
    "note": "Чужое", "date": "2026-11-20",
    "answer": "refuse",
}  # fmt: skip
"""What a form of ours may hold: a stranger fills in all of it."""


@dataclass(frozen=True)
class Address:
    """One page or command with real ids in it, and the right that it declares."""

    endpoint: str
    method: str
    path: str
    right: Right | None


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Rights do not depend on the engine."""
    return sqlite_url


@pytest.fixture
def full(world: World, add_account: Callable[..., int], database: Database) -> dict[str, int]:
    """A school in which every kind of record stands; an id for each name of an address."""
    mentee, mentor = world.mentee("Анна"), world.mentor("Пётр")
    pair_id = world.agree(mentee, mentor)
    owner = add_account(world, AccountRole.CURATOR, "owner", "Нина Сергеевна Владеющая")
    actor = Actor(ActorKind.ACCOUNT, owner, world.organization_id, Channel.PANEL, frozenset(Right))
    world.write(
        log_past_meeting, actor=actor, pair_id=pair_id, day=world.now.date(), clock=None, minutes=30,
        topic="Своя тема", kind=None,
    )  # fmt: skip
    asked = world.write(
        send_request, actor=world.actor(mentor.person), pair_id=pair_id, kind=RequestKind.ENCOURAGE,
        text="Своя тема",
    )  # fmt: skip
    consultation_id = world.write(
        add_consultation, actor=actor, person_id=mentee.id, with_person_id=None, held_on=world.now.date(),
        text="Своя тема", today=world.now.date(),
    )  # fmt: skip
    sheet_id = world.write(open_sheet, actor=actor, cycle_id=world.cycle_id)
    with database.writing() as session:
        about = session.get_one(Person, mentee.id)
        open_task(session, TaskKind.HELP_WANTED, about, key="rights", now=world.now)
        return {
            "person_id": mentee.id,
            "pair_id": pair_id,
            "mentee_id": mentee.participation_id,
            "mentor_id": mentor.participation_id,
            "meeting_id": session.scalars(select(Meeting.id)).one(),
            "sheet_id": sheet_id,
            "request_id": asked.request_id,
            "consultation_id": consultation_id,
            "run_id": session.scalars(select(SurveyRun.id)).first() or 1,
            "task_id": session.scalars(select(Task.id)).first() or 1,
            "message_id": session.scalars(select(OutboxMessage.id)).first() or 1,
            "account_id": owner,
        }


def addresses(app: Flask, ids: dict[str, int]) -> Iterator[Address]:
    """Everything that the panel serves behind the sign-in: taken from the application, so that nothing new
    is left out. An id whose name is not known is 1: most tables have a first row.
    """
    views = {view.endpoint: view for view in app.extensions["admin"][0]._views}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPEN_ENDPOINTS | ENTRANCE:
            continue
        blueprint, _, page = rule.endpoint.rpartition(".")
        view = views[blueprint]
        assert isinstance(view, Secured)
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda hit: str(ids.get(hit[1], 1)), rule.rule)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            found = view.declared(page)
            assert found is not None, rule.endpoint
            yield Address(rule.endpoint, method, path, found.asked_by(method))


def refused_in(browser: Browser) -> bool:
    """Whether the last command was answered with a sentence that it is not allowed."""
    with browser.client.session_transaction() as kept:
        said = [text for _kind, text in kept.pop("_flashes", [])]
    return any("нет права" in text or "не имеет права" in text for text in said)


@pytest.mark.long
@pytest.mark.parametrize("role", list(AccountRole))
def test_every_page_and_command_by_every_role(
    panel: Flask, world: World, full: dict[str, int], add_account: Callable[..., int], role: AccountRole
) -> None:
    """What a page declares is what happens: closed without the right, open with it, services included."""
    panel.config["WTF_CSRF_ENABLED"] = False  # the rights are asked, not the lock before them
    add_account(world, role, "somebody")
    browser = Browser(panel.test_client())
    home = browser.sign_in("somebody")
    opened = closed = 0
    for one in addresses(panel, full):
        if one.endpoint == "account.index" and one.method == "POST":
            continue  # a wrong password is refused in words; tests of the entrance hold it
        answer = browser.client.open(one.path, method=one.method)
        is_open = one.right is None or one.right in RIGHTS[role]
        assert (answer.status_code != 403) is is_open, (one, answer.status_code)
        assert not (refused_in(browser) and is_open), one
        if not is_open and one.method == "GET":
            assert f'href="{one.path}"' not in home, one
        opened, closed = opened + is_open, closed + (not is_open)
    assert opened > 10
    assert closed > 10 or role in {AccountRole.ADMINISTRATOR, AccountRole.CURATOR}


@pytest.mark.long
@pytest.mark.parametrize("role", [AccountRole.HEAD, AccountRole.PSYCHOLOGIST, AccountRole.OBSERVER])
def test_services_refuse_what_the_door_would(
    panel: Flask,
    world: World,
    full: dict[str, int],
    add_account: Callable[..., int],
    role: AccountRole,
    writes: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the panel's own check taken away nothing changes hands: the rule stands in the services."""
    panel.config["WTF_CSRF_ENABLED"] = False
    add_account(world, role, "somebody")
    browser = Browser(panel.test_client())
    browser.sign_in("somebody")
    monkeypatch.setattr(Secured, "is_accessible", lambda _self: True)
    before = writes()
    names = ("Живаго", "Гнатюк", "Шевчук", "Белых", "Черных", "Петренко")
    asked = 0
    for one in addresses(panel, full):
        if one.right is None or one.right in RIGHTS[role]:
            continue
        answer = browser.client.open(one.path, method=one.method, data=FORM if one.method == "POST" else None)
        assert writes() == before, (one, "wrote")
        if Right.SEE_PEOPLE not in RIGHTS[role]:
            assert not [name for name in names if name in answer.text], (one, "shows a name")
        asked += 1
    assert asked > 10
    add_account(world, AccountRole.CURATOR, "keeper")
    keeper = Browser(panel.test_client(), "keeper")
    keeper.get("/people/")
    before = writes()
    keeper.client.post("/people/add", data=FORM)
    assert writes() != before, "whoever may, writes with the very same form"


def rows_of(database: Database, organization_id: int) -> dict[str, list[tuple[str, ...]]]:
    """The rows of one organisation, by table."""
    with database.engine.connect() as connection:
        return {
            name: sorted(
                tuple(map(str, row))
                for row in connection.execute(select(table).where(table.c.organization_id == organization_id))
            )
            for name, table in Base.metadata.tables.items()
            if "organization_id" in table.c
        }


@pytest.fixture
def writes(sqlite_url: str) -> Iterator[Callable[[], int]]:
    """A number that changes when anybody commits: SQLite's own, seen from a connection of its own."""
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:
        yield lambda: int(connection.execute("PRAGMA data_version").fetchone()[0])


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


@pytest.fixture(params=["another school", "works in both"])
def neighbour(
    request: pytest.FixtureRequest,
    database: Database,
    world: World,
    add_account: Callable[..., int],
    panel: Flask,
) -> Browser:
    """An administrator of another school on the same installation; the second may turn to `world`, and has
    not: an id of one's other organisation is a guessed one too.
    """
    root = system(Channel.COMMAND_LINE)
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
    add_account(elsewhere, AccountRole.ADMINISTRATOR, "neighbour")
    if request.param == "works in both":
        world.write(
            admit_guest,
            actor=root,
            organization_id=world.organization_id,
            login="neighbour",
            role=AccountRole.ADMINISTRATOR,
        )
    browser = Browser(panel.test_client())
    browser.sign_in("neighbour")
    return browser


@pytest.mark.long
def test_another_organisation_is_out_of_reach(
    panel: Flask,
    world: World,
    full: dict[str, int],
    neighbour: Browser,
    database: Database,
    writes: Callable[[], int],
) -> None:
    panel.config["WTF_CSRF_ENABLED"] = False
    with database.reading() as session:
        owner = session.get_one(Account, full["account_id"]).name
    neighbour.get("/")
    before, written = rows_of(database, world.organization_id), writes()
    asked = 0
    for one in addresses(panel, full):
        answer = neighbour.client.open(
            one.path,
            method=one.method,
            data=FORM if one.method == "POST" else None,
        )
        if writes() != written:
            assert rows_of(database, world.organization_id) == before, (one, "reached the other school")
            written = writes()
        if re.search(r"/\d", one.path):
            assert answer.status_code in {302, 403, 404, 409}, (one, answer.status_code)
        for name in ("Анна", "Пётр", "Своя тема", owner):
            assert name not in answer.text or one.endpoint == "accounts.index", (one, name)
        asked += 1
    assert asked > 50


def test_an_account_of_two_schools_sees_one_at_a_time(
    panel: Flask, world: World, full: dict[str, int], database: Database, add_account: Callable[..., int]
) -> None:
    root = system(Channel.COMMAND_LINE)
    other = found_school(database, world.now, name="Гимназия № 5").organization_id
    add_account(world, AccountRole.ADMINISTRATOR, "both")
    world.write(admit_guest, actor=root, organization_id=other, login="both", role=AccountRole.ADMINISTRATOR)
    browser = Browser(panel.test_client(), "both")
    assert "Анна" in browser.get("/people/")
    page = browser.post("/account/organization", page="/account/", organization_id=str(other))
    assert "Гимназия № 5" in page
    assert "Анна" not in browser.get("/people/")
    browser.get(f"/people/{full['person_id']}/", status=403)
    browser.post("/account/organization", page="/account/", organization_id="999")
    assert "Анна" not in browser.get("/people/")
    browser.post("/account/organization", page="/account/", organization_id=str(world.organization_id))
    assert "Анна" in browser.get("/people/")


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
