"""Drafts from a plan, or of two people chosen by hand; nobody is told of a draft."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.matching import Aim
from models.people import Participation
from services.access.actors import Actor, Right
from services.access.errors import N_, DomainError
from services.access.records import find
from services.matching.facts import Facts
from services.matching.ranking import judge_pair
from services.matching.reading import read_facts
from services.matching.results import Planned, read_run
from services.matching.rules import lock_pair
from services.matching.scoring import find_broken, find_held
from services.pairs.proposals import PairDrafted, draft_pair


class SpeaksAgainst(DomainError):
    text = N_("A rule speaks against this pair by now. Please make the plans anew.")


class RunNotMade(DomainError):
    text = N_("These plans are not made yet. Please wait a moment.")


@dataclass(frozen=True, slots=True)
class NotDrafted:
    """A pair of the plan that could not be drafted any more, and why."""

    mentee: str
    mentor: str
    refusal: DomainError


@dataclass(frozen=True, slots=True)
class PlanDrafted:
    """`pair_ids` of the new drafts, in the order of the plan."""

    pair_ids: tuple[int, ...]
    refused: tuple[NotDrafted, ...]


def draft_chosen(
    session: Session,
    *,
    actor: Actor,
    mentee_participation_id: int,
    mentor_participation_id: int,
    form: str | None = None,
    kind: str | None = None,
    role_variant: str | None = None,
    reason: str = "",
    now: datetime,
) -> PairDrafted:
    """A draft of two people chosen by hand. Where a rule speaks against them a reason is wanted; it is kept
    with the lock that sets the rule aside.

    Raises ReasonMissing, ReasonTooLong, SamePersonLocked, NotReady, ConsentNotGiven, SamePerson,
    MenteeTaken, MentorFull, NotFound, NotAllowed.
    """
    mentee = find(session, Participation, mentee_participation_id)
    actor.check_right(Right.MANAGE_PAIRS, mentee.organization_id)
    sides = {
        "mentee_participation_id": mentee_participation_id,
        "mentor_participation_id": mentor_participation_id,
    }
    made = draft_pair(session, actor=actor, **sides, form=form, kind=kind, role_variant=role_variant, now=now)
    judged = judge_pair(
        session,
        actor=actor,
        mentee_participation_id=mentee_participation_id,
        mentor_participation_id=mentor_participation_id,
    )
    if judged.assessment.broken and not judged.is_locked:
        lock_pair(session, actor=actor, **sides, reason=reason, now=now)
    return made


def draft_plan(
    session: Session,
    *,
    actor: Actor,
    run_id: int,
    aim: Aim,
    chosen: Collection[int] | None = None,
    now: datetime,
) -> PlanDrafted:
    """Make drafts of the pairs of a plan, or of those of the `chosen` mentees (participations).

    Each pair is checked as it stands now: one that is possible no longer is named with its refusal and the
    others are drafted all the same. Nobody is told of a draft. Raises RunNotMade, NotFound, NotAllowed.
    """
    run = read_run(session, actor=actor, run_id=run_id)
    if aim not in run.plans:
        raise RunNotMade
    facts = read_facts(session, cycle_id=run.cycle_id)
    drafted, refused = [], []
    for line in run.plans[aim].lines:
        if line.mentor_participation_id is None:
            continue
        if chosen is not None and line.mentee_participation_id not in chosen:
            continue
        try:
            with session.begin_nested():
                drafted.append(_draft(session, actor, line, facts, now))
        except DomainError as refusal:
            refused.append(NotDrafted(line.mentee, line.mentor, refusal))
    return PlanDrafted(tuple(drafted), tuple(refused))


def _draft(session: Session, actor: Actor, line: Planned, facts: Facts, now: datetime) -> int:
    mentee_id, mentor_id = line.mentee_participation_id, line.mentor_participation_id
    assert mentor_id is not None
    mentee = next((one for one in facts.mentees if one.id == mentee_id), None)
    mentor = next((one for one in facts.mentors if one.id == mentor_id), None)
    if mentee and mentor and find_held(mentee, mentor, facts, find_broken(mentee, mentor, facts)):
        raise SpeaksAgainst
    made = draft_pair(
        session,
        actor=actor,
        mentee_participation_id=mentee_id,
        mentor_participation_id=mentor_id,
        now=now,
    )
    return made.pair_id
