"""The curator's side of making a pair: draft, confirm, discard, withdraw."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import NoticeKind
from models.pairs import REFUSED, Pair, PairMember, PairStatus, may_move
from models.people import Participation, ParticipationStatus, Role
from models.references import count_pointing
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.consents.states import has_consent
from services.delivery.tasks import close_by_fact, close_of_pair
from services.pairs.capacity import lock_participations, move_pair, release_members, tell_member
from services.pairs.cards import count_places_left
from services.pairs.forms import choose_form
from services.pairs.verdicts import pass_gate
from services.programmes.running import pack_of, settings_of


class NotReady(DomainError):
    text = N_("Both must have finished their questionnaire and be free: one of them is not in the bank now.")


class ConsentNotGiven(DomainError):
    text = N_("One of them has not given the consent to personal data processing.")


class SamePerson(DomainError):
    text = N_("A person cannot be their own mentor.")


class MenteeTaken(DomainError):
    text = N_("This mentee already stands in another pair.")


class MentorFull(DomainError):
    text = N_("This mentor has no free place left.")


class NotADraft(DomainError):
    text = N_("This pair is no longer a draft.")


class NotOffered(DomainError):
    text = N_("There is no open offer to this pair.")


@dataclass(frozen=True, slots=True)
class PairDrafted:
    pair_id: int


@dataclass(frozen=True, slots=True)
class DraftDiscarded:
    """`is_kept`: something points at the pair, so it stands on as one that never began."""

    is_kept: bool


@dataclass(frozen=True, slots=True)
class PairConfirmed:
    pair_id: int
    expires_at: datetime


def draft_pair(
    session: Session,
    *,
    actor: Actor,
    mentee_participation_id: int,
    mentor_participation_id: int,
    form: str | None = None,
    kind: str | None = None,
    role_variant: str | None = None,
    now: datetime,
) -> PairDrafted:
    """Put a mentee and a mentor together on paper; nobody is told. Form and kind default to the pack's first.

    Raises NotInPack, NotReady, ConsentNotGiven, SamePerson, MenteeTaken, MentorFull, NotFound, NotAllowed.
    """
    mentee, mentor = lock_participations(session, [mentee_participation_id, mentor_participation_id])
    actor.check_right(Right.MANAGE_PAIRS, mentee.organization_id)
    actor.check_right(Right.MANAGE_PAIRS, mentor.organization_id)
    _check_fit(session, mentee, mentor)
    if count_places_left(session, mentee.id) < 1:
        raise MenteeTaken
    if count_places_left(session, mentor.id) < 1:
        raise MentorFull
    pack = pack_of(session, cycle_id=mentee.cycle_id).pack
    form, kind, role_variant = choose_form(pack, form=form, kind=kind, role_variant=role_variant, mentees=1)
    pair = Pair(
        organization_id=mentee.organization_id,
        cycle_id=mentee.cycle_id,
        form=form,
        kind=kind,
        role_variant=role_variant,
        status=PairStatus.DRAFT,
        proposed_at=now,
        members=[
            PairMember(participation_id=mentee.id, person_id=mentee.person_id, role=Role.MENTEE),
            PairMember(participation_id=mentor.id, person_id=mentor.person_id, role=Role.MENTOR),
        ],
    )
    try:
        with session.begin_nested():
            session.add(pair)
    except IntegrityError as error:  # another curator was faster: the index holds one pair a mentee
        raise MenteeTaken from error
    _close_answered_tasks(session, mentee.person_id, now=now)
    after = {"status": pair.status.value, "mentee": mentee.person_id, "mentor": mentor.person_id}
    record(session, actor, Action.PAIR_DRAFTED, pair, now=now, after=after)
    return PairDrafted(pair.id)


def confirm_pair(
    session: Session,
    *,
    actor: Actor,
    pair_id: int,
    edited_texts: Mapping[Role, str] | None = None,
    override_reason: str = "",
    now: datetime,
) -> PairConfirmed:
    """Offer the pair to both sides at once. `edited_texts` replace the usual words, placeholders kept;
    `override_reason` is wanted where the psychologist does not recommend the pair.

    Raises VerdictMissing, OverrideReasonMissing, OverrideReasonTooLong, NotADraft, NotReady,
    ConsentNotGiven, NotFound, NotAllowed.
    """
    pair = find(session, Pair, pair_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
    if not may_move(pair.status, Action.PAIR_CONFIRMED):
        raise NotADraft
    members = {member.role: member for member in pair.members}
    mentee, mentor = lock_participations(
        session, [members[Role.MENTEE].participation_id, members[Role.MENTOR].participation_id]
    )
    _check_fit(session, mentee, mentor)
    gate = pass_gate(session, pair, reason=override_reason)
    settings = settings_of(session, cycle_id=pair.cycle_id)
    pair.offered_at = now
    pair.offer_expires_at = expires_at = now + timedelta(days=settings.offer_expires_days)
    texts = edited_texts or {}
    edited = sorted(role.value for role in texts)
    move_pair(
        session,
        pair,
        PairStatus.OFFERED,
        actor=actor,
        action=Action.PAIR_CONFIRMED,
        now=now,
        edited_texts=edited,
        verdict=gate.verdict.value if gate.verdict else None,
        is_overridden=gate.needs_reason,
    )
    for role, member in members.items():
        tell_member(session, pair, member, NoticeKind.PAIR_OFFER, now=now, edited_text=texts.get(role))
    return PairConfirmed(pair.id, expires_at)


def discard_draft(session: Session, *, actor: Actor, pair_id: int, now: datetime) -> DraftDiscarded:
    """Take a draft away: nobody was told, so nothing but the audit trail is left.

    A draft that something points at (a conclusion, an agreement, a task) ends instead and keeps it: what the
    staff wrote of the two is read on its page, and both are free all the same. Its open tasks are closed.

    Raises NotFound, NotAllowed, NotADraft.
    """
    pair = find(session, Pair, pair_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
    if not may_move(pair.status, Action.PAIR_DISCARDED):
        raise NotADraft
    kept = count_pointing(session, Pair.__tablename__, pair_id)
    kept.pop(PairMember.__tablename__, None)
    if kept:
        pair.ended_at = now
        move_pair(
            session,
            pair,
            PairStatus.TERMINATED,
            actor=actor,
            action=Action.PAIR_DISCARDED,
            now=now,
            kept=kept,
        )
        release_members(session, pair)
        close_of_pair(session, actor=actor, pair_id=pair_id, now=now)
        return DraftDiscarded(is_kept=True)
    record(
        session,
        actor,
        Action.PAIR_DISCARDED,
        pair,
        now=now,
        before={member.role.value: member.person_id for member in pair.members},
    )
    for member in list(pair.members):
        session.delete(member)
    session.flush()
    session.delete(pair)
    session.flush()
    return DraftDiscarded(is_kept=False)


def withdraw_offer(session: Session, *, actor: Actor, pair_id: int, now: datetime) -> None:
    """End an offer before both have answered; both hear of it. Raises NotOffered, NotFound, NotAllowed."""
    pair = find(session, Pair, pair_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
    if not may_move(pair.status, Action.PAIR_WITHDRAWN):
        raise NotOffered
    pair.ended_at = now
    move_pair(session, pair, PairStatus.EXPIRED, actor=actor, action=Action.PAIR_WITHDRAWN, now=now)
    release_members(session, pair)
    for member in pair.members:
        tell_member(session, pair, member, NoticeKind.PAIR_WITHDRAWN, now=now)


def _check_fit(session: Session, mentee: Participation, mentor: Participation) -> None:
    if mentee.role is not Role.MENTEE or mentor.role is not Role.MENTOR:
        raise NotReady
    if mentee.organization_id != mentor.organization_id or mentee.cycle_id != mentor.cycle_id:
        raise NotFound
    if mentee.person_id == mentor.person_id:
        raise SamePerson
    if mentee.status is ParticipationStatus.PAIRED:
        raise MenteeTaken
    if mentor.status is ParticipationStatus.PAIRED:
        raise MentorFull
    if {mentee.status, mentor.status} != {ParticipationStatus.READY}:
        raise NotReady
    if not all(has_consent(session, row.person_id) for row in (mentee, mentor)):
        raise ConsentNotGiven


def _close_answered_tasks(session: Session, mentee_id: int, *, now: datetime) -> None:
    """A new draft is the answer to an offer of this mentee that failed."""
    failed = session.scalars(
        select(Pair.id)
        .join(PairMember, PairMember.pair_id == Pair.id)
        .where(
            PairMember.person_id == mentee_id,
            PairMember.role == Role.MENTEE,
            Pair.status.in_(REFUSED),
        )
    )
    for pair_id in failed.all():
        close_by_fact(session, dedup_key=f"pair:{pair_id}:declined", now=now)
        close_by_fact(session, dedup_key=f"pair:{pair_id}:expired", now=now)
