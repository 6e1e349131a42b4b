"""Sheets of the nine criteria (SV07; A40, A41, A42): sum and level, each author's sheets of their own.

A sheet with a criterion left out is incomplete: it has neither sum nor level. Several sheets stand side by
side and are never averaged: 8.5 or 14.5 has no level.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from models.accounts import Account, AccountRole
from models.audit import Action
from models.programmes import Cycle
from models.surveys import Answer, RunOccasion, RunSource, SurveyRun, SurveyStatus
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.programmes.answers import Tapped, check_answer
from services.programmes.packs import ResolvedPack
from services.programmes.regulations import Level
from services.programmes.running import pack_of
from services.programmes.surveys import Question, Survey
from services.surveys.opening import open_run
from services.surveys.recording import mark_sheet

BEST = 2  # of scale3


class NotYourSheet(DomainError):
    text = N_("Only the author may change a sheet. You can fill in one of your own.")


@dataclass(frozen=True, slots=True)
class Criterion:
    """A scale3 question and the comment that belongs to it."""

    question: Question
    note: Question | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """`total` and `level` are None while a criterion is missing."""

    id: int
    cycle_id: int
    author_id: int
    author: str
    author_role: AccountRole
    opened_at: datetime
    saved_at: datetime | None
    ratings: Mapping[str, int]
    notes: Mapping[str, str]
    missing: int
    total: int | None
    level: Level | None


@dataclass(frozen=True, slots=True)
class LevelFacts:
    total: int
    top: int
    level: Level | None
    saved_at: datetime


def criteria_of(pack: ResolvedPack) -> tuple[Criterion, ...]:
    questions = _survey(pack).questions()
    notes = {question.comment_on: question for question in questions if question.comment_on}
    return tuple(Criterion(one, notes.get(one.id)) for one in questions if one.kind == "scale3")


def open_sheet(session: Session, *, actor: Actor, cycle_id: int, now: datetime) -> int:
    """The id of one's own unfinished sheet, of a new one when all are finished.

    Raises NotFound, NotAllowed.
    """
    organization_id = _organization_of(session, cycle_id)
    actor.check_right(Right.FILL_SCORES, organization_id)
    if actor.kind is not ActorKind.ACCOUNT:
        raise NotFound
    survey = _survey(pack_of(session, cycle_id=cycle_id))
    mine = (
        SurveyRun.account_id == actor.id,
        SurveyRun.cycle_id == cycle_id,
        SurveyRun.survey_id == survey.id,
    )
    open_one = select(SurveyRun.id).where(*mine, SurveyRun.status == SurveyStatus.OPEN)
    found = session.scalar(open_one)
    if found is not None:
        return found
    count = session.scalar(select(func.count(SurveyRun.id)).where(*mine)) or 0
    run_id = open_run(
        session,
        survey_id=survey.id,
        organization_id=organization_id,
        cycle_id=cycle_id,
        occasion=RunOccasion.SCORES,
        dedup_key=f"{RunOccasion.SCORES}:cycle:{cycle_id}:account:{actor.id}:{count + 1}",
        account_id=actor.id,
        source=RunSource.PANEL,
        now=now,
    )
    record(session, actor, Action.SCORES_SHEET_OPENED, session.get_one(SurveyRun, run_id), now=now)
    return run_id


def save_sheet(
    session: Session,
    *,
    actor: Actor,
    run_id: int,
    ratings: Mapping[str, str],
    notes: Mapping[str, str],
    now: datetime,
) -> Sheet:
    """Keep what is filled in, complete or not; an empty value leaves its criterion out.

    Raises NotFound, NotYourSheet, AnswerRefused, NotAllowed.
    """
    run = find(session, SurveyRun, run_id, lock=True)
    actor.check_right(Right.FILL_SCORES, run.organization_id)
    if run.account_id != actor.id or actor.kind is not ActorKind.ACCOUNT:
        raise NotYourSheet
    pack = pack_of(session, cycle_id=run.cycle_id)
    if run.survey_id != pack.pack.scoring.survey:
        raise NotFound
    given = _check(criteria_of(pack), ratings, notes)
    session.execute(delete(Answer).where(Answer.run_id == run.id))
    session.add_all(
        Answer(run_id=run.id, question_id=key, value={"value": value}, answered_at=now)
        for key, value in given.items()
    )
    session.flush()
    sheet = replace(_sheets(session, pack, [run])[0], saved_at=now)
    mark_sheet(run, is_complete=not sheet.missing, now=now)
    after = {"total": sheet.total, "missing": sheet.missing}
    record(session, actor, Action.SCORES_SHEET_SAVED, run, now=now, after=after)
    return sheet


def read_sheet(session: Session, *, actor: Actor, run_id: int) -> Sheet:
    """Raises NotFound, NotAllowed."""
    run = find(session, SurveyRun, run_id)
    actor.check_right(Right.SEE_SCORES, run.organization_id)
    pack = pack_of(session, cycle_id=run.cycle_id)
    if run.survey_id != pack.pack.scoring.survey or run.account_id is None:
        raise NotFound
    sheet = _sheets(session, pack, [run])[0]
    return sheet if _may_see_names(actor, run.organization_id) else _without_people(sheet)


def list_sheets(session: Session, *, actor: Actor, cycle_id: int) -> list[Sheet]:
    """Sheets of the school year in which something is filled in, the newest first."""
    organization_id = _organization_of(session, cycle_id)
    actor.check_right(Right.SEE_SCORES, organization_id)
    pack = pack_of(session, cycle_id=cycle_id)
    runs = session.scalars(
        select(SurveyRun)
        .where(
            SurveyRun.cycle_id == cycle_id,
            SurveyRun.survey_id == pack.pack.scoring.survey,
            SurveyRun.account_id.is_not(None),
            SurveyRun.sent_at.is_not(None),
        )
        .order_by(SurveyRun.sent_at.desc(), SurveyRun.id.desc())
    ).all()
    sheets = _sheets(session, pack, list(runs))
    return sheets if _may_see_names(actor, organization_id) else [_without_people(one) for one in sheets]


def _may_see_names(actor: Actor, organization_id: int) -> bool:
    return actor.has_right(Right.SEE_PEOPLE, organization_id)


def _without_people(sheet: Sheet) -> Sheet:
    """For an observer: figures only. Comments are free text and may name somebody."""
    return replace(sheet, author="", notes={})


def latest_level(session: Session, *, actor: Actor, cycle_id: int) -> LevelFacts | None:
    """Sum and level of the newest complete sheet, None when there is none."""
    for sheet in list_sheets(session, actor=actor, cycle_id=cycle_id):
        if sheet.total is not None and sheet.saved_at is not None:
            return LevelFacts(sheet.total, BEST * len(sheet.ratings), sheet.level, sheet.saved_at)
    return None


def _survey(pack: ResolvedPack) -> Survey:
    return pack.survey(pack.pack.scoring.survey)


def _organization_of(session: Session, cycle_id: int) -> int:
    found = session.scalar(select(Cycle.organization_id).where(Cycle.id == cycle_id))
    if found is None:
        raise NotFound
    return found


def _check(
    criteria: tuple[Criterion, ...], ratings: Mapping[str, str], notes: Mapping[str, str]
) -> dict[str, object]:
    given: dict[str, object] = {}
    for criterion in criteria:
        if rating := ratings.get(criterion.question.id):
            given[criterion.question.id] = check_answer(criterion.question, Tapped((rating,)))
        note = notes.get(criterion.question.id, "").strip()
        if note and criterion.note is not None:
            given[criterion.note.id] = check_answer(criterion.note, note)
    return given


def _sheets(session: Session, pack: ResolvedPack, runs: list[SurveyRun]) -> list[Sheet]:
    criteria = criteria_of(pack)
    answers: dict[int, dict[str, object]] = {}
    for run_id, question_id, value in session.execute(
        select(Answer.run_id, Answer.question_id, Answer.value).where(
            Answer.run_id.in_([run.id for run in runs])
        )
    ):
        answers.setdefault(run_id, {})[question_id] = (value or {}).get("value")
    authors = {
        account.id: account
        for account in session.scalars(
            select(Account).where(Account.id.in_([run.account_id for run in runs if run.account_id]))
        )
    }
    return [
        _sheet(pack, criteria, run, authors[run.account_id], answers.get(run.id, {}))
        for run in runs
        if run.account_id is not None
    ]


def _sheet(
    pack: ResolvedPack,
    criteria: tuple[Criterion, ...],
    run: SurveyRun,
    author: Account,
    given: Mapping[str, object],
) -> Sheet:
    ratings = {
        one.question.id: value for one in criteria if isinstance(value := given.get(one.question.id), int)
    }
    notes = {
        one.question.id: str(given[one.note.id]) for one in criteria if one.note and given.get(one.note.id)
    }
    missing = len(criteria) - len(ratings)
    total = None if missing else sum(ratings.values())
    return Sheet(
        id=run.id,
        cycle_id=run.cycle_id,
        author_id=author.id,
        author=author.name,
        author_role=author.role,
        opened_at=run.opened_at,
        saved_at=run.sent_at,
        ratings=ratings,
        notes=notes,
        missing=missing,
        total=total,
        level=pack.pack.scoring.level_of(total),
    )
