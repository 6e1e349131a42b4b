"""Two people edit the same record: only changed fields are written, nothing is put back in silence, and a
form that changes nothing says so.
"""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from models.accounts import Account, AccountOrganization, AccountRole
from models.audit import AuditEntry
from models.base import Base
from models.engine import Database
from models.events import Event, EventKind
from models.people import Organization, OrganizationKind, Person
from models.person_notes import Eligibility
from models.roadmap import RoadmapEntry
from services.people.eligibility import set_eligibility
from services.programmes.running import settings_of
from services.roadmap.entries import lay_out
from services.roadmap.events.planning import plan_event
from tests.fixed_clock import FixedClock
from tests.pages import find_form
from tests.panel.conftest import Browser, text_of
from tests.world import World, found_school

UNCHANGED = "Изменений нет"


def opened(browser: Browser, page: str, address: str) -> dict[str, Any]:
    """The form of a page as a browser would send it untouched; boxes of one name are a list."""
    form = find_form(page, browser.get(page), address)
    assert form is not None
    return dict(form.values)


def send(browser: Browser, address: str, form: dict[str, Any]) -> str:
    answer = browser.client.post(address, data=form, follow_redirects=True)
    assert answer.status_code == 200, (address, answer.status_code)
    return str(answer.text)


@pytest.fixture
def second(panel: Flask, world: World, add_account: Callable[..., int]) -> Browser:
    add_account(world, AccountRole.CURATOR, "second", "Лев Львович Второй")
    return Browser(panel.test_client(), "second")


@pytest.fixture
def administrator(panel: Flask, world: World, add_account: Callable[..., int]) -> Browser:
    add_account(world, AccountRole.ADMINISTRATOR, "administrator", "Рим Олегович Старший")
    return Browser(panel.test_client(), "administrator")


def read(world: World, model: type[Base], key: int) -> Any:
    return world.read(lambda session: session.get_one(model, key))


def count_rows(database: Database, model: type[Base]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_an_older_form_puts_nothing_back(curator: Browser, second: Browser, world: World) -> None:
    person = world.person("Анна", "Игоревна", "учитель")
    page = f"/people/{person.id}/edit"
    older = opened(second, page, page)
    send(curator, page, {**opened(curator, page, page), "family_name": "Кузнецова"})
    said = text_of(send(second, page, {**older, "position": "учитель химии"}))
    row = read(world, Person, person.id)
    assert (row.family_name, row.position) == ("Кузнецова", "учитель химии")
    assert "Карточка исправлена" in said
    assert (
        f"изменилось «Фамилия»: было «{person.family_name}», стало «Кузнецова» (Вера Павловна Тихая)" in said
    )


def test_a_field_that_both_changed_is_a_choice(curator: Browser, second: Browser, world: World) -> None:
    person = world.person("Анна", "Игоревна", "учитель")
    page = f"/people/{person.id}/edit"
    older = opened(second, page, page)
    send(curator, page, {**opened(curator, page, page), "position": "завуч"})
    refused = send(second, page, {**older, "position": "учитель химии", "patronymic": "Ильинична"})
    assert read(world, Person, person.id).position == "завуч", "nothing is written before the choice"
    assert read(world, Person, person.id).patronymic == "Игоревна"
    told = text_of(refused)
    assert "Пока вы правили, изменилось «Должность»: было «учитель», стало «завуч»" in told
    assert "Оставить «завуч»" in told
    assert "Записать моё: «учитель химии»" in told
    assert 'value="Ильинична"' in refused, "nothing typed is lost"
    again = {**form_in(refused), "position": "учитель химии", "patronymic": "Ильинична"}
    send(second, page, {**again, "take_position": "theirs"})
    row = read(world, Person, person.id)
    assert (row.position, row.patronymic) == ("завуч", "Ильинична")
    send(second, page, {**opened(second, page, page), "position": "учитель химии"})
    assert read(world, Person, person.id).position == "учитель химии"


def form_in(page: str) -> dict[str, str]:
    return {
        name: unescape(re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1])  # type: ignore[index]
        for name in ("csrf_token", "opened_with", "family_name", "given_name")
    }


