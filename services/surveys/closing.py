"""Closing surveys that will not be sent: some answers make a partial run, none an expired one."""

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from models.surveys import Answer, SurveyRun, SurveyStatus

UNSENT = (SurveyStatus.OPEN, SurveyStatus.PAUSED)


def close_runs(session: Session, *, person_id: int) -> None:
    """Close everything that this person has not sent; answers stay, out of averages (ux.md 3.4)."""
    session.flush()
    has_answers = exists(select(Answer.id).where(Answer.run_id == SurveyRun.id))
    unsent = update(SurveyRun).where(SurveyRun.person_id == person_id, SurveyRun.status.in_(UNSENT))
    session.execute(unsent.where(has_answers).values(status=SurveyStatus.PARTIAL))
    session.execute(unsent.where(~has_answers).values(status=SurveyStatus.EXPIRED))
