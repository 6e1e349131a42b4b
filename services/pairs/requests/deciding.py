"""The staff's decision on a request, and what follows from it through the owners of the states."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import NoticeKind
from models.pairs import IN_WORK, Pair, PairMember
from models.people import Person, Role
from models.requests import Request, RequestConsent, RequestKind, RequestStatus
from services.access.actors import Actor, Right, account_of
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed
from services.access.records import find
from services.accounts.staff import list_leaders
from services.organizations.days import today_of, zone_of
from services.pairs.assignments import end_pair
from services.pairs.forms import change_form
from services.pairs.groups import leave_group
from services.pairs.proposals import draft_pair
from services.pairs.requests.answering import NOTE_LIMIT, store_consent
from services.pairs.requests.rules import RULES, DecidedAlready, PairOver, check_length, end_reason_of
from services.pairs.requests.sending import audit_facts, tell

ORDER_LIMIT = 50


class NoticeNotRefused(DomainError):
    text = N_("A mentor's notice cannot be refused: article 351.8 of the Labour Code.")


class AnswerMissing(DomainError):
    text = N_("Please write to who asked why it is refused.")


class ConsentMissing(DomainError):
    text = N_("The other side has not agreed. Ask them, or mark that they agreed in words.")


class DayMissing(DomainError):
    text = N_("Please give the day.")


class DayTooEarly(DomainError):
    text = N_("This day has passed already.")


class DayTooLate(DomainError):
    text = N_("By law the mentor is free from {day}; a later day needs the mentor's own wish.")


class DayAhead(DomainError):
    text = N_("This day cannot lie in the future.")


class ColleagueMissing(DomainError):
    text = N_("Please say who is involved, and on which day they consented.")


class DayOfFileMissing(DomainError):
    text = N_("Please give the day on which the personal file was shown.")


class OrderIncomplete(DomainError):
    text = N_("An order has both a number and a date.")


class SearchTooEarly(DomainError):
    text = N_("The next mentor can be drafted when the pair has ended: end it today, or search later.")


class NotOnDuty(DomainError):
    text = N_("This account does not lead pairs here.")


@dataclass(frozen=True, slots=True)
class Order:
    """The order of the organisation on a decision; number and day may come later."""

    number: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the staff decides. `effective_on`: since when, of an extension the new last day. `partner_texts`:
    what the other sides read when the pair ends, by role. `has_consent`: the other sides agreed in words.
    `next_mentor_id`: the participation of a free mentor to draft the mentee's next pair with.
    """

    is_granted: bool
    note: str = ""
    order: Order = Order()
    effective_on: date | None = None
    partner_text: str | None = None
    has_consent: bool = False
    done_on: date | None = None
    colleague_id: int | None = None
    next_mentor_id: int | None = None


@dataclass(frozen=True, slots=True)
class RequestDecided:
    """`draft_id` is the draft of the mentee's next pair; `is_ended`: the pair has ended by this decision."""

    request_id: int
    pair_id: int
    status: RequestStatus
    is_ended: bool
    draft_id: int | None


def decide_request(
    session: Session, *, actor: Actor, request_id: int, decision: Decision, now: datetime
) -> RequestDecided:
    """Grant or refuse; who asked hears of it in the words that stand in the note.

    A pair that ends by it ends at once, or on a later day by the scheduler. The mentee keeps the waiting
    time in the bank, and the next pair may be drafted in the same act.

    Raises NoticeNotRefused, AnswerMissing, ConsentMissing, DayMissing, DayTooEarly, DayTooLate, DayAhead,
    ColleagueMissing, DayOfFileMissing, OrderIncomplete, SearchTooEarly, TextTooLong, DecidedAlready,
    PairOver, NotAllowed, NotFound, and what `draft_pair` and `change_form` raise.
    """
    request = find(session, Request, request_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, request.organization_id)
    rule = RULES[request.kind]
    if request.status is not RequestStatus.WAITING:
        raise DecidedAlready
    if rule.is_of_two:
        raise NotAllowed
    pair = find(session, Pair, request.pair_id, lock=True)
    if pair.status not in IN_WORK:
        raise PairOver
    request.note = _check_answer(request, decision)
    today = today_of(session, request.organization_id, now)
    _set_order(request, decision.order, today)
    request.status = RequestStatus.GRANTED if decision.is_granted else RequestStatus.REFUSED
    request.decided_at, request.account_id, request.watch_at = now, account_of(actor), None
    is_ended, draft_id = False, None
    if decision.is_granted:
        is_ended, draft_id = _grant(session, request, pair, decision, actor, today, now)
    session.flush()
    record(session, actor, Action.REQUEST_DECIDED, request, now=now, after=audit_facts(request))
    tell(session, request, NoticeKind.REQUEST_DECIDED, person_id=request.person_id, now=now)
    return RequestDecided(request.id, pair.id, request.status, is_ended, draft_id)


