"""One runner for every survey: each answer is a row at once, the next question is computed (decision 7).

Double taps and taps on a question that was left are ignored: `Recorded.is_recorded` says so. A survey with
a `quick` question is sent by that answer alone; the rest may be added until it closes.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from models.surveys import SurveyStatus
from services.access.actors import Actor
from services.access.errors import N_, DomainError
from services.programmes.answers import Raw, Tapped
from services.programmes.surveys import Question
from services.programmes.values import NOT_APPLICABLE_ID
from services.surveys.recording import (
    Recorded,
    RunClosed,
    advance,
    check_respondent,
    is_in_time,
    is_sent,
    open_progress,
    pause,
    read_raw,
    send_progress,
    standing,
    write_answer,
)
from services.surveys.steps import Progress, load_progress

__all__ = ["AnswerNeeded", "Recorded", "RunClosed", "RunIncomplete"]


class AnswerNeeded(DomainError):
    text = N_("This question cannot be skipped. Please choose or write an answer.")


class RunIncomplete(DomainError):
    text = N_("A few questions have no answer yet. I will show the first one.")


def record_answer(
    session: Session, *, actor: Actor, run_id: int, question_id: str, raw: Raw, now: datetime
) -> Recorded:
    """Keep one whole answer. Raises AnswerRefused with what to write instead, RunClosed, ConsentMissing."""
    progress = open_progress(session, actor, run_id, now)
    question = progress.current
    if question is None or question.id != question_id:
        return standing(progress, is_recorded=False)
    value = read_raw(session, progress, question, raw)
    return _store(session, actor, progress, question, value, now)


def record_pick(
    session: Session, *, actor: Actor, run_id: int, question_id: str, picked: str, now: datetime
) -> Recorded:
    """The same by a button: `picked` is the place of an option in a single choice, else the value itself."""
    progress = open_progress(session, actor, run_id, now)
    question = progress.current
    if question is None or question.id != question_id:
        return standing(progress, is_recorded=False)
    if question.kind == "single" and picked != NOT_APPLICABLE_ID:
        place = int(picked) if picked.isdecimal() else len(question.options)
        # of a button that was made up: an empty id, which nothing accepts
        picked = question.options[place].id if place < len(question.options) else ""
    value = read_raw(session, progress, question, Tapped((picked,)))
    return _store(session, actor, progress, question, value, now)


def _store(
    session: Session, actor: Actor, progress: Progress, question: Question, value: object, now: datetime
) -> Recorded:
    is_new = write_answer(session, actor, progress, question, value, is_final=True, now=now)
    return advance(session, actor, progress, now, is_new=is_new)


def add_typed(
    session: Session, *, actor: Actor, run_id: int, question_id: str, typed: str, now: datetime
) -> Recorded:
    """What was typed at a multiple choice joins the ticks and is echoed as ticks; "done" finishes it."""
    progress = open_progress(session, actor, run_id, now)
    question = progress.current
    if question is None or question.id != question_id:
        return standing(progress, is_recorded=False)
    if typed.strip().casefold().strip(".!") in {"готово", "done"}:
        return _finish_ticks(session, actor, progress, question, now)
    found = read_raw(session, progress, question, typed)
    if not isinstance(found, list):  # "not applicable", a whole answer
        return _store(session, actor, progress, question, found, now)
    ticks: list[object] = list(found)
    kept: list[object] = [one for one in _ticks(progress, question) if one not in ticks]
    if any(isinstance(one, dict) for one in ticks):
        kept = [one for one in kept if not isinstance(one, dict)]
    return _store_ticks(session, actor, progress, question, [*kept, *ticks], now)


def tick_option(
    session: Session,
    *,
    actor: Actor,
    run_id: int,
    question_id: str,
    option_id: str,
    is_on: bool,
    now: datetime,
) -> Recorded:
    """Tick or untick one choice of several. `is_on` is the wanted state: a double tap changes nothing twice.

    The own text beside the options has the id "other" and can only be unticked.
    """
    progress = open_progress(session, actor, run_id, now)
    question = progress.current
    if question is None or question.id != question_id:
        return standing(progress, is_recorded=False)
    ticks: list[object] = [
        one
        for one in _ticks(progress, question)
        if (isinstance(one, dict) and option_id != "other") or (isinstance(one, str) and one != option_id)
    ]
    if is_on:
        ticks.append(option_id)
    return _store_ticks(session, actor, progress, question, ticks, now)


def _ticks(progress: Progress, question: Question) -> list[object]:
    answer = progress.answers.get(question.id)
    value = answer.value["value"] if answer and answer.value else []
    return list(value) if isinstance(value, list) else []


def _store_ticks(
    session: Session,
    actor: Actor,
    progress: Progress,
    question: Question,
    ticks: list[object],
    now: datetime,
) -> Recorded:
    value = read_raw(session, progress, question, _tapped(ticks)) if ticks else []
    is_kept = is_sent(progress.run) and bool(value)  # what was sent stays an answer while it is changed
    is_new = write_answer(session, actor, progress, question, value, is_final=is_kept, now=now)
    if progress.run.at_question is None:
        progress.run.at_question = question.id
    return Recorded(
        progress.run.id, is_recorded=True, is_sent=is_sent(progress.run), is_done=False, is_new=is_new
    )


def _tapped(ticks: list[object]) -> Tapped:
    own = next((one["other"] for one in ticks if isinstance(one, dict) and "other" in one), None)
    return Tapped(ids=tuple(one for one in ticks if isinstance(one, str)), own=own)


def finish_ticks(session: Session, *, actor: Actor, run_id: int, question_id: str, now: datetime) -> Recorded:
    """All is ticked. Nothing ticked at an optional question skips it. Raises NothingChosen."""
    progress = open_progress(session, actor, run_id, now)
    question = progress.current
    if question is None or question.id != question_id:
        return standing(progress, is_recorded=False)
    return _finish_ticks(session, actor, progress, question, now)


def _finish_ticks(
    session: Session, actor: Actor, progress: Progress, question: Question, now: datetime
) -> Recorded:
    ticks = _ticks(progress, question)
    value = None if question.optional and not ticks else read_raw(session, progress, question, _tapped(ticks))
    return _store(session, actor, progress, question, value, now)


def skip_question(
    session: Session, *, actor: Actor, run_id: int, question_id: str, now: datetime
) -> Recorded:
    """Raises AnswerNeeded at a question that is not optional."""
    progress = open_progress(session, actor, run_id, now)
    question = progress.current
    if question is None or question.id != question_id:
        return standing(progress, is_recorded=False)
    if not question.optional:
        raise AnswerNeeded
    return _store(session, actor, progress, question, None, now)


def confirm_answer(
    session: Session, *, actor: Actor, run_id: int, question_id: str, now: datetime
) -> Recorded:
    """Leave an earlier answer as it is and go on."""
    return _move(session, actor, run_id, now, lambda _: None, at=question_id)


def go_back(
    session: Session, *, actor: Actor, run_id: int, question_id: str | None, now: datetime
) -> Recorded:
    """To the question before `question_id`, or from the review (None) to the last one."""
    return _move(session, actor, run_id, now, lambda progress: progress.previous, at=question_id)


def change_answer(
    session: Session, *, actor: Actor, run_id: int, question_id: str, now: datetime
) -> Recorded:
    """From the review to one question; its answer leads back to the review."""

    def target(progress: Progress) -> Question | None:
        return next((one for one in progress.asked if one.id == question_id), None)

    return _move(session, actor, run_id, now, target, at=None)


def _move(
    session: Session,
    actor: Actor,
    run_id: int,
    now: datetime,
    target: Callable[[Progress], Question | None],
    *,
    at: str | None,
) -> Recorded:
    progress = open_progress(session, actor, run_id, now)
    current = progress.current
    if (current.id if current else None) != at:
        return standing(progress, is_recorded=False)
    found = target(progress)
    progress.run.at_question = found.id if found else None
    if found is None and current is not None and current.id not in progress.values:
        progress.run.at_question = current.id  # nothing to go back to, nothing answered to keep
    session.flush()
    moved = standing(Progress(progress.run, progress.survey, progress.answers), is_recorded=True)
    if moved.is_sent and progress.survey.quick is None:  # a step among answers that are sent changes none
        return replace(moved, is_done=False, is_change=True)
    return moved


def pause_run(session: Session, *, actor: Actor, run_id: int, now: datetime) -> None:
    """The person will go on later; every answer is kept."""
    progress = load_progress(session, run_id, is_locked=True)
    check_respondent(actor, progress.run)
    if is_in_time(progress.run, now):
        pause(progress.run)


def leave_change(session: Session, *, actor: Actor, run_id: int, now: datetime) -> None:
    """Leave a question of a sent survey as it is."""
    progress = open_progress(session, actor, run_id, now)
    progress.run.at_question = None


def resume_run(session: Session, *, actor: Actor, run_id: int, now: datetime) -> None:
    """Raises RunClosed, ConsentMissing."""
    open_progress(session, actor, run_id, now)


def send(session: Session, *, actor: Actor, run_id: int, now: datetime) -> Recorded:
    """Send a complete survey; what follows from it happens here. Sending twice is no error.

    Answers to questions that are no longer asked are dropped. Raises RunIncomplete, RunClosed.
    """
    progress = load_progress(session, run_id, is_locked=True)
    check_respondent(actor, progress.run)
    if progress.run.status is SurveyStatus.SENT:
        return standing(progress, is_recorded=False)
    progress = open_progress(session, actor, run_id, now)
    if not progress.is_complete:
        progress.run.at_question = None
        raise RunIncomplete
    send_progress(session, actor, progress, now)
    return Recorded(run_id, is_recorded=True, is_sent=True, is_done=True)
