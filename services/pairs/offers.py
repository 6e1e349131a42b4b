"""The members' answers to an offer, and offers that nobody answered."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import NoticeKind
from models.pairs import IN_WORK, Decision, DeclineReason, Pair, PairMember, PairStatus, may_move
from models.people import Role
from models.tasks import TaskKind
from services.access.actors import Actor, Channel, Right, system
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed
from services.access.records import find
from services.delivery.tasks import open_task
from services.pairs.capacity import (
    move_pair,
    release_member,
    release_members,
    settle_members,
    tell_member,
)
from services.pairs.personal_programmes.drafting import begin_programme
from services.pairs.rules import rules_of
from services.pairs.support import close_support_of
from services.pairs.terms import set_term

NOTE_LIMIT = 500
BATCH = 20  # one unit of the writer stays short


class OfferAnsweredAlready(DomainError):
    text = N_("You have already answered this offer.")


class OfferGone(DomainError):
    text = N_("This offer is no longer open. The curator will write when there is a new one.")


class NoneAgreed(DomainError):
    text = N_("The group can begin when the mentor and at least one mentee have agreed.")


@dataclass(frozen=True, slots=True)
class PairDecided:
    pair_id: int
    status: PairStatus


def accept_offer(session: Session, *, actor: Actor, pair_id: int, now: datetime) -> PairDecided:
    """One member agrees; when all have, the pair is accepted and each side hears who the other is. Who was
    asked into a group at work joins it at once.

    Raises OfferAnsweredAlready, OfferGone, NotAllowed.
    """
    pair, member = _lock_offer(session, actor, pair_id, now)
    member.decision, member.decided_at = Decision.ACCEPTED, now
    if member.awaited_until is not None:
        _join(session, pair, member, actor=actor, now=now)
    elif all(one.decision is Decision.ACCEPTED for one in pair.sides):
        _begin(session, pair, actor=actor, by=member.role, now=now)
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
    A mentee of a group takes no part in it, and the others go on.

    The reason and the note are for the curator only. Raises OfferAnsweredAlready, OfferGone, NotAllowed.
    """
    pair, member = _lock_offer(session, actor, pair_id, now)
    member.decision, member.decided_at = Decision.DECLINED, now
    member.decline_reason = reason
    member.decline_note = note.strip()[:NOTE_LIMIT] or None if note else None
    key = f"pair:{pair.id}:declined"
    others = [one for one in pair.mentees if one.id != member.id]
    if member.role is Role.MENTEE and others:
        key = f"{key}:{member.id}:{now.isoformat()}"
        after = {"by": member.role.value, "reason": reason.value, "person": member.person_id}
        record(session, actor, Action.PAIR_MEMBER_LEFT, pair, now=now, after=after)
        release_member(session, pair, member, now=now)
        _begin_if_all_agreed(session, pair, actor=actor, now=now)
    else:
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
        for one in pair.sides:
            if one.id != member.id:
                tell_member(session, pair, one, NoticeKind.PAIR_DECLINED, now=now)
    open_task(session, TaskKind.OFFER_DECLINED, pair, key=key, person_id=member.person_id, now=now)
    return PairDecided(pair.id, pair.status)


