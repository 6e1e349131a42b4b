"""Answers to surveys, of participants, of partners and in sheets of the staff: one row an answer, within what
each question promised of who will see it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from models.accounts import Account
from models.surveys import RunOccasion, SurveyRun, SurveyStatus
from services.access.errors import N_
from services.documents import words
from services.documents.exports.naming import cycle_labels, names_of, packs_of
from services.documents.exports.tables import Column, Found, Scope, Table, fixed, last_of
from services.programmes.packs import ResolvedPack
from services.programmes.surveys import Option, Question
from services.programmes.texts import text
from services.surveys.reading import Reader, read_values, tell

_ANSWERED = frozenset({SurveyStatus.SENT, SurveyStatus.PARTIAL})


def _runs(scope: Scope, what: Any) -> Select[Any]:
    query = select(what).where(
        SurveyRun.organization_id == scope.organization_id,
        # sheets of the nine criteria are the export `scores`
        SurveyRun.occasion != RunOccasion.SCORES,
        *scope.between(SurveyRun.opened_at),
    )
    if scope.filters.cycle_id is not None:
        query = query.where(SurveyRun.cycle_id == scope.filters.cycle_id)
    if scope.filters.statuses:
        query = query.where(SurveyRun.status.in_(scope.filters.statuses))
    return query


@dataclass(frozen=True, slots=True)
class _AnswerLine:
    """An answer of a run; of a run without answers all after `about` is None."""

    run: Row[Any]
    cycle: str | None
    survey: str
    person: str
    audience: str | None
    about: str | None
    question_id: str | None = None
    question: str | None = None
    answer: str | None = None
    value: object = None
    is_withheld: bool | None = None


def _read(session: Session, scope: Scope, after: int, limit: int) -> Found:
    runs = session.execute(
        _runs(scope, SurveyRun.id)
        .add_columns(
            SurveyRun.cycle_id,
            SurveyRun.survey_id,
            SurveyRun.status,
            SurveyRun.person_id,
            SurveyRun.account_id,
            SurveyRun.outsider,
            SurveyRun.about_person_id,
            SurveyRun.pair_id,
            SurveyRun.meeting_id,
            SurveyRun.opened_at,
            SurveyRun.sent_at,
        )
        .where(SurveyRun.id > after)
        .order_by(SurveyRun.id)
        .limit(limit)
    ).all()
    answers = read_values(session, [run.id for run in runs if run.status in _ANSWERED])
    packs = packs_of(session, scope)
    labels = cycle_labels(session, scope)
    names = names_of(session, [one for run in runs for one in (run.person_id, run.about_person_id)])
    accounts = _accounts(session, runs)
    lines: list[_AnswerLine] = []
    withheld = 0
    for run in runs:
        pack = packs.get(run.cycle_id)
        audience, title = _title(pack, run.survey_id, scope.locale)
        bare = _AnswerLine(
            run=run,
            cycle=labels.get(run.cycle_id),
            survey=title,
            person=run.outsider or names.get(run.person_id) or accounts.get(run.account_id, ""),
            audience=audience,
            about=names.get(run.about_person_id),
        )
        for question_id, value in answers.get(run.id, {}).items():
            question = _question(pack, run.survey_id, question_id)
            told = tell(question, value, Reader.FILE) if question else None
            asked = question.text.get(scope.locale) if question else None
            line = replace(bare, question_id=question_id, question=asked, is_withheld=True)
            if question is None or told is None or told.is_withheld:
                withheld += 1
            else:
                worded = told.words(scope.locale, _people_of(session, question, value))
                line = replace(line, answer=worded, value=told.value, is_withheld=False)
            lines.append(line)
        if run.id not in answers:
            lines.append(bare)
    return Found(lines, last_of([run.id for run in runs], limit), withheld)


def _accounts(session: Session, runs: Iterable[Any]) -> dict[int | None, str]:
    """Who filled in sheets of their own work."""
    wanted = {run.account_id for run in runs if run.account_id is not None}
    return {one.id: one.name for one in session.scalars(select(Account).where(Account.id.in_(wanted)))}


def _title(pack: ResolvedPack | None, survey_id: str, locale: str) -> tuple[str | None, str]:
    try:
        survey = pack.survey(survey_id) if pack else None
    except KeyError:  # a survey that the pack no longer has
        survey = None
    return (survey.audience, survey.title.get(locale)) if survey else (None, survey_id)


def _question(pack: ResolvedPack | None, survey_id: str, question_id: str) -> Question | None:
    try:
        return pack.survey(survey_id).question(question_id) if pack else None
    except KeyError:
        return None


def _people_of(session: Session, question: Question, value: object) -> list[Option]:
    if question.kind != "person_rank" or not isinstance(value, list):
        return []
    ids = [int(one) for one in value if str(one).isdecimal()]
    return [
        Option(id=str(one), text=text(name, name)) for one, name in names_of(session, ids).items() if name
    ]


SURVEYS = Table(
    name="surveys",
    title=N_("Surveys"),
    columns=fixed(
        Column("run_id", N_("No."), lambda one: one.run.id, "number", width=8),
        Column("cycle", N_("School year"), lambda one: one.cycle, width=12),
        Column("survey_id", N_("Survey id"), lambda one: one.run.survey_id, width=22),
        Column("survey", N_("Survey"), lambda one: one.survey, width=32),
        Column("status", N_("State"), lambda one: one.run.status, "code", words.RUNS, width=20),
        Column("person_id", N_("Person no."), lambda one: one.run.person_id, "number", width=10),
        Column("person", N_("Respondent"), lambda one: one.person, width=32),
        Column("audience", N_("Audience"), lambda one: one.audience, "code", words.AUDIENCES),
        Column("about", N_("About whom"), lambda one: one.about, width=32),
        Column("pair_id", N_("Pair no."), lambda one: one.run.pair_id, "number", width=8),
        Column("meeting_id", N_("Meeting no."), lambda one: one.run.meeting_id, "number", width=8),
        Column("opened_at", N_("Opened"), lambda one: one.run.opened_at, "moment"),
        Column("sent_at", N_("Sent on"), lambda one: one.run.sent_at, "moment"),
        Column("question_id", N_("Question id"), lambda one: one.question_id, width=18),
        Column("question", N_("Question"), lambda one: one.question, width=44),
        Column("answer", N_("Answer"), lambda one: one.answer, width=44),
        Column("value", N_("Value"), lambda one: one.value, "raw"),
        Column("is_withheld", N_("Withheld"), lambda one: one.is_withheld, "flag"),
    ),
    read=_read,
    count=lambda session, scope: session.scalar(_runs(scope, func.count(SurveyRun.id))) or 0,
    filters=frozenset({"cycle_id", "statuses", "since", "until"}),
    statuses=frozenset(status.value for status in SurveyStatus),
)
