"""The end of a survey run: one rule by every way in which it ends, and no task is left about its silence."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.accounts import AccountRole
from models.consents import ConsentKind
from models.engine import Database
from models.people import Role
from models.surveys import Answer, RunOccasion, SurveyRun, SurveyStatus
from models.tasks import Task, TaskKind
from services.access.actors import Channel, system
from services.accounts.directory import create_account
from services.curator.closings import PairFate, close_cycle
from services.delivery.tasks import open_task
from services.joining.absences import dismiss_person
from services.joining.withdrawing import withdraw_consent, withdraw_on_paper
from services.meetings.corrections import withdraw_log
from services.meetings.outcomes import log_past_meeting
from services.programmes.running import pack_of
from services.surveys.closing import close_overdue
from services.surveys.feedback import rate
from services.surveys.intake import choose_role, leave_role
from services.surveys.outcomes import OUTCOMES
from services.surveys.reminders import remind_unfinished, tell_curator_of_silence
from services.surveys.respondents import Segment
from services.surveys.waves import close_wave, open_waves, plan_wave
from tests.conftest import FIRST_MOMENT
from tests.world import Participant, World, fill_run, found_school


@dataclass(frozen=True)
class Scene:
    """A pair that is asked by a wave and after a meeting, and somebody who fills in an intake."""

    world: World
    mentee: Participant
    mentor: Participant
    newcomer: Participant
    pair_id: int
    meeting_id: int
    wave_id: int

    def run(self, occasion: RunOccasion) -> int:
        """The unsent run of this occasion: of the mentee, or the newcomer's intake."""
        who = self.newcomer if occasion is RunOccasion.INTAKE else self.mentee
        query = select(SurveyRun.id).where(
            SurveyRun.person_id == who.id, SurveyRun.occasion == occasion, SurveyRun.sent_at.is_(None)
        )
        with self.world.database.reading() as session:
            return session.scalars(query).one()

    def read(self, run_id: int) -> SurveyRun:
        with self.world.database.reading() as session:
            return session.get_one(SurveyRun, run_id)


@pytest.fixture
def scene(database: Database) -> Scene:
    world = found_school(database, FIRST_MOMENT)
    world.write(
        create_account,
        actor=system(Channel.COMMAND_LINE),
        organization_id=world.organization_id,
        login="curator",
        name="Вера Павловна Тихая",
        role=AccountRole.CURATOR,
    )
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = world.agree(mentee, mentor)
    meeting_id = world.write(
        log_past_meeting,
        actor=world.actor(mentor.person),
        pair_id=pair_id,
        day=world.now.date(),
        clock=None,
        minutes=30,
        topic="План урока",
        kind=None,
    ).meeting_id
    person = world.consented("Ольга", "Юрьевна")
    chosen = world.write(choose_role, actor=world.actor(person), role=Role.MENTEE)
    wave_id = world.write(
        plan_wave,
        actor=world.curator,
        cycle_id=world.cycle_id,
        occasion="satisfaction_mid",
        segment=Segment(tuple(Role)),
        starts_at=world.now,
        closes_at=world.now + timedelta(days=60),
    )
    world.write(open_waves)
    newcomer = Participant(person, chosen.participation_id, Role.MENTEE)
    return Scene(world, mentee, mentor, newcomer, pair_id, meeting_id, wave_id)


def by_sending(scene: Scene) -> None:
    run_id = scene.run(RunOccasion.WAVE)
    scene.world.write(fill_run, actor=scene.world.actor(scene.mentee.person), run_id=run_id, answers={})


def by_rating(scene: Scene) -> None:
    run_id = scene.run(RunOccasion.FEEDBACK)
    scene.world.write(rate, actor=scene.world.actor(scene.mentee.person), run_id=run_id, rating=9)


def by_time(scene: Scene) -> None:
    scene.world.now += timedelta(days=61)
    scene.world.write(close_overdue)


def by_withdrawing(scene: Scene) -> None:
    scene.world.write(withdraw_consent, actor=scene.world.actor(scene.mentee.person))


def by_a_letter(scene: Scene) -> None:
    facts = {"person_id": scene.mentee.id, "kind": ConsentKind.PD_PROCESSING}
    scene.world.write(withdraw_on_paper, actor=scene.world.curator, **facts)


def by_dismissal(scene: Scene) -> None:
    day = scene.world.now.date()
    scene.world.write(dismiss_person, actor=scene.world.curator, person_id=scene.mentee.id, starts_on=day)


def by_closing_the_year(scene: Scene) -> None:
    scene.world.write(
        close_cycle,
        actor=scene.world.curator,
        cycle_id=scene.world.cycle_id,
        fates={scene.pair_id: PairFate.END_EARLY},
    )


