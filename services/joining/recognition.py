"""Coming in by the school's code: the chat shows nothing about anyone until the curator knows who it is.

The person gets four digits and tells them to the curator in person; the curator picks whom they belong to.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import Conversation, NoticeKind
from models.people import JoinRequest, JoinStatus, Organization, Person
from models.tasks import TaskKind
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.accounts.chats import link_chat, owner_of
from services.accounts.failed_tries import (
    CODE_TRIES,
    CODE_WAIT,
    count_wrong_code,
    forgive_failures,
    key_of_chat,
    read_code_wait,
)
from services.delivery.conversations import store_chat_state
from services.delivery.outbox import enqueue
from services.delivery.tasks import close_by_fact, close_unreachable, open_task

DIGITS = 4


class JoinDecided(DomainError):
    text = N_("This request has been decided already.")


class JoinFull(DomainError):
    text = N_("Too many people are waiting right now. Please try again later.")


class ChatBelongsToAnother(DomainError):
    text = N_("This chat belongs to another person already.")


@dataclass(frozen=True, slots=True)
class CodeTyped:
    """`digits` when the code is right; else how many tries are left, or how long to wait."""

    digits: str | None
    tries_left: int
    wait_minutes: int


@dataclass(frozen=True, slots=True)
class JoinRow:
    id: int
    digits: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class JoinFacts:
    id: int
    organization_id: int
    status: JoinStatus
    person_id: int | None


def type_code(session: Session, *, code: str, chat_id: int, now: datetime) -> CodeTyped:
    """Someone unknown typed a school's code.

    Raises JoinFull; JoinDecided when the chat is known meanwhile.
    """
    if owner_of(session, chat_id) is not None:
        raise JoinDecided
    key = key_of_chat(chat_id)
    wait = read_code_wait(session, key, now)
    if wait:
        return CodeTyped(None, 0, _minutes(wait))
    organization_id = session.scalar(select(Organization.id).where(Organization.join_code == code))
    if organization_id is not None:
        digits = _request(session, organization_id=organization_id, chat_id=chat_id, now=now)
        forgive_failures(session, key)
        return CodeTyped(digits, CODE_TRIES, 0)
    left = count_wrong_code(session, key, now)
    return CodeTyped(None, left, 0 if left else _minutes(CODE_WAIT))


def _minutes(span: timedelta) -> int:
    return -(-int(span.total_seconds()) // 60)


def _request(session: Session, *, organization_id: int, chat_id: int, now: datetime) -> str:
    # the organisation's row makes two requests of one school wait for each other: digits stay unique
    session.get_one(Organization, organization_id, with_for_update=True)
    waiting = session.scalars(
        select(JoinRequest).where(
            JoinRequest.organization_id == organization_id, JoinRequest.status == JoinStatus.WAITING
        )
    ).all()
    for one in waiting:
        if one.chat_id == chat_id:
            return one.digits
    taken = {one.digits for one in waiting}
    if len(taken) >= 10**DIGITS // 2:
        raise JoinFull
    digits = _draw()
    while digits in taken:
        digits = _draw()
    request = JoinRequest(
        organization_id=organization_id,
        chat_id=chat_id,
        digits=digits,
        status=JoinStatus.WAITING,
        created_at=now,
    )
    session.add(request)
    session.flush()
    open_task(session, TaskKind.RECOGNISE_PERSON, request, key=_task_key(request), now=now)
    return digits


def _draw() -> str:
    return str(secrets.randbelow(10**DIGITS)).zfill(DIGITS)


def _task_key(request: JoinRequest) -> str:
    return f"join:{request.id}:recognise"


def waiting_digits(session: Session, chat_id: int) -> str | None:
    """The digits that this chat waits with."""
    return session.scalar(
        select(JoinRequest.digits)
        .where(JoinRequest.chat_id == chat_id, JoinRequest.status == JoinStatus.WAITING)
        .order_by(JoinRequest.id.desc())
        .limit(1)
    )


def list_waiting(session: Session, *, actor: Actor, organization_id: int) -> list[JoinRow]:
    """Who waits to be recognised, oldest first: digits only, nothing else is known of them."""
    actor.check_right(Right.SEE_PEOPLE, organization_id)
    found = session.scalars(
        select(JoinRequest)
        .where(JoinRequest.organization_id == organization_id, JoinRequest.status == JoinStatus.WAITING)
        .order_by(JoinRequest.created_at, JoinRequest.id)
    )
    return [JoinRow(one.id, one.digits, one.created_at) for one in found]


def recognise(
    session: Session, *, actor: Actor, join_request_id: int, person_id: int, now: datetime
) -> JoinFacts:
    """The curator knows who it is: the chat becomes the person's, and they hear of it.

    Raises NotFound, NotAllowed, JoinDecided, ChatBelongsToAnother.
    """
    request = _lock(session, actor, join_request_id)
    person = find(session, Person, person_id, lock=True)
    if person.organization_id != request.organization_id:
        raise NotFound
    owner = owner_of(session, request.chat_id)
    if owner not in {None, person_id}:
        raise ChatBelongsToAnother
    talk = session.get(Conversation, request.chat_id)
    if talk is not None:
        person.locale = talk.locale
    link_chat(session, chat_id=request.chat_id, person_id=person_id, now=now)
    close_unreachable(session, person_id=person_id, now=now)
    store_chat_state(session, request.chat_id, flow=None, data={})
    request.person_id = person_id
    _decide(session, request, JoinStatus.RECOGNISED, actor=actor, now=now)
    key = f"join:{request.id}:recognised:person:{person_id}"
    enqueue(session, NoticeKind.JOINING_RECOGNISED, request, key=key, person_id=person_id, now=now)
    return _facts(request)


def refuse_request(session: Session, *, actor: Actor, join_request_id: int, now: datetime) -> JoinFacts:
    """The curator does not know who it is. Raises NotFound, NotAllowed, JoinDecided."""
    request = _lock(session, actor, join_request_id)
    _decide(session, request, JoinStatus.REFUSED, actor=actor, now=now)
    key = f"join:{request.id}:refused"
    enqueue(
        session,
        NoticeKind.JOINING_REFUSED,
        request,
        key=key,
        chat_id=request.chat_id,
        facts={"join_request_id": request.id},
        now=now,
    )
    return _facts(request)


def _lock(session: Session, actor: Actor, join_request_id: int) -> JoinRequest:
    request = find(session, JoinRequest, join_request_id, lock=True)
    actor.check_right(Right.EDIT_PEOPLE, request.organization_id)
    if request.status is not JoinStatus.WAITING:
        raise JoinDecided
    return request


def _decide(
    session: Session, request: JoinRequest, status: JoinStatus, *, actor: Actor, now: datetime
) -> None:
    request.status, request.decided_at = status, now
    close_by_fact(session, dedup_key=_task_key(request), now=now)
    record(
        session, actor, Action(f"join.{status.value}"), request, now=now, after={"person": request.person_id}
    )


def _facts(request: JoinRequest) -> JoinFacts:
    return JoinFacts(request.id, request.organization_id, request.status, request.person_id)
