"""The answers of one run as somebody of the panel may read them: within what each question promised."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts import Account
from models.people import Person
from models.surveys import AnswerChange, RunSource, SurveyRun, SurveyStatus
from services.actors import Actor, Right
from services.errors import NotFound
from services.programmes.descriptions import describe
from services.programmes.surveys import Question, SeenBy
from services.programmes.texts import Text
from services.surveys.steps import Step, load_progress, read_step

NAMED: frozenset[SeenBy] = frozenset({"curator", "curator_and_psychologist", "pair"})
"""Promises that let the curator read an answer beside a name; the others go into totals only."""


@dataclass(frozen=True, slots=True)
class Line:
    """`answer` is None where the question promised that nobody reads it beside a name. `earlier` are the
    answers that stood before, with the moment of their change, the oldest first.
    """

    question: Text
    answer: str | None
    earlier: tuple[tuple[datetime, str | None], ...]


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    run_id: int
    title: Text
    respondent: str
    person_id: int | None
    wave_id: int | None
    status: SurveyStatus
    source: RunSource
    filled_on: date | None
    entered_by: str
    sent_at: datetime | None
    lines: tuple[Line, ...]
    step: Step


def read_answers(session: Session, *, actor: Actor, run_id: int, locale: str) -> AnswerSheet:
    """Raises NotFound, NotAllowed."""
    run = session.get(SurveyRun, run_id)
    if run is None:
        raise NotFound
    actor.check_right(Right.MANAGE_PAIRS, run.organization_id)
    step = read_step(session, run_id=run_id)
    values = load_progress(session, run_id).values
    changes: dict[str, list[AnswerChange]] = {}
    for one in session.scalars(
        select(AnswerChange).where(AnswerChange.run_id == run_id).order_by(AnswerChange.id)
    ):
        changes.setdefault(one.question_id, []).append(one)

    def word(question: Question, value: object) -> str | None:
        is_read = question.seen_by in NAMED or value is None
        return describe(question, value, locale, step.people) if is_read else None

    lines = tuple(
        Line(
            question.text,
            word(question, values[question.id]),
            tuple(
                (one.changed_at, word(question, one.before["value"] if one.before else None))
                for one in changes.get(question.id, ())
            ),
        )
        for question in step.survey.asked(values)
        if question.id in values
    )
    author = session.get(Account, run.entered_by) if run.entered_by else None
    return AnswerSheet(
        run_id=run.id,
        title=step.survey.title,
        respondent=name_respondent(session, run),
        person_id=run.person_id,
        wave_id=run.wave_id,
        status=run.status,
        source=run.source,
        filled_on=run.filled_on,
        entered_by=author.name if author else "",
        sent_at=run.sent_at,
        lines=lines,
        step=step,
    )


def name_respondent(session: Session, run: SurveyRun) -> str:
    if run.outsider is not None:
        return run.outsider
    if run.person_id is not None:
        return session.get_one(Person, run.person_id).full_name
    account = session.get(Account, run.account_id) if run.account_id else None
    return account.name if account else ""
