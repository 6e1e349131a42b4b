"""The end of a survey run that was not sent, by one rule for every way in which a run ends, and its opening
again. Runs that are sent end in services.surveys.recording.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from models.surveys import UNSENT, Answer, SurveyRun, SurveyStatus
from models.tasks import Task, TaskKind

BATCH = 20  # one unit of the writer stays short


def close(session: Session, which: ColumnElement[bool], *, now: datetime, limit: int | None = None) -> int:
    """Close the unsent runs that the condition names, and the curator's tasks about their silence.

    A run with whole answers becomes partial and keeps them, out of averages; one without becomes expired: the
    ticks of a choice that was not finished are no answer. With a `limit` the oldest are closed, without those
    that another transaction holds. Returns how many were closed.
    """
    session.flush()
    query = select(SurveyRun).where(which, SurveyRun.status.in_(UNSENT)).order_by(SurveyRun.closes_at)
    if limit is not None:
        query = query.limit(limit)
    query = query.with_for_update(skip_locked=limit is not None)
    runs = session.scalars(query.execution_options(populate_existing=True)).all()
    ids = [run.id for run in runs]
    answered = set(session.scalars(select(Answer.run_id).where(Answer.run_id.in_(ids), Answer.is_final)))
    for run in runs:
        run.status = SurveyStatus.PARTIAL if run.id in answered else SurveyStatus.EXPIRED
        if run.closes_at is None or run.closes_at > now:
            run.closes_at = now
    end_silence(session, ids, now=now)
    return len(runs)


def close_overdue(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """A tick: close what nobody sent in time; how many."""
    return close(session, SurveyRun.closes_at <= now, now=now, limit=limit)


def end_silence(session: Session, run_ids: Collection[int], *, now: datetime) -> None:
    """Nobody waits for these runs any more: neither does the curator."""
    session.execute(
        update(Task)
        .where(Task.run_id.in_(run_ids), Task.kind == TaskKind.SURVEY_SILENT, Task.done_at.is_(None))
        .values(done_at=now)
    )


def reopen(run: SurveyRun, *, closes_at: datetime | None) -> None:
    """A run that was closed unsent waits for its respondent again, with the answers that it kept."""
    run.status, run.closes_at, run.reminded_at = SurveyStatus.OPEN, closes_at, None