def enter_order(
    session: Session, *, actor: Actor, request_id: int, number: str, day: date | None, now: datetime
) -> None:
    """The order's number and date, when it is signed after the decision.

    Raises OrderIncomplete, DayAhead, TextTooLong, NotAllowed, NotFound.
    """
    request = find(session, Request, request_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, request.organization_id)
    if not number.strip() or day is None:
        raise OrderIncomplete
    _set_order(request, Order(number, day), today_of(session, request.organization_id, now))
    record(session, actor, Action.REQUEST_ORDERED, request, now=now, after=audit_facts(request))


def hand_on(session: Session, *, actor: Actor, request_id: int, account_id: int, now: datetime) -> None:
    """Another one of the staff decides. Raises NotOnDuty, DecidedAlready, NotAllowed, NotFound."""
    request = find(session, Request, request_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, request.organization_id)
    if request.status is not RequestStatus.WAITING:
        raise DecidedAlready
    leaders = list_leaders(session, organization_id=request.organization_id)
    if account_id not in {one.account_id for one in leaders}:
        raise NotOnDuty
    before = {"owner": request.owner_id}
    request.owner_id = account_id
    after = {**audit_facts(request), "owner": account_id}
    record(session, actor, Action.REQUEST_HANDED_ON, request, now=now, before=before, after=after)


def end_by_request(session: Session, *, request: Request, pair: Pair, actor: Actor, now: datetime) -> None:
    """The pair ends by what was granted, or by a mentor's notice; a group goes on without one of its mentees.

    The caller has checked that it is due.
    """
    asker = _asker(pair, request)
    if is_leaving_group(pair, request):
        leave_group(session, pair, asker, actor=actor, now=now)
        return
    others = [one.person_id for one in pair.sides if one.person_id != request.person_id]
    texts: Mapping[int, str] = dict.fromkeys(others, request.partner_text) if request.partner_text else {}
    end_pair(
        session,
        actor=actor,
        pair_id=pair.id,
        reason=end_reason_of(request.kind, asker.role),
        texts=texts,
        untold=(request.person_id,),
        now=now,
    )


def _check_answer(request: Request, decision: Decision) -> str:
    note = check_length(decision.note, NOTE_LIMIT)
    if not decision.is_granted and RULES[request.kind].is_notice:
        raise NoticeNotRefused
    if not decision.is_granted and not note:
        raise AnswerMissing
    return note


def _grant(
    session: Session,
    request: Request,
    pair: Pair,
    decision: Decision,
    actor: Actor,
    today: date,
    now: datetime,
) -> tuple[bool, int | None]:
    """What granting leads to. Gives whether the pair has ended, and the draft of the next one."""
    rule = RULES[request.kind]
    if rule.needs_consent:
        _check_consent(session, request, pair, decision, account_of(actor), now)
    _check_kind(session, request, pair, decision, today)
    if rule.ends_pair:
        return _end(session, request, pair, decision, actor, today, now)
    if request.kind is RequestKind.EXTENSION:
        _extend(session, request, pair, decision, actor, today, now)
    if request.kind is RequestKind.FILE:
        _record_file_shown(session, actor, request, pair, now)
    return False, None


def is_leaving_group(pair: Pair, request: Request) -> bool:
    """Whether what a mentee asks for concerns them alone, and the others of the group go on."""
    is_own = request.kind in {RequestKind.REPLACEMENT, RequestKind.UNFIT}
    return is_own and _asker(pair, request).role is Role.MENTEE and len(pair.mentees) > 1


