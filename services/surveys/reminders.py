"""A survey that was begun or asked and left: one reminder, then a word to the curator.

See docs/design.md#conversation.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from models.messages import NoticeKind
from models.surveys import UNSENT, Answer, RunOccasion, SurveyRun
from models.tasks import Task, TaskKind
from services.delivery.outbox import enqueue
from services.delivery.tasks import open_task
from services.people.leaves import is_away
from services.programmes.running import settings_of
from services.surveys.steps import silence_key

# feedback after a meeting has a reminder of its own
OCCASIONS = (RunOccasion.INTAKE, RunOccasion.WAVE)
BATCH = 200
_SHORTEST = timedelta(days=1)


def remind_unfinished(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Queue the reminder for what had no answer for the programme's days, once a run; how many."""
    due = 0
    for run, quiet_since in _unanswered(session, SurveyRun.reminded_at.is_(None), now, limit):
        if quiet_since + _patience(session, run) > now or (run.closes_at and run.closes_at <= now):
            continue
        run.reminded_at = now
        due += 1
        key = f"survey:{run.id}:unfinished:person:{run.person_id}"
        enqueue(
            session,
            NoticeKind.SURVEY_UNFINISHED,
            run,
            key=key,
            person_id=run.person_id,
            facts={"run_id": run.id},
            now=now,
        )
    return due


def tell_curator_of_silence(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Open a task for each run that stayed silent after its reminder; how many. It closes by the answer."""
    told = exists().where(Task.run_id == SurveyRun.id, Task.kind == TaskKind.SURVEY_SILENT)
    was_reminded = (SurveyRun.reminded_at <= now - _SHORTEST) & ~told
    opened = 0
    for run, quiet_since in _unanswered(session, was_reminded, now, limit):
        if run.reminded_at is None or max(run.reminded_at, quiet_since) + _patience(session, run) > now:
            continue
        opened += 1
        open_task(session, TaskKind.SURVEY_SILENT, run, key=silence_key(run.id), now=now)
    return opened


def _patience(session: Session, run: SurveyRun) -> timedelta:
    return timedelta(days=settings_of(session, cycle_id=run.cycle_id).survey_reminder_days)


def _unanswered(
    session: Session, condition: ColumnElement[bool], now: datetime, limit: int
) -> list[tuple[SurveyRun, datetime]]:
    """Open runs of people with the moment since which nothing was answered, the oldest first."""
    latest = select(func.max(Answer.answered_at)).where(Answer.run_id == SurveyRun.id).scalar_subquery()
    rows = session.execute(
        select(SurveyRun, latest)
        .where(
            SurveyRun.status.in_(UNSENT),
            SurveyRun.occasion.in_(OCCASIONS),
            SurveyRun.person_id.is_not(None),
            ~is_away(SurveyRun.person_id, now),
            SurveyRun.opened_at <= now - _SHORTEST,
            or_(latest.is_(None), latest <= now - _SHORTEST),
            condition,
        )
        .order_by(SurveyRun.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=SurveyRun)
    )
    return [(run, answered or run.opened_at) for run, answered in rows]
