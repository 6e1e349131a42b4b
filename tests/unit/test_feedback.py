"""Feedback after a meeting: one tap sends it, low ratings and wishes for help reach the curator (SV04)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from models.messages import OutboxMessage
from models.surveys import Answer, SurveyRun, SurveyStatus
from models.tasks import Task, TaskKind
from services.access.errors import NotAllowed
from services.joining.withdrawing import withdraw_consent
from services.surveys.closing import close_overdue
from services.surveys.feedback import find_feedback, rate, read_feedback, remind_feedback
from services.surveys.replies import read_replies
from services.surveys.runs import RunClosed, record_answer, skip_question
from services.surveys.steps import read_step
from tests.unit.test_meetings import Pair, move_clock
from tests.world import Participant, World


@pytest.fixture
def held(world: World) -> tuple[Pair, int]:
    """A held and logged meeting: (pair, meeting id)."""
    pair = Pair(world)
    meeting_id = pair.agree()
    move_clock(world, "2026-11-26T16:50")
    pair.say(pair.mentee, meeting_id, took_place=True)
    pair.log(meeting_id)
    return pair, meeting_id


def run_of(world: World, meeting_id: int, who: Participant) -> Any:
    return world.read(find_feedback, meeting_id=meeting_id, person_id=who.id)


def kinds(world: World) -> list[tuple[TaskKind, int]]:
    query = select(Task.kind, Task.person_id).where(Task.done_at.is_(None)).order_by(Task.id)
    return [tuple(row) for row in world.read(lambda session: session.execute(query).all())]


def status(world: World, run_id: int) -> Any:
    return world.read(lambda session: session.get_one(SurveyRun, run_id).status)


@pytest.mark.requirement("B14")
def test_both_sides_have_a_run_of_their_own_and_one_tap_sends_it(
    world: World, held: tuple[Pair, int]
) -> None:
    pair, meeting_id = held
    runs = {who.role: run_of(world, meeting_id, who) for who in (pair.mentee, pair.mentor)}
    assert len(set(runs.values())) == 2
    for who in (pair.mentee, pair.mentor):
        for _ in range(2):
            pair.do(who, rate, run_id=runs[who.role], rating=8)
        feedback = world.read(
            read_feedback, actor=world.actor(who.person), run_id=runs[who.role], now=world.now
        )
        assert (feedback.rating, feedback.has_more, feedback.is_open) == (8, True, True)
        assert status(world, runs[who.role]) is SurveyStatus.SENT
    count = select(func.count()).select_from(Answer).where(Answer.run_id.in_(list(runs.values())))
    assert world.read(lambda session: session.scalar(count)) == 2
    assert kinds(world) == []


def test_nobody_rates_for_the_other_or_looks(world: World, held: tuple[Pair, int]) -> None:
    pair, meeting_id = held
    run_id = run_of(world, meeting_id, pair.mentee)
    with pytest.raises(NotAllowed):
        pair.do(pair.mentor, rate, run_id=run_id, rating=10)
    with pytest.raises(NotAllowed):
        world.read(read_feedback, actor=world.actor(pair.mentor.person), run_id=run_id, now=world.now)


@pytest.mark.parametrize(("rating", "is_low"), [(4, True), (5, False), (1, True), (10, False)])
def test_a_low_rating_is_a_task_once(world: World, held: tuple[Pair, int], rating: int, is_low: bool) -> None:
    pair, meeting_id = held
    run_id = run_of(world, meeting_id, pair.mentee)
    pair.do(pair.mentee, rate, run_id=run_id, rating=rating)
    pair.do(pair.mentee, skip_question, run_id=run_id, question_id="comfort")
    assert kinds(world) == ([(TaskKind.LOW_RATING, pair.mentee.id)] if is_low else [])


def test_a_wish_for_help_is_a_task_and_tells_the_other_side_nothing(
    world: World, held: tuple[Pair, int]
) -> None:
    pair, meeting_id = held
    run_id = run_of(world, meeting_id, pair.mentee)
    pair.do(pair.mentee, rate, run_id=run_id, rating=9)
    before = world.read(lambda session: session.scalar(select(func.count()).select_from(OutboxMessage)))
    while (question := world.read(read_step, run_id=run_id).question) is not None:
        facts = {"run_id": run_id, "question_id": question.id}
        if question.id == "need_help":
            pair.do(pair.mentee, record_answer, raw="да", **facts)
        else:
            pair.do(pair.mentee, skip_question, **facts)
    assert kinds(world) == [(TaskKind.HELP_WANTED, pair.mentee.id)]
    after = world.read(lambda session: session.scalar(select(func.count()).select_from(OutboxMessage)))
    assert after == before


def test_the_curator_reads_what_is_behind_a_task(world: World, held: tuple[Pair, int]) -> None:
    pair, meeting_id = held
    run_id = run_of(world, meeting_id, pair.mentee)
    pair.do(pair.mentee, rate, run_id=run_id, rating=3)
    given = {"need_help": "да", "help_from": "Куратору", "help_note": "Не хватает времени"}
    while (question := world.read(read_step, run_id=run_id).question) is not None:
        facts = {"run_id": run_id, "question_id": question.id}
        if question.id in given:
            pair.do(pair.mentee, record_answer, raw=given[question.id], **facts)
        else:
            pair.do(pair.mentee, skip_question, **facts)

    def read() -> dict[TaskKind, list[str]]:
        tasks = world.read(lambda session: {task.id: task.kind for task in session.scalars(select(Task))})
        found = world.read(
            read_replies,
            actor=world.curator,
            organization_id=world.organization_id,
            task_ids=tasks.keys(),
            locale="ru",
        )
        return {tasks[task_id]: [reply.text for reply in replies] for task_id, replies in found.items()}

    assert read() == {
        TaskKind.LOW_RATING: ["3 из 10"],
        TaskKind.HELP_WANTED: ["Куратору", "Не хватает времени"],
    }
    with pytest.raises(NotAllowed):
        world.read(
            read_replies,
            actor=world.actor(pair.mentor.person),
            organization_id=world.organization_id,
            task_ids=[1],
            locale="ru",
        )
    pair.do(pair.mentee, withdraw_consent)
    assert read() == {}


def test_one_reminder_after_two_days_and_the_end_after_seven(world: World, held: tuple[Pair, int]) -> None:
    pair, meeting_id = held
    run_id = run_of(world, meeting_id, pair.mentee)
    pair.do(pair.mentor, rate, run_id=run_of(world, meeting_id, pair.mentor), rating=9)
    opened = world.now
    world.now = opened + timedelta(days=1, hours=23)
    assert world.write(remind_feedback) == 0
    world.now = opened + timedelta(days=2)
    assert world.write(remind_feedback) == 1
    assert world.write(remind_feedback) == 0
    query = select(OutboxMessage.person_id).where(OutboxMessage.kind == "feedback.reminder")
    assert world.read(lambda session: list(session.scalars(query))) == [pair.mentee.id]
    world.now = opened + timedelta(days=6, hours=23)
    assert world.write(close_overdue) == 0
    world.now = opened + timedelta(days=7)
    assert world.write(close_overdue) == 1
    assert status(world, run_id) is SurveyStatus.EXPIRED
    assert status(world, run_of(world, meeting_id, pair.mentor)) is SurveyStatus.SENT
    with pytest.raises(RunClosed):
        pair.do(pair.mentee, rate, run_id=run_id, rating=9)


def test_after_seven_days_nothing_is_added_to_a_sent_one(world: World, held: tuple[Pair, int]) -> None:
    pair, meeting_id = held
    run_id = run_of(world, meeting_id, pair.mentee)
    pair.do(pair.mentee, rate, run_id=run_id, rating=9)
    world.now = datetime(2026, 12, 10, 9, tzinfo=UTC)
    with pytest.raises(RunClosed):
        pair.do(pair.mentee, skip_question, run_id=run_id, question_id="comfort")
    feedback = world.read(read_feedback, actor=world.actor(pair.mentee.person), run_id=run_id, now=world.now)
    assert not feedback.is_open
