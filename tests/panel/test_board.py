"""The board: a plan by mouse and keys, decisions that the next plan keeps, drafts and their offer."""

import re
import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from models.engine import Database
from models.matching import MatchRule
from models.pairs import Pair, PairStatus
from services.programmes.answers import Tapped
from tests.fixed_clock import FixedClock
from tests.panel.conftest import Browser, text_of
from tests.world import Participant, World
from worker.running import work_once
from worker.work import WorkerConfig

BOARD = "/board/"


@pytest.fixture
def config(database_url: str, tmp_path: Path, clock: FixedClock) -> WorkerConfig:
    return WorkerConfig(database_url, tmp_path / "data", clock)


@pytest.fixture
def school(world: World) -> tuple[Participant, Participant, Participant, Participant]:
    """Two mentees and two mentors of one place each, who fit by their subject."""
    return (
        world.mentee("Анна", subjects=Tapped(("maths",))),
        world.mentee("Инна", subjects=Tapped(("sport",))),
        world.mentor("Пётр", subjects=Tapped(("maths",)), capacity="1", experience="20"),
        world.mentor("Семён", subjects=Tapped(("sport",)), capacity="1", experience="20"),
    )


def plan(curator: Browser, world: World, config: WorkerConfig) -> str:
    curator.post("/board/run", page=BOARD)
    assert work_once(config, world.database, threading.Event(), "mark")
    return curator.get(BOARD)


@pytest.mark.requirement("A17")
def test_a_decision_holds_in_the_next_plan_and_is_taken_back(
    curator: Browser,
    world: World,
    config: WorkerConfig,
    school: tuple[Participant, Participant, Participant, Participant],
    database: Database,
) -> None:
    anna, inna, pyotr, semyon = school
    assert "Составить план" in text_of(curator.get(BOARD))
    page = plan(curator, world, config)
    assert pyotr.person.full_name in text_of(page)
    path = f"{BOARD}?mentee={anna.participation_id}"
    assert pyotr.person.full_name in text_of(curator.get(path)).partition("Кто ещё возможен")[0]
    other = f"{path}&mentor={semyon.participation_id}"
    two = {"run": "1", "aim": "best_score", "mentee": f"{anna.participation_id}"}

    chosen = curator.post("/board/decide", two, page=other, mentor=semyon.participation_id, do="lock")
    assert "Теперь эти двое вместе" in text_of(chosen)
    assert f"в новом плане: {semyon.person.full_name}" in text_of(chosen)
    assert "После этого плана вы приняли решения" in text_of(chosen)
    page = text_of(plan(curator, world, config))
    assert "закреплена" in page
    assert f"{anna.person.full_name} ждёт меньше часа → {semyon.person.full_name}" in page

    two["run"] = "2"
    with database.reading() as session:
        rule = session.scalars(select(MatchRule.id)).one()
    undone = curator.post("/board/decide", two, page=path, do="undo", rule=rule)
    assert "закрепление снято" in text_of(undone)
    apart = curator.post("/board/decide", two, page=path, mentor=pyotr.participation_id, do="forbid")
    assert "Теперь эти двое врозь" in text_of(apart)
    page = text_of(plan(curator, world, config))
    assert f"{anna.person.full_name} ждёт меньше часа → {semyon.person.full_name}" in page
    assert f"{inna.person.full_name} ждёт меньше часа → {pyotr.person.full_name}" in page


def test_a_plan_becomes_offers_in_two_clicks(
    curator: Browser,
    world: World,
    config: WorkerConfig,
    school: tuple[Participant, Participant, Participant, Participant],
    database: Database,
) -> None:
    page = plan(curator, world, config)
    ticked = re.findall(r'name="chosen" value="(\d+)" checked', page)
    assert len(ticked) == 2
    none = curator.post("/board/drafts", page=BOARD, run="1", aim="best_score")
    assert "Отметьте в плане хотя бы одного" in text_of(none)
    drafts = curator.post("/board/drafts", page=BOARD, run="1", aim="best_score", chosen=ticked)
    assert "Готовы 2 черновика" in text_of(drafts)
    assert "Что получат наставляемые" in text_of(drafts)
    ids = re.findall(r'name="pair_id" value="(\d+)" checked', drafts)
    assert "2 пары предложены" in text_of(
        curator.post("/pairs/offer/", pair_id=ids, message="send", offer="1")
    )
    with database.reading() as session:
        assert session.scalars(select(Pair.status)).all() == [PairStatus.OFFERED] * 2
    board = curator.get(BOARD)
    assert 'name="chosen"' not in board
    compared = f"/proposals/{school[0].participation_id}/{school[2].participation_id}/"
    assert f'href="/pairs/{ids[0]}/"' in curator.get(compared), "a second tab leads to the pair"


def test_a_pair_against_a_rule_is_locked_with_a_reason_only(
    curator: Browser,
    world: World,
    config: WorkerConfig,
    school: tuple[Participant, Participant, Participant, Participant],
) -> None:
    anna, _inna, _pyotr, semyon = school
    curator.post("/programme/", page="/programme/", match_subject="must")
    plan(curator, world, config)
    path = f"{BOARD}?mentee={anna.participation_id}&mentor={semyon.participation_id}"
    assert "преподают разные предметы" in text_of(curator.get(path))
    two = {"mentee": f"{anna.participation_id}", "mentor": f"{semyon.participation_id}", "do": "lock"}
    assert "Напишите, пожалуйста, почему" in text_of(curator.post("/board/decide", two, page=path))
    said = text_of(curator.post("/board/decide", two, page=path, reason="Оба просили"))
    assert "Теперь эти двое вместе" in said
    assert "Оба просили" in said
