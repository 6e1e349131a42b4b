"""Feedback of both sides after a meeting (SV04; B14, C26): one tap sends it, the rest may be added.

What follows from it stands in services.surveys.alerts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.meetings import Meeting
from models.messages import NoticeKind
from models.people import Role
from models.surveys import UNSENT, RunOccasion, SurveyRun, SurveyStatus
from services.access.actors import Actor
from services.access.errors import NotFound
from services.consents.states import has_consent
from services.delivery.outbox import enqueue
from services.programmes.running import pack_of, settings_of
from services.programmes.surveys import Question
from services.surveys.opening import open_run
from services.surveys.runs import Recorded, record_answer
from services.surveys.steps import load_progress

BATCH = 20  # one unit of the writer stays short


@dataclass(frozen=True, slots=True)
class Feedback:
    """Where the feedback of one side stands; `rating` is None until the tap."""

    run_id: int
    meeting_id: int
    question: Question
    rating: int | None
    is_open: bool
    has_more: bool  # questions that may still be answered under "Add"


def open_feedback(
    session: Session, *, meeting: Meeting, person_id: int, role: Role, now: datetime
) -> int | None:
    """Open the run of one side, once a meeting; None where the pack asks nothing or consent is gone."""
    survey = pack_of(session, cycle_id=meeting.cycle_id).survey_for("post_meeting", role.value)
    if survey is None or survey.quick is None or not has_consent(session, person_id):
        return None
    settings = settings_of(session, cycle_id=meeting.cycle_id)
    return open_run(
        session,
        survey_id=survey.id,
        organization_id=meeting.organization_id,
        cycle_id=meeting.cycle_id,
        occasion=RunOccasion.FEEDBACK,
        dedup_key=_key(meeting.id, person_id),
        now=now,
        person_id=person_id,
        meeting_id=meeting.id,
        pair_id=meeting.pair_id,
        closes_at=now + timedelta(days=settings.feedback_closes_days),
    )


def find_feedback(session: Session, *, meeting_id: int, person_id: int) -> int | None:
    """The run of this side, if it was opened."""
    return session.scalar(select(SurveyRun.id).where(SurveyRun.dedup_key == _key(meeting_id, person_id)))


def _key(meeting_id: int, person_id: int) -> str:
    return f"{RunOccasion.FEEDBACK}:meeting:{meeting_id}:person:{person_id}"


def find_waiting(session: Session, *, person_id: int, now: datetime) -> int | None:
    """The newest feedback that still waits for this person's rating."""
    return session.scalar(
        select(SurveyRun.id)
        .where(
            SurveyRun.person_id == person_id,
            SurveyRun.occasion == RunOccasion.FEEDBACK,
            SurveyRun.status.in_(UNSENT),
            or_(SurveyRun.closes_at.is_(None), SurveyRun.closes_at > now),
        )
        .order_by(SurveyRun.opened_at.desc(), SurveyRun.id.desc())
        .limit(1)
    )


def read_feedback(session: Session, *, actor: Actor, run_id: int, now: datetime) -> Feedback:
    """Raises NotFound, NotAllowed."""
    progress = load_progress(session, run_id)
    run, quick = progress.run, progress.survey.quick
    if run.person_id is None or run.meeting_id is None or quick is None:
        raise NotFound
    actor.check_is_person(run.person_id)
    rating = progress.values.get(quick)
    is_in_time = run.closes_at is None or run.closes_at > now
    return Feedback(
        run_id=run.id,
        meeting_id=run.meeting_id,
        question=progress.survey.question(quick),
        rating=rating if isinstance(rating, int) else None,
        is_open=is_in_time and run.status in {*UNSENT, SurveyStatus.SENT},
        has_more=progress.current is not None,
    )


def rate(session: Session, *, actor: Actor, run_id: int, rating: int, now: datetime) -> Recorded:
    """The one tap. A second one changes nothing. Raises RunClosed, NotAllowed, NotFound."""
    quick = load_progress(session, run_id).survey.quick
    if quick is None:
        raise NotFound
    return record_answer(session, actor=actor, run_id=run_id, question_id=quick, raw=str(rating), now=now)


def invite(session: Session, *, meeting: Meeting, person_id: int, now: datetime) -> None:
    """Ask a side for feedback on a meeting that was logged before anybody asked about it."""
    key = f"feedback:{meeting.id}:invite:person:{person_id}"
    enqueue(
        session,
        NoticeKind.FEEDBACK_INVITE,
        meeting,
        key=key,
        person_id=person_id,
        facts={"meeting_id": meeting.id},
        now=now,
    )


def remind_feedback(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """One reminder of a feedback that is still open after the pack's days; the words go out as budgeted."""
    runs = session.scalars(
        select(SurveyRun)
        .where(
            SurveyRun.occasion == RunOccasion.FEEDBACK,
            SurveyRun.status.in_(UNSENT),
            SurveyRun.reminded_at.is_(None),
            SurveyRun.opened_at <= now - timedelta(days=1),
        )
        .order_by(SurveyRun.opened_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    count = 0
    for run in runs:
        settings = settings_of(session, cycle_id=run.cycle_id)
        is_due = run.opened_at + timedelta(days=settings.feedback_reminder_days) <= now
        if not is_due or (run.closes_at is not None and run.closes_at <= now):
            continue
        run.reminded_at = now
        key = f"feedback:run:{run.id}:reminder:person:{run.person_id}"
        count += enqueue(
            session,
            NoticeKind.FEEDBACK_REMINDER,
            run,
            key=key,
            person_id=run.person_id,
            facts={"run_id": run.id},
            now=now,
        )
    return count