def begin_with_agreed(session: Session, *, actor: Actor, pair_id: int, now: datetime) -> PairDecided:
    """The curator waits no longer: a group begins with those who have agreed, the silent ones are free.

    Raises OfferGone, NoneAgreed, NotFound, NotAllowed.
    """
    pair = find(session, Pair, pair_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
    if not may_move(pair.status, Action.PAIR_ACCEPTED):
        raise OfferGone
    if not _can_begin(pair):
        raise NoneAgreed
    _drop_silent(session, pair, actor=actor, now=now)
    return PairDecided(pair.id, pair.status)


def expire_offers(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Close offers whose time is over; the members hear of it, the curator gets a task. A group whose mentor
    and at least one mentee have agreed begins without the others.
    """
    actor = system(Channel.SCHEDULER)
    pairs = session.scalars(
        select(Pair)
        .where(Pair.status == PairStatus.OFFERED, Pair.offer_expires_at <= now)
        .order_by(Pair.offer_expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for pair in pairs:
        if _can_begin(pair):
            _drop_silent(session, pair, actor=actor, now=now)
            continue
        pair.ended_at = now
        move_pair(session, pair, PairStatus.EXPIRED, actor=actor, action=Action.PAIR_EXPIRED, now=now)
        release_members(session, pair)
        for member in pair.sides:
            tell_member(session, pair, member, NoticeKind.PAIR_EXPIRED, now=now)
        open_task(session, TaskKind.OFFER_EXPIRED, pair, key=f"pair:{pair.id}:expired", now=now)
    return len(pairs) + _expire_awaited(session, actor, now, limit)


def _expire_awaited(session: Session, actor: Actor, now: datetime, limit: int) -> int:
    """Who was asked into a group at work and has not answered."""
    ids = session.scalars(
        select(PairMember.pair_id).where(PairMember.awaited_until <= now).distinct().limit(limit)
    ).all()
    for pair_id in ids:
        pair = find(session, Pair, pair_id, lock=True)
        for member in pair.members:
            if member.awaited_until is not None and member.awaited_until <= now:
                _drop(session, pair, member, actor=actor, now=now)
    return len(ids)


def _can_begin(pair: Pair) -> bool:
    agreed = [one.decision is Decision.ACCEPTED for one in pair.mentees]
    return pair.mentor.decision is Decision.ACCEPTED and any(agreed) and len(agreed) > 1


def _drop_silent(session: Session, pair: Pair, *, actor: Actor, now: datetime) -> None:
    for member in [one for one in pair.mentees if one.decision is None]:
        _drop(session, pair, member, actor=actor, now=now)
    _begin_if_all_agreed(session, pair, actor=actor, now=now)


def _drop(session: Session, pair: Pair, member: PairMember, *, actor: Actor, now: datetime) -> None:
    """The time of one mentee of a group to answer is over."""
    release_member(session, pair, member, now=now)
    after = {"by": "silence", "person": member.person_id}
    record(session, actor, Action.PAIR_MEMBER_LEFT, pair, now=now, after=after)
    tell_member(session, pair, member, NoticeKind.PAIR_EXPIRED, now=now)
    key = f"pair:{pair.id}:expired:{member.id}:{now.isoformat()}"
    open_task(session, TaskKind.OFFER_EXPIRED, pair, key=key, person_id=member.person_id, now=now)


def _begin_if_all_agreed(session: Session, pair: Pair, *, actor: Actor, now: datetime) -> None:
    is_open = may_move(pair.status, Action.PAIR_ACCEPTED)
    if is_open and all(one.decision is Decision.ACCEPTED for one in pair.sides):
        _begin(session, pair, actor=actor, by=None, now=now)


def _begin(session: Session, pair: Pair, *, actor: Actor, by: Role | None, now: datetime) -> None:
    pair.accepted_at, pair.offer_expires_at = now, None
    move_pair(
        session,
        pair,
        PairStatus.ACCEPTED,
        actor=actor,
        action=Action.PAIR_ACCEPTED,
        now=now,
        by=by.value if by else None,
    )
    settle_members(session, pair)
    set_term(session, pair, pair.ends_on, rules=rules_of(session, pair), now=now)
    begin_programme(session, pair, actor=actor, now=now)
    close_support_of(session, pair, actor=actor, now=now)
    for one in pair.sides:
        tell_member(session, pair, one, NoticeKind.PAIR_ACCEPTED, now=now)


def _join(session: Session, pair: Pair, member: PairMember, *, actor: Actor, now: datetime) -> None:
    fellows = pair.sides
    member.awaited_until, member.joined_at = None, now
    settle_members(session, pair)
    close_support_of(session, pair, actor=actor, now=now)
    after = {"person": member.person_id}
    record(session, actor, Action.PAIR_MEMBER_JOINED, pair, now=now, after=after)
    tell_member(session, pair, member, NoticeKind.PAIR_ACCEPTED, now=now, mark=now.isoformat())
    for one in fellows:
        tell_member(session, pair, one, NoticeKind.PAIR_MEMBER_JOINED, now=now, about=member)


def _lock_offer(session: Session, actor: Actor, pair_id: int, now: datetime) -> tuple[Pair, PairMember]:
    pair = find(session, Pair, pair_id, lock=True)
    actor.check_organization(pair.organization_id)
    member = next((one for one in pair.members if one.person_id == actor.id), None)
    if member is None:
        raise NotAllowed
    actor.check_is_person(member.person_id)
    if member.decision is not None:
        raise OfferAnsweredAlready
    until = member.awaited_until or pair.offer_expires_at
    is_open = (
        may_move(pair.status, Action.PAIR_ACCEPTED)
        if member.awaited_until is None
        else pair.status in IN_WORK
    )
    if not is_open or member.left_at is not None or (until is not None and until <= now):
        raise OfferGone
    return pair, member
