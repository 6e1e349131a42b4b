"""Whoever is looked for is found by any form of the name: one rule for people, pairs and choices."""

import pytest
from sqlalchemy import select

from models.names import search_key, sort_key
from models.people import Person
from services.people.cards import add_person, edit_person
from services.privacy.erasing import erase_person
from tests.panel.conftest import Browser, text_of
from tests.world import World

NAME = {"family_name": "Ёлкина-Бор", "given_name": "Анна", "patronymic": "Д'Артаньяновна"}
FORMS = (
    "елкина",
    "ЁЛКИНА-БОР",
    "ёлкина бор",
    "бор ёлкина анна",
    "Анна Ёлкина‑Бор",
    "лкин",
    "Ёлкина А.Д.",
    "А. Д. Ёлкина-Бор",
    "Ёлкина АД",
    "дартаньян",
    "Д’Артаньяновна",
    "Ёл\u00adкина\u200b",
    "Елкинa Aннa",  # with Latin letters that look like Russian ones
    "учитель ёлкина",
)
STRANGE = ("Ёлкина Борис", "нна Ж", "Белова", "Ёлкина Г.")


@pytest.fixture
def anna(world: World) -> int:
    for facts in (NAME, {"family_name": "Белый", "given_name": "Борис", "patronymic": "Ильич"}):
        world.write(
            add_person,
            actor=world.curator,
            organization_id=world.organization_id,
            position="учитель химии",
            **facts,
        )
    with world.database.reading() as session:
        return session.scalars(select(Person.id).where(Person.given_name == "Анна")).one()


def test_a_person_is_found_by_every_form_of_the_name(curator: Browser, anna: int) -> None:
    for form in FORMS:
        found = curator.client.get("/people/", query_string={"search": form}).text
        assert f"/people/{anna}/" in found, form
        assert "Борис" not in text_of(found), form
    for form in STRANGE:
        assert f"/people/{anna}/" not in curator.client.get("/people/", query_string={"search": form}).text


def test_a_pair_is_found_by_either_of_the_two(curator: Browser, world: World) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = world.agree(mentee, mentor)
    names = (mentee.person.family_name, f"{mentor.person.family_name} {mentee.person.given_name[0]}.")
    for form in names:
        assert f"/pairs/{pair_id}/" in curator.client.get("/pairs/", query_string={"search": form}).text
    assert f"/pairs/{pair_id}/" not in curator.get("/pairs/?search=Незнакомова")


def test_a_choice_offers_whom_the_typed_finds(curator: Browser, world: World, anna: int) -> None:
    for _ in range(21):
        world.person("Вера", "Олеговна")
    page = f"/life/{anna}/"
    assert "Вера" not in text_of(curator.get(page)), "the first of many are no help"
    found = text_of(curator.get(f"{page}?find_other_id=бел бор"))
    assert "Белый Борис Ильич" in found
    assert "Вера" not in found
    assert "Показаны первые 20" in text_of(curator.get(f"{page}?find_other_id=вера"))
    assert "Никто не нашёлся" in text_of(curator.get(f"{page}?find_other_id=зоя"))


def test_what_people_are_found_by_follows_the_name_and_goes_with_it(world: World, anna: int) -> None:
    world.write(
        edit_person,
        actor=world.curator,
        person_id=anna,
        family_name="Жук",
        given_name="Анна",
        patronymic="",
        position="",
    )
    assert keys(world, anna) == (sort_key("Жук", "Анна", ""), search_key("Жук", "Анна", "", ""))
    world.write(erase_person, actor=world.curator, person_id=anna, reason="withdrawn", made_by="Куратор")
    assert keys(world, anna) == (f"№ {anna}", search_key(f"№ {anna}", "", "", ""))


def keys(world: World, person_id: int) -> tuple[str, str]:
    with world.database.reading() as session:
        person = session.get_one(Person, person_id)
        return person.sort_key, person.search_key
