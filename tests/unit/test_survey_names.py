"""A pack may call its surveys as it likes: what they are for is said by their occasions."""

import json

import pytest
from sqlalchemy import select

from models.engine import Database
from models.people import Person
from models.programmes import Programme
from models.surveys import RunOccasion
from services.surveys.answers import list_wishes
from services.surveys.office import SubjectKind, is_mentor, subject_of
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
    facts = {"actor": world.curator, "cycle_id": world.cycle_id}
    about = {"compatibility_check_of_ours": SubjectKind.PAIR, "mentor_interview": SubjectKind.MENTOR}
    for survey_id in ("compatibility_check_of_ours", "mentor_interview", "swot_sheet"):
        assert world.read(subject_of, survey_id=survey_id, **facts) is about.get(survey_id)
    with world.database.reading() as session:
        assert session.scalars(select(Person.id).where(is_mentor(world.cycle_id))).all() == [pyotr.id]
    assert anna.id != pyotr.id


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
