"""Scores: sum and level of the nine criteria, satisfaction by side, meetings against planned."""

from datetime import datetime, time, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import select

from admin.charts import Chart, Series, draw
from models.accounts import Account, AccountRole
from models.engine import Database
from models.meetings import MeetingKind
from models.people import Role
from models.surveys import SurveyRun
from services.access.actors import Actor, ActorKind, Channel, Right
from services.meetings.outcomes import log_past_meeting
from services.meetings.planning import confirm_meeting, propose_meeting
from services.programmes.answers import Tapped
from services.results.attendance import read_attendance
from services.results.ratings import read_pair_ratings, read_ratings
from services.results.sheets import (
    NotYourSheet,
    criteria_of,
    latest_level,
    list_sheets,
    open_sheet,
    save_sheet,
)
from services.surveys.runs import record_answer
from services.surveys.steps import read_step
from tests.fixed_clock import FixedClock
from tests.panel.conftest import Browser, text_of
from tests.world import Participant, World


def marks_for(total: int) -> list[str]:
    """Nine ratings of 0 to 2 with this sum."""
    return [str(min(2, max(0, total - 2 * number))) for number in range(9)]


@pytest.fixture
def author(database: Database, world: World, curator: Browser) -> Actor:
    with database.reading() as session:
        account_id = session.scalars(select(Account.id)).one()
    return Actor(ActorKind.ACCOUNT, account_id, world.organization_id, Channel.PANEL, frozenset(Right))


def fill(world: World, author: Actor, marks: list[str], **notes: str) -> Any:
    sheet_id = world.write(open_sheet, actor=author, cycle_id=world.cycle_id)
    ids = [one.question.id for one in criteria_of(world.pack)]
    return world.write(
        save_sheet, actor=author, run_id=sheet_id, ratings=dict(zip(ids, marks, strict=True)), notes=notes
    )


@pytest.mark.requirement("A41")
@pytest.mark.parametrize(
    ("total", "level"),
    [
        (0, "unacceptable"),
        (8, "unacceptable"),
        (9, "acceptable"),
        (14, "acceptable"),
        (15, "optimal"),
        (18, "optimal"),
    ],
)
def test_levels_at_their_borders(world: World, author: Actor, total: int, level: str) -> None:
    sheet = fill(world, author, marks_for(total))
    assert (sheet.total, sheet.level.id, sheet.missing) == (total, level, 0)


@pytest.mark.requirement("A40")
def test_an_incomplete_sheet_has_no_level(world: World, author: Actor) -> None:
    sheet = fill(world, author, ["2"] * 8 + [""])
    assert (sheet.total, sheet.level, sheet.missing) == (None, None, 1)
    assert world.read(latest_level, actor=author, cycle_id=world.cycle_id) is None
    again = world.write(open_sheet, actor=author, cycle_id=world.cycle_id)
    assert again == sheet.id, "the unfinished sheet goes on"


def test_a_sheet_is_changed_by_its_author_only(world: World, author: Actor) -> None:
    sheet = fill(world, author, marks_for(18))
    other = Actor(ActorKind.ACCOUNT, 999, world.organization_id, Channel.PANEL, frozenset(Right))
    with pytest.raises(NotYourSheet):
        world.write(save_sheet, actor=other, run_id=sheet.id, ratings={}, notes={})
    ids = [one.question.id for one in criteria_of(world.pack)]
    changed = world.write(
        save_sheet,
        actor=author,
        run_id=sheet.id,
        ratings=dict(zip(ids, marks_for(9), strict=True)),
        notes={ids[0]: "  Журнал встреч  "},
    )
    assert (changed.total, changed.notes) == (9, {ids[0]: "Журнал встреч"})


def test_sheets_stand_side_by_side_and_are_never_averaged(
    curator: Browser, world: World, author: Actor
) -> None:
    fill(world, author, marks_for(8))
    world.now += timedelta(days=1)
    fill(world, author, marks_for(15))
    sheets = world.read(list_sheets, actor=author, cycle_id=world.cycle_id)
    assert [sheet.total for sheet in sheets] == [15, 8]
    text = text_of(curator.get("/scores/"))
    assert "15 из 18 · оптимальный" in text
    assert "Сумма 15 8" in text
    assert "Уровень оптимальный недопустимый" in text
    assert "Листы не усредняются." in text