def test_the_choice_of_one_s_own_value_is_written(curator: Browser, second: Browser, world: World) -> None:
    person = world.person("Анна", "Игоревна", "учитель")
    page = f"/people/{person.id}/edit"
    older = opened(second, page, page)
    send(curator, page, {**opened(curator, page, page), "position": "завуч"})
    refused = send(second, page, {**older, "position": "учитель химии"})
    own = {**form_in(refused), "patronymic": "Игоревна", "position": "учитель химии", "take_position": "mine"}
    send(second, page, own)
    assert read(world, Person, person.id).position == "учитель химии"


def test_the_address_of_a_school_is_not_put_back(
    administrator: Browser, panel: Flask, world: World, add_account: Callable[..., int]
) -> None:
    add_account(world, AccountRole.ADMINISTRATOR, "other", "Ада Ивановна Другая")
    other = Browser(panel.test_client(), "other")
    older = opened(other, "/organization/", "/organization/")
    new = {
        **opened(administrator, "/organization/", "/organization/"),
        "address": "г. Приозёрск, ул. Новая, 5",
    }
    send(administrator, "/organization/", new)
    said = text_of(send(other, "/organization/", {**older, "timezone": "Asia/Omsk"}))
    row = read(world, Organization, world.organization_id)
    assert (row.address, row.timezone) == ("г. Приозёрск, ул. Новая, 5", "Asia/Omsk")
    assert "стало «г. Приозёрск, ул. Новая, 5»" in said


def test_settings_of_two_are_both_kept(
    administrator: Browser, panel: Flask, world: World, add_account: Callable[..., int]
) -> None:
    add_account(world, AccountRole.ADMINISTRATOR, "other", "Ада Ивановна Другая")
    other = Browser(panel.test_client(), "other")
    older = opened(other, "/programme/", "/programme/")
    send(
        administrator,
        "/programme/",
        {**opened(administrator, "/programme/", "/programme/"), "offer_expires_days": "9"},
    )
    send(other, "/programme/", {**older, "invitation_days": "21", "is_pseudonymous": ["1"]})
    found = world.read(settings_of, cycle_id=world.cycle_id)
    assert (found.offer_expires_days, found.invitation_days, found.is_pseudonymous) == (9, 21, True)


def test_ticks_of_two_are_both_kept(
    curator: Browser, second: Browser, world: World, clock: FixedClock, database: Database
) -> None:
    first, other = world.consented("Анна"), world.consented("Пётр")
    event = world.write(
        plan_event,
        actor=world.curator,
        cycle_id=world.cycle_id,
        kind=EventKind.ROUND_TABLE,
        title="Круглый стол",
        starts_at=world.now,
    )
    page, address = f"/events/{event.id}/", f"/events/{event.id}/present"
    older = opened(second, page, address)
    send(curator, address, {**opened(curator, page, address), "person_id": [str(first.id)]})
    send(second, address, {**older, "person_id": [str(other.id)]})
    there = opened(curator, page, address)["person_id"]
    assert sorted(there) == sorted([str(first.id), str(other.id)])


def forms(world: World) -> dict[str, tuple[str, str]]:
    person = world.consented()
    event = world.write(
        plan_event,
        actor=world.curator,
        cycle_id=world.cycle_id,
        kind=EventKind.ROUND_TABLE,
        title="Круглый стол",
        place="каб. 5",
        agenda="Итоги\nПланы",
        starts_at=world.now,
    )
    world.write(
        set_eligibility,
        actor=world.curator,
        person_id=person.id,
        experience_years="2",
        is_new_here=True,
        has_returned=False,
        is_up_to_35=True,
        is_student=False,
    )
    world.write(lay_out, cycle_id=world.cycle_id)
    entry = world.read(
        lambda session: session.scalars(select(RoadmapEntry.id).order_by(RoadmapEntry.id)).first()
    )
    return {
        "person": (f"/people/{person.id}/edit", f"/people/{person.id}/edit"),
        "age group": (f"/consents/person/{person.id}/", f"/consents/person/{person.id}/age"),
        "grounds": (f"/needs/{person.id}/", f"/needs/{person.id}/eligibility"),
        "event": (f"/events/{event.id}/edit", f"/events/{event.id}/edit"),
        "roadmap row": (f"/roadmap/{entry}/", f"/roadmap/{entry}/plan"),
        "operator": ("/privacy/operator", "/privacy/operator"),
        "organisation": ("/organization/", "/organization/"),
        "settings": ("/programme/", "/programme/"),
    }