def _set_order(request: Request, order: Order, today: date) -> None:
    number = check_length(order.number, ORDER_LIMIT)
    if bool(number) != (order.day is not None):
        raise OrderIncomplete
    if order.day is not None and order.day > today:
        raise DayAhead
    request.order_number, request.order_on = number, order.day


def _check_consent(
    session: Session, request: Request, pair: Pair, decision: Decision, account_id: int | None, now: datetime
) -> None:
    for member in pair.sides:
        if member.person_id == request.person_id:
            continue
        said = session.get(RequestConsent, (request.id, member.person_id))
        if said is not None and said.agrees:
            continue
        if not decision.has_consent:
            raise ConsentMissing
        store_consent(session, request, member.person_id, agrees=True, account_id=account_id, now=now)


def _check_kind(session: Session, request: Request, pair: Pair, decision: Decision, today: date) -> None:
    """What granting asks for beside a yes: whom, and since when."""
    if request.kind is RequestKind.INVOLVE:
        request.colleague_id = _check_colleague(session, pair, decision)
    if request.kind is RequestKind.FILE and decision.done_on is None:
        raise DayOfFileMissing
    if request.kind in {RequestKind.INVOLVE, RequestKind.FILE}:
        if decision.done_on is not None and decision.done_on > today:
            raise DayAhead
        request.done_on = decision.done_on


def _check_colleague(session: Session, pair: Pair, decision: Decision) -> int:
    if decision.colleague_id is None or decision.done_on is None:
        raise ColleagueMissing
    colleague = session.get(Person, decision.colleague_id)
    if colleague is None or colleague.organization_id != pair.organization_id or colleague.erased_at:
        raise ColleagueMissing
    if decision.colleague_id in {one.person_id for one in pair.members}:
        raise ColleagueMissing
    return decision.colleague_id


def _end(
    session: Session,
    request: Request,
    pair: Pair,
    decision: Decision,
    actor: Actor,
    today: date,
    now: datetime,
) -> tuple[bool, int | None]:
    day = decision.effective_on or request.effective_on or today
    if day < today:
        raise DayTooEarly
    if request.effective_on is not None and day > request.effective_on:
        raise DayTooLate(day=request.effective_on.strftime("%d.%m.%Y"))
    request.effective_on = day
    request.partner_text = decision.partner_text or None
    if day > today:
        if decision.next_mentor_id is not None:
            raise SearchTooEarly
        request.watch_at = datetime.combine(day, time.min, zone_of(session, pair.organization_id))
        return False, None
    asker = _asker(pair, request)
    seeking = [asker] if asker.role is Role.MENTEE else pair.mentees
    mentees = [one.participation_id for one in seeking]
    end_by_request(session, request=request, pair=pair, actor=actor, now=now)
    draft_id = None
    if decision.next_mentor_id is not None and len(mentees) == 1:
        drafted = draft_pair(
            session,
            actor=actor,
            mentee_participation_id=mentees[0],
            mentor_participation_id=decision.next_mentor_id,
            now=now,
        )
        draft_id = drafted.pair_id
    return True, draft_id


def _extend(
    session: Session,
    request: Request,
    pair: Pair,
    decision: Decision,
    actor: Actor,
    today: date,
    now: datetime,
) -> None:
    day = decision.effective_on or request.wanted_on
    if day is None:
        raise DayMissing
    if day <= today:
        raise DayTooEarly
    request.effective_on = day
    change_form(
        session,
        actor=actor,
        pair_id=pair.id,
        form=pair.form,
        kind=pair.kind,
        role_variant=pair.role_variant,
        ends_on=day,
        now=now,
    )


def _record_file_shown(session: Session, actor: Actor, request: Request, pair: Pair, now: datetime) -> None:
    """On the card of each mentee: who saw their file, and when (E27)."""
    after = {
        "to_person": request.person_id,
        "on": request.done_on.isoformat() if request.done_on else None,
    }
    for mentee in pair.mentees:
        record(session, actor, Action.PERSON_FILE_SHOWN, mentee.person, now=now, after=after)


def _asker(pair: Pair, request: Request) -> PairMember:
    return next(one for one in pair.members if one.person_id == request.person_id)
