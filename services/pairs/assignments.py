"""A pair after both accepted: the order, the mentor's written agreement, the end of the work."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import NoticeKind
from models.pairs import IN_WORK, Pair, PairMember, PairStatus, may_move
from models.people import Role
from models.personal_programmes import ProgrammeOutcome
from services.access.actors import Actor, Right
from services.access.errors import N_, DomainError
from services.access.records import find
from services.pairs.capacity import move_pair, release_members, tell_member
from services.pairs.groups import leave_group
from services.pairs.orders import read_orders
from services.pairs.papers import MentorPaper, check_papers, find_missing_papers
from services.pairs.personal_programmes.deciding import end_with_pair
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


PROGRAMME_OUTCOMES = {
    EndReason.COMPLETED: ProgrammeOutcome.FULFILLED,
    EndReason.BY_MENTOR: ProgrammeOutcome.EARLY,
    EndReason.BY_MENTEE: ProgrammeOutcome.EARLY,
    EndReason.MUTUAL: ProgrammeOutcome.EARLY,
    EndReason.BY_CURATOR: ProgrammeOutcome.NOT_CARRIED_OUT,
    EndReason.CONSENT_WITHDRAWN: ProgrammeOutcome.EARLY,
}
"""How the personalised programme of a pair ends with it (docs/domain.md#e34)."""


class PairNotInWork(DomainError):
    text = N_("This pair is not at work now.")


class OrderNotDue(DomainError):
    text = N_("The order is registered after both have accepted, and once.")


class OrderMissing(DomainError):
    text = N_("No signed order names this pair. Please register the order with its number and date.")


class AgreementNotDue(DomainError):
    text = N_("This pair is not waiting for the mentor's agreement.")


class AgreementMissing(DomainError):
    text = N_("The mentor's agreement is not registered yet. Please register it with its number and date.")


@dataclass(frozen=True, slots=True)
class PairEnded:
    pair_id: int
    status: PairStatus


def register_order(session: Session, *, actor: Actor, pair_id: int, now: datetime) -> PairStatus:
    """The signed order that names this pair makes it official (services/documents/signing.py). Where the
    mentor's agreement is registered, or the programme asks for none, work begins at once.

    Raises OrderNotDue, OrderMissing, MentorPapersMissing, NotFound, NotAllowed.
    """
    pair = find(session, Pair, pair_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
    if not may_move(pair.status, Action.PAIR_ORDERED):
        raise OrderNotDue
    if pair_id not in read_orders(session, [pair_id]):
        raise OrderMissing
    status = PairStatus.ORDERED if _lacks_agreement(session, pair, now) else PairStatus.ACTIVE
    if status is PairStatus.ACTIVE:
        check_papers(session, pair, now=now)
    move_pair(session, pair, status, actor=actor, action=Action.PAIR_ORDERED, now=now)
    return status


def begin_work(session: Session, *, actor: Actor, pair_id: int, now: datetime) -> PairStatus:
    """A pair under order whose papers are all there begins (Labour Code, art. 351.8).

    Raises AgreementNotDue, AgreementMissing, MentorPapersMissing, NotFound, NotAllowed.
    """
    pair = find(session, Pair, pair_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
    if not may_move(pair.status, Action.PAIR_AGREEMENT_REGISTERED):
        raise AgreementNotDue
    if _lacks_agreement(session, pair, now):
        raise AgreementMissing
    check_papers(session, pair, now=now)
    _begin(session, pair, actor=actor, now=now)
    return pair.status


def begin_ready(session: Session, *, actor: Actor, person_id: int, now: datetime) -> tuple[int, ...]:
    """A paper of this mentor was registered: pairs of theirs that waited for it begin; gives their ids.

    The caller has checked the right.
    """
    pairs = session.scalars(
        select(Pair)
        .join(PairMember, PairMember.pair_id == Pair.id)
        .where(
            PairMember.person_id == person_id,
            PairMember.role == Role.MENTOR,
            Pair.status == PairStatus.ORDERED,
        )
        .order_by(Pair.id)
    ).all()
    begun = []
    for pair in pairs:
        is_strict = settings_of(session, cycle_id=pair.cycle_id).mentor_papers_required
        lacks = find_missing_papers(session, [pair], now=now).get(pair.id, ())
        if MentorPaper.AGREEMENT not in lacks and not (is_strict and lacks):
            _begin(session, pair, actor=actor, now=now)
            begun.append(pair.id)
    return tuple(begun)


def _begin(session: Session, pair: Pair, *, actor: Actor, now: datetime) -> None:
    move_pair(session, pair, PairStatus.ACTIVE, actor=actor, action=Action.PAIR_AGREEMENT_REGISTERED, now=now)


def _lacks_agreement(session: Session, pair: Pair, now: datetime) -> bool:
    if not settings_of(session, cycle_id=pair.cycle_id).agreement_required:
        return False
    return MentorPaper.AGREEMENT in find_missing_papers(session, [pair], now=now).get(pair.id, ())


def end_pair(
    session: Session,
    *,
    actor: Actor,
    pair_id: int,
    reason: EndReason,
    texts: Mapping[int, str] | None = None,
    untold: Collection[int] = (),
    now: datetime,
) -> PairEnded:
    """End the work of a pair; meetings to come are cancelled, both hear a neutral sentence.

    `texts` replace the usual words for a person, placeholders kept; who is `untold` hears of it otherwise.

    Raises PairNotInWork, NotFound, NotAllowed.
    """
    pair = find(session, Pair, pair_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
    if pair.status not in IN_WORK:
        raise PairNotInWork
    _end(session, pair, actor=actor, reason=reason, texts=texts, untold=untold, now=now)
    return PairEnded(pair.id, pair.status)


def end_any(session: Session, *, actor: Actor, pair_id: int, reason: EndReason, now: datetime) -> None:
    """End a pair, an offer or a draft in whatever state it stands. The caller has checked the right."""
    _end(session, find(session, Pair, pair_id, lock=True), actor=actor, reason=reason, now=now)


def release_person(
    session: Session, *, actor: Actor, person_id: int, reason: EndReason, now: datetime
) -> list[int]:
    """A person leaves: every pair, offer and draft they stand in ends, but a group goes on without one of its
    mentees. Gives the ids of the ended pairs.

    The caller has checked that the actor may do this (a withdrawn consent, a curator's decision).
    """
    ids = session.scalars(
        select(Pair.id)
        .join(PairMember, PairMember.pair_id == Pair.id)
        .where(PairMember.person_id == person_id, PairMember.is_current)
        .order_by(Pair.id)
    ).all()
    ended = []
    for pair_id in ids:
        pair = find(session, Pair, pair_id, lock=True)
        mentee = next((one for one in pair.members if one.person_id == person_id), pair.mentor)
        if mentee.role is Role.MENTEE and any(one.id != mentee.id for one in pair.mentees):
            leave_group(session, pair, mentee, actor=actor, now=now)
            continue
        _end(session, pair, actor=actor, reason=reason, now=now)
        ended.append(pair_id)
    return ended


def _end(
    session: Session,
    pair: Pair,
    *,
    actor: Actor,
    reason: EndReason,
    texts: Mapping[int, str] | None = None,
    untold: Collection[int] = (),
    now: datetime,
) -> None:
    was_told = pair.status is not PairStatus.DRAFT
    awaited = [one for one in pair.members if one.awaited_until is not None]
    status = PairStatus.COMPLETED if reason is EndReason.COMPLETED else PairStatus.TERMINATED
    pair.ended_at, pair.offer_expires_at = now, None
    move_pair(session, pair, status, actor=actor, action=Action.PAIR_ENDED, now=now, reason=reason.value)
    cancel_coming(session, pair, actor=actor, now=now)
    end_with_pair(session, pair, PROGRAMME_OUTCOMES[reason], actor=actor, now=now)
    release_members(session, pair)
    if was_told:
        for member in pair.sides:
            if member.person_id not in untold:
                edited = (texts or {}).get(member.person_id)
                tell_member(session, pair, member, NoticeKind.PAIR_ENDED, edited_text=edited, now=now)
        for member in awaited:
            tell_member(session, pair, member, NoticeKind.PAIR_WITHDRAWN, now=now)
