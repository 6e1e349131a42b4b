"""Before and after in the panel: only people measured twice, what is late, who sees which parameter."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from models.accounts import AccountRole
from models.people import Role
from services.meetings.outcomes import log_past_meeting
from tests.fixed_clock import FixedClock
from tests.panel.conftest import Browser, text_of
from tests.results import answer, ask
from tests.world import World, found_school


@pytest.fixture
def world(database: object, now: object) -> World:
    return found_school(database, now, pack_id="afterschool-centre-2022")  # type: ignore[arg-type]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Figures do not depend on the engine."""
    return sqlite_url


@pytest.mark.requirement("A38", "A39", "B22")
def test_only_people_measured_twice_in_time_are_compared(
    world: World, curator: Browser, panel: Flask, add_account: Callable[..., int], clock: FixedClock
) -> None:
    """Eight mentees: one answers late, one never answers at the end; six remain."""
    pairs = [world.agree(world.mentee(), world.mentor()) for _ in range(8)]
    start = ask(world, "indicators_before", Role.MENTEE)
    for run_id in start[:7]:
        answer(world, run_id, {"motivation": 5, "anxiety": 8})
    for hours in (1, 2):
        world.now += timedelta(hours=hours)
        world.write(
            log_past_meeting, actor=world.curator, pair_id=pairs[7], day=world.now.date(), clock=None,
            minutes=30, topic=None,
        )  # fmt: skip
    world.now += timedelta(days=1)
    answer(world, start[7], {"motivation": 1, "anxiety": 1})
    world.now += timedelta(days=1)
    for number, run_id in enumerate(ask(world, "indicators_after", Role.MENTEE)):
        rated = {"motivation": 6 + number % 2, "anxiety": 5}
        answer(world, run_id, None if number == 6 else rated)
    clock.moment = world.now
    text = text_of(curator.get("/growth/"))
    assert "7 / 8 поздних, не учтены: 1" in text
    assert "На оба раза 6" in text
    assert "Насколько вам сейчас хочется работать? 6 5 6,5 +1,5 +1,2 … +1,8 100 %" in text
    assert "Насколько часто вы тревожитесь из-за работы? перевёрнуто: больше – лучше и здесь 6 3 6 +3" in text
    assert "Никто не оценивает свои ожидания в начале" in text
    who = text_of(curator.get("/growth/people/"))
    assert who.count("поздно") == 1
    assert who.count("ещё не ответили") == 0
    curator.get("/growth/chart.svg?role=mentee", status=404)

    add_account(world, AccountRole.HEAD, "head")
    head = Browser(panel.test_client(), "head")
    told = text_of(head.get("/growth/"))
    assert "хочется работать? 6 5 6,5" in told
    assert "тревожитесь" not in told, "that was promised to the curator and the psychologist"
    head.get("/growth/people/", status=403)
    add_account(world, AccountRole.PSYCHOLOGIST, "psychologist")
    assert "тревожитесь" in text_of(Browser(panel.test_client(), "psychologist").get("/growth/"))


@pytest.mark.requirement("C11", "C30")
def test_of_four_measured_twice_nothing_but_their_number_is_told(world: World, curator: Browser) -> None:
    for _ in range(4):
        world.agree(world.mentee(), world.mentor())
    for occasion in ("indicators_before", "indicators_after"):
        for run_id in ask(world, occasion, Role.MENTOR):
            answer(world, run_id, {"motivation": 5})
    text = text_of(curator.get("/growth/"))
    assert "На оба раза 4" in text
    assert "хочется работать? 4 мало: цифры – от 5 человек — — — —" in text
