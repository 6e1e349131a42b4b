"""A survey on a page, many questions at once: by a one-time link, from a paper sheet, in the panel.

The same rules as in the chat: what is right is kept even when something beside it is refused; a question that
was not reached stays unanswered, and partial answers are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from models.audit import Action
from models.surveys import UNSENT, Answer, RunSource, SurveyRun, SurveyStatus
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError
from services.access.records import find
from services.programmes.surveys import Option, Question, Survey
from services.programmes.values import AnswerRefused, Raw
from services.surveys.candidates import list_candidates
from services.surveys.reading import BegunByRespondent, is_begun_by_respondent
from services.surveys.recording import RunClosed, advance, open_progress, read_raw, write_answer
from services.surveys.steps import Progress, load_progress


class FilledInFuture(DomainError):
    text = N_("A sheet cannot have been filled in after today.")


class AnswersInAlready(DomainError):
    text = N_("This survey has been sent already: there is nothing to type in.")


@dataclass(frozen=True, slots=True)
class PaperSheet:
    """A sheet of paper on its page; `values` by question, `filled_on` None before it is begun."""

    run_id: int
    survey: Survey
    values: Mapping[str, object]
    people: tuple[Option, ...]
    filled_on: date | None


@dataclass(frozen=True, slots=True)
class Filled:
    """`faults` by question; `missing` are asked questions that must be answered and are not, in order.

    `is_new`: what is kept differs from what was kept before.
    """

    run_id: int
    faults: Mapping[str, AnswerRefused]
    missing: tuple[str, ...]
    is_sent: bool
    is_new: bool

    @property
    def is_complete(self) -> bool:
        return not self.faults and not self.missing


def fill_form(
    session: Session,
    *,
    actor: Actor,
    run_id: int,
    given: Mapping[str, Raw | None],
    now: datetime,
) -> Filled:
    """Keep the answers of a form. None skips an optional question and leaves any other unanswered.

    A question whose condition does not hold (any more) is passed over. Raises RunClosed, NotAllowed.
    """
    progress = open_progress(session, actor, run_id, now)
    faults: dict[str, AnswerRefused] = {}
    is_new = False
    for question in progress.survey.questions():
        if question.id not in given or not _is_asked(progress, question):
            continue
        raw = given[question.id]
        if raw is None:
            if question.optional:
                is_new |= write_answer(session, actor, progress, question, None, is_final=True, now=now)
        else:
            try:
                value = read_raw(session, progress, question, raw)
            except AnswerRefused as error:
                faults[question.id] = error
                continue
            is_new |= write_answer(session, actor, progress, question, value, is_final=True, now=now)
        progress = Progress(progress.run, progress.survey, progress.answers)
    recorded = advance(session, actor, progress, now, is_new=is_new)
    return Filled(run_id, faults, find_missing(progress), recorded.is_sent, is_new)


def _is_asked(progress: Progress, question: Question) -> bool:
    return progress.survey.is_asked(question, progress.values)


def find_missing(progress: Progress) -> tuple[str, ...]:
    """Asked questions that may not be skipped and have no answer."""
    return tuple(one.id for one in progress.asked if not one.optional and progress.values.get(one.id) is None)


def skip_rest(session: Session, *, actor: Actor, run_id: int, now: datetime) -> None:
    """Skip every optional question without an answer, so that the rest may be sent."""
    progress = open_progress(session, actor, run_id, now)
    for question in progress.asked:
        if question.optional and question.id not in progress.values:
            write_answer(session, actor, progress, question, None, is_final=True, now=now)


def read_paper(session: Session, *, actor: Actor, run_id: int) -> PaperSheet:
    """The sheet to type in, with what this very account has typed so far and nothing else.

    Raises NotFound, NotAllowed, AnswersInAlready, RunClosed, BegunByRespondent.
    """
    run = _find_for_paper(session, actor, run_id)
    progress = load_progress(session, run.id)
    is_own = run.source is RunSource.PAPER and run.entered_by == actor.id
    return PaperSheet(
        run_id=run.id,
        survey=progress.survey,
        values=dict(progress.values) if is_own else {},
        people=list_candidates(session, run, progress.survey),
        filled_on=run.filled_on if is_own else None,
    )


def begin_paper(
    session: Session, *, actor: Actor, run_id: int, filled_on: date, today: date, now: datetime
) -> bool:
    """The curator types in a sheet that was filled in on paper: marked with author and date. What another
    account had typed in before is dropped, as its author alone may see it. False: the sheet was begun
    in the same way before.

    Raises NotFound, NotAllowed, FilledInFuture, AnswersInAlready, RunClosed, BegunByRespondent.
    """
    run = _find_for_paper(session, actor, run_id, is_locked=True)
    if filled_on > today:
        raise FilledInFuture
    is_own = run.source is RunSource.PAPER and run.entered_by == actor.id
    if is_own and run.filled_on == filled_on:
        return False
    if not is_own:
        session.execute(delete(Answer).where(Answer.run_id == run.id))
    run.source, run.entered_by, run.filled_on, run.issued_by = RunSource.PAPER, actor.id, filled_on, None
    after = {"survey": run.survey_id, "filled_on": filled_on.isoformat()}
    record(session, actor, Action.SURVEY_PAPER_ENTERED, run, now=now, after=after)
    return True


def _find_for_paper(session: Session, actor: Actor, run_id: int, *, is_locked: bool = False) -> SurveyRun:
    run = find(session, SurveyRun, run_id, lock=is_locked)
    actor.check_right(Right.MANAGE_PAIRS, run.organization_id)
    if run.status is SurveyStatus.SENT:
        raise AnswersInAlready
    if run.status not in UNSENT:
        raise RunClosed
    if is_begun_by_respondent(session, run):
        raise BegunByRespondent
    return run
