"""Leaving the programme: a refused or a withdrawn consent stops everything at once (domain.md 2.3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from models.people import Participation, ParticipationStatus
from services.actors import Actor
from services.chats import unlink_chat
from services.consents import record_refusal, record_withdrawal
from services.drafts.writing import erase_drafts
from services.errors import NotFound
from services.joining import reopen_invitation
from services.pairs.assignments import EndReason, release_person
from services.surveys.closing import close_runs

ERASED_WITHIN = timedelta(days=30)  # 152-ФЗ: destroyed within 30 days of the withdrawal


@dataclass(frozen=True, slots=True)
class Left:
    """`token` is the way back after a refusal; `erased_by` the last day for what is to be destroyed."""

    person_id: int
    token: str | None
    erased_by: datetime


def decline_consent(session: Session, *, actor: Actor, chat_id: int, now: datetime) -> Left:
    """No to the consent: the decision, its date and version stay, the chat is forgotten.

    The invitation works again, so that the person may come back by the same link.
    """
    record_refusal(session, actor=actor, now=now)
    person_id = _stop(session, actor, now)
    token = reopen_invitation(session, person_id=person_id, now=now)
    unlink_chat(session, chat_id=chat_id)
    return Left(person_id, token, now + ERASED_WITHIN)


def withdraw_consent(session: Session, *, actor: Actor, now: datetime) -> Left:
    """Participation stops, pairs end, surveys close, the curator gets a task. Raises ConsentMissing."""
    record_withdrawal(session, actor=actor, now=now)
    return Left(_stop(session, actor, now), None, now + ERASED_WITHIN)


def _stop(session: Session, actor: Actor, now: datetime) -> int:
    if actor.id is None:
        raise NotFound
    release_person(session, actor=actor, person_id=actor.id, reason=EndReason.CONSENT_WITHDRAWN, now=now)
    close_runs(session, person_id=actor.id)
    erase_drafts(session, person_id=actor.id)
    session.execute(
        update(Participation)
        .where(Participation.person_id == actor.id, Participation.status != ParticipationStatus.LEFT)
        .values(status=ParticipationStatus.LEFT)
    )
    return actor.id
