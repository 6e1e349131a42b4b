"""A pair after both accepted: the order, the mentor's written agreement, the end of the work."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import NoticeKind
from models.pairs import IN_WORK, Pair, PairMember, PairStatus, may_move
from services.access.actors import Actor, Right
from services.access.errors import N_, DomainError
from services.access.records import find
from services.pairs.capacity import move_pair, release_members, tell_member
from services.pairs.papers import check_papers
from services.programmes.meeting_schedule import cancel_coming
from services.programmes.running import settings_of


class EndReason(StrEnum):
    """Why a pair ended (docs/domain.md#words); told to the curator only."""

    COMPLETED = "completed"
    BY_MENTOR = "by_mentor"
    BY_MENTEE = "by_mentee"
    MUTUAL = "mutual"
    BY_CURATOR = "by_curator"
    CONSENT_WITHDRAWN = "consent_withdrawn"


class PairNotInWork(DomainError):
    text = N_("This pair is not at work now.")


class OrderNotDue(DomainError):
    text = N_("The order is registered after both have accepted, and once.")


class AgreementNotDue(DomainError):
    text = N_("The mentor's written agreement is registered after the order, and once.")


@dataclass(frozen=True, slots=True)
class PairEnded:
    pair_id: int
    status: PairStatus


def register_order(session: Session, *, actor: Actor, pair_id: int, now: datetime) -> PairStatus:
    """The order on this pair is signed. Where the pack asks for no written agreement, work begins at once.

    Raises OrderNotDue, MentorPapersMissing, NotFound, NotAllowed.
    """
    pair = find(session, Pair, pair_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
    if not may_move(pair.status, Action.PAIR_ORDERED):
        raise OrderNotDue
    is_agreement_due = settings_of(session, cycle_id=pair.cycle_id).agreement_required
    status = PairStatus.ORDERED if is_agreement_due else PairStatus.ACTIVE
    if status is PairStatus.ACTIVE:
        check_papers(session, pair, now=now)
    move_pair(session, pair, status, actor=actor, action=Action.PAIR_ORDERED, now=now)
    return status


def register_agreement(session: Session, *, actor: Actor, pair_id: int, now: datetime) -> PairStatus:
    """The mentor has signed the written agreement (Labour Code, art. 351.8): work begins.

    Raises AgreementNotDue, MentorPapersMissing, NotFound, NotAllowed.
    """
    pair = find(session, Pair, pair_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
    if not may_move(pair.status, Action.PAIR_AGREEMENT_REGISTERED):
        raise AgreementNotDue
    check_papers(session, pair, now=now)
    move_pair(session, pair, PairStatus.ACTIVE, actor=actor, action=Action.PAIR_AGREEMENT_REGISTERED, now=now)
    return pair.status


def end_pair(session: Session, *, actor: Actor, pair_id: int, reason: EndReason, now: datetime) -> PairEnded:
    """End the work of a pair; meetings to come are cancelled, both hear a neutral sentence.

    Raises PairNotInWork, NotFound, NotAllowed.
    """
    pair = find(session, Pair, pair_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
    if pair.status not in IN_WORK:
        raise PairNotInWork
    _end(session, pair, actor=actor, reason=reason, now=now)
    return PairEnded(pair.id, pair.status)


def end_any(session: Session, *, actor: Actor, pair_id: int, reason: EndReason, now: datetime) -> None:
    """End a pair, an offer or a draft in whatever state it stands. The caller has checked the right."""
    _end(session, find(session, Pair, pair_id, lock=True), actor=actor, reason=reason, now=now)


def release_person(
    session: Session, *, actor: Actor, person_id: int, reason: EndReason, now: datetime
) -> list[int]:
    """A person leaves: every pair, offer and draft they stand in ends. Gives the ids of the ended pairs.

    The caller has checked that the actor may do this (a withdrawn consent, a curator's decision).
    """
    ids = session.scalars(
        select(Pair.id)
        .join(PairMember, PairMember.pair_id == Pair.id)
        .where(PairMember.person_id == person_id, PairMember.is_current)
        .order_by(Pair.id)
    ).all()
    for pair_id in ids:
        _end(session, find(session, Pair, pair_id, lock=True), actor=actor, reason=reason, now=now)
    return list(ids)


def _end(session: Session, pair: Pair, *, actor: Actor, reason: EndReason, now: datetime) -> None:
    was_told = pair.status is not PairStatus.DRAFT
    status = PairStatus.COMPLETED if reason is EndReason.COMPLETED else PairStatus.TERMINATED
    pair.ended_at, pair.offer_expires_at = now, None
    move_pair(session, pair, status, actor=actor, action=Action.PAIR_ENDED, now=now, reason=reason.value)
    cancel_coming(session, pair, actor=actor, now=now)
    release_members(session, pair)
    if was_told:
        for member in pair.members:
            tell_member(session, pair, member, NoticeKind.PAIR_ENDED, now=now)