@pytest.mark.requirement("A42")
def test_a_curator_fills_in_a_sheet_in_two_sittings(curator: Browser, world: World) -> None:
    ids = [one.question.id for one in criteria_of(world.pack)]
    page = curator.post("/scores/sheets/new", page="/scores/")
    assert "Не оценены 9 показателей" in text_of(page)
    assert "Каждая пара работает на цель и задачи" in text_of(page)
    first = curator.post("/scores/sheets/1/", {ids[0]: "2", f"{ids[0]}_note": "<b>Видно</b> по журналу"})
    assert "Пока без оценки: 8" in text_of(first)
    assert "&lt;b&gt;Видно&lt;/b&gt; по журналу" in first
    marks = dict.fromkeys(ids, "1")
    done = curator.post("/scores/sheets/1/", marks)
    assert "9 из 18 · допустимый" in text_of(done)
    assert "Уровень программы допустимый 9 из 18" in text_of(curator.get("/"))


def test_a_mark_that_is_no_mark_changes_nothing(curator: Browser, world: World) -> None:
    ids = [one.question.id for one in criteria_of(world.pack)]
    curator.post("/scores/sheets/new", page="/scores/")
    page = curator.post("/scores/sheets/1/", {ids[0]: "7"})
    assert "0, 1 или 2" in text_of(page)
    assert "Не оценены 9 показателей" in text_of(page)


@pytest.fixture
def pair(world: World) -> tuple[int, Participant, Participant]:
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = world.agree(mentee, mentor)
    world.order(pair_id)
    return pair_id, mentee, mentor


def meet(
    world: World, pair: tuple[int, Participant, Participant], mentee_says: int | None, mentor_says: int | None
) -> None:
    """A meeting logged by the mentor, rated by those who give a number."""
    pair_id, mentee, mentor = pair
    logged = world.write(
        log_past_meeting,
        actor=world.actor(mentor.person),
        pair_id=pair_id,
        day=world.now.date(),
        clock=time(9),
        minutes=40,
        topic="КТП",
    )
    for side, rating in ((mentee, mentee_says), (mentor, mentor_says)):
        if rating is None:
            continue
        with world.database.writing() as session:
            run_id = session.scalars(
                select(SurveyRun.id).where(
                    SurveyRun.meeting_id == logged.meeting_id, SurveyRun.person_id == side.id
                )
            ).one()
            question = read_step(session, run_id=run_id).question
            assert question is not None
            record_answer(
                session,
                actor=world.actor(side.person),
                run_id=run_id,
                question_id=question.id,
                raw=Tapped((str(rating),)),
                now=world.now,
            )


@pytest.mark.requirement("A42")
def test_ratings_of_meetings_by_side_and_month(
    world: World,
    author: Actor,
    pair: tuple[int, Participant, Participant],
    curator: Browser,
    clock: FixedClock,
) -> None:
    meet(world, pair, 6, 8)
    world.now += timedelta(days=10)  # December
    meet(world, pair, 9, None)
    clock.moment = world.now
    found = world.read(read_ratings, actor=author, cycle_id=world.cycle_id)
    mentees, mentors = found.side(Role.MENTEE), found.side(Role.MENTOR)
    assert (mentees.mean, mentees.ratings, mentees.people) == (7.5, 2, 1)
    assert [(one.month.month, one.mean, one.ratings) for one in mentees.months] == [
        (11, 6.0, 1),
        (12, 9.0, 1),
    ]
    assert (mentors.mean, mentors.ratings) == (8.0, 1)
    own = world.read(read_pair_ratings, actor=author, pair_id=pair[0])
    assert [side.mean for side in own] == [7.5, 8.0]
    text = text_of(curator.get("/scores/"))
    assert "наставляемые 7,5 2 1" in text
    assert "доволен" not in text, "a rated meeting says nothing of who is satisfied with mentoring"
    assert "7,5 из 10 · 2 оценки" in text_of(curator.get(f"/pairs/{pair[0]}/"))


