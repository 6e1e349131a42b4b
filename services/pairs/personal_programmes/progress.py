"""What came of the activities: the mentor marks them done, with the actual result in a few words (E27)."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from models.audit import Action
from models.meetings import Meeting, MeetingStatus
from models.pairs import Pair
from models.people import Role
from models.personal_programmes import Mark, PersonalProgramme, ProgrammeActivity, ProgrammeStatus
from models.tasks import TaskKind
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed
from services.access.records import find
from services.delivery.tasks import open_task
from services.organizations.days import today_of
from services.pairs.personal_programmes.changing import WordsTooLong
from services.pairs.personal_programmes.states import (
    ProgrammeNotDue,
    check_member,
    check_open,
    close_tasks,
    lock_programme,
)

ACTUAL_LIMIT = 500


class DoneInFuture(DomainError):
    text = N_("An activity cannot be done on a day that is still to come.")


def mark_activity(
    session: Session,
    *,
    actor: Actor,
    activity_id: int,
    mark: Mark | None,
    now: datetime,
    done_on: date | None = None,
    meeting_id: int | None = None,
) -> int:
    """The mentor (or the curator for them) says what came of it, today unless a day is given; None takes it
    back. A meeting that took place may be named. Gives the programme.

    Raises ProgrammeOver, ProgrammeNotDue, DoneInFuture, NotFound, NotAllowed.
    """
    activity, row, _pair = _lock(session, actor, activity_id)
    today = today_of(session, row.organization_id, now)
    day = done_on or today
    if day > today:
        raise DoneInFuture
    if meeting_id is not None:
        meeting = find(session, Meeting, meeting_id)
        if meeting.pair_id != row.pair_id or meeting.status is not MeetingStatus.HELD:
            raise ProgrammeNotDue
    activity.mark, activity.done_on = mark, day if mark else None
    activity.meeting_id = meeting_id
    if mark is None:
        activity.actual = ""
    session.flush()
    after = {"activity": activity_id, "mark": mark.value if mark else None}
    record(session, actor, Action.PERSONAL_PROGRAMME_MARKED, row, now=now, after=after)
    _settle_tasks(session, row, today, now)
    return row.id


def write_result(session: Session, *, actor: Actor, activity_id: int, text: str, now: datetime) -> int:
    """The actual result in words, beside the mark. Gives the programme.

    Raises ProgrammeOver, ProgrammeNotDue, WordsTooLong, NotFound, NotAllowed.
    """
    activity, row, _pair = _lock(session, actor, activity_id)
    words = text.strip()
    if len(words) > ACTUAL_LIMIT:
        raise WordsTooLong(limit=ACTUAL_LIMIT)
    if activity.done_on is None:
        raise ProgrammeNotDue
    if words != activity.actual:
        activity.actual = words
        after = {"activity": activity_id, "has_words": bool(words)}
        record(session, actor, Action.PERSONAL_PROGRAMME_MARKED, row, now=now, after=after)
    return row.id


def _lock(
    session: Session, actor: Actor, activity_id: int
) -> tuple[ProgrammeActivity, PersonalProgramme, Pair]:
    row, pair = lock_programme(session, find(session, ProgrammeActivity, activity_id).programme_id)
    if actor.kind is ActorKind.PERSON:
        person_id = check_member(actor, pair)
        if not any(one.person_id == person_id and one.role is Role.MENTOR for one in pair.sides):
            raise NotAllowed
    else:
        actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    check_open(row, pair)
    if row.status is not ProgrammeStatus.ACTIVE:
        raise ProgrammeNotDue
    return find(session, ProgrammeActivity, activity_id, lock=True), row, pair


def _settle_tasks(session: Session, row: PersonalProgramme, today: date, now: datetime) -> None:
    """Nothing is late any more; and when all are done the curator is asked to complete the programme."""
    session.refresh(row, ["activities"])
    if not any(one.done_on is None and one.planned_on < today for one in row.activities):
        close_tasks(session, row, TaskKind.PROGRAMME_LATE, now=now)
    if all(one.done_on is not None for one in row.activities):
        key = f"programme:{row.id}:done:{now.isoformat()}"
        open_task(session, TaskKind.PROGRAMME_ENDS, row, key=key, now=now)
    else:
        close_tasks(session, row, TaskKind.PROGRAMME_ENDS, now=now)