KINDS = ("person", "age group", "grounds", "event", "roadmap row", "operator", "organisation", "settings")


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_without_a_change_says_so_and_leaves_no_trace(
    kind: str, administrator: Browser, world: World, database: Database
) -> None:
    page, address = forms(world)[kind]

    form = opened(administrator, page, address)
    before = count_rows(database, AuditEntry)
    said = text_of(send(administrator, address, form))
    assert UNCHANGED in said
    assert not re.search(r"Сохранено|исправлена|сохранен", said.partition("←")[0].partition(UNCHANGED)[0])
    assert count_rows(database, AuditEntry) == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_that_names_no_version_is_refused(kind: str, administrator: Browser, world: World) -> None:
    page, address = forms(world)[kind]
    form = opened(administrator, page, address)
    told = {"age_group": "from_14"} if kind == "age group" else {}
    for kept in ({}, {"opened_with": form["opened_with"] + "x"}):
        rest = {name: value for name, value in form.items() if name != "opened_with"}
        rest["csrf_token"] = opened(administrator, page, address)["csrf_token"]
        texts = {n: f"{v} иначе" for n, v in rest.items() if isinstance(v, str) and n in TYPED}
        said = text_of(send(administrator, address, {**rest, **texts, **told, **kept}))
        assert "Ничего не сохранено: форма не говорит, с какой версией её открыли" in said
    assert without_marks(opened(administrator, page, address)) == without_marks(form)


TYPED = ("position", "title", "contact", "address", "experience_years", "offer_expires_days", "planned_to")


def without_marks(form: dict[str, Any]) -> dict[str, Any]:
    """Without what each rendering of a form draws anew."""
    return {name: value for name, value in form.items() if name != "csrf_token"}


@pytest.mark.parametrize(
    ("kind", "field", "day"),
    [("operator", "notified_on", "2026-10-01"), ("roadmap row", "planned_to", "2026-12-05")],
)
def test_a_day_typed_in_another_way_is_no_change(
    kind: str, field: str, day: str, administrator: Browser, world: World
) -> None:
    page, address = forms(world)[kind]
    send(administrator, address, {**opened(administrator, page, address), field: day})
    form = opened(administrator, page, address)
    assert form[field] == day
    typed = ".".join(reversed(day.split("-")))
    assert UNCHANGED in text_of(send(administrator, address, {**form, field: typed}))
    assert opened(administrator, page, address)[field] == day


def test_a_day_of_an_event_typed_in_another_way(curator: Browser, world: World) -> None:
    page, address = forms(world)["event"]
    form = opened(curator, page, address)
    typed = ".".join(reversed(form["day"].split("-")))
    assert UNCHANGED in text_of(send(curator, address, {**form, "day": typed}))


def test_a_day_that_is_none_does_not_empty_the_field(administrator: Browser, world: World) -> None:
    page = "/privacy/operator"
    send(administrator, page, {**opened(administrator, page, page), "notified_on": "01.10.2026"})
    said = send(administrator, page, {**opened(administrator, page, page), "notified_on": "первого"})
    assert "Это не дата" in text_of(said)
    assert opened(administrator, page, page)["notified_on"] == "2026-10-01"


def test_a_conflict_of_age_groups_is_a_choice(curator: Browser, second: Browser, world: World) -> None:
    page, address = forms(world)["age group"]
    older = opened(second, page, address)
    send(curator, address, {**opened(curator, page, address), "age_group": "from_14"})
    asked = send(second, address, {**older, "age_group": "under_14"})
    assert 'name="take_age_group"' in asked
    assert "Пока вы правили, изменилось" in text_of(asked)


