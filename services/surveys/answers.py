"""The answers of one run as somebody of the panel may read them: within what each question promised."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from models.accounts import Account
from models.pairs import Pair, discarded_drafts_of
from models.people import Person
from models.surveys import UNSENT, AnswerChange, RunSource, SurveyRun, SurveyStatus
from services.access.actors import Actor, Right
from services.access.records import find
from services.programmes.running import pack_of
from services.programmes.surveys import Question, SeenBy, Survey
from services.programmes.texts import Text
from services.surveys.reading import Reader, is_begun_by_respondent, staff_reader, tell
from services.surveys.steps import load_progress, read_step


@dataclass(frozen=True, slots=True)
class Line:
    """`answer` is None where the question did not name this reader. `earlier` are the answers that stood
    before, with the moment of their change, the oldest first.
    """

    question: Text
    answer: str | None
    seen_by: SeenBy
    earlier: tuple[tuple[datetime, str | None], ...]


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """`takes_paper` and `takes_link`: the staff may type in a paper sheet, or make a link to answer by."""

    run_id: int
    title: Text
    respondent: str
    person_id: int | None
    wave_id: int | None
    status: SurveyStatus
    source: RunSource
    filled_on: date | None
    entered_by: str
    issued_by: str
    sent_at: datetime | None
    survey: Survey
    lines: tuple[Line, ...]
    takes_paper: bool
    takes_link: bool


def read_answers(session: Session, *, actor: Actor, run_id: int, locale: str) -> AnswerSheet:
    """Raises NotFound, NotAllowed."""
    run = find(session, SurveyRun, run_id)
    actor.check_right(Right.MANAGE_PAIRS, run.organization_id)
    return _compose(session, actor, run, locale)


def list_wishes(session: Session, *, actor: Actor, person_id: int, locale: str) -> list[AnswerSheet]:
    """Whom a person would like to work with, and what was noted of a talk with them, the newest first; empty
    for those who were not promised to read it.
    """
    person = find(session, Person, person_id)
    years = session.scalars(select(SurveyRun.cycle_id).where(SurveyRun.person_id == person_id).distinct())
    wishes = (
        and_(
            SurveyRun.person_id == person_id,
            SurveyRun.cycle_id == year,
            SurveyRun.survey_id.in_(pack_of(session, cycle_id=year).surveys_on("mutual_preference")),
        )
        for year in years
    )
    about = or_(SurveyRun.about_person_id == person_id, *wishes)
    return _list(session, actor, person.organization_id, about, locale)


def list_conclusions(session: Session, *, actor: Actor, pair_id: int, locale: str) -> list[AnswerSheet]:
    """Sheets of the staff on a pair, the psychologist's conclusion among them (SV09), also those written on
    a discarded draft of the same two; as `list_wishes`.
    """
    pair = find(session, Pair, pair_id)
    ids = [pair_id, *session.scalars(discarded_drafts_of(pair_id))]
    about = and_(SurveyRun.pair_id.in_(ids), SurveyRun.account_id.is_not(None))
    return _list(session, actor, pair.organization_id, about, locale)


def _list(
    session: Session, actor: Actor, organization_id: int, about: ColumnElement[bool], locale: str
) -> list[AnswerSheet]:
    actor.check_organization(organization_id)
    if staff_reader(actor, organization_id) is Reader.STRANGER:
        return []
    runs = session.scalars(
        select(SurveyRun).where(about, SurveyRun.status == SurveyStatus.SENT).order_by(SurveyRun.id.desc())
    )
    found = (_compose(session, actor, run, locale) for run in runs)
    sheets = (
        replace(one, lines=tuple(line for line in one.lines if line.answer is not None)) for one in found
    )
    return [one for one in sheets if one.lines]


def _compose(session: Session, actor: Actor, run: SurveyRun, locale: str) -> AnswerSheet:
    step = read_step(session, run_id=run.id)
    # an author reads their own sheet of the office on a page of its own; here everybody reads as the staff
    reader = staff_reader(actor, run.organization_id)
    values = load_progress(session, run.id).values
    changes: dict[str, list[AnswerChange]] = {}
    for one in session.scalars(
        select(AnswerChange).where(AnswerChange.run_id == run.id).order_by(AnswerChange.id)
    ):
        changes.setdefault(one.question_id, []).append(one)

    def describe_one(question: Question, value: object) -> str | None:
        return tell(question, value, reader).words(locale, step.people)

    lines = tuple(
        Line(
            question.text,
            describe_one(question, values[question.id]),
            question.seen_by,
            tuple(
                (one.changed_at, describe_one(question, one.before["value"] if one.before else None))
                for one in changes.get(question.id, ())
            ),
        )
        for question in step.survey.asked(values)
        if question.id in values
    )
    is_waiting = run.status in UNSENT and run.outsider is None and not is_begun_by_respondent(session, run)
    return AnswerSheet(
        run_id=run.id,
        title=step.survey.title,
        respondent=name_respondent(session, run),
        person_id=run.person_id,
        wave_id=run.wave_id,
        status=run.status,
        source=run.source,
        filled_on=run.filled_on,
        entered_by=_name_account(session, run.entered_by),
        issued_by=_name_account(session, run.issued_by),
        sent_at=run.sent_at,
        survey=step.survey,
        lines=lines,
        takes_paper=is_waiting,
        takes_link=is_waiting and run.person_id is not None,
    )


def name_respondent(session: Session, run: SurveyRun) -> str:
    if run.outsider is not None:
        return run.outsider
    if run.person_id is not None:
        return session.get_one(Person, run.person_id).full_name
    return _name_account(session, run.account_id)


def _name_account(session: Session, account_id: int | None) -> str:
    account = session.get(Account, account_id) if account_id else None
    return account.name if account else ""
