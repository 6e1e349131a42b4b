"""Asking a mentor for a change that would pair more people, and what follows from the answer.

The curator sends the question; the mentor answers in the chat by a tap, or the curator notes what was said
aloud. A yes changes what it speaks of, and the plans are made anew with what is locked. The mentor never
learns for whom a change was wanted.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.matching import Change, MatchFix
from models.messages import NoticeKind
from models.people import Participation, ParticipationStatus, Person, Role
from models.tasks import TaskKind
from services.access.actors import Actor, ActorKind, Channel, Right, system
from services.access.audit import record
from services.access.errors import N_, DomainError
from services.access.records import find
from services.consents.states import has_consent
from services.delivery.outbox import enqueue
from services.delivery.reachability import is_reachable
from services.delivery.tasks import close_by_fact, open_task
from services.matching.facts import Criterion
from services.matching.runs import NothingToMatch, ask_run
from services.pairs.capacity import settle_places
from services.programmes.running import settings_of
from services.surveys.capacity import raise_capacity

BATCH = 20


class AskedAlready(DomainError):
    text = N_("This mentor has been asked already; the answer will stand here.")


class AskNotSent(DomainError):
    text = N_("This question has not been sent.")


class AnsweredAlready(DomainError):
    text = N_("This question has been answered already.")


class AskOver(DomainError):
    text = N_("The time to answer this question is over. The curator will write if it still matters.")


class MentorNotThere(DomainError):
    text = N_("This mentor does not take part any more, so there is nothing to ask.")


class MentorOutsideChat(DomainError):
    text = N_(
        "The bot cannot write to this mentor. Please ask in person and note the answer here: it counts "
        "the same."
    )


@dataclass(frozen=True, slots=True)
class Ask:
    """A question as its words are made from it. `capacity` is how many mentees the mentor takes now."""

    id: int
    change: Change
    places: int
    capacity: int
    criteria: tuple[Criterion, ...]
    is_open: bool
    is_agreed: bool | None


def ask_mentor(session: Session, *, actor: Actor, fix_id: int, now: datetime) -> None:
    """Send the question. Raises AskedAlready, MentorNotThere, MentorOutsideChat, NotFound, NotAllowed."""
    fix, participation = _lock(session, actor, fix_id)
    if fix.asked_at is not None or _is_asked(session, fix):
        raise AskedAlready
    if participation is None or not has_consent(session, fix.mentor_id):
        raise MentorNotThere
    if not is_reachable(session, fix.mentor_id):
        raise MentorOutsideChat
    days = settings_of(session, cycle_id=fix.cycle_id).offer_expires_days
    fix.asked_at, fix.closes_at = now, now + timedelta(days=days)
    fix.asked_by = actor.id if actor.kind is ActorKind.ACCOUNT else None
    record(session, actor, Action.MATCH_ASKED, fix, now=now, after={"change": fix.change.value})
    _tell(session, NoticeKind.MATCH_ASK, fix, now=now)


def answer_ask(session: Session, *, actor: Actor, fix_id: int, is_agreed: bool, now: datetime) -> Ask:
    """The mentor's own answer, or what a curator was told aloud. Saying the same again is no error.

    Raises AskNotSent, AnsweredAlready, AskOver, MentorNotThere, NotFound, NotAllowed.
    """
    fix, participation = _lock(session, actor, fix_id)
    if fix.is_agreed is not None:
        if fix.is_agreed is not is_agreed:
            raise AnsweredAlready
        return _describe(fix, participation, now)
    if actor.kind is ActorKind.PERSON:
        if fix.asked_at is None:
            raise AskNotSent
        if fix.closes_at is None or fix.closes_at <= now:
            raise AskOver
    if participation is None:
        raise MentorNotThere
    fix.answered_at, fix.is_agreed, fix.closes_at = now, is_agreed, None
    after = {"change": fix.change.value, "is_agreed": is_agreed}
    record(session, actor, Action.MATCH_ANSWERED, fix, now=now, after=after)
    if is_agreed and fix.change is Change.ONE_MORE_PLACE:
        raise_capacity(session, participation, actor=actor, by=fix.places, now=now)
        settle_places(session, participation.id)
    if actor.kind is ActorKind.PERSON:
        open_task(
            session, TaskKind.MATCH_ANSWER, fix, key=_task_key(fix.id), person_id=fix.mentor_id, now=now
        )
    else:
        close_by_fact(session, dedup_key=_task_key(fix.id), now=now)
    session.flush()
    if is_agreed:
        with suppress(NothingToMatch):
            ask_run(session, actor=system(Channel.SCHEDULER), cycle_id=fix.cycle_id, now=now)
    return _describe(fix, participation, now)


def read_ask(session: Session, *, actor: Actor, fix_id: int, now: datetime) -> Ask:
    """For the mentor who is asked. Raises NotFound, NotAllowed."""
    fix = find(session, MatchFix, fix_id)
    if actor.kind is not ActorKind.SYSTEM:
        actor.check_is_person(fix.mentor_id)
    return _describe(fix, _participation(session, fix), now)


def remind_of_asks(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Remind once of a question without an answer; when its time is over it is the curator's task."""
    over = session.scalars(
        select(MatchFix)
        .where(MatchFix.answered_at.is_(None), MatchFix.closes_at <= now)
        .order_by(MatchFix.closes_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for fix in over:
        fix.closes_at = None
        open_task(
            session, TaskKind.MATCH_ANSWER, fix, key=_task_key(fix.id), person_id=fix.mentor_id, now=now
        )
    waiting = session.scalars(
        select(MatchFix)
        .where(MatchFix.answered_at.is_(None), MatchFix.closes_at > now, MatchFix.reminded_at.is_(None))
        .order_by(MatchFix.closes_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for fix in waiting:
        days = settings_of(session, cycle_id=fix.cycle_id).offer_reminder_days
        if fix.asked_at is not None and days and fix.asked_at + timedelta(days=days[0]) <= now:
            fix.reminded_at = now
            _tell(session, NoticeKind.MATCH_ASK_REMINDER, fix, now=now)
    return len(over)


def _tell(session: Session, kind: NoticeKind, fix: MatchFix, *, now: datetime) -> None:
    key = f"{kind}:{fix.id}:person:{fix.mentor_id}"
    enqueue(session, kind, fix, key=key, person_id=fix.mentor_id, facts={"fix_id": fix.id}, now=now)


def _lock(session: Session, actor: Actor, fix_id: int) -> tuple[MatchFix, Participation | None]:
    """The question for its mentor, or for who leads pairs."""
    fix = find(session, MatchFix, fix_id, lock=True)
    if actor.kind is ActorKind.PERSON:
        actor.check_is_person(fix.mentor_id)
    else:
        actor.check_right(Right.MANAGE_PAIRS, fix.organization_id)
    return fix, _participation(session, fix)


def _participation(session: Session, fix: MatchFix) -> Participation | None:
    return session.scalars(
        select(Participation)
        .join(Person, Person.id == Participation.person_id)
        .where(
            Participation.person_id == fix.mentor_id,
            Participation.cycle_id == fix.cycle_id,
            Participation.role == Role.MENTOR,
            Participation.status.in_((ParticipationStatus.READY, ParticipationStatus.PAIRED)),
            Person.departed_at.is_(None),
        )
    ).one_or_none()


def _is_asked(session: Session, fix: MatchFix) -> bool:
    """Whether an earlier run has the same question open."""
    query = select(MatchFix.id).where(
        MatchFix.cycle_id == fix.cycle_id,
        MatchFix.mentor_id == fix.mentor_id,
        MatchFix.change == fix.change,
        MatchFix.mentee_id == fix.mentee_id if fix.mentee_id else MatchFix.mentee_id.is_(None),
        MatchFix.closes_at.is_not(None),
        MatchFix.answered_at.is_(None),
    )
    return session.scalar(query.limit(1)) is not None


def _describe(fix: MatchFix, participation: Participation | None, now: datetime) -> Ask:
    is_open = fix.answered_at is None and fix.closes_at is not None and fix.closes_at > now
    return Ask(
        id=fix.id,
        change=fix.change,
        places=fix.places,
        capacity=participation.capacity if participation else 0,
        criteria=tuple(Criterion(one) for one in fix.criteria),
        is_open=is_open and participation is not None,
        is_agreed=fix.is_agreed,
    )


def _task_key(fix_id: int) -> str:
    return f"match:{fix_id}:answer"