def test_a_conflict_of_centres_is_a_choice(
    administrator: Browser, panel: Flask, world: World, add_account: Callable[..., int]
) -> None:
    add_account(world, AccountRole.ADMINISTRATOR, "other", "Ада Ивановна Другая")
    other = Browser(panel.test_client(), "other")
    first, last = (found_school(world.database, world.now, name=name) for name in ("Север", "Юг"))
    with world.database.writing() as session:
        accounts = session.scalars(select(Account.id)).all()
        for one in (first, last):
            session.get_one(Organization, one.organization_id).kind = OrganizationKind.SUPPORT_CENTER
            session.add_all(
                AccountOrganization(
                    account_id=account, organization_id=one.organization_id, role=AccountRole.CURATOR
                )
                for account in accounts
            )
    older = opened(other, "/organization/", "/organization/center")
    form = opened(administrator, "/organization/", "/organization/center")
    send(administrator, "/organization/center", {**form, "center_id": str(first.organization_id)})
    asked = send(other, "/organization/center", {**older, "center_id": str(last.organization_id)})
    assert 'name="take_center_id"' in asked
    assert "Записать моё: «Юг»" in text_of(asked)
    assert read(world, Organization, world.organization_id).center_id == first.organization_id


def test_a_sheet_of_criteria_saved_again_says_so(curator: Browser, world: World, database: Database) -> None:
    curator.post("/scores/sheets/new", page="/scores/")
    page = "/scores/sheets/1/"
    form = opened(curator, page, page)
    marked = next(name for name in form if name.endswith("_note")).removesuffix("_note")
    assert "Сохранено" in text_of(send(curator, page, {**form, marked: "2"}))
    before = count_rows(database, AuditEntry)
    again = text_of(send(curator, page, opened(curator, page, page)))
    assert UNCHANGED in again
    assert "Сохранено" not in again
    assert count_rows(database, AuditEntry) == before


def test_a_sheet_of_the_staff_saved_again_says_so(curator: Browser, world: World, database: Database) -> None:
    curator.post("/sheets/new", page="/sheets/", survey="swot_sheet")
    page = "/sheets/1/"
    form = opened(curator, page, page)
    text = next(name for name in form if name.startswith("q_"))
    assert "Сохранено" in text_of(send(curator, page, {**form, text: "12"}))
    before = count_rows(database, AuditEntry)
    again = text_of(send(curator, page, opened(curator, page, page)))
    assert UNCHANGED in again
    assert "Сохранено" not in again
    assert count_rows(database, AuditEntry) == before


def test_minutes_kept_again_without_a_change(curator: Browser, world: World) -> None:
    page, _edit = forms(world)["event"]
    card = page.removesuffix("edit")
    said = send(
        curator, f"{card}minutes", {**opened(curator, card, f"{card}minutes"), "decisions": "1. Да\n2. Нет"}
    )
    assert "Протокол сохранён" in text_of(said)
    again = send(curator, f"{card}minutes", opened(curator, card, f"{card}minutes"))
    assert UNCHANGED in text_of(again)


def test_grounds_of_two_are_both_kept(curator: Browser, second: Browser, world: World) -> None:
    page, address = forms(world)["grounds"]
    older = opened(second, page, address)
    send(curator, address, {**opened(curator, page, address), "experience_years": "5"})
    newer = {name: value for name, value in older.items() if name != "is_new_here"}
    send(second, address, newer)
    with world.database.reading() as session:
        row = session.scalars(select(Eligibility)).one()
    assert (row.experience_years, row.is_new_here, row.is_up_to_35) == (5, False, True)


def test_an_event_keeps_what_another_changed(curator: Browser, second: Browser, world: World) -> None:
    page, address = forms(world)["event"]
    older = opened(second, page, address)
    send(curator, address, {**opened(curator, page, address), "place": "каб. 12"})
    send(second, address, {**older, "leader": "Завуч"})
    with world.database.reading() as session:
        row = session.scalars(select(Event)).one()
    assert (row.place, row.leader, row.agenda) == ("каб. 12", "Завуч", "Итоги\nПланы")
