"""The head of printed papers: whose they are, what put the programme in force, who answers for it."""

from collections.abc import Callable

import pytest
from flask import Flask

from models.accounts import AccountRole
from models.engine import Database
from services.programmes.papers import read_head
from tests.fixed_clock import FixedClock
from tests.panel.conftest import Browser, text_of
from tests.world import World, found_school

DISTRICT = "simferopol-2022"
BASIS = ("273-ФЗ", "2403-р", "МР-42/02", "3273-р", "АЗ-1128/08", "№ 1667", "№ 912")  # A4


@pytest.fixture
def world(database: Database, clock: FixedClock) -> World:
    return found_school(database, clock.now(), pack_id=DISTRICT)


@pytest.mark.requirement("A3", "A4")
def test_papers_of_the_programme_begin_with_their_ground_and_who_answers(
    panel: Flask, world: World, add_account: Callable[..., int]
) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = world.agree(mentee, mentor)
    add_account(world, AccountRole.CURATOR, "curator")
    curator = Browser(panel.test_client(), "curator")
    curator.post("/events/new", kind="council", title="Итоги года", day="24.11.2026", clock="14:30")
    for page, heads in (
        ("/events/1/print", 1),
        ("/events/register", 1),
        (f"/paper/forms/pair/{pair_id}", 3),
        ("/paper/forms/survey/mentee_intake", 1),
    ):
        paper = text_of(curator.get(page))
        assert paper.count("Исполнитель: заместитель директора опорного центра") == heads, page
        assert paper.count("Контроль: директор опорного центра") == heads, page
        assert "Школа № 17 города Приозёрска" in paper
        ground = paper.partition("Основание: ")[2].partition("Исполнитель:")[0]
        assert all(one in ground for one in BASIS), page


@pytest.mark.requirement("A1")
def test_one_programme_by_order_for_preschool_general_and_supplementary_education(
    database: Database, world: World
) -> None:
    centre = found_school(database, world.now, name="Центр «Горизонт»", pack_id=DISTRICT)
    nursery = found_school(database, world.now, name="Детский сад № 4", pack_id=DISTRICT)
    assert world.pack.sha256 == centre.pack.sha256 == nursery.pack.sha256
    for one in (world, centre, nursery):
        head = one.read(
            read_head, actor=one.curator, organization_id=one.organization_id, cycle_id=one.cycle_id
        )
        assert [level.ru for level in head.levels] == ["дошкольное", "общее", "дополнительное"]
        assert head.act is not None
        assert head.act.ru == "приказ управления образования от 30.12.2022 № 1142"


def test_a_paper_of_a_silent_regulation_has_no_empty_lines(
    panel: Flask, database: Database, clock: FixedClock, add_account: Callable[..., int]
) -> None:
    world = found_school(database, clock.now())
    add_account(world, AccountRole.CURATOR, "curator")
    curator = Browser(panel.test_client(), "curator")
    paper = text_of(curator.get("/paper/forms/survey/mentee_intake"))
    assert "Система (целевая модель) наставничества" in paper
    for said in ("Утверждено:", "Основание:", "Исполнитель:", "Контроль:", "Образование:"):
        assert said not in paper
