"""Who of a group was at its meeting: marked by who logged it, or said by the mentees themselves."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.audit import Action
from models.meetings import Meeting
from models.people import Role
from models.surveys import UNSENT, SurveyRun, SurveyStatus
from services.access.actors import Actor, ActorKind
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.meetings.answers import find_answer, store_meeting_answer
from services.meetings.outcomes import check_logger
from services.meetings.planning import lock_meeting
from services.programmes.running import settings_of
from services.surveys.closing import close, reopen
from services.surveys.feedback import find_feedback, invite, open_feedback


class NotLoggedYet(DomainError):
    text = N_("Please log the meeting first, then say who was there.")


class MenteeSaid(DomainError):
    text = N_("The mentee has answered this already.")


def set_attendance(
    session: Session, *, actor: Actor, meeting_id: int, person_id: int, was_there: bool, now: datetime
) -> None:
    """Who logged the meeting of a group says whether a mentee was there; a mentee's own word stands.

    Raises NotLoggedYet, MenteeSaid, NotAllowed, NotFound.
    """
    meeting, pair = lock_meeting(session, meeting_id)
    check_logger(actor, pair)
    if meeting.held_minutes is None:
        raise NotLoggedYet
    members = [one for one in pair.members if one.was_in(meeting.starts_at, meeting.ends_at)]
    member = next((one for one in members if one.person_id == person_id), None)
    if member is None or member.role is not Role.MENTEE or len(members) <= len(Role):
        raise NotFound
    word = find_answer(session, meeting, member)
    if word is not None and not word.is_marked and actor.kind is ActorKind.PERSON:
        raise MenteeSaid
    if (word is None and was_there) or (word is not None and word.took_place is was_there):
        return
    store_meeting_answer(session, meeting, member, took_place=was_there, now=now, is_marked=True)
    if was_there:
        _ask(session, meeting, person_id, now=now)
    else:
        run_id = find_feedback(session, meeting_id=meeting.id, person_id=person_id)
        close(session, SurveyRun.id == run_id, now=now)
    after = {"person": person_id, "was_there": was_there}
    record(session, actor, Action.MEETING_ATTENDANCE_SET, meeting, now=now, after=after)


def _ask(session: Session, meeting: Meeting, person_id: int, *, now: datetime) -> None:
    """For the feedback of somebody who was there after all; what was closed meanwhile is open again."""
    run_id = open_feedback(session, meeting=meeting, person_id=person_id, role=Role.MENTEE, now=now)
    run = session.get(SurveyRun, run_id) if run_id is not None else None
    if run is None or run.status is SurveyStatus.SENT:
        return
    if run.status not in UNSENT:
        days = settings_of(session, cycle_id=meeting.cycle_id).feedback_closes_days
        reopen(run, closes_at=now + timedelta(days=days))
    invite(session, meeting=meeting, person_id=person_id, now=now)
