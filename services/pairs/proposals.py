"""The curator's side of making a pair: draft, confirm, discard, withdraw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import NoticeKind
from models.pairs import REFUSED, Pair, PairMember, PairStatus, may_move
from models.people import Participation, ParticipationStatus, Role
from models.references import count_pointing
from models.tasks import Task, TaskKind
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.consents.states import has_consent
from services.delivery.tasks import close_by_fact, close_of_pair
from services.pairs.capacity import lock_participations, move_pair, release_members, tell_member
from services.pairs.cards import count_places_left
from services.pairs.forms import check_form, choose_form
from services.pairs.verdicts import pass_gate
from services.programmes.running import pack_of, settings_of


class NotReady(DomainError):
    text = N_("Both must have finished their questionnaire and be free: one of them is not in the bank now.")


class ConsentNotGiven(DomainError):
    text = N_("One of them has not given the consent to personal data processing.")


class SamePerson(DomainError):
    text = N_("A person cannot be their own mentor.")


class MenteesMissing(DomainError):
    text = N_("Please choose at least one mentee.")


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

    Raises what `draft_group` raises.
    """
    return draft_group(
        session,
        actor=actor,
        mentee_participation_ids=[mentee_participation_id],
        mentor_participation_id=mentor_participation_id,
        form=form,
        kind=kind,
        role_variant=role_variant,
        now=now,
    )


def draft_group(
    session: Session,
    *,
    actor: Actor,
    mentee_participation_ids: Sequence[int],
    mentor_participation_id: int,
    form: str | None = None,
    kind: str | None = None,
    role_variant: str | None = None,
    now: datetime,
) -> PairDrafted:
    """One mentor and several mentees on paper, as one pair; nobody is told. The kind must be one for groups.

    Raises MenteesMissing, NotInPack, GroupNeedsKind, NotReady, ConsentNotGiven, SamePerson, MenteeTaken,
    MentorFull, NotFound, NotAllowed.
    """
    ids = list(dict.fromkeys(mentee_participation_ids))
    if not ids:
        raise MenteesMissing
    *mentees, mentor = lock_participations(session, [*ids, mentor_participation_id])
    for row in (*mentees, mentor):
        actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    check_fit(session, mentees, mentor)
    pack = pack_of(session, cycle_id=mentor.cycle_id).pack
    form, kind, role_variant = choose_form(
        pack, form=form, kind=kind, role_variant=role_variant, mentees=len(mentees)
    )
    pair = Pair(
        organization_id=mentor.organization_id,
        cycle_id=mentor.cycle_id,
        form=form,
        kind=kind,
        role_variant=role_variant,
        status=PairStatus.DRAFT,
        proposed_at=now,
        members=[
            PairMember(participation_id=row.id, person_id=row.person_id, role=row.role)
            for row in (*mentees, mentor)
        ],
    )
    try:
        with session.begin_nested():
            session.add(pair)
    except IntegrityError as error:  # another curator was faster: the index holds one pair a mentee
        raise MenteeTaken from error
    for mentee in mentees:
        _close_answered_tasks(session, mentee.person_id, now=now)
    people: dict[str, object] = (
        {"mentee": mentees[0].person_id}
        if len(mentees) == 1
        else {"mentees": [one.person_id for one in mentees]}
    )
    after = {"status": pair.status.value, **people, "mentor": mentor.person_id}
    record(session, actor, Action.PAIR_DRAFTED, pair, now=now, after=after)
    return PairDrafted(pair.id)


def confirm_pair(
    session: Session,
    *,
    actor: Actor,
    pair_id: int,
    edited_texts: Mapping[Role, str] | None = None,
    override_reason: str = "",
    is_told: bool = True,
    now: datetime,
) -> PairConfirmed:
    """Offer the pair to both sides at once. `edited_texts` replace the usual words, placeholders kept;
    `override_reason` is wanted where the psychologist does not recommend the pair. Without `is_told` the
    curator tells both in person: nothing is sent, and both answer all the same.

    Raises VerdictMissing, OverrideReasonMissing, OverrideReasonTooLong, NotADraft, NotReady, GroupNeedsKind,
    ConsentNotGiven, NotFound, NotAllowed.
    """
    pair = find(session, Pair, pair_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
    if not may_move(pair.status, Action.PAIR_CONFIRMED):
        raise NotADraft
    *mentees, mentor = lock_participations(session, [one.participation_id for one in pair.sides])
    check_fit(session, mentees, mentor, is_placed=True)
    check_form(session, pair)
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
        is_told=is_told,
    )
    for member in pair.sides if is_told else ():
        edited_text = texts.get(member.role)
        tell_member(session, pair, member, NoticeKind.PAIR_OFFER, now=now, edited_text=edited_text)
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
        before={"mentor": pair.mentor.person_id, "mentees": [one.person_id for one in pair.mentees]},
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
    for member in pair.sides:
        tell_member(session, pair, member, NoticeKind.PAIR_WITHDRAWN, now=now)


def check_fit(
    session: Session, mentees: Sequence[Participation], mentor: Participation, *, is_placed: bool = False
) -> None:
    """Whether these may be put together now; `is_placed`: their places are held by the draft already.

    Raises NotReady, NotFound, SamePerson, MenteeTaken, MentorFull, ConsentNotGiven.
    """
    if mentor.role is not Role.MENTOR or any(one.role is not Role.MENTEE for one in mentees):
        raise NotReady
    if len({(one.organization_id, one.cycle_id) for one in (*mentees, mentor)}) > 1:
        raise NotFound
    if mentor.person_id in {one.person_id for one in mentees}:
        raise SamePerson
    if any(one.status is ParticipationStatus.PAIRED for one in mentees):
        raise MenteeTaken
    if mentor.status is ParticipationStatus.PAIRED:
        raise MentorFull
    if {mentor.status, *(one.status for one in mentees)} != {ParticipationStatus.READY}:
        raise NotReady
    if not all(has_consent(session, row.person_id) for row in (*mentees, mentor)):
        raise ConsentNotGiven
    if not is_placed:
        _check_places(session, mentees, mentor)


def _check_places(session: Session, mentees: Sequence[Participation], mentor: Participation) -> None:
    if any(count_places_left(session, one.id) < 1 for one in mentees):
        raise MenteeTaken
    if count_places_left(session, mentor.id) < len(mentees):
        raise MentorFull


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
    session.execute(
        update(Task)
        .where(
            Task.person_id == mentee_id,
            Task.kind.in_((TaskKind.OFFER_DECLINED, TaskKind.OFFER_EXPIRED)),
            Task.done_at.is_(None),
            exists().where(
                PairMember.pair_id == Task.pair_id,
                PairMember.person_id == mentee_id,
                PairMember.left_at.is_not(None),
            ),
        )
        .values(done_at=now)
        .execution_options(synchronize_session=False)
    )
