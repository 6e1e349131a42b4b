"""Rounds of surveys for tests: asked by the services, answered in rows, so that many answers cost little."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from sqlalchemy import select

from models.people import Role
from models.surveys import Answer, SurveyRun, SurveyStatus
from services.programmes.surveys import Question
from services.surveys.respondents import Segment
from services.surveys.waves import open_waves, plan_wave
from tests.world import World

Answers = Mapping[str, object] | None
"""By question; None of a run that nobody answers."""


def ask(world: World, occasion: str, *roles: Role) -> list[int]:
    """Ask this occasion of everybody now; the new runs in the order of people."""
    known = {run.id for run in _runs(world)}
    world.write(
        plan_wave,
        actor=world.curator,
        cycle_id=world.cycle_id,
        occasion=occasion,
        segment=Segment(roles or tuple(Role)),
        starts_at=world.now,
        closes_at=world.now + timedelta(days=14),
    )
    world.write(open_waves, limit=100)
    return [run.id for run in _runs(world) if run.id not in known]


def answer(
    world: World, run_id: int, given: Answers, usual: Callable[[Question], object] | None = None
) -> None:
    """Send a run with these answers, and `usual` ones to the other questions; None leaves it unanswered."""
    if given is None:
        return
    with world.database.writing() as session:
        run = session.get_one(SurveyRun, run_id)
        for question in world.pack.survey(run.survey_id).questions():
            if question.id in given or usual is not None:
                value = given[question.id] if question.id in given else usual and usual(question)
                session.add(
                    Answer(
                        run_id=run_id,
                        question_id=question.id,
                        value=None if value is None else {"value": value},
                        answered_at=world.now,
                    )
                )
        run.status, run.sent_at = SurveyStatus.SENT, world.now


def _runs(world: World) -> list[SurveyRun]:
    with world.database.reading() as session:
        return list(session.scalars(select(SurveyRun).order_by(SurveyRun.person_id, SurveyRun.id)))
