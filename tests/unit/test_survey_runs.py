"""The runner: each answer is kept at once, nothing is asked twice or lost.

See SV01, SV02; docs/design.md#conversation.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from models.engine import Database
from models.messages import OutboxMessage
from models.people import Participation, ParticipationStatus, Role
from models.surveys import Answer, AnswerChange, RunOccasion, SurveyRun, SurveyStatus
from services.access.errors import NotAllowed
from services.consents.states import ConsentMissing
from services.joining.withdrawing import withdraw_consent
from services.pairs.banks import list_bank, read_profile
from services.programmes.answers import AnswerRefused, Raw, Tapped
from services.programmes.values import NothingChosen, TooManyChosen
from services.surveys.intake import choose_role
from services.surveys.opening import open_run
from services.surveys.own import read_own_surveys
from services.surveys.reminders import remind_unfinished
from services.surveys.runs import (
    AnswerNeeded,
    RunClosed,
    RunIncomplete,
    add_typed,
    change_answer,
    confirm_answer,
    finish_ticks,
    go_back,
    pause_run,
    record_answer,
    resume_run,
    send,
    skip_question,
    tick_option,
)
from services.surveys.steps import Step, list_changeable, list_unsent, read_step
from tests.world import World, fill_run, found_school


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    return found_school(database, now)


class Respondent:
    """A consented mentee with an open intake."""

    def __init__(self, world: World, role: Role = Role.MENTEE) -> None:
        self.world = world
        self.person = world.consented()
        self.actor = world.actor(self.person)
        self.chosen = world.write(choose_role, actor=self.actor, role=role)
        self.run_id: int = self.chosen.run_id

    @property
    def step(self) -> Step:
        step: Step = self.world.read(read_step, run_id=self.run_id)
        return step

    @property
    def at(self) -> str | None:
        question = self.step.question
        return question.id if question else None

    def do(self, fn: Callable[..., Any], **facts: Any) -> Any:
        if fn not in {pause_run, resume_run, send} and "question_id" not in facts:
            facts["question_id"] = self.at
        return self.world.write(fn, actor=self.actor, run_id=self.run_id, **facts)

    def answer(self, raw: Raw) -> Any:
        return self.do(record_answer, raw=raw)

    def reach(self, question_id: str) -> None:
        while self.at != question_id:
            question = self.step.question
            assert question is not None
            if question.optional:
                self.do(skip_question)
            elif question.kind == "multi":
                self.do(tick_option, option_id=question.options[0].id, is_on=True)
                self.do(finish_ticks)
            elif question.kind == "int":
                self.answer("3")
            elif question.kind == "single":
                self.answer(Tapped((question.options[0].id,)))
            else:
                self.answer(Tapped(("7",)))


@pytest.fixture
def anna(world: World) -> Respondent:
    return Respondent(world)


@pytest.mark.requirement("A49")
def test_mentee_enters_the_bank_when_the_intake_is_sent(world: World, anna: Respondent) -> None:
    assert anna.chosen.status is ParticipationStatus.INTAKE
    assert (
        world.read(
            list_bank, actor=world.curator, organization_id=world.organization_id, role=Role.MENTEE
        ).rows
        == ()
    )
    world.write(fill_run, actor=anna.actor, run_id=anna.run_id, answers={"experience": "2 года"})
    rows = world.read(
        list_bank, actor=world.curator, organization_id=world.organization_id, role=Role.MENTEE
    ).rows
    assert [row.person_id for row in rows] == [anna.person.id]
    profile = world.read(read_profile, world.curator, anna.chosen.participation_id, "ru")
    assert profile.value("experience") == 2
    assert profile.value("need_planning") == 7
    assert profile.sections[0][0] == "О вас"
    assert any(line.text == "2 года" for line in profile.lines)


@pytest.mark.requirement("A51", "C12")
def test_mentor_says_how_many_mentees_fit(world: World) -> None:
    three, none = world.mentor(capacity="3"), world.mentor("Ольга", "Юрьевна", capacity="0")
    rows = world.read(
        list_bank, actor=world.curator, organization_id=world.organization_id, role=Role.MENTOR
    ).rows
    assert [(row.person_id, row.capacity, row.places_left) for row in rows] == [(three.id, 3, 3)]
    with world.database.reading() as session:
        assert session.get_one(Participation, none.participation_id).status is ParticipationStatus.READY


def test_choosing_the_same_role_twice_opens_one_intake(world: World, anna: Respondent) -> None:
    again = world.write(choose_role, actor=anna.actor, role=Role.MENTEE)
    assert again == anna.chosen
    second = world.write(choose_role, actor=anna.actor, role=Role.MENTOR)
    assert second.run_id != anna.run_id


def test_no_question_without_consent(world: World) -> None:
    person = world.joined()
    with pytest.raises(ConsentMissing):
        world.write(choose_role, actor=world.actor(person), role=Role.MENTEE)


def test_answers_stop_when_the_consent_is_withdrawn(world: World, anna: Respondent) -> None:
    anna.do(tick_option, option_id="subject_teacher", is_on=True)
    anna.do(finish_ticks)
    world.write(withdraw_consent, actor=anna.actor)
    with world.database.reading() as session:
        assert session.get_one(SurveyRun, anna.run_id).status is SurveyStatus.PARTIAL
    with pytest.raises(RunClosed):
        anna.do(tick_option, option_id="maths", is_on=True)


def test_nobody_answers_for_another(world: World, anna: Respondent) -> None:
    stranger = world.consented("Ольга", "Юрьевна")
    with pytest.raises(NotAllowed):
        world.write(
            record_answer,
            actor=world.actor(stranger),
            run_id=anna.run_id,
            question_id="position",
            raw=Tapped(("maths",)),
        )


def test_blocks_are_honest_and_values_survive(anna: Respondent) -> None:
    step = anna.step
    assert (step.block, step.blocks, step.is_first, step.can_go_back) == (1, 4, True, False)
    anna.reach("need_planning")
    assert (anna.step.block, anna.step.blocks) == (2, 4)
    assert anna.step.can_go_back


def test_double_tap_is_ignored(anna: Respondent) -> None:
    anna.reach("need_planning")
    assert anna.do(record_answer, question_id="need_planning", raw=Tapped(("3",))).is_recorded
    again = anna.do(record_answer, question_id="need_planning", raw=Tapped(("9",)))
    assert not again.is_recorded
    assert anna.at == "need_class_management"
    assert {given.question.id: given.value for given in anna.step.given}["need_planning"] == 3


def test_ticks_are_idempotent_limited_and_kept(anna: Respondent) -> None:
    anna.reach("topics")
    with pytest.raises(NothingChosen):
        anna.do(finish_ticks)
    for option_id in ("planning", "digital", "parents", "parents"):
        anna.do(tick_option, option_id=option_id, is_on=True)
    assert anna.step.draft == ["planning", "digital", "parents"]
    with pytest.raises(TooManyChosen):
        anna.do(tick_option, option_id="rules", is_on=True)
    anna.do(tick_option, option_id="digital", is_on=False)
    anna.do(tick_option, option_id="digital", is_on=False)
    assert anna.step.draft == ["planning", "parents"]
    assert anna.at == "topics"
    anna.do(finish_ticks)
    assert anna.at == "expected_result"


def test_typed_words_join_the_ticks(anna: Respondent) -> None:
    anna.do(tick_option, option_id="class_teacher", is_on=True)
    anna.do(add_typed, typed="Учитель-предметник")
    anna.do(add_typed, typed="Библиотекарь")
    assert anna.step.draft == ["subject_teacher", "class_teacher", {"other": "Библиотекарь"}]
    anna.do(add_typed, typed="Методист")
    anna.do(tick_option, option_id="other", is_on=False)
    assert anna.step.draft == ["subject_teacher", "class_teacher"]
    anna.do(add_typed, typed="Готово")
    assert anna.at == "subjects"


def test_back_skip_keep_and_a_refused_answer(anna: Respondent) -> None:
    anna.reach("experience")
    with pytest.raises(AnswerRefused):
        anna.answer("давно")
    with pytest.raises(AnswerNeeded):
        anna.do(skip_question)
    assert anna.at == "experience"
    anna.answer("5 лет")
    anna.do(go_back)
    assert (anna.at, anna.step.draft, anna.step.is_answered) == ("experience", 5, True)
    anna.do(go_back)
    assert anna.at == "subjects"
    anna.do(confirm_answer)
    assert anna.at == "category"
    assert not anna.do(go_back, question_id="position").is_recorded


def test_first_question_has_no_back(anna: Respondent) -> None:
    anna.do(go_back)
    assert anna.at == "position"
    anna.do(confirm_answer)
    assert anna.at == "position"


def test_review_changes_one_answer_and_comes_back(anna: Respondent) -> None:
    with pytest.raises(RunIncomplete):
        anna.do(send)
    while not anna.step.is_review:
        question = anna.step.question
        assert question is not None
        if question.optional:
            anna.do(skip_question)
        elif question.kind == "multi":
            anna.do(tick_option, option_id=question.options[0].id, is_on=True)
            anna.do(finish_ticks)
        elif question.kind == "int":
            anna.answer("3")
        else:
            anna.answer(Tapped((question.options[0].id if question.options else "7",)))
    anna.do(change_answer, question_id="need_planning")
    assert anna.at == "need_planning"
    anna.answer(Tapped(("10",)))
    assert anna.step.is_review
    anna.do(go_back, question_id=None)
    assert anna.at == "mentor_wishes"
    anna.do(confirm_answer)
    assert anna.step.is_review
    sent = anna.do(send)
    assert (sent.is_recorded, sent.is_sent, sent.is_done) == (True, True, True)
    assert not anna.do(send).is_recorded


def test_what_was_sent_may_be_changed_for_some_days_and_keeps_its_history(
    world: World, anna: Respondent, now: datetime
) -> None:
    world.write(fill_run, actor=anna.actor, run_id=anna.run_id, answers={})
    listed = world.read(list_changeable, person_id=anna.person.id, cycle_id=world.cycle_id, now=now)
    assert [one.id for one in listed] == [anna.run_id]
    anna.do(change_answer, question_id="need_planning")
    changed = anna.answer(Tapped(("10",)))
    assert (changed.is_change, changed.is_sent, anna.step.question) == (True, True, None)
    anna.do(change_answer, question_id="position")
    anna.do(tick_option, option_id="deputy", is_on=True)
    anna.do(finish_ticks)
    with world.database.reading() as session:
        kept = session.scalars(select(AnswerChange).order_by(AnswerChange.id)).all()
        assert [(one.question_id, one.before, one.after) for one in kept] == [
            ("need_planning", {"value": 7}, {"value": 10}),
            ("position", {"value": ["subject_teacher"]}, {"value": ["subject_teacher", "deputy"]}),
        ]
        assert session.get_one(SurveyRun, anna.run_id).status is SurveyStatus.SENT
    (own,) = world.read(read_own_surveys, actor=anna.actor, locale="ru")
    told = [[before["value"] for before in one["before"]] for one in own["answers"] if one["before"]]
    assert sorted(told, key=str) == [[7], [["subject_teacher"]]], "a person reads what stood there before"
    world.now = now + timedelta(days=3, minutes=1)
    with pytest.raises(RunClosed):
        anna.do(change_answer, question_id="need_planning")


def test_a_capacity_that_is_changed_counts_at_once(world: World) -> None:
    pyotr = world.mentor(capacity="1")
    with world.database.reading() as session:
        run_id = session.scalars(select(SurveyRun.id).where(SurveyRun.person_id == pyotr.id)).one()
    facts: dict[str, Any] = {"actor": world.actor(pyotr.person), "run_id": run_id}
    world.write(change_answer, question_id="capacity", **facts)
    world.write(record_answer, question_id="capacity", raw="3", **facts)
    rows = world.read(
        list_bank, actor=world.curator, organization_id=world.organization_id, role=Role.MENTOR
    ).rows
    assert [row.capacity for row in rows] == [3]


@pytest.mark.requirement("C16", "E32")
def test_people_are_named_in_order_and_nobody_else_may_be(world: World) -> None:
    anna, pyotr = world.mentee(), world.mentor()
    olga, left = world.mentor("Ольга", "Юрьевна"), world.mentor("Яков", "Ильич")
    world.ready(anna.person, Role.MENTOR, {"capacity": "1"})  # nobody names oneself
    world.write(withdraw_consent, actor=world.actor(left.person))
    run_id = world.write(
        open_run,
        survey_id="mutual_preference_mentee",
        organization_id=world.organization_id,
        cycle_id=world.cycle_id,
        occasion=RunOccasion.WAVE,
        dedup_key="wave:test:mentee",
        person_id=anna.id,
    )
    facts: dict[str, Any] = {"actor": world.actor(anna.person), "run_id": run_id}
    step = world.read(read_step, run_id=run_id)
    assert {one.id for one in step.people} == {str(pyotr.id), str(olga.id)}
    world.write(tick_option, question_id="preferred", option_id=str(olga.id), is_on=True, **facts)
    world.write(add_typed, question_id="preferred", typed=pyotr.person.given_name.lower(), **facts)
    with pytest.raises(AnswerRefused):
        world.write(tick_option, question_id="preferred", option_id=str(left.id), is_on=True, **facts)
    world.write(finish_ticks, question_id="preferred", **facts)
    step = world.read(read_step, run_id=run_id)
    assert step.given[0].value == [str(olga.id), str(pyotr.id)]
    world.write(skip_question, question_id="unwanted", **facts)
    assert world.read(read_step, run_id=run_id).question.id == "comment", "the reason is asked of nobody"


def test_pause_is_resumed_by_the_next_answer(world: World, anna: Respondent, now: datetime) -> None:
    anna.do(pause_run)
    unsent = world.read(list_unsent, person_id=anna.person.id, cycle_id=world.cycle_id, now=now)
    assert [run.status for run in unsent] == [SurveyStatus.PAUSED]
    anna.do(resume_run)
    assert anna.step.status is SurveyStatus.OPEN


def test_a_branch_that_was_left_is_dropped_when_sending(world: World, now: datetime) -> None:
    """SV04 sends with its first answer; the help branch opens and closes with `need_help`."""
    person = world.consented()
    actor = world.actor(person)
    run_id = world.write(
        open_run,
        survey_id="post_meeting_mentee",
        organization_id=world.organization_id,
        cycle_id=world.cycle_id,
        person_id=person.id,
        occasion=RunOccasion.INTAKE,
        dedup_key=f"intake:trial:person:{person.id}",
        closes_at=now + timedelta(days=7),
    )

    def at() -> str | None:
        question = world.read(read_step, run_id=run_id).question
        return question.id if question else None

    def answer(raw: Raw) -> Any:
        return world.write(record_answer, actor=actor, run_id=run_id, question_id=at(), raw=raw)

    sent = answer(Tapped(("8",)))
    assert (sent.is_sent, sent.is_done) == (True, False)
    while at() != "need_help":
        world.write(skip_question, actor=actor, run_id=run_id, question_id=at())
    answer("да")
    assert at() == "help_from"
    world.write(go_back, actor=actor, run_id=run_id, question_id="help_from")
    done = answer("нет")
    assert done.is_done
    assert world.read(read_step, run_id=run_id).question is None
    world.now = now + timedelta(days=8)
    with pytest.raises(RunClosed):
        world.write(change_answer, actor=actor, run_id=run_id, question_id="comfort")


def test_unfinished_intake_is_reminded_once_after_two_days(world: World, anna: Respondent) -> None:
    def remind() -> int:
        queued: int = world.write(remind_unfinished)
        return queued

    world.now += timedelta(days=1)
    anna.do(tick_option, option_id="subject_teacher", is_on=True)
    assert remind() == 0
    world.now += timedelta(days=1, hours=23)
    assert remind() == 0
    world.now += timedelta(hours=2)
    assert remind() == 1
    assert remind() == 0
    with world.database.reading() as session:
        kinds = session.scalars(select(OutboxMessage.kind)).all()
        assert kinds == ["survey.unfinished"]
        assert session.scalar(select(func.count()).select_from(Answer)) == 1
