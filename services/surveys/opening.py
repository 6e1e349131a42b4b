"""Opening a run of a survey for its occasion."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.surveys import RunOccasion, RunSource, SurveyRun, SurveyStatus
from services.delivery.outbox import insert_or_ignore
from services.programmes.running import pack_of


def open_run(
    session: Session,
    *,
    survey_id: str,
    organization_id: int,
    cycle_id: int,
    occasion: RunOccasion,
    dedup_key: str,
    now: datetime,
    person_id: int | None = None,
    account_id: int | None = None,
    meeting_id: int | None = None,
    pair_id: int | None = None,
    closes_at: datetime | None = None,
    wave_id: int | None = None,
    about_person_id: int | None = None,
    outsider: str | None = None,
    source: RunSource = RunSource.CHAT,
) -> int:
    """Open a run for its occasion, once; returns its id, the same for the same occasion."""
    survey = pack_of(session, cycle_id=cycle_id).survey(survey_id)
    session.flush()
    session.execute(
        insert_or_ignore(session, SurveyRun).values(
            organization_id=organization_id,
            cycle_id=cycle_id,
            survey_id=survey.id,
            survey_version=survey.version,
            person_id=person_id,
            account_id=account_id,
            meeting_id=meeting_id,
            pair_id=pair_id,
            occasion=occasion,
            dedup_key=dedup_key,
            status=SurveyStatus.OPEN,
            opened_at=now,
            closes_at=closes_at,
            wave_id=wave_id,
            about_person_id=about_person_id,
            outsider=outsider,
            source=source,
        )
    )
    return session.scalars(select(SurveyRun.id).where(SurveyRun.dedup_key == dedup_key)).one()
