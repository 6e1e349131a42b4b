"""A pack may call its surveys as it likes: what they are for is said by their occasions."""

import json

import pytest
from sqlalchemy import select

from models.engine import Database
from models.programmes import Programme
from models.surveys import RunOccasion
from services.surveys.answers import list_wishes
from services.surveys.office import list_subjects
from services.surveys.opening import open_run
from tests.conftest import FIRST_MOMENT
from tests.world import World, fill_run, found_school

NAMES = ("compatibility_check", "mutual_preference_mentee")


@pytest.fixture
def world(database: Database) -> World:
    world = found_school(database, FIRST_MOMENT)
    with database.writing() as session:
        programme = session.scalars(select(Programme)).one()
        told = json.dumps(programme.pack)
        for name in NAMES:
            told = told.replace(f'"{name}"', f'"{name}_of_ours"')
        programme.pack, programme.pack_sha256 = json.loads(told), "of ours"
    return world


def test_sheets_are_about_somebody_by_their_occasion(world: World) -> None:
    anna, pyotr = world.mentee(), world.mentor()
    pair_id = world.agree(anna, pyotr)
    facts = {"actor": world.curator, "cycle_id": world.cycle_id}
    pairs = world.read(list_subjects, survey_id="compatibility_check_of_ours", **facts)
    assert [one.id for one in pairs] == [pair_id]
    mentors = world.read(list_subjects, survey_id="mentor_interview", **facts)
    assert [one.id for one in mentors] == [pyotr.id]
    assert world.read(list_subjects, survey_id="swot_sheet", **facts) is None


def test_wishes_are_known_by_their_occasion(world: World) -> None:
    anna = world.mentee()
    run_id = world.write(
        open_run,
        survey_id="mutual_preference_mentee_of_ours",
        organization_id=world.organization_id,
        cycle_id=world.cycle_id,
        occasion=RunOccasion.WAVE,
        dedup_key="wave:test:mentee",
        person_id=anna.id,
    )
    world.write(fill_run, actor=world.actor(anna.person), run_id=run_id, answers={"comment": "По средам"})
    found = world.read(list_wishes, actor=world.curator, person_id=anna.id, locale="ru")
    assert [one.run_id for one in found] == [run_id], "the questionnaire on joining is no wish"