@pytest.mark.requirement("B14")
def test_meetings_held_against_planned(
    world: World, author: Actor, pair: tuple[int, Participant, Participant], curator: Browser
) -> None:
    meet(world, pair, None, None)
    pair_id, mentee, mentor = pair
    proposed = world.write(
        propose_meeting,
        actor=world.actor(mentor.person),
        pair_id=pair_id,
        kind=MeetingKind.REGULAR,
        local_start=datetime.combine(world.now.date() + timedelta(days=1), time(15)),
    )
    world.write(confirm_meeting, actor=world.actor(mentee.person), meeting_id=proposed.meeting_id)
    found = world.read(read_attendance, actor=author, cycle_id=world.cycle_id, now=world.now)
    assert (found.planned, found.held, found.unplanned, found.minutes) == (1, 1, 1, 40)
    text = text_of(curator.get("/scores/"))
    assert "нояб. 2026 1 1 0 0 1" in text
    assert "1 встреча записана без плана" in text
    assert "минут встреч: 40" in text


def test_charts_are_drawings_with_words(
    curator: Browser,
    world: World,
    author: Actor,
    pair: tuple[int, Participant, Participant],
) -> None:
    fill(world, author, marks_for(14))
    world.now -= timedelta(days=62)
    meet(world, pair, 6, 8)
    world.now += timedelta(days=31)
    meet(world, pair, 7, 8)
    for name in ("ratings", "meetings"):
        assert f"charts/{name}.svg" not in curator.get("/scores/"), "two months are read faster in the table"
        curator.get(f"/scores/charts/{name}.svg", status=404)
    world.now += timedelta(days=31)
    meet(world, pair, 8, 9)
    page = curator.get("/scores/")
    for name in ("criteria", "ratings", "meetings"):
        assert f"/scores/charts/{name}.svg" in page
        answer = curator.client.get(f"/scores/charts/{name}.svg")
        assert answer.mimetype == "image/svg+xml"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'"
        root = ET.fromstring(answer.text)
        space = "{http://www.w3.org/2000/svg}"
        assert root.find(f"{space}title") is not None
        assert root.findtext(f"{space}desc")
        assert root.get("role") == "img"
    curator.get("/scores/charts/unknown.svg", status=404)


def test_the_same_chart_is_drawn_once() -> None:
    chart = Chart("bars", "Title & co", "Words", ("ноябрь",), (Series("held", (3.0,)),), "meetings")
    assert draw(chart) is draw(chart)
    assert b"Title &amp; co" in draw(chart)


def test_an_observer_sees_scores_and_no_sheet_button(
    panel: Any, world: World, add_account: Any, author: Actor
) -> None:
    sheet = fill(world, author, marks_for(10))
    add_account(world, AccountRole.OBSERVER, "observer")
    browser = Browser(panel.test_client())
    browser.sign_in("observer")
    text = text_of(browser.get("/scores/"))
    assert "10 из 18" in text
    assert "Заполнить лист" not in text
    page = browser.get(f"/scores/sheets/{sheet.id}/")
    assert "Сохранить" not in text_of(page)
    browser.post("/scores/sheets/new", page="/account/", status=403)


@pytest.mark.requirement("A42")
def test_facts_stand_beside_the_criterion_that_they_tell_of(
    curator: Browser, world: World, pair: tuple[int, Participant, Participant]
) -> None:
    meet(world, pair, None, None)
    page = text_of(curator.post("/scores/sheets/new", page="/scores/"))
    assert "встреча-планирование: 0 из 1" in page
    assert "состоявшиеся встречи: 1 из 1" in page
    assert "Степень удовлетворённости всех участников наставнической деятельности" in page, "its own words"
    assert "довольные наставляемые" not in page, "nobody was asked"
