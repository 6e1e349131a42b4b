"""One runner for every survey: each answer is a row at once, the next question is computed (decision 7).

Double taps and taps on a question that was left are ignored: `Recorded.is_recorded` says so. A survey with
a `quick` question is sent by that answer alone; the rest may be added until it closes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.surveys import Answer, SurveyRun, SurveyStatus
from services.actors import Actor, ActorKind
from services.audit import record
from services.consents import check_consent
from services.errors import N_, DomainError, NotAllowed
from services.outbox import insert_or_ignore
from services.programmes.answers import Raw, Tapped, check_answer
from services.programmes.running import pack_of
from services.programmes.surveys import Question
from services.programmes.values import NOT_APPLICABLE_ID
from services.surveys.outcomes import SentRun, follow
from services.surveys.steps import UNSENT, Progress, load_progress, note_progress, occasion_of


class RunClosed(DomainError):
    text = N_("This survey is closed already. Thank you!")


class AnswerNeeded(DomainError):
    text = N_("This question cannot be skipped. Please choose or write an answer.")


class RunIncomplete(DomainError):
    text = N_("A few questions have no answer yet. I will show the first one.")


@dataclass(frozen=True, slots=True)
class Recorded:
    """`is_recorded` False: nothing changed, show where the run stands. `is_done`: nothing is left to do."""

    run_id: int
    is_recorded: bool
    is_sent: bool
    is_done: bool


def open_run(
    session: Session,
    *,
    survey_id: str,
    organization_id: int,
    cycle_id: int,
    dedup_key: str,
    now: datetime,
    person_id: int | None = None,
    account_id: int | None = None,
    meeting_id: int | None = None,
    pair_id: int | None = None,
    closes_at: datetime | None = None,
) -> int:
    """Open a run for its occasion, once; returns its id, the same for the same occasion."""
    survey = pack_of(session, cycle_id=cycle_id).survey(survey_id)
    session.flush()
    session.execute(
        insert_or_ignore(session, SurveyRun).values(
            organization_id=organization_id,
            cycle_id=cycle_id,
            survey_id=survey.id,
            survey_version=survey.version,
            person_id=person_id,
            account_id=account_id,
            meeting_id=meeting_id,
            pair_id=pair_id,
            dedup_key=dedup_key,
            status=SurveyStatus.OPEN,
            opened_at=now,
            closes_at=closes_at,
        )
    )
    return session.scalars(select(SurveyRun.id).where(SurveyRun.dedup_key == dedup_key)).one()


def record_answer(
    session: Session, *, actor: Actor, run_id: int, question_id: str, raw: Raw, now: datetime
) -> Recorded:
    """Keep one whole answer. Raises AnswerRefused with what to write instead, RunClosed, ConsentMissing."""
    progress = _open(session, actor, run_id, now)
    question = progress.current
    if question is None or question.id != question_id:
        return _standing(progress, is_recorded=False)
    _write(session, progress, question, check_answer(question, raw), is_final=True, now=now)
    return _advance(session, actor, progress, now)


def record_pick(
    session: Session, *, actor: Actor, run_id: int, question_id: str, picked: str, now: datetime
) -> Recorded:
    """The same by a button: `picked` is the place of an option in a single choice, else the value itself."""
    progress = _open(session, actor, run_id, now)
    question = progress.current
    if question is None or question.id != question_id:
        return _standing(progress, is_recorded=False)
    if question.kind == "single" and picked != NOT_APPLICABLE_ID:
        place = int(picked) if picked.isdecimal() else len(question.options)
        # of a button that was made up: an empty id, which nothing accepts
        picked = question.options[place].id if place < len(question.options) else ""
    value = check_answer(question, Tapped((picked,)))
    _write(session, progress, question, value, is_final=True, now=now)
    return _advance(session, actor, progress, now)


def add_typed(
    session: Session, *, actor: Actor, run_id: int, question_id: str, typed: str, now: datetime
) -> Recorded:
    """What was typed at a multiple choice joins the ticks and is echoed as ticks; "done" finishes it."""
    progress = _open(session, actor, run_id, now)
    question = progress.current
    if question is None or question.id != question_id:
        return _standing(progress, is_recorded=False)
    if typed.strip().casefold().strip(".!") in {"готово", "done"}:
        return _finish_ticks(session, actor, progress, question, now)
    found = check_answer(question, typed)
    if not isinstance(found, list):  # "not applicable", a whole answer
        _write(session, progress, question, found, is_final=True, now=now)
        return _advance(session, actor, progress, now)
    ticks: list[object] = list(found)
    kept: list[object] = [one for one in _ticks(progress, question) if one not in ticks]
    if any(isinstance(one, dict) for one in ticks):
        kept = [one for one in kept if not isinstance(one, dict)]
    return _keep_ticks(session, progress, question, [*kept, *ticks], now)


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
    progress = _open(session, actor, run_id, now)
    question = progress.current
    if question is None or question.id != question_id:
        return _standing(progress, is_recorded=False)
    ticks: list[object] = [
        one
        for one in _ticks(progress, question)
        if (isinstance(one, dict) and option_id != "other") or (isinstance(one, str) and one != option_id)
    ]
    if is_on:
        ticks.append(option_id)
    return _keep_ticks(session, progress, question, ticks, now)


def _ticks(progress: Progress, question: Question) -> list[object]:
    answer = progress.answers.get(question.id)
    value = answer.value["value"] if answer and answer.value else []
    return list(value) if isinstance(value, list) else []


def _keep_ticks(
    session: Session, progress: Progress, question: Question, ticks: list[object], now: datetime
) -> Recorded:
    value = check_answer(question, _tapped(ticks)) if ticks else []
    _write(session, progress, question, value, is_final=False, now=now)
    if progress.run.at_question is None:
        progress.run.at_question = question.id
    return Recorded(progress.run.id, is_recorded=True, is_sent=_is_sent(progress.run), is_done=False)


def _tapped(ticks: list[object]) -> Tapped:
    own = next((one["other"] for one in ticks if isinstance(one, dict) and "other" in one), None)
    return Tapped(ids=tuple(one for one in ticks if isinstance(one, str)), own=own)


def finish_ticks(session: Session, *, actor: Actor, run_id: int, question_id: str, now: datetime) -> Recorded:
    """All is ticked. Nothing ticked at an optional question skips it. Raises NothingChosen."""
    progress = _open(session, actor, run_id, now)
    question = progress.current
    if question is None or question.id != question_id:
        return _standing(progress, is_recorded=False)
    return _finish_ticks(session, actor, progress, question, now)


def _finish_ticks(
    session: Session, actor: Actor, progress: Progress, question: Question, now: datetime
) -> Recorded:
    ticks = _ticks(progress, question)
    value = None if question.optional and not ticks else check_answer(question, _tapped(ticks))
    _write(session, progress, question, value, is_final=True, now=now)
    return _advance(session, actor, progress, now)


def skip_question(
    session: Session, *, actor: Actor, run_id: int, question_id: str, now: datetime
) -> Recorded:
    """Raises AnswerNeeded at a question that is not optional."""
    progress = _open(session, actor, run_id, now)
    question = progress.current
    if question is None or question.id != question_id:
        return _standing(progress, is_recorded=False)
    if not question.optional:
        raise AnswerNeeded
    _write(session, progress, question, None, is_final=True, now=now)
    return _advance(session, actor, progress, now)


def keep_answer(session: Session, *, actor: Actor, run_id: int, question_id: str, now: datetime) -> Recorded:
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
    progress = _open(session, actor, run_id, now)
    current = progress.current
    if (current.id if current else None) != at:
        return _standing(progress, is_recorded=False)
    found = target(progress)
    progress.run.at_question = found.id if found else None
    if found is None and current is not None and current.id not in progress.values:
        progress.run.at_question = current.id  # nothing to go back to, nothing answered to keep
    session.flush()
    return _standing(Progress(progress.run, progress.survey, progress.answers), is_recorded=True)


def pause_run(session: Session, *, actor: Actor, run_id: int, now: datetime) -> None:
    """The person will go on later; every answer is kept."""
    progress = load_progress(session, run_id, is_locked=True)
    _check_respondent(actor, progress.run)
    if progress.run.status is SurveyStatus.OPEN and _is_in_time(progress.run, now):
        progress.run.status = SurveyStatus.PAUSED


def resume_run(session: Session, *, actor: Actor, run_id: int, now: datetime) -> None:
    """Raises RunClosed, ConsentMissing."""
    _open(session, actor, run_id, now)


def send(session: Session, *, actor: Actor, run_id: int, now: datetime) -> Recorded:
    """Send a complete survey; what follows from it happens here. Sending twice is no error.

    Answers to questions that are no longer asked are dropped. Raises RunIncomplete, RunClosed.
    """
    progress = load_progress(session, run_id, is_locked=True)
    _check_respondent(actor, progress.run)
    if progress.run.status is SurveyStatus.SENT:
        return _standing(progress, is_recorded=False)
    progress = _open(session, actor, run_id, now)
    if not progress.is_complete:
        progress.run.at_question = None
        raise RunIncomplete
    _send(session, actor, progress, now)
    return Recorded(run_id, is_recorded=True, is_sent=True, is_done=True)


def _open(session: Session, actor: Actor, run_id: int, now: datetime) -> Progress:
    """The run, locked, open for an answer: a paused one goes on."""
    progress = load_progress(session, run_id, is_locked=True)
    run = progress.run
    _check_respondent(actor, run)
    is_addable = run.status is SurveyStatus.SENT and progress.survey.quick is not None
    if (run.status not in UNSENT and not is_addable) or not _is_in_time(run, now):
        raise RunClosed
    if run.person_id is not None:
        check_consent(session, run.person_id)
    if run.status is SurveyStatus.PAUSED:
        run.status = SurveyStatus.OPEN
    return progress


def _is_in_time(run: SurveyRun, now: datetime) -> bool:
    return run.closes_at is None or run.closes_at > now


def _check_respondent(actor: Actor, run: SurveyRun) -> None:
    actor.check_organization(run.organization_id)
    if run.person_id is not None:
        actor.check_is_person(run.person_id)
    elif actor.kind is not ActorKind.ACCOUNT or actor.id != run.account_id:
        raise NotAllowed


def _write(
    session: Session, progress: Progress, question: Question, value: object, *, is_final: bool, now: datetime
) -> None:
    stored = None if value is None else {"value": value}
    answer = progress.answers.get(question.id)
    if answer is None:
        answer = progress.answers[question.id] = Answer(
            run_id=progress.run.id,
            question_id=question.id,
            value=stored,
            is_final=is_final,
            answered_at=now,
        )
        session.add(answer)
    else:
        answer.value, answer.is_final, answer.answered_at = stored, is_final, now
    session.flush()


def _advance(session: Session, actor: Actor, before: Progress, now: datetime) -> Recorded:
    """After a whole answer: on to the first question without one; a quick survey is sent by its question."""
    before.run.at_question = None
    session.flush()
    progress = Progress(before.run, before.survey, before.answers)
    note_progress(session, progress)
    if _is_sent(progress.run):
        follow(session, _sent_run(progress), actor=actor, now=now)
    elif progress.survey.quick is not None and progress.survey.quick in progress.values:
        _send(session, actor, progress, now)
    return _standing(progress, is_recorded=True)


def _send(session: Session, actor: Actor, progress: Progress, now: datetime) -> None:
    run = progress.run
    asked = {question.id for question in progress.asked}
    for question_id in [one for one in progress.answers if one not in asked]:
        session.delete(progress.answers.pop(question_id))
    run.status, run.sent_at, run.at_question = SurveyStatus.SENT, now, None
    session.flush()
    record(
        session,
        actor=actor,
        action="survey.sent",
        subject=("survey_run", run.id),
        organization_id=run.organization_id,
        now=now,
        after={"survey": run.survey_id, "version": run.survey_version},
    )
    follow(session, _sent_run(load_progress(session, run.id)), actor=actor, now=now)


def _sent_run(progress: Progress) -> SentRun:
    run = progress.run
    return SentRun(
        run_id=run.id,
        occasion=occasion_of(run),
        organization_id=run.organization_id,
        cycle_id=run.cycle_id,
        person_id=run.person_id,
        meeting_id=run.meeting_id,
        pair_id=run.pair_id,
        survey=progress.survey,
        values=dict(progress.values),
    )


def _is_sent(run: SurveyRun) -> bool:
    return run.status is SurveyStatus.SENT


def _standing(progress: Progress, *, is_recorded: bool) -> Recorded:
    is_sent = _is_sent(progress.run)
    return Recorded(progress.run.id, is_recorded, is_sent, is_done=is_sent and progress.current is None)
