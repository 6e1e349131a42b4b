"""One page of a list: cut, counted and sorted by the database."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import insert, select

from models.engine import Database
from models.people import Organization, OrganizationKind, Person
from services.access import listing
from services.access.listing import Asked, Listed, list_page

KEYS = {"name": (Person.family_name, Person.id), "number": (Person.id,)}


@pytest.fixture
def people(database: Database, now: datetime) -> Database:
    """Seven people named "A" to "G"."""
    with database.writing() as session:
        school = Organization(
            name="School", kind=OrganizationKind.SCHOOL, timezone="UTC", join_code="code", created_at=now
        )
        session.add(school)
        session.flush()
        facts = {"organization_id": school.id, "given_name": "Anna", "created_at": now}
        session.execute(insert(Person), [{**facts, "family_name": name} for name in "GFEDCBA"])
    return database


def page_of(database: Database, **asked: Any) -> Listed[str]:
    with database.reading() as session:
        found = list_page(session, select(Person), keys=KEYS, asked=Asked(**asked))
        return found.showing([one.family_name for one in found.rows])


def test_a_page_is_cut_and_the_whole_list_is_counted(people: Database) -> None:
    found = page_of(people, page=1, size=3)
    assert (found.rows, found.count, found.pages) == (("D", "E", "F"), 7, 3)
    assert (found.sort, found.is_descending, found.is_capped) == ("name", False, False)


def test_a_page_beyond_the_end_is_the_last(people: Database) -> None:
    found = page_of(people, page=40, size=3)
    assert (found.rows, found.page) == (("G",), 2)
    assert page_of(people, page=-1, size=3).page == 0


def test_a_key_is_taken_backwards_and_an_unknown_one_is_the_usual(people: Database) -> None:
    assert page_of(people, size=2, sort="name", is_descending=True).rows == ("G", "F")
    assert page_of(people, size=2, sort="number").rows == ("G", "F")
    assert page_of(people, size=2, sort="family_name; drop").sort == "name"


def test_counting_stops_and_says_so(people: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "COUNTED", 5)
    found = page_of(people, page=40, size=2)
    assert (found.count, found.is_capped, found.rows) == (5, True, ("E", "F"))


def test_an_empty_list_has_one_page(database: Database) -> None:
    found = page_of(database)
    assert (found.rows, found.count, found.pages, found.page) == ((), 0, 1, 0)
