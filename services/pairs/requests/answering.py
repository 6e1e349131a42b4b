"""What the other side of a pair says to a request: whether it agrees, or the answer to a question."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import NoticeKind
from models.pairs import Pair
from models.requests import Request, RequestConsent, RequestStatus
from services.access.actors import Actor
from services.access.audit import record
from services.access.errors import NotAllowed
from services.access.records import find
from services.pairs.requests.rules import RULES, DecidedAlready, check_length
from services.pairs.requests.sending import ReasonMissing, audit_facts, find_side, tell

NOTE_LIMIT = 1000


def answer_consent(session: Session, *, actor: Actor, request_id: int, agrees: bool, now: datetime) -> None:
    """Another side agrees or not; until the curator decides it may say otherwise.

    Raises DecidedAlready, NotAllowed, NotFound.
    """
    request = _lock_of_other(session, actor, request_id)
    if not RULES[request.kind].needs_consent or actor.id is None:
        raise NotAllowed
    store_consent(session, request, actor.id, agrees=agrees, account_id=None, now=now)
    after = {**audit_facts(request), "agrees": agrees}
    record(session, actor, Action.REQUEST_ANSWERED, request, now=now, after=after)


def answer_question(session: Session, *, actor: Actor, request_id: int, text: str, now: datetime) -> None:
    """The answer goes to who asked.

    Raises ReasonMissing, TextTooLong, DecidedAlready, NotAllowed, NotFound.
    """
    request = _lock_of_other(session, actor, request_id)
    if not RULES[request.kind].is_of_two:
        raise NotAllowed
    words = check_length(text, NOTE_LIMIT)
    if not words:
        raise ReasonMissing
    request.note, request.status, request.decided_at = words, RequestStatus.GRANTED, now
    request.watch_at = None
    record(session, actor, Action.REQUEST_ANSWERED, request, now=now, after=audit_facts(request))
    tell(session, request, NoticeKind.REQUEST_DECIDED, person_id=request.person_id, now=now)


def store_consent(
    session: Session, request: Request, person_id: int, *, agrees: bool, account_id: int | None, now: datetime
) -> None:
    """The latest word of a side. The caller has checked who says it."""
    row = session.get(RequestConsent, (request.id, person_id))
    if row is None:
        row = RequestConsent(request_id=request.id, person_id=person_id)
        session.add(row)
    row.agrees, row.answered_at, row.account_id = agrees, now, account_id
    session.flush()


def _lock_of_other(session: Session, actor: Actor, request_id: int) -> Request:
    """Raises DecidedAlready, NotAllowed, NotFound."""
    request = find(session, Request, request_id, lock=True)
    member = find_side(actor, find(session, Pair, request.pair_id))
    if member.person_id == request.person_id:
        raise NotAllowed
    if request.status is not RequestStatus.WAITING:
        raise DecidedAlready
    return request
