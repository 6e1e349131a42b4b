"""Paper sheets and links made by the staff show nobody's answers, and take none over from their author."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from models.accounts import AccountRole
from models.audit import AuditEntry
from models.surveys import RunOccasion, RunSource, SurveyRun, SurveyStatus
from services.access.actors import Channel, system
from services.programmes.answers import Tapped
from services.surveys.opening import open_run
from services.surveys.runs import record_answer
from services.surveys.web_links import issue_survey_link
from tests.panel.conftest import Browser, text_of
from tests.world import Participant, World

FIRST, WORDS = "comfort", "Тихое слово"
"""The first question of the survey of satisfaction, and a text: both go into totals only."""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Nothing here depends on the engine."""
    return sqlite_url


@pytest.fixture
def anna(world: World) -> Participant:
    return world.mentee()


@pytest.fixture
def run_id(world: World, anna: Participant) -> int:
    opened: int = world.write(
        open_run,
        survey_id="mentee_satisfaction_short",
        organization_id=world.organization_id,
        cycle_id=world.cycle_id,
        occasion=RunOccasion.WAVE,
        dedup_key="wave:0:test",
        person_id=anna.id,
    )
    return opened


@pytest.fixture
def second(panel: Flask, world: World, add_account: Callable[..., int]) -> Browser:
    add_account(world, AccountRole.CURATOR, "second", "Галина Львовна Вторая")
    return Browser(panel.test_client(), "second")


@pytest.fixture
def guest(panel: Flask) -> Browser:
    return Browser(panel.test_client())


def begin_in_chat(world: World, anna: Participant, run_id: int) -> None:
    world.write(
        record_answer, actor=world.actor(anna.person), run_id=run_id, question_id=FIRST, raw=Tapped(("3",))
    )


def run_of(world: World, run_id: int) -> SurveyRun:
    with world.database.reading() as session:
        return session.get_one(SurveyRun, run_id)


def checked(page: str) -> list[str]:
    """Values of the choices that the page has marked."""
    return re.findall(r'value="([^"]*)"(?: checked)', page)


def make_link(curator: Browser, run_id: int) -> str:
    page = curator.post(f"/surveys/runs/{run_id}/link", page=f"/surveys/runs/{run_id}/")
    found = re.search(r"/s/[\w-]+", page)
    assert found is not None, text_of(page)
    return found[0]


@pytest.mark.parametrize("state", [SurveyStatus.OPEN, SurveyStatus.PAUSED])
def test_what_a_person_began_in_the_chat_has_neither_paper_nor_link(
    world: World, curator: Browser, anna: Participant, run_id: int, state: SurveyStatus
) -> None:
    begin_in_chat(world, anna, run_id)
    with world.database.writing() as session:
        session.get_one(SurveyRun, run_id).status = state
    page = curator.get(f"/surveys/runs/{run_id}/")
    assert "Внести бумажный бланк" not in page
    assert "/link" not in page
    asked = curator.get(f"/surveys/runs/{run_id}/paper")
    assert "уже начал отвечать" in text_of(asked)
    assert checked(asked) == []
    assert "уже начал отвечать" in text_of(curator.post(f"/surveys/runs/{run_id}/link", page="/surveys/"))
    typed = curator.post(
        f"/surveys/runs/{run_id}/paper", page="/surveys/", filled_on="2026-11-20", q_comfort="9"
    )
    assert "уже начал отвечать" in text_of(typed)
    assert run_of(world, run_id).source is RunSource.CHAT


@pytest.mark.parametrize("state", [SurveyStatus.PARTIAL, SurveyStatus.EXPIRED, SurveyStatus.SENT])
def test_a_closed_or_sent_run_has_no_paper_page(
    world: World, curator: Browser, anna: Participant, run_id: int, state: SurveyStatus
) -> None:
    begin_in_chat(world, anna, run_id)
    with world.database.writing() as session:
        session.get_one(SurveyRun, run_id).status = state
    page = curator.get(f"/surveys/runs/{run_id}/paper")
    assert 'name="filled_on"' not in page
    assert checked(page) == []


