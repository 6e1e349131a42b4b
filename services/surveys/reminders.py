"""One reminder of a questionnaire that somebody began or was asked and left (ux.md 3.4)."""

from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.surveys import Answer, SurveyRun
from services.outbox import enqueue
from services.surveys.steps import UNSENT

QUIET_FOR = timedelta(days=2)
OCCASION = "intake:"  # feedback after a meeting has a reminder of its own


def remind_unfinished(session: Session, *, now: datetime, limit: int = 200) -> int:
    """Queue the reminder for intakes without an answer for two days, once a run; returns how many."""
    since = now - QUIET_FOR
    has_recent = exists(select(Answer.id).where(Answer.run_id == SurveyRun.id, Answer.answered_at > since))
    due = session.scalars(
        select(SurveyRun)
        .where(
            SurveyRun.status.in_(UNSENT),
            SurveyRun.dedup_key.startswith(OCCASION),
            SurveyRun.person_id.is_not(None),
            SurveyRun.reminded_at.is_(None),
            SurveyRun.opened_at <= since,
            ~has_recent,
        )
        .order_by(SurveyRun.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for run in due:
        run.reminded_at = now
        enqueue(
            session,
            kind="survey.unfinished",
            dedup_key=f"survey:{run.id}:unfinished:person:{run.person_id}",
            organization_id=run.organization_id,
            person_id=run.person_id,
            facts={"run_id": run.id},
            now=now,
        )
    return len(due)
