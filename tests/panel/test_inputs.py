"""What cannot be read in a form is said beside its field, nothing typed is lost, nothing is written."""

import re
from html import unescape

import pytest
from sqlalchemy import func, select

from models.engine import Database
from models.meetings import Meeting
from models.people import Person
from tests.panel.conftest import Browser, text_of
from tests.world import World

GOOD = {"day": "20.11.2026", "clock": "9.30", "minutes": "45", "topic": "Разбор урока", "kind": ""}


def count(database: Database, model: type[Meeting] | type[Person]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def log_page(world: World) -> str:
    mentee, mentor = world.mentee("Анна"), world.mentor("Пётр")
    return f"/meetings/add/{world.agree(mentee, mentor)}"


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("day", "позавчера", "Укажите дату встречи"),
        ("day", "", "Укажите дату встречи"),
        ("day", "31.02.2026", "Укажите дату встречи"),
        ("clock", "25:70", "Это не время"),
        ("kind", "unheard-of", "выберите из списка"),
    ],
)
def test_an_unreadable_field_is_named_and_the_rest_stays(
    curator: Browser, database: Database, log_page: str, field: str, typed: str, said: str
) -> None:
    before = count(database, Meeting)
    answer = curator.post(log_page, GOOD | {field: typed})
    assert said in text_of(answer)
    beside = re.search(rf'id="{field}_fault">([^<]+)<', answer)
    assert beside is None or said in unescape(beside[1])
    assert beside is not None or field == "kind", (
        "a drop-down offers nothing else, so it has no fault of its own"
    )
    assert "Разбор урока" in answer
    assert count(database, Meeting) == before


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("family_name", "Живаго2", "Имя пишется буквами"),
        ("given_name", "Анна@", "Имя пишется буквами"),
        ("patronymic", "О" * 101, "не больше 100"),
        ("given_name", " ", "имя"),
        ("position", "у" * 201, "не больше 200"),
    ],
)
def test_what_a_rule_refuses_stands_beside_its_field(
    curator: Browser, database: Database, field: str, typed: str, said: str
) -> None:
    before = count(database, Person)
    names = {"family_name": "О’Нил-Живаго (Ли)", "given_name": "Анна-Мария", "patronymic": "Оглы"}
    answer = curator.post("/people/add", names | {"position": "учитель", field: typed})
    beside = re.findall(r'id="(\w+)_fault">([^<]+)<', answer)
    assert [name for name, _words in beside] == [field]
    assert said in unescape(beside[0][1])
    assert "учитель" in answer or field == "position"
    assert count(database, Person) == before
    curator.post("/people/add", names)
    assert count(database, Person) == before + 1


def test_the_same_form_with_readable_fields_is_taken(
    curator: Browser, database: Database, log_page: str
) -> None:
    before = count(database, Meeting)
    assert "Это не" not in curator.post(log_page, GOOD)
    assert count(database, Meeting) == before + 1


@pytest.mark.parametrize("typed", ["", "0x10", "-1", "1.5", "9" * 30])
def test_a_number_that_is_none_of_ours_is_refused_on_the_page_of_the_form(
    curator: Browser, database: Database, world: World, typed: str
) -> None:
    person, before = world.person(), count(database, Person)
    page = f"/life/{person.id}/"
    answer = curator.post(
        f"{page}transfer", page=page, organization_id=typed, starts_on="2026-11-23", status=200
    )
    assert "Заполните дату" in text_of(answer)
    assert "Отпуск, увольнение, перевод" in text_of(answer), "back on the page from which it was sent"
    assert count(database, Person) == before


def test_a_nul_character_is_refused_before_any_field_is_read(curator: Browser, log_page: str) -> None:
    curator.post(log_page, GOOD | {"topic": "Разбор\0урока"}, status=422)