def by_closing_the_wave(scene: Scene) -> None:
    scene.world.write(close_wave, actor=scene.world.curator, wave_id=scene.wave_id)


def by_leaving_the_role(scene: Scene) -> None:
    scene.world.write(leave_role, actor=scene.world.actor(scene.newcomer.person), role=Role.MENTEE)


def by_taking_the_log_back(scene: Scene) -> None:
    actor = scene.world.actor(scene.mentor.person)
    scene.world.write(withdraw_log, actor=actor, meeting_id=scene.meeting_id)


SENDING = ((by_sending, RunOccasion.WAVE), (by_rating, RunOccasion.FEEDBACK))
CLOSING = (
    (by_time, RunOccasion.WAVE),
    (by_time, RunOccasion.FEEDBACK),
    (by_withdrawing, RunOccasion.WAVE),
    (by_withdrawing, RunOccasion.FEEDBACK),
    (by_a_letter, RunOccasion.WAVE),
    (by_dismissal, RunOccasion.WAVE),
    (by_closing_the_year, RunOccasion.WAVE),
    (by_closing_the_year, RunOccasion.INTAKE),
    (by_closing_the_wave, RunOccasion.WAVE),
    (by_leaving_the_role, RunOccasion.INTAKE),
    (by_taking_the_log_back, RunOccasion.FEEDBACK),
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The rule does not depend on the engine."""
    return sqlite_url


@pytest.mark.parametrize(("end", "occasion"), [*SENDING, *CLOSING])
def test_the_task_about_silence_closes_with_the_run(
    scene: Scene, end: Callable[[Scene], None], occasion: RunOccasion
) -> None:
    run_id = scene.run(occasion)
    with scene.world.database.writing() as session:
        run = session.get_one(SurveyRun, run_id)
        open_task(session, TaskKind.SURVEY_SILENT, run, key="survey:test:silent", now=scene.world.now)
    assert is_waiting(scene.world, run_id)
    end(scene)
    assert not is_waiting(scene.world, run_id)
    run = scene.read(run_id)
    is_sent = (end, occasion) in SENDING
    assert run.status is (SurveyStatus.SENT if is_sent else SurveyStatus.EXPIRED)
    assert is_sent or (run.closes_at is not None and run.closes_at <= scene.world.now)


@pytest.mark.parametrize("is_whole", [True, False])
@pytest.mark.parametrize(("end", "occasion"), CLOSING)
def test_a_whole_answer_makes_a_partial_run_and_ticks_make_none(
    scene: Scene, end: Callable[[Scene], None], occasion: RunOccasion, is_whole: bool
) -> None:
    run_id = scene.run(occasion)
    answer(scene.world, run_id, is_final=is_whole)
    end(scene)
    assert scene.read(run_id).status is (SurveyStatus.PARTIAL if is_whole else SurveyStatus.EXPIRED)


def test_the_two_ticks_open_a_task_that_withdrawing_consent_closes(scene: Scene) -> None:
    world = scene.world
    for _ in range(15):
        world.now += timedelta(days=1)
        world.write(remind_unfinished)
        world.write(tell_curator_of_silence)
    runs = [scene.run(RunOccasion.WAVE), scene.run(RunOccasion.INTAKE)]
    assert [is_waiting(world, run_id) for run_id in runs] == [True, True]
    by_withdrawing(scene)
    assert [is_waiting(world, run_id) for run_id in runs] == [False, True]


def test_a_role_taken_again_opens_its_intake_with_the_answers_kept(scene: Scene) -> None:
    run_id = scene.run(RunOccasion.INTAKE)
    answer(scene.world, run_id, is_final=True)
    by_leaving_the_role(scene)
    scene.world.now += timedelta(days=1)
    scene.world.write(choose_role, actor=scene.world.actor(scene.newcomer.person), role=Role.MENTEE)
    run = scene.read(run_id)
    assert (run.status, run.closes_at) == (SurveyStatus.OPEN, None)


def test_something_follows_from_every_occasion() -> None:
    assert set(OUTCOMES) == set(RunOccasion)


def is_waiting(world: World, run_id: int) -> bool:
    query = select(Task.id).where(
        Task.run_id == run_id, Task.kind == TaskKind.SURVEY_SILENT, Task.done_at.is_(None)
    )
    with world.database.reading() as session:
        return session.scalars(query).first() is not None


def answer(world: World, run_id: int, *, is_final: bool) -> None:
    with world.database.writing() as session:
        run = session.get_one(SurveyRun, run_id)
        survey = pack_of(session, cycle_id=run.cycle_id).survey(run.survey_id)
        session.add(
            Answer(
                run_id=run_id,
                question_id=survey.questions()[0].id,
                value={"value": []},
                is_final=is_final,
                answered_at=world.now,
            )
        )
