"""A pause with a day of return: by a member or the curator; on that day the pair goes on by itself."""

from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import NoticeKind
from models.pairs import Pair, PairStatus, may_move
from models.people import Person, Role
from models.tasks import Task, TaskKind
from services.access.actors import Actor, ActorKind, Channel, Right, system
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed
from services.access.records import find
from services.delivery.tasks import open_task
from services.organizations.days import today_of, zone_of
from services.pairs.capacity import move_pair, tell_member
from services.people.leaves import is_away
from services.programmes.meeting_schedule import cancel_coming
from services.programmes.running import settings_of

BATCH = 20  # one unit of the writer stays short
LONGEST_DAYS = 366


class PauseNotPossible(DomainError):
    text = N_("Only a pair at work can be paused.")


class NotPaused(DomainError):
    text = N_("This pair is not paused.")


class ReturnNotAhead(DomainError):
    text = N_("Please choose a day after today, within a year.")


class SomebodyAway(DomainError):
    text = N_("One of the pair is on a long leave. The curator ends the leave first, then the pair goes on.")


class GroupGoesOn(DomainError):
    text = N_("A group is paused by its mentor or the curator. If you cannot come, say so at the meeting.")


def pause_pair(session: Session, *, actor: Actor, pair_id: int, resumes_on: date, now: datetime) -> None:
    """Meetings to come are cancelled and nobody is reminded until the pair goes on; all hear of it. Of a pair
    that is paused already the day of return is set anew.

    Raises PauseNotPossible, ReturnNotAhead, GroupGoesOn, NotFound, NotAllowed.
    """
    pair = _lock(session, actor, pair_id)
    today = today_of(session, pair.organization_id, now)
    is_first = may_move(pair.status, Action.PAIR_PAUSED)
    if not is_first and pair.status is not PairStatus.PAUSED:
        raise PauseNotPossible
    if not today < resumes_on <= today + timedelta(days=LONGEST_DAYS):
        raise ReturnNotAhead
    morning = settings_of(session, cycle_id=pair.cycle_id).quiet_to
    pair.resumes_at = datetime.combine(resumes_on, morning, zone_of(session, pair.organization_id))
    facts = {"resumes_on": resumes_on.isoformat()}
    if is_first:
        move_pair(session, pair, PairStatus.PAUSED, actor=actor, action=Action.PAIR_PAUSED, now=now, **facts)
        cancel_coming(session, pair, actor=actor, now=now)
    else:
        record(session, actor, Action.PAIR_CHANGED, pair, now=now, after=facts)
    for member in pair.sides:
        if member.person_id != actor.id or actor.kind is not ActorKind.PERSON:
            tell_member(session, pair, member, NoticeKind.PAIR_PAUSED, now=now, mark=now.isoformat())


def resume_pair(session: Session, *, actor: Actor, pair_id: int, now: datetime) -> None:
    """The pause ends earlier. Raises NotPaused, SomebodyAway, GroupGoesOn, NotFound, NotAllowed."""
    pair = _lock(session, actor, pair_id)
    if not may_move(pair.status, Action.PAIR_RESUMED):
        raise NotPaused
    if _is_away(session, pair, now):
        raise SomebodyAway
    _resume(session, pair, actor=actor, now=now)


def end_pauses(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """On the day of return pairs go on; where a side is still on leave it is the curator's task."""
    actor = system(Channel.SCHEDULER)
    pairs = session.scalars(
        select(Pair)
        .where(Pair.resumes_at <= now)
        .order_by(Pair.resumes_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for pair in pairs:
        due_at, pair.resumes_at = pair.resumes_at, None
        if not may_move(pair.status, Action.PAIR_RESUMED):
            continue
        if _is_away(session, pair, now):
            key = f"pair:{pair.id}:pause:{due_at:%Y-%m-%dT%H:%M}"
            open_task(session, TaskKind.PAIR_PAUSE_OVER, pair, key=key, now=now)
        else:
            _resume(session, pair, actor=actor, now=now)
    paused = select(Pair.id).where(Pair.status == PairStatus.PAUSED)
    session.execute(
        update(Task)
        .where(Task.kind == TaskKind.PAIR_PAUSE_OVER, Task.done_at.is_(None), Task.pair_id.not_in(paused))
        .values(done_at=now)
        .execution_options(synchronize_session=False)
    )
    return len(pairs)


def _resume(session: Session, pair: Pair, *, actor: Actor, now: datetime) -> None:
    move_pair(session, pair, PairStatus.ACTIVE, actor=actor, action=Action.PAIR_RESUMED, now=now)
    for member in pair.sides:
        if member.person_id != actor.id or actor.kind is not ActorKind.PERSON:
            tell_member(session, pair, member, NoticeKind.PAIR_RESUMED, now=now, mark=now.isoformat())


def _is_away(session: Session, pair: Pair, now: datetime) -> bool:
    """Whether a long leave keeps the pair from working; a group works on without one of its mentees."""
    people = [pair.mentor, *(pair.mentees if len(pair.mentees) == 1 else ())]
    away = select(Person.id).where(Person.id.in_([one.person_id for one in people]), is_away(Person.id, now))
    return session.scalar(away.limit(1)) is not None


def _lock(session: Session, actor: Actor, pair_id: int) -> Pair:
    pair = find(session, Pair, pair_id, lock=True)
    if actor.kind is not ActorKind.PERSON:
        actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
        return pair
    actor.check_organization(pair.organization_id)
    member = next((one for one in pair.sides if one.person_id == actor.id), None)
    if member is None:
        raise NotAllowed
    if member.role is Role.MENTEE and len(pair.mentees) > 1:
        raise GroupGoesOn
    return pair
