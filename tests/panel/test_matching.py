"""Pairs for everybody: readiness, plans side by side, a question to a mentor, drafts of a plan; weights."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from models.pairs import Pair, PairStatus
from services.programmes.answers import Tapped
from services.programmes.running import settings_of
from tests.fixed_clock import FixedClock
from tests.panel.conftest import Browser, text_of
from tests.world import World
from worker.running import work_once
from worker.work import WorkerConfig


@pytest.fixture
def config(database_url: str, tmp_path: Path, clock: FixedClock) -> WorkerConfig:
    return WorkerConfig(database_url, tmp_path / "data", clock)


def test_a_curator_makes_plans_asks_a_mentor_and_makes_drafts(
    curator: Browser, world: World, config: WorkerConfig
) -> None:
    maths = world.mentee("Анна", subjects=Tapped(("maths",)))
    sport = world.mentee("Инна", subjects=Tapped(("sport",)))
    mentor = world.mentor("Пётр", subjects=Tapped(("maths",)), capacity="1", experience="20")
    page = text_of(curator.get("/matching/"))
    assert "Мест меньше, чем наставляемых" in page
    assert f"{maths.person.full_name} 1 возможный наставник" in page
    waiting = text_of(curator.post("/matching/run", page="/matching/"))
    assert "Планы составляются" in waiting
    assert work_once(config, world.database, threading.Event(), "mark")
    plans = text_of(curator.get("/matching/1/"))
    assert "Лучшая сумма" in plans
    assert "Сбалансированный" in plans
    assert f"{maths.person.full_name} – {mentor.person.full_name}" in plans
    assert "Преподают один предмет: Математика" in plans
    assert f"{sport.person.full_name} у всех подходящих наставников нет мест" in plans
    assert "возьмёт ещё 1 наставляемого" in plans
    asked = text_of(curator.post("/matching/1/fixes/1/ask", page="/matching/1/"))
    assert "Вопрос отправляется наставнику" in asked
    assert "спросили, ответ до" in asked
    again = text_of(curator.post("/matching/1/fixes/1/ask", page="/matching/1/"))
    assert "Этого наставника уже спросили" in again
    noted = text_of(curator.post("/matching/1/fixes/1/note", page="/matching/1/", answer="yes"))
    assert "Планы составляются заново" in noted
    assert work_once(config, world.database, threading.Event(), "mark")
    made = text_of(curator.post("/matching/2/drafts", page="/matching/2/", aim="best_score"))
    assert "Готовы 2 черновика. Пока никому не сообщено." in made
    assert world.read(lambda session: list(session.scalars(select(Pair.status)))) == [PairStatus.DRAFT] * 2
    twice = text_of(curator.post("/matching/2/drafts", page="/matching/2/", aim="balanced"))
    assert "черновика нет" in twice
    assert "Готов" not in twice


def test_a_pair_against_a_rule_is_drafted_with_a_reason_only(curator: Browser, world: World) -> None:
    curator.post("/programme/", page="/programme/", match_subject="must", success="Настройки сохранены")
    assert world.read(settings_of, cycle_id=world.cycle_id).match_subject == "must"
    mentee = world.mentee("Анна", subjects=Tapped(("maths",)))
    mentor = world.mentor("Пётр", subjects=Tapped(("sport",)))
    ranked = text_of(curator.get(f"/proposals/{mentee.participation_id}/"))
    assert "Не предлагаются из-за правил" in ranked
    compared = f"/proposals/{mentee.participation_id}/{mentor.participation_id}/"
    assert "преподают разные предметы" in text_of(curator.get(compared))
    refused = text_of(curator.post(compared))
    assert "Напишите, пожалуйста, почему" in refused
    made = text_of(curator.post(compared, reason="Оба просили об этом"))
    assert "Черновик готов" in made
    assert "Оба просили об этом" in text_of(curator.get("/matching/"))
    gone = text_of(curator.post("/matching/rules/1/undo", page="/matching/"))
    assert "Оба просили об этом" not in gone
