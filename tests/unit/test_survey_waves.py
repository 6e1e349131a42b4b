"""Waves: who is asked what and when, how many answered; what opens by itself; silence and the curator."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.accounts import AccountRole
from models.engine import Database
from models.meetings import Meeting, MeetingKind, MeetingStatus
from models.messages import OutboxMessage
from models.pairs import Pair
from models.people import Role
from models.surveys import SurveyRun, SurveyStatus, SurveyWave, WaveKind, WaveStatus
from models.tasks import Task, TaskKind
from services.access.actors import Channel, system
from services.access.errors import NotAllowed
from services.accounts.directory import create_account
from services.joining.absences import begin_leave, end_absence
from services.meetings.outcomes import log_past_meeting
from services.programmes.answers import Tapped
from services.surveys.closing import close_overdue
from services.surveys.events import ask_before_and_after, ask_short_forms, find_point
from services.surveys.reminders import remind_unfinished, tell_curator_of_silence
from services.surveys.respondents import Reach, Segment, Who
from services.surveys.runs import record_answer
from services.surveys.steps import read_step
from services.surveys.waves import (
    NoOneToAsk,
    WaveDatesCrossed,
    cancel_wave,
    close_wave,
    list_waves,
    open_waves,
    plan_wave,
    preview_wave,
    read_wave,
)
from tests.world import Participant, World, fill_run, found_school

BOTH = Segment(tuple(Role))


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    world = found_school(database, now)
    world.write(
        create_account,
        actor=system(Channel.COMMAND_LINE),
        organization_id=world.organization_id,
        login="curator",
        name="Вера Павловна Тихая",
        role=AccountRole.CURATOR,
    )
    return world


def log_meeting(world: World, mentor: Participant, *, days_ago: int) -> None:
    """The one pair of the world met."""
    pair_id = world.read(lambda session: session.scalars(select(Pair.id)).one())
    world.write(
        log_past_meeting,
        actor=world.actor(mentor.person),
        pair_id=pair_id,
        day=(world.now - timedelta(days=days_ago)).date(),
        minutes=40,
        topic=None,
    )


def plan(world: World, occasion: str, segment: Segment = BOTH, *, starts_in: int = 0, days: int = 14) -> int:
    wave_id: int = world.write(
        plan_wave,
        actor=world.curator,
        cycle_id=world.cycle_id,
        occasion=occasion,
        segment=segment,
        starts_at=world.now + timedelta(days=starts_in),
        closes_at=world.now + timedelta(days=starts_in + days),
    )
    return wave_id


def preview(world: World, occasion: str, segment: Segment = BOTH) -> dict[str, Reach]:
    found = world.read(
        preview_wave,
        actor=world.curator,
        cycle_id=world.cycle_id,
        occasion=occasion,
        segment=segment,
        now=world.now,
    )
    return {f"{one.person_id}:{one.survey.id}:{one.about_id or ''}": one.reach for one in found}


def runs(world: World) -> list[SurveyRun]:
    with world.database.reading() as session:
        return list(
            session.scalars(select(SurveyRun).where(SurveyRun.wave_id.is_not(None)).order_by(SurveyRun.id))
        )


@pytest.fixture
def pair(world: World) -> tuple[Participant, Participant]:
    anna, pyotr = world.mentee(), world.mentor()
    world.agree(anna, pyotr)
    return anna, pyotr


@pytest.mark.requirement("C28")
def test_a_wave_opens_on_its_day_and_shows_the_response_live(
    world: World, pair: tuple[Participant, Participant]
) -> None:
    anna, pyotr = pair
    olga = world.mentee("Ольга", "Юрьевна")
    assert preview(world, "satisfaction_mid", Segment(tuple(Role), Who.PAIRED)) == {
        f"{anna.id}:mentee_satisfaction:": Reach.CHAT,
        f"{pyotr.id}:mentor_satisfaction:": Reach.CHAT,
    }
    wave_id = plan(world, "satisfaction_mid", starts_in=2)
    assert plan(world, "satisfaction_mid", starts_in=2) == wave_id, "a double click plans once"
    world.write(open_waves)
    assert runs(world) == []
    world.now += timedelta(days=2)
    for _ in range(3):
        world.write(open_waves, limit=2)
    opened = runs(world)
    assert {run.person_id for run in opened} == {anna.id, pyotr.id, olga.id}
    with world.database.reading() as session:
        invited = session.scalars(
            select(OutboxMessage.person_id).where(OutboxMessage.kind == "survey.invite")
        ).all()
    assert sorted(map(int, filter(None, invited))) == sorted([anna.id, pyotr.id, olga.id])

    begun = next(run for run in opened if run.person_id == olga.id)
    facts: dict[str, Any] = {"actor": world.actor(olga.person), "run_id": begun.id}
    world.write(record_answer, question_id="comfort", raw=Tapped(("9",)), **facts)
    wave = world.read(list_waves, actor=world.curator, cycle_id=world.cycle_id)[0]
    assert (wave.begun, wave.rate) == (1, 0), "what is only begun is no response"
    mine = next(run for run in opened if run.person_id == anna.id)
    world.write(fill_run, actor=world.actor(anna.person), run_id=mine.id, answers={})
    wave = world.read(list_waves, actor=world.curator, cycle_id=world.cycle_id)[0]
    assert (wave.status, wave.kind) == (WaveStatus.OPEN, WaveKind.DATES)
    assert (wave.asked, wave.sent, wave.begun, wave.rate) == (3, 1, 1, 33)

    world.write(close_wave, actor=world.curator, wave_id=wave_id)
    wave, listed = world.read(read_wave, actor=world.curator, wave_id=wave_id)
    assert (wave.status, wave.partial) == (WaveStatus.CLOSED, 1)
    assert {one.person_id: one.status for one in listed.rows} == {
        anna.id: SurveyStatus.SENT,
        olga.id: SurveyStatus.PARTIAL,
        pyotr.id: SurveyStatus.EXPIRED,
    }


@pytest.mark.requirement("C30", "A38")
def test_a_mentor_answers_about_each_mentee_apart(world: World) -> None:
    anna, olga = world.mentee(), world.mentee("Ольга", "Юрьевна")
    pyotr = world.mentor(capacity="2")
    world.agree(anna, pyotr)
    world.agree(olga, pyotr)
    asked = preview(world, "indicators_before", Segment((Role.MENTOR,)))
    assert set(asked) == {f"{pyotr.id}:personal_indicators_mentor:{one.id}" for one in (anna, olga)}
    plan(world, "indicators_before", Segment((Role.MENTOR,)))
    world.write(open_waves, limit=1)
    world.write(open_waves, limit=1)
    about = {run.about_person_id: run for run in runs(world)}
    assert set(about) == {anna.id, olga.id}
    assert world.read(read_step, run_id=about[anna.id].id).about == anna.person.polite_name


def test_a_wave_that_makes_no_sense_is_refused(world: World, pair: tuple[Participant, Participant]) -> None:
    with pytest.raises(WaveDatesCrossed):
        plan(world, "satisfaction_mid", days=0)
    with pytest.raises(NoOneToAsk):
        plan(world, "satisfaction_mid", Segment(tuple(Role), Who.UNPAIRED))
    with pytest.raises(NotAllowed):
        world.write(
            plan_wave,
            actor=world.actor(pair[0].person),
            cycle_id=world.cycle_id,
            occasion="satisfaction_mid",
            segment=BOTH,
            starts_at=world.now,
            closes_at=world.now + timedelta(days=1),
        )
    wave_id = plan(world, "satisfaction_final", starts_in=3)
    world.write(cancel_wave, actor=world.curator, wave_id=wave_id)
    world.now += timedelta(days=4)
    world.write(open_waves)
    assert runs(world) == []


def test_points_of_the_short_form() -> None:
    start = datetime.fromisoformat("2026-09-01T09:00:00+00:00")
    found = {day: find_point(start, start + timedelta(days=day)) for day in (29, 30, 44, 45, 89, 90, 150)}
    assert found == {29: None, 30: 30, 44: 30, 45: None, 89: None, 90: 90, 150: 150}


@pytest.mark.requirement("C26")
def test_the_short_form_comes_on_day_30_and_every_60_unless_answered_lately(
    world: World, pair: tuple[Participant, Participant]
) -> None:
    anna, pyotr = pair
    world.now += timedelta(days=29)
    assert world.write(ask_short_forms) == 0
    world.now += timedelta(days=1)
    assert world.write(ask_short_forms) == 0, "a pair that has not met is not asked how it goes"
    log_meeting(world, pyotr, days_ago=1)
    assert world.write(ask_short_forms) == 1
    assert world.write(ask_short_forms) == 0, "once a point"
    first = runs(world)
    assert [(run.person_id, run.survey_id) for run in first] == [(anna.id, "mentee_satisfaction_short")]
    world.now += timedelta(days=15)
    world.write(close_overdue)
    # the long form, answered 20 days before day 90
    world.now += timedelta(days=25)
    plan(world, "satisfaction_mid", Segment((Role.MENTEE,)))
    world.write(open_waves)
    whole = runs(world)[-1]
    world.write(fill_run, actor=world.actor(anna.person), run_id=whole.id, answers={})
    world.now += timedelta(days=20)
    assert world.write(ask_short_forms) == 0
    world.now += timedelta(days=60)
    assert world.write(ask_short_forms) == 1
    with world.database.reading() as session:
        events = session.scalars(select(SurveyWave).where(SurveyWave.kind == WaveKind.EVENT)).all()
        assert [one.occasion for one in events] == ["satisfaction_short"]


def test_silence_is_reminded_of_once_and_then_told_to_the_curator(
    world: World, pair: tuple[Participant, Participant]
) -> None:
    anna, _pyotr = pair
    plan(world, "satisfaction_mid", Segment((Role.MENTEE,)))
    world.write(open_waves)
    run = runs(world)[0]
    world.now += timedelta(days=2)
    assert world.write(tell_curator_of_silence) == 0
    away = {"actor": system(Channel.COMMAND_LINE), "person_id": anna.id}
    world.write(begin_leave, starts_on=world.now.date(), ends_on=None, **away)
    assert world.write(remind_unfinished) == 0, "nobody is asked on a long leave"
    world.write(end_absence, **away)
    assert (world.write(remind_unfinished), world.write(remind_unfinished)) == (1, 0)
    world.now += timedelta(days=1)
    assert world.write(tell_curator_of_silence) == 0
    world.now += timedelta(days=1)
    assert (world.write(tell_curator_of_silence), world.write(tell_curator_of_silence)) == (1, 0)
    world.write(fill_run, actor=world.actor(anna.person), run_id=run.id, answers={})
    with world.database.reading() as session:
        task = session.scalars(select(Task).where(Task.kind == TaskKind.SURVEY_SILENT)).one()
        assert (task.person_id, task.run_id, task.done_at is not None) == (anna.id, run.id, True)


def meet(
    world: World, pair_id: int, person_id: int, kind: MeetingKind, status: MeetingStatus, days: int
) -> None:
    """A meeting so many days from now; only its kind, state and time matter here."""
    starts_at = world.now + timedelta(days=days)
    with world.database.writing() as session:
        session.add(
            Meeting(
                organization_id=world.organization_id,
                cycle_id=world.cycle_id,
                pair_id=pair_id,
                kind=kind,
                status=status,
                local_start=starts_at.strftime("%Y-%m-%dT%H:%M"),
                timezone="Europe/Moscow",
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=45),
                minutes=45,
                proposed_by=person_id,
                proposed_at=world.now,
            )
        )


@pytest.mark.requirement("C11", "C30", "A38")
def test_both_sides_measure_when_they_have_agreed_and_after_the_final_meeting(world: World) -> None:
    anna, pyotr = world.mentee(), world.mentor()
    pair_id = world.agree(anna, pyotr)
    assert (world.write(ask_before_and_after), world.write(ask_before_and_after)) == (2, 0)
    before = runs(world)
    assert [(run.person_id, run.survey_id, run.about_person_id) for run in before] == [
        (anna.id, "personal_indicators_mentee", None),
        (pyotr.id, "personal_indicators_mentor", anna.id),
    ]
    world.now += timedelta(days=150)
    meet(world, pair_id, anna.id, MeetingKind.FINAL, MeetingStatus.HELD, -1)
    assert (world.write(ask_before_and_after), world.write(ask_before_and_after)) == (2, 0)
    assert [run.survey_id for run in runs(world)[2:]] == [f"{run.survey_id}_after" for run in before]
    waves = world.read(list_waves, actor=world.curator, cycle_id=world.cycle_id)
    assert {wave.occasion: wave.asked for wave in waves} == {"indicators_before": 2, "indicators_after": 2}


def test_wishes_are_asked_only_of_those_who_have_somebody_to_choose_from(world: World) -> None:
    pyotr = world.mentor()
    everybody = Segment(tuple(Role), Who.ALL)
    alone = preview(world, "mutual_preference", everybody)
    assert alone == {f"{pyotr.id}:mutual_preference_mentor:": Reach.NOBODY}
    world.ready(pyotr.person, Role.MENTEE, {})
    assert set(preview(world, "mutual_preference", everybody).values()) == {Reach.NOBODY}, "not oneself"
    anna = world.mentee()
    asked = preview(world, "mutual_preference", everybody)
    assert asked[f"{anna.id}:mutual_preference_mentee:"] is Reach.CHAT
    assert asked[f"{pyotr.id}:mutual_preference_mentor:"] is Reach.CHAT
    assert asked[f"{pyotr.id}:mutual_preference_mentee:"] is Reach.NOBODY
