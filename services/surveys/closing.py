"""Closing surveys that will not be sent: some answers make a partial run, none an expired one."""

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import Session

from models.surveys import Answer, SurveyRun, SurveyStatus

UNSENT = (SurveyStatus.OPEN, SurveyStatus.PAUSED)


def close_runs(session: Session, *, person_id: int) -> None:
    """Close everything that this person has not sent; answers stay, out of averages (ux.md 3.4)."""
    _close(session, SurveyRun.person_id == person_id)


def close_run(session: Session, *, dedup_key: str) -> None:
    """Close the run of one occasion, unless it is sent."""
    _close(session, SurveyRun.dedup_key == dedup_key)


def close_cycle_runs(session: Session, *, cycle_id: int) -> None:
    """Close whatever is open when a school year is closed (issue 4, point 1)."""
    _close(session, SurveyRun.cycle_id == cycle_id)


def _close(session: Session, which: ColumnElement[bool]) -> None:
    session.flush()
    has_answers = exists(select(Answer.id).where(Answer.run_id == SurveyRun.id))
    unsent = update(SurveyRun).where(which, SurveyRun.status.in_(UNSENT))
    session.execute(unsent.where(has_answers).values(status=SurveyStatus.PARTIAL))
    session.execute(unsent.where(~has_answers).values(status=SurveyStatus.EXPIRED))
