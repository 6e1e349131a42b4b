"""Requests by the clock: reminders past the due date, and what was granted for a later day."""

from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts import AccountRole
from models.audit import Action
from models.messages import NoticeKind
from models.pairs import ENDED, Pair
from models.requests import Request, RequestStatus
from services.access.actors import Channel, system
from services.access.audit import record
from services.access.records import find
from services.accounts.staff import list_staff
from services.organizations.days import zone_of
from services.pairs.requests.deciding import end_by_request
from services.pairs.requests.rules import RULES
from services.pairs.requests.sending import audit_facts, tell
from services.programmes.running import settings_of

BATCH = 20  # one unit of the writer stays short


def watch_requests(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Remind whoever should have answered, then who is above them; end pairs whose day has come; close what
    waits in a pair that has ended.
    """
    due = session.scalars(
        select(Request)
        .where(Request.watch_at <= now)
        .order_by(Request.watch_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for request in due:
        _take(session, request, now=now)
    return len(due) + _close_of_ended(session, now=now, limit=limit)


def _take(session: Session, request: Request, *, now: datetime) -> None:
    pair = find(session, Pair, request.pair_id, lock=True)
    rule = RULES[request.kind]
    starts_at = None
    if rule.ends_pair and request.effective_on is not None:
        starts_at = datetime.combine(
            request.effective_on, time.min, zone_of(session, request.organization_id)
        )
    if pair.status in ENDED:
        request.watch_at = None
        return
    if starts_at is not None and starts_at <= now:
        _take_effect(session, request, pair, now=now)
        return
    moments = [starts_at] if starts_at is not None else []
    if request.status is RequestStatus.WAITING:
        days = settings_of(session, cycle_id=request.cycle_id).request_head_days
        above_at = request.due_at + timedelta(days=days)
        _remind(session, request, pair, is_above=above_at <= now, now=now)
        moments.append(above_at)
    request.watch_at = min((one for one in moments if one > now), default=None)


def _take_effect(session: Session, request: Request, pair: Pair, *, now: datetime) -> None:
    """The day has come: what was granted, or a notice that needs nobody's yes."""
    actor = system(Channel.SCHEDULER)
    request.watch_at = None
    is_decided = request.status is RequestStatus.GRANTED
    if not is_decided:
        request.status, request.decided_at = RequestStatus.GRANTED, now
    end_by_request(session, request=request, pair=pair, actor=actor, now=now)
    if not is_decided:
        record(session, actor, Action.REQUEST_DECIDED, request, now=now, after=audit_facts(request))
        tell(session, request, NoticeKind.REQUEST_DECIDED, person_id=request.person_id, now=now)


def _remind(session: Session, request: Request, pair: Pair, *, is_above: bool, now: datetime) -> None:
    """The one who should answer; `is_above`: also the one above them."""
    staff = list_staff(session, organization_id=request.organization_id)
    owners = [one.person_id for one in staff if one.account_id == request.owner_id]
    heads = [one.person_id for one in staff if one.role is AccountRole.HEAD]
    if RULES[request.kind].is_of_two:
        for member in pair.sides:
            if member.person_id != request.person_id:
                kind = NoticeKind.REQUEST_QUESTION
                tell(session, request, kind, person_id=member.person_id, mark="late:", now=now)
        heads, owners = owners, []
    for mark, people in (("late:", owners), ("above:", heads if is_above else [])):
        for person_id in people:
            if person_id is not None:
                tell(session, request, NoticeKind.REQUEST_LATE, person_id=person_id, mark=mark, now=now)


def _close_of_ended(session: Session, *, now: datetime, limit: int) -> int:
    waiting = session.scalars(
        select(Request)
        .join(Pair, Pair.id == Request.pair_id)
        .where(Request.status == RequestStatus.WAITING, Pair.status.in_(ENDED))
        .order_by(Request.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Request)
    ).all()
    for request in waiting:
        request.status, request.decided_at, request.watch_at = RequestStatus.CLOSED, now, None
        record(
            session,
            system(Channel.SCHEDULER),
            Action.REQUEST_DECIDED,
            request,
            now=now,
            after=audit_facts(request),
        )
    return len(waiting)
