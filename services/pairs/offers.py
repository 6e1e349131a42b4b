"""The members' answers to an offer, and offers that nobody answered."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import NoticeKind
from models.pairs import Decision, DeclineReason, Pair, PairMember, PairStatus, may_move
from models.tasks import TaskKind
from services.access.actors import Actor, Channel, system
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed
from services.access.records import find
from services.delivery.tasks import open_task
from services.pairs.capacity import move_pair, release_members, settle_members, tell_member
from services.pairs.rules import rules_of
from services.pairs.terms import set_term

NOTE_LIMIT = 500
BATCH = 20  # one unit of the writer stays short


class OfferAnsweredAlready(DomainError):
    text = N_("You have already answered this offer.")


class OfferGone(DomainError):
    text = N_("This offer is no longer open. The curator will write when there is a new one.")


@dataclass(frozen=True, slots=True)
class PairDecided:
    pair_id: int
    status: PairStatus


def accept_offer(session: Session, *, actor: Actor, pair_id: int, now: datetime) -> PairDecided:
    """One side agrees; when both have, the pair is accepted and both hear who the other is.

    Raises OfferAnsweredAlready, OfferGone, NotAllowed.
    """
    pair, member = _lock_offer(session, actor, pair_id, now)
    member.decision, member.decided_at = Decision.ACCEPTED, now
    if all(one.decision is Decision.ACCEPTED for one in pair.members):
        pair.accepted_at, pair.offer_expires_at = now, None
        move_pair(
            session,
            pair,
            PairStatus.ACCEPTED,
            actor=actor,
            action=Action.PAIR_ACCEPTED,
            now=now,
            by=member.role.value,
        )
        settle_members(session, pair)
        set_term(session, pair, pair.ends_on, rules=rules_of(session, pair), now=now)
        for one in pair.members:
            tell_member(session, pair, one, NoticeKind.PAIR_ACCEPTED, now=now)
    else:
        record(session, actor, Action.PAIR_SIDE_ACCEPTED, pair, now=now, after={"by": member.role.value})
    return PairDecided(pair.id, pair.status)


def decline_offer(
    session: Session,
    *,
    actor: Actor,
    pair_id: int,
    reason: DeclineReason,
    note: str | None = None,
    now: datetime,
) -> PairDecided:
    """One side says no: the other hears a neutral sentence, the curator gets a task, both are free again.

    The reason and the note are for the curator only. Raises OfferAnsweredAlready, OfferGone, NotAllowed.
    """
    pair, member = _lock_offer(session, actor, pair_id, now)
    member.decision, member.decided_at = Decision.DECLINED, now
    member.decline_reason = reason
    member.decline_note = note.strip()[:NOTE_LIMIT] or None if note else None
    pair.ended_at, pair.offer_expires_at = now, None
    move_pair(
        session,
        pair,
        PairStatus.DECLINED,
        actor=actor,
        action=Action.PAIR_DECLINED,
        now=now,
        by=member.role.value,
        reason=reason.value,
    )
    release_members(session, pair)
    for one in pair.members:
        if one.id != member.id:
            tell_member(session, pair, one, NoticeKind.PAIR_DECLINED, now=now)
    key = f"pair:{pair.id}:declined"
    open_task(session, TaskKind.OFFER_DECLINED, pair, key=key, person_id=member.person_id, now=now)
    return PairDecided(pair.id, pair.status)


def expire_offers(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Close offers whose time is over; both sides hear of it, the curator gets a task."""
    actor = system(Channel.SCHEDULER)
    pairs = session.scalars(
        select(Pair)
        .where(Pair.status == PairStatus.OFFERED, Pair.offer_expires_at <= now)
        .order_by(Pair.offer_expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for pair in pairs:
        pair.ended_at = now
        move_pair(session, pair, PairStatus.EXPIRED, actor=actor, action=Action.PAIR_EXPIRED, now=now)
        release_members(session, pair)
        for member in pair.members:
            tell_member(session, pair, member, NoticeKind.PAIR_EXPIRED, now=now)
        open_task(session, TaskKind.OFFER_EXPIRED, pair, key=f"pair:{pair.id}:expired", now=now)
    return len(pairs)


def _lock_offer(session: Session, actor: Actor, pair_id: int, now: datetime) -> tuple[Pair, PairMember]:
    pair = find(session, Pair, pair_id, lock=True)
    actor.check_organization(pair.organization_id)
    member = next((one for one in pair.members if one.person_id == actor.id), None)
    if member is None:
        raise NotAllowed
    actor.check_is_person(member.person_id)
    if member.decision is not None:
        raise OfferAnsweredAlready
    is_over = pair.offer_expires_at is not None and pair.offer_expires_at <= now
    if not may_move(pair.status, Action.PAIR_ACCEPTED) or is_over:
        raise OfferGone
    return pair, member
