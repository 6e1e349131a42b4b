"""A sixth pack without code: the example of docs/packs.md is written to a folder, checked, and runs."""

import re
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from models.accounts import AccountRole
from models.engine import Database
from models.people import OrganizationKind
from services.access.actors import Channel, system
from services.organizations.register import add_organization
from services.programmes.packs import ResolvedPack, check_packs, load_pack
from services.programmes.running import create_programme
from services.roadmap.entries import lay_out
from tests.panel.conftest import Browser, text_of
from tests.world import PROGRAMMES, World

GUIDE = PROGRAMMES.parent / "docs" / "packs.md"
NAME = "gymnasium-2027"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Content does not depend on the engine."""
    return sqlite_url


@pytest.fixture
def sixth(tmp_path: Path) -> ResolvedPack:
    example = re.search(r"^```toml\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert example is not None
    shutil.copytree(PROGRAMMES / "common", tmp_path / "packs" / "common")
    own = tmp_path / "packs" / NAME
    own.mkdir()
    (own / "programme.toml").write_text(example[1], encoding="utf-8")
    surveys = own / "surveys"
    surveys.mkdir()
    (surveys / "post_meeting_mentor.toml").write_text(
        'title = { ru = "Две минуты о встрече", en = "Two minutes on the meeting" }', encoding="utf-8"
    )
    assert check_packs(tmp_path / "packs") == []
    return load_pack(tmp_path / "packs", NAME)


def test_sixth_pack_is_written_checked_and_runs(
    sixth: ResolvedPack, database: Database, panel: Flask, add_account: Callable[..., int], now: datetime
) -> None:
    clerk = system(Channel.COMMAND_LINE)
    with database.writing() as session:
        school = add_organization(
            session, actor=clerk, name="Гимназия", kind=OrganizationKind.SCHOOL, address="г. Приозёрск",
            inn="", timezone="Europe/Moscow", now=now,
        )  # fmt: skip
        made = create_programme(
            session, actor=clerk, organization_id=school.id, pack=sixth, today=now.date(), now=now
        )
        assert lay_out(session, cycle_id=made.cycle_id, now=now) == 3
    world = World(database, school.id, made.cycle_id, sixth, clerk, now, "")
    add_account(world, AccountRole.CURATOR, "gymnasium")
    curator = Browser(panel.test_client(), "gymnasium")

    told = text_of(curator.get("/regulation/"))
    for words in (
        "Наставничество в гимназии", "завуч-наставник", "от 3 до 9 месяцев", "Кафедра – новый учитель",
        "Традиционное, один на один; Реверсивное", "до 10 сентября", "75 %", "Две минуты о встрече",
    ):  # fmt: skip
        assert words in told
    assert "Пробная" not in told
    assert "Скоростное" not in told
    assert "до 10.09.2026" in text_of(curator.get("/roadmap/"))
    page = curator.get("/pairs/")
    assert "Дуэты" in text_of(page)
    assert ">Пары<" not in page
    assert 'value="30"' in curator.get("/programme/")
