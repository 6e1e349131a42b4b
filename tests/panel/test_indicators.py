"""Target indicators in the panel: value, base, target and light; headcounts; the people behind a figure."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from models.accounts import AccountRole
from models.people import Role
from tests.fixed_clock import FixedClock
from tests.panel.conftest import Browser, text_of
from tests.results import answer, ask
from tests.world import World, found_school

COUNTS = "/indicators/headcounts/"


@pytest.fixture
def world(database: object, now: object) -> World:
    return found_school(database, now, pack_id="afterschool-centre-2022")  # type: ignore[arg-type]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Figures do not depend on the engine; tests/unit/test_indicators.py asks both."""
    return sqlite_url


@pytest.mark.requirement("B25", "B28", "C40")
def test_a_curator_counts_young_specialists_and_staff(world: World, curator: Browser) -> None:
    young, old, free = (world.mentee(experience=years) for years in ("1", "9", "2"))
    mentor = world.mentor()
    for mentee in (young, old):
        world.agree(mentee, mentor)
    day = world.now.date().isoformat()
    assert "Численности пока нет" in text_of(curator.get("/indicators/"))
    wrong = curator.post(COUNTS, counted_on=day, young_specialists="много", staff="12")
    assert "целое число" in text_of(wrong)
    assert 'value="12"' in wrong, "what was typed is not lost"
    curator.post(COUNTS, counted_on=day, young_specialists="2", staff="12")
    text = text_of(curator.get("/indicators/"))
    assert "1 из 2 50 % 100 % за 2024 год ниже цели больше чем на 10 п. п." in text
    assert "3 из 12 25 %" in text, "a mentor is staff, and is counted once"
    assert "Педагог – педагог 2 2 1 1 0 0" in text
    behind = text_of(curator.get("/indicators/1/people/?of=young_specialists"))
    assert f"{young.person.family_name} Анна Игоревна наставляемый да да" in behind
    assert f"{free.person.family_name} Анна Игоревна наставляемый нет да" in behind
    assert old.person.family_name not in behind
    curator.get("/indicators/1/people/?of=anything", status=404)


@pytest.mark.requirement("B26", "B27", "C28")
def test_satisfied_are_counted_among_everybody_who_took_part(
    world: World, curator: Browser, panel: Flask, add_account: Callable[..., int], clock: FixedClock
) -> None:
    mentees = [world.mentee() for _ in range(6)]
    mentors = [world.mentor() for _ in range(6)]
    for mentee, mentor in zip(mentees, mentors, strict=True):
        world.agree(mentee, mentor)
    given = (9, 8, 7, 6, 3, None)
    for role in (Role.MENTEE, Role.MENTOR):
        for run_id, mean in zip(ask(world, "satisfaction_mid", role), given, strict=True):
            answer(world, run_id, {"comfort": mean, "overall": mean} if mean else None)
    clock.moment = world.now = world.now + timedelta(hours=1)
    text = text_of(curator.get("/indicators/"))
    told = "в середине года 3 из 6 5 (83,3 %) довольны из них: 60 % 50 % 85 % за 2024 год"
    assert text.count(told) == 2, "mentees and mentors, each by a survey of their own"
    assert "среднее по оценкам анкеты 7 и выше" in text
    assert "наставляемый да" in text_of(curator.get("/indicators/1/people/?of=mentee_satisfaction"))
    add_account(world, AccountRole.OBSERVER, "observer")
    observer = Browser(panel.test_client(), "observer")
    assert told in text_of(observer.get("/indicators/"))
    assert "/people/" not in observer.get("/indicators/")
    observer.get("/indicators/1/people/?of=mentee_satisfaction", status=403)


def test_a_trend_is_drawn_from_three_values_on(world: World, curator: Browser) -> None:
    world.agree(world.mentee(), world.mentor())
    for days, staff in enumerate(("10", "8", "5")):
        page = curator.get("/indicators/")
        assert "staff_coverage.svg" not in page
        curator.get("/indicators/staff_coverage.svg", status=404)
        curator.post(COUNTS, counted_on=(world.now.date() - timedelta(days=days)).isoformat(), staff=staff)
    assert "/indicators/staff_coverage.svg" in curator.get("/indicators/")
    picture = curator.client.get("/indicators/staff_coverage.svg")
    assert picture.mimetype == "image/svg+xml"
