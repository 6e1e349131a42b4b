"""The regulation in the panel, programmes of five regulations side by side, and a newer pack brought in."""

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from admin.configuration import PanelConfig
from models.accounts import AccountRole
from models.engine import Database
from models.surveys import SurveyWave, WaveKind, WaveStatus
from services.programmes.packs import list_packs, load_pack
from services.programmes.running import pack_of
from tests.panel.conftest import Browser, text_of
from tests.world import PROGRAMMES, World, found_school

INTAKE = "common/surveys/mentee_intake.toml"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The pages do not depend on the engine; services are tested on both in tests/unit/test_upgrades.py."""
    return sqlite_url


@pytest.fixture
def packs(panel: Flask, tmp_path: Path) -> Path:
    """The panel's own folder of packs, to be edited."""
    for name in ("common", "target-model"):
        shutil.copytree(PROGRAMMES / name, tmp_path / "packs" / name)
    config = panel.extensions["nastavnik"]
    assert isinstance(config, PanelConfig)
    object.__setattr__(config, "packs", tmp_path / "packs")
    return tmp_path / "packs"


def rewrite(packs: Path, old: str, new: str) -> None:
    whole = (packs / INTAKE).read_text(encoding="utf-8")
    assert old in whole
    (packs / INTAKE).write_text(whole.replace(old, new, 1), encoding="utf-8")


def test_newer_pack_is_offered_shown_and_applied(
    curator: Browser, world: World, packs: Path, database: Database
) -> None:
    def position() -> str:
        with database.reading() as session:
            intake = pack_of(session, cycle_id=world.cycle_id).survey("mentee_intake")
        return intake.question("position").text.ru

    assert "Посмотреть, что изменится" not in text_of(curator.get("/regulation/"))
    rewrite(packs, "Кем вы работаете?", "Кем вы сейчас работаете?")
    assert "Посмотреть, что изменится" in text_of(curator.get("/regulation/"))
    page = curator.get("/regulation/upgrade")
    assert "Кем вы работаете? Кем вы сейчас работаете?" in text_of(page)
    found = re.search(r'name="mark" value="(\w+)"', page)
    assert found is not None
    assert position() == "Кем вы работаете?"

    rewrite(packs, "Кем вы сейчас работаете?", "Ваша должность?")
    stale = curator.post("/regulation/upgrade", {"mark": found[1]})
    assert "Изменения уже не те" in text_of(stale)
    assert position() == "Кем вы работаете?"
    shown = re.search(r'name="mark" value="(\w+)"', stale)
    assert shown is not None
    assert shown[1] != found[1]
    done = curator.post("/regulation/upgrade", {"mark": shown[1]})
    assert "Программа теперь работает по версии 1." in text_of(done)
    assert position() == "Ваша должность?"
    assert "Программа обновлена" in text_of(curator.get("/audit/"))


FIVE = {
    "simferopol-2022": ("куратор (опорный центр) · организация", "Наставник года"),
    "afterschool-centre-2022": ("координатор", "60 % 70 % 85 %"),
    "support-centre-2024": ("тандем", "Групповая заключительная встреча"),
    "target-model": ("куратор", "дорожную карту"),
    "college-2023": ("Преподаватель колледжа – молодой преподаватель", "Добровольность и свобода выбора"),
}


def test_five_programmes_run_side_by_side(
    world: World,
    database: Database,
    add_account: Callable[..., int],
    panel: Flask,
) -> None:
    assert set(FIVE) == set(list_packs(PROGRAMMES))
    told = {}
    for pack_id in FIVE:
        school = found_school(database, world.now, name=f"Организация {pack_id}", pack_id=pack_id)
        add_account(school, AccountRole.CURATOR, pack_id, "Ирина Викторовна Лугова")
        browser = Browser(panel.test_client(), pack_id)
        told[pack_id] = text_of(browser.get("/regulation/"))
        asks_partners = school.pack.survey_for("partner_feedback") is not None
        assert ("Спросить партнёра" in text_of(browser.get("/surveys/"))) is asks_partners
    for pack_id, words in FIVE.items():
        title = load_pack(PROGRAMMES, pack_id).pack.title.ru
        assert title in told[pack_id]
        assert all(title not in page for other, page in told.items() if other != pack_id)
        assert all(word in told[pack_id] for word in words), pack_id


def test_points_of_the_regulation_are_offered_as_waves(
    world: World, database: Database, add_account: Callable[..., int], panel: Flask
) -> None:
    centre = found_school(database, world.now, name="Опорный центр", pack_id="simferopol-2022")
    add_account(centre, AccountRole.CURATOR, "centre")
    curator = Browser(panel.test_client(), "centre")
    page = curator.get("/waves/new/")
    assert "Качество реализации программы, 01.04.2027 – 31.05.2027" in text_of(page)
    link = re.search(r'href="(/waves/new/\?[^"]+)"', page)
    assert link is not None
    preview = curator.get(unescape(link[1]))
    assert 'value="2027-04-01"' in preview
    assert 'value="2027-05-31"' in preview
    with database.writing() as session:
        session.add(
            SurveyWave(
                organization_id=centre.organization_id, cycle_id=centre.cycle_id,
                occasion="satisfaction_final", kind=WaveKind.DATES, status=WaveStatus.PLANNED,
                segment={"roles": ["mentee"], "who": "all"}, dedup_key="points",
                starts_at=datetime(2027, 4, 20, 6, tzinfo=UTC),
                closes_at=datetime(2027, 5, 4, 20, tzinfo=UTC), created_at=world.now,
            )
        )  # fmt: skip
    assert "уже запланировано" in text_of(curator.get("/waves/new/"))
