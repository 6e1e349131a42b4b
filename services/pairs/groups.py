"""The mentees of a group: one is asked into it, leaves or is taken out, and the others go on (E10, E14)."""

from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import NoticeKind
from models.pairs import BEGINNING, ENDED, IN_WORK, Pair, PairMember, PairStatus
from models.people import Participation, Role
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.pairs.capacity import lock_participations, release_member, tell_member
from services.pairs.proposals import MenteeTaken, check_fit
from services.pairs.rules import rules_of
from services.programmes.running import settings_of


class NotAGroup(DomainError):
    text = N_("A mentee is added to a group only: please choose a kind of mentoring for groups first.")


class GroupIsOver(DomainError):
    text = N_("This group has ended.")


class LastMentee(DomainError):
    text = N_("This is the only mentee here. Please end the pair instead.")


def add_mentee(
    session: Session, *, actor: Actor, pair_id: int, mentee_participation_id: int, now: datetime
) -> None:
    """Into a draft at once; into an offer with the others' time to answer; into a group at work when the
    mentee agrees, within the programme's days for an offer. The psychologist's gate is that of the pair.

    Raises NotAGroup, GroupIsOver, MenteeTaken, MentorFull, NotReady, ConsentNotGiven, SamePerson, NotFound,
    NotAllowed.
    """
    pair = find(session, Pair, pair_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
    if pair.status in ENDED:
        raise GroupIsOver
    if not rules_of(session, pair).is_group:
        raise NotAGroup
    mentee, mentor = lock_participations(session, [mentee_participation_id, pair.mentor.participation_id])
    check_fit(session, [mentee], mentor)
    member = _put(session, pair, mentee)
    if pair.status in IN_WORK:
        days = settings_of(session, cycle_id=pair.cycle_id).offer_expires_days
        member.awaited_until = now + timedelta(days=days)
    after = {"person": mentee.person_id}
    record(session, actor, Action.PAIR_MEMBER_ASKED, pair, now=now, after=after)
    if pair.status is not PairStatus.DRAFT:
        tell_member(session, pair, member, NoticeKind.PAIR_OFFER, now=now, mark=now.isoformat())


def remove_mentee(session: Session, *, actor: Actor, pair_id: int, person_id: int, now: datetime) -> None:
    """Out of a draft without a word; else the mentee and those who stay hear a neutral sentence.

    Raises LastMentee, GroupIsOver, NotFound, NotAllowed.
    """
    pair = find(session, Pair, pair_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
    if pair.status in ENDED:
        raise GroupIsOver
    leave_group(session, pair, _find_mentee(pair, person_id), actor=actor, now=now)


def leave_group(session: Session, pair: Pair, member: PairMember, *, actor: Actor, now: datetime) -> None:
    """The caller has checked the right and holds the pair. Raises LastMentee."""
    was_in = member.is_in
    if was_in and len(pair.mentees) == 1:
        raise LastMentee
    record(
        session,
        actor,
        Action.PAIR_MEMBER_LEFT,
        pair,
        now=now,
        after={"person": member.person_id, "by": "curator"},
    )
    if pair.status is PairStatus.DRAFT:
        pair.members.remove(member)
        session.delete(member)
        session.flush()
        return
    stays = pair.sides
    release_member(session, pair, member, now=now)
    tell_member(session, pair, member, NoticeKind.PAIR_MEMBER_LEFT, now=now, about=member)
    if was_in and pair.status not in BEGINNING:
        for one in stays:
            if one.id != member.id:
                tell_member(session, pair, one, NoticeKind.PAIR_MEMBER_LEFT, now=now, about=member)


def _put(session: Session, pair: Pair, mentee: Participation) -> PairMember:
    """A new row, or the earlier one of somebody who comes back."""
    member = next((one for one in pair.members if one.participation_id == mentee.id), None)
    if member is None:
        member = PairMember(participation_id=mentee.id, person_id=mentee.person_id, role=Role.MENTEE)
    member.is_current = True
    member.decision = member.decided_at = member.decline_reason = member.decline_note = None
    member.left_at = member.joined_at = None
    try:
        with session.begin_nested():
            if member not in pair.members:
                pair.members.append(member)
            session.flush()
    except IntegrityError as error:  # another curator was faster
        raise MenteeTaken from error
    return member


def _find_mentee(pair: Pair, person_id: int) -> PairMember:
    found = next((one for one in pair.members if one.person_id == person_id and one.is_current), None)
    if found is None or found.role is not Role.MENTEE:
        raise NotFound
    return found