def test_a_sheet_half_typed_in_shows_to_its_author_only(
    world: World, curator: Browser, second: Browser, run_id: int
) -> None:
    paper = f"/surveys/runs/{run_id}/paper"
    curator.post(paper, filled_on="2026-11-20", q_comfort="9")
    assert checked(curator.get(paper)) == ["9"]
    assert checked(second.get(paper)) == []
    second.post(paper, filled_on="2026-11-21", q_overall="8")
    assert checked(second.get(paper)) == ["8"]
    assert checked(curator.get(paper)) == []


def test_the_chat_takes_a_paper_sheet_over(
    world: World, curator: Browser, anna: Participant, run_id: int
) -> None:
    paper = f"/surveys/runs/{run_id}/paper"
    curator.post(paper, filled_on="2026-11-20", q_overall="8")
    begin_in_chat(world, anna, run_id)
    run = run_of(world, run_id)
    assert (run.source, run.entered_by, run.filled_on) == (RunSource.CHAT, None, None)
    assert "уже начал отвечать" in text_of(curator.get(paper))


def test_a_link_of_the_staff_shows_only_what_the_same_browser_typed(
    world: World, curator: Browser, guest: Browser, run_id: int
) -> None:
    link = make_link(curator, run_id)
    guest.post(link, q_comfort="3", q_meetings="4", status=422)
    assert checked(guest.get(link)) == ["3", "4"], "nothing is lost for the respondent"
    for path in (link, f"{link}/review"):
        page = curator.get(path)
        assert checked(page) == []
        assert "3 из 10" not in text_of(page)
    assert "Ответ сохранён и здесь не показан" in text_of(curator.get(link))
    # an empty field leaves what is kept
    curator.post(link, q_support="9", q_frequency="right", q_overall="9")
    assert "3 из 10" in text_of(guest.get(f"{link}/review"))
    assert "ответ есть, здесь не показан" in text_of(guest.get(f"{link}/review"))


def test_who_made_the_link_stands_beside_the_answers_and_in_the_journal(
    world: World, curator: Browser, guest: Browser, run_id: int
) -> None:
    link = make_link(curator, run_id)
    guest.post(link, q_comfort="9", q_meetings="8", q_support="9", q_frequency="right", q_overall="9")
    guest.post(f"{link}/review")
    run = run_of(world, run_id)
    assert (run.status, run.source) == (SurveyStatus.SENT, RunSource.WEB)
    assert run.issued_by is not None
    with world.database.reading() as session:
        query = select(AuditEntry.after).where(
            AuditEntry.action == "survey.sent", AuditEntry.subject_id == run_id
        )
        told = session.scalars(query).one()
    assert told is not None
    assert (told["source"], told["issued_by"]) == ("web", run.issued_by)
    assert "по ссылке, которую создал(а) Вера Павловна Тихая" in text_of(
        curator.get(f"/surveys/runs/{run_id}/")
    )


def test_a_link_of_the_staff_ends_when_the_person_begins_in_the_chat(
    world: World, curator: Browser, guest: Browser, anna: Participant, run_id: int
) -> None:
    link = make_link(curator, run_id)
    begin_in_chat(world, anna, run_id)
    for path in (link, f"{link}/review"):
        assert "уже отвечают другим способом" in text_of(guest.get(path, status=410))


def test_the_persons_own_link_shows_their_own_answers(
    world: World, guest: Browser, anna: Participant, run_id: int
) -> None:
    begin_in_chat(world, anna, run_id)
    made = world.write(
        issue_survey_link,
        actor=system(Channel.WEB),
        run_id=run_id,
        valid_for=world.now - world.now.replace(hour=0),
    )
    assert checked(guest.get(f"/s/{made.token}?part=1")) == ["3"]
