"""Survey results in the panel: every question is read by somebody, and by nobody who was not promised it."""

import io
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from models.accounts import AccountRole
from models.engine import Database
from models.people import Role
from notices.language import load_translators
from services.access.actors import Channel, system
from services.documents.exports.tables import Filters
from services.documents.exports.writing import write_export
from services.programmes.surveys import Question
from services.results.readers import Use, uses_of
from tests.panel.conftest import Browser, text_of
from tests.results import answer, ask
from tests.world import World, found_school

PAGE = "/results/1/mentee_satisfaction/satisfaction_mid/"


@pytest.fixture
def world(database: object, now: object) -> World:
    return found_school(database, now, pack_id="afterschool-centre-2022")  # type: ignore[arg-type]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Figures do not depend on the engine; tests/unit/test_indicators.py asks both."""
    return sqlite_url


def usual(question: Question) -> object:
    if question.options:
        chosen = question.options[0].id
        return [chosen] if question.kind == "multi" else chosen
    return {"rating10": 8, "int": 2, "yes_no": True}.get(question.kind, f"Слово о {question.id}")


def mentees(world: World, count: int) -> list[int]:
    for _ in range(count):
        world.mentee()
    return ask(world, "satisfaction_mid", Role.MENTEE)


@pytest.mark.requirement("A36", "C29", "D13")
def test_every_question_of_a_survey_is_summed_up_for_the_curator(world: World, curator: Browser) -> None:
    runs = mentees(world, 7)
    for number, run_id in enumerate(runs[:6]):
        answer(world, run_id, {"comfort": 5 + number}, usual)
    text = text_of(curator.get(PAGE))
    survey = world.pack.survey("mentee_satisfaction")
    for question in survey.questions():
        assert question.text.ru in text, question.id
        assert {Use.RESULTS, Use.WORDS} & set(uses_of(world.pack, survey, question))
    assert "6 / 7 Доля ответивших: 86 %" in text
    assert "Насколько вам комфортно общаться с наставником? 6 7,5 67 %" in text
    assert "Хотели бы продолжить? 6 — 100 %" in text
    assert "Слово о missing" in text
    assert "6 / 7" in text
    picture = curator.client.get(f"{PAGE}spread/comfort.svg")
    assert picture.mimetype == "image/svg+xml"
    assert "5: 1, 6: 1, 7: 1, 8: 1, 9: 1, 10: 1" in picture.text
    curator.get(f"{PAGE}means.svg")
    curator.get(f"{PAGE}spread/missing.svg", status=404)
    assert "Как вам наставничество?" in text_of(curator.get("/results/"))


def test_of_four_people_only_their_number_is_told(world: World, curator: Browser) -> None:
    for run_id in mentees(world, 4):
        answer(world, run_id, {"comfort": 3, "missing": "Времени"})
    text = text_of(curator.get(PAGE))
    assert "Насколько вам комфортно общаться с наставником? 4 цифры – от 5 человек — —" in text
    assert "Времени" in text, "the curator was promised the words, however few"
    curator.get(f"{PAGE}spread/comfort.svg", status=404)
    curator.get(f"{PAGE}means.svg", status=404)


@pytest.mark.parametrize("role", [AccountRole.HEAD, AccountRole.OBSERVER, AccountRole.PSYCHOLOGIST])
def test_others_see_totals_and_no_words(
    panel: Flask, world: World, add_account: Callable[..., int], role: AccountRole
) -> None:
    add_account(world, role, "reader")
    for run_id in mentees(world, 5):
        answer(world, run_id, {"missing": "Времени", "works": 3}, usual)
    text = text_of(Browser(panel.test_client(), "reader").get(PAGE))
    assert "Насколько вам комфортно общаться с наставником? 5 8 100 %" in text
    assert "Времени" not in text
    assert "своих работ" not in text, "the question named the curator alone"


@pytest.mark.requirement("B18")
def test_a_part_that_would_tell_the_rest_is_withheld(world: World, curator: Browser) -> None:
    """Six in pairs of one kind, one without a pair: the difference of both figures would be one answer."""
    people = [world.mentee() for _ in range(7)]
    mentors = [world.mentor() for _ in range(3)]
    for number, mentee in enumerate(people[:6]):
        world.agree(mentee, mentors[number // 2])
    for run_id in ask(world, "satisfaction_mid", Role.MENTEE):
        answer(world, run_id, {"comfort": 8})
    assert "Насколько вам комфортно общаться с наставником? 7 8 100 %" in text_of(curator.get(PAGE))
    part = text_of(curator.get(f"{PAGE}?kind=traditional"))
    assert "Насколько вам комфортно общаться с наставником? 6 цифры – от 5 человек" in part


def test_the_next_time_shows_the_difference(world: World, curator: Browser) -> None:
    for run_id in mentees(world, 5):
        answer(world, run_id, {"comfort": 6, "would_continue": False})
    world.now += timedelta(days=5)
    for run_id in ask(world, "satisfaction_final", Role.MENTEE):
        answer(world, run_id, {"comfort": 8, "would_continue": True})
    text = text_of(curator.get(PAGE.replace("mid", "final")))
    assert "Насколько вам комфортно общаться с наставником? 5 8 100 % +2" in text
    assert "Хотели бы продолжить? 5 — 100 % +100 п. п." in text


@pytest.mark.requirement("B18")
def test_the_export_of_results_says_what_the_pages_say(
    world: World, curator: Browser, database: Database
) -> None:
    people = [world.mentee() for _ in range(5)]
    for mentee in people:
        world.agree(mentee, world.mentor())
    for number, run_id in enumerate(ask(world, "satisfaction_mid", Role.MENTEE)):
        answer(world, run_id, {"comfort": 8 + (not number), "missing": "Времени"})
    files = {name: io.BytesIO() for name in ("json", "csv")}
    with database.reading() as session:
        for name, out in files.items():
            write_export(
                session, actor=system(Channel.COMMAND_LINE), what="results", format=name, out=out,
                now=world.now + timedelta(hours=1), t=load_translators()["ru"],
                filters=Filters(organization_id=world.organization_id),
            )  # fmt: skip
    out = files["json"]
    rows = json.loads(out.getvalue())["rows"]
    comfort = next(
        one for one in rows if (one["survey_id"], one["item_id"]) == ("mentee_satisfaction", "comfort")
    )
    assert (comfort["asked"], comfort["people"], comfort["mean"], comfort["share"]) == (5, 5, 8.2, 100)
    assert comfort["spread"]["8"] == 4
    assert '5;5;"";"8,2";"100"' in files["csv"].getvalue().decode(), "a spreadsheet takes 8.2 for a day"
    satisfied = next(one for one in rows if one["item_id"] == "mentee_satisfaction")
    assert (satisfied["section"], satisfied["share"], satisfied["target"]) == ("indicator", 100, 85)
    assert "Времени" not in out.getvalue().decode(), "words are no figures"
