"""How many mentees a mentor takes at once, changed by an answer that was given outside the questionnaire."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people import Participation
from models.surveys import SurveyRun, SurveyStatus
from services.access.actors import Actor
from services.surveys.intake import CAPACITY_QUESTION, intake_key, set_capacity
from services.surveys.outcomes import follow
from services.surveys.recording import sent_run, write_answer
from services.surveys.steps import load_progress


def raise_capacity(
    session: Session, participation: Participation, *, actor: Actor, by: int, now: datetime
) -> None:
    """So many places more. The answer of the sent questionnaire changes with it, history kept, so that a
    later correction there does not take the places back. The caller has checked who may say so.
    """
    wanted = participation.capacity + by
    run_id = session.scalar(
        select(SurveyRun.id).where(
            SurveyRun.dedup_key == intake_key(participation), SurveyRun.status == SurveyStatus.SENT
        )
    )
    progress = load_progress(session, run_id, is_locked=True) if run_id is not None else None
    question = next(
        (one for one in progress.survey.questions() if one.id == CAPACITY_QUESTION) if progress else iter(()),
        None,
    )
    if progress is None or question is None:
        set_capacity(participation, wanted)
        return
    write_answer(session, actor, progress, question, wanted, is_final=True, now=now)
    progress = load_progress(session, progress.run.id)
    follow(session, sent_run(progress), actor=actor, now=now)
