"""What somebody of a pair does with a request of their own: send it, add the reason, take it back.

What cannot be refused and what the law says of its day stands here too: a mentor's notice is given three
working days ahead (docs/domain.md#article-351-8).
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import NoticeKind
from models.pairs import IN_WORK, Pair, PairMember
from models.requests import Request, RequestKind, RequestStatus
from services.access.actors import Actor
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed
from services.access.records import find
from services.accounts.staff import list_leaders
from services.delivery.outbox import enqueue
from services.organizations.days import day_of, zone_of
from services.organizations.working_days import find_working_day
from services.pairs.requests.rules import RULES, DecidedAlready, PairOver, check_length
from services.programmes.running import settings_of

NOTICE_DAYS = 3  # working days of notice, Labour Code, art. 351.8


class ReasonMissing(DomainError):
    text = N_("Please say it in a few words.")


class RequestOpen(DomainError):
    text = N_("You have asked for this already, and it waits for a decision.")


class ExtensionTooShort(DomainError):
    text = N_("Please name a later day than the pair has now.")


@dataclass(frozen=True, slots=True)
class RequestSent:
    """`owner` is who decides, "" where nobody of the staff is known; `effective_on` of a mentor's notice."""

    request_id: int
    owner: str
    due_on: date
    effective_on: date | None


def find_earliest_leave(now: datetime, zone: ZoneInfo) -> date:
    """The first day on which a mentor who gives notice now need not be one any more."""
    return find_working_day(day_of(now, zone), after=NOTICE_DAYS)


def send_request(
    session: Session,
    *,
    actor: Actor,
    kind: RequestKind,
    pair_id: int,
    text: str,
    wanted_on: date | None = None,
    now: datetime,
) -> RequestSent:
    """Ask for something as one side of a pair at work; the reason is kept in full.

    A question goes to the other side at once; where both must consent, the other side is asked at once.

    Raises ReasonMissing, TextTooLong, RequestOpen, ExtensionTooShort, PairOver, NotAllowed, NotFound.
    """
    pair = find(session, Pair, pair_id, lock=True)
    rule = RULES[kind]
    member = find_side(actor, pair)
    if member.role not in rule.roles:
        raise NotAllowed
    if pair.status not in IN_WORK:
        raise PairOver
    words = check_length(text)
    zone = zone_of(session, pair.organization_id)
    _check_wish(session, kind, pair, member.person_id, words, wanted_on, day_of(now, zone))
    effective_on = None
    if rule.is_notice:
        earliest = find_earliest_leave(now, zone)
        effective_on = max(wanted_on or earliest, earliest)
    due_at = now + timedelta(days=settings_of(session, cycle_id=pair.cycle_id).request_days)
    if effective_on is not None:
        due_at = min(due_at, datetime.combine(effective_on, time.min, zone))
    leaders = list_leaders(session, organization_id=pair.organization_id)
    request = Request(
        organization_id=pair.organization_id,
        cycle_id=pair.cycle_id,
        pair_id=pair_id,
        person_id=member.person_id,
        kind=kind,
        text=words,
        wanted_on=wanted_on,
        effective_on=effective_on,
        made_at=now,
        owner_id=leaders[0].account_id if leaders else None,
        due_at=due_at,
        watch_at=due_at,
        status=RequestStatus.WAITING,
    )
    session.add(request)
    session.flush()
    record(session, actor, Action.REQUEST_MADE, request, now=now, after=audit_facts(request))
    if rule.is_of_two or rule.needs_consent:
        notice = NoticeKind.REQUEST_QUESTION if rule.is_of_two else NoticeKind.REQUEST_ASKED
        for other in pair.sides:
            if other.person_id != member.person_id:
                tell(session, request, notice, person_id=other.person_id, now=now)
    return RequestSent(
        request.id, leaders[0].name if leaders else "", day_of(due_at, zone), request.effective_on
    )


def add_reason(session: Session, *, actor: Actor, request_id: int, text: str, now: datetime) -> None:
    """The reason of a request that counts already. Raises ReasonMissing, TextTooLong, DecidedAlready,
    NotAllowed, NotFound.
    """
    request = lock_own(session, actor, request_id)
    words = check_length(text)
    if not words:
        raise ReasonMissing
    request.text = check_length(f"{request.text}\n{words}")
    record(session, actor, Action.REQUEST_MADE, request, now=now, after=audit_facts(request))


def withdraw_request(session: Session, *, actor: Actor, request_id: int, now: datetime) -> None:
    """Take a request back before it is decided. Raises DecidedAlready, NotAllowed, NotFound."""
    request = lock_own(session, actor, request_id)
    request.status, request.decided_at, request.watch_at = RequestStatus.WITHDRAWN, now, None
    record(session, actor, Action.REQUEST_WITHDRAWN, request, now=now, after=audit_facts(request))


def lock_own(session: Session, actor: Actor, request_id: int) -> Request:
    """Raises DecidedAlready, NotAllowed, NotFound."""
    request = find(session, Request, request_id, lock=True)
    actor.check_organization(request.organization_id)
    actor.check_is_person(request.person_id)
    if request.status is not RequestStatus.WAITING:
        raise DecidedAlready
    return request


def find_side(actor: Actor, pair: Pair) -> PairMember:
    """The side of the pair that acts. Raises NotAllowed."""
    actor.check_organization(pair.organization_id)
    member = next((one for one in pair.sides if one.person_id == actor.id), None)
    if member is None:
        raise NotAllowed
    actor.check_is_person(member.person_id)
    return member


def tell(
    session: Session, request: Request, kind: NoticeKind, *, person_id: int, now: datetime, mark: str = ""
) -> None:
    """One notice of a kind about a request to a person, once for a `mark`."""
    enqueue(
        session,
        kind,
        request,
        key=f"{kind}:{request.id}:{mark}person:{person_id}",
        person_id=person_id,
        facts={"request_id": request.id},
        now=now,
    )


def audit_facts(request: Request) -> dict[str, Any]:
    """Ids, states and days: the reason is free text and never goes into the trail."""
    return {
        "request": request.id,
        "kind": request.kind.value,
        "status": request.status.value,
        "on": request.effective_on.isoformat() if request.effective_on else None,
    }


def _check_wish(
    session: Session,
    kind: RequestKind,
    pair: Pair,
    person_id: int,
    words: str,
    wanted_on: date | None,
    today: date,
) -> None:
    rule = RULES[kind]
    if rule.wants_reason and not words:
        raise ReasonMissing
    if not rule.is_of_two and _is_open(session, kind, pair.id, person_id):
        raise RequestOpen
    if kind is RequestKind.EXTENSION and wanted_on is not None and wanted_on <= (pair.ends_on or today):
        raise ExtensionTooShort


def _is_open(session: Session, kind: RequestKind, pair_id: int, person_id: int) -> bool:
    found = session.scalar(
        select(Request.id).where(
            Request.kind == kind,
            Request.pair_id == pair_id,
            Request.person_id == person_id,
            Request.status == RequestStatus.WAITING,
        )
    )
    return found is not None
