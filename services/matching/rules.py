"""What a curator fixes before a plan is made: these two together, or never. Kept with who, when and why.

People are named by their participations. The newest decision on two people holds; it takes the place of the
one before, so one act turns a lock into its opposite.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from models.accounts import Account
from models.audit import Action
from models.matching import MatchRule, RuleKind
from models.people import Participation, Person, Role
from models.programmes import Cycle
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.matching.facts import Member
from services.matching.reading import read_facts
from services.matching.scoring import Broken, Rule, find_broken

REASON_LIMIT = 500


class ReasonMissing(DomainError):
    text = N_("Something speaks against this pair. Please write why you choose it all the same.")


class ReasonTooLong(DomainError):
    text = N_("Please keep it to {limit} characters.")


class SamePersonLocked(DomainError):
    text = N_("A person cannot be their own mentor.")


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """A lock or a ban that holds. `author` is the name of the account, "" where it is not known."""

    id: int
    kind: RuleKind
    mentee_participation_id: int
    mentor_participation_id: int
    mentee: str
    mentor: str
    reason: str
    author: str
    made_at: datetime


def lock_pair(
    session: Session,
    *,
    actor: Actor,
    mentee_participation_id: int,
    mentor_participation_id: int,
    reason: str = "",
    now: datetime,
) -> int:
    """Every plan from now on keeps these two together. A reason is wanted where a rule speaks against them.

    Gives the id of the rule. Raises ReasonMissing, ReasonTooLong, SamePersonLocked, NotFound, NotAllowed.
    """
    mentee, mentor = _find_sides(session, actor, mentee_participation_id, mentor_participation_id)
    broken = broken_of(session, mentee, mentor)
    if any(one.rule is Rule.SAME_PERSON for one in broken):
        raise SamePersonLocked
    if broken and not reason.strip():
        raise ReasonMissing
    return _decide(session, actor, RuleKind.LOCK, mentee, mentor, reason, now)


def forbid_pair(
    session: Session,
    *,
    actor: Actor,
    mentee_participation_id: int,
    mentor_participation_id: int,
    reason: str = "",
    now: datetime,
) -> int:
    """No plan from now on has these two together. Gives the id of the rule.

    Raises ReasonTooLong, NotFound, NotAllowed.
    """
    mentee, mentor = _find_sides(session, actor, mentee_participation_id, mentor_participation_id)
    return _decide(session, actor, RuleKind.FORBID, mentee, mentor, reason, now)


def undo_rule(session: Session, *, actor: Actor, rule_id: int, now: datetime) -> None:
    """Take a lock or a ban back; twice is no error. Raises NotFound, NotAllowed."""
    rule = find(session, MatchRule, rule_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, rule.organization_id)
    if rule.undone_at is None:
        _undo(session, actor, rule, now)


def list_rules(session: Session, *, actor: Actor, cycle_id: int) -> list[RuleFacts]:
    """What holds in the cycle, the newest first. Raises NotFound, NotAllowed."""
    cycle = find(session, Cycle, cycle_id)
    actor.check_right(Right.MANAGE_PAIRS, cycle.organization_id)
    mentee, mentor = aliased(Person), aliased(Person)
    mentee_role, mentor_role = aliased(Participation), aliased(Participation)
    rows = session.execute(
        select(MatchRule, mentee_role.id, mentor_role.id, mentee, mentor, Account.name)
        .join(mentee, mentee.id == MatchRule.mentee_id)
        .join(mentor, mentor.id == MatchRule.mentor_id)
        .join(
            mentee_role,
            (mentee_role.person_id == mentee.id)
            & (mentee_role.cycle_id == cycle_id)
            & (mentee_role.role == Role.MENTEE),
        )
        .join(
            mentor_role,
            (mentor_role.person_id == mentor.id)
            & (mentor_role.cycle_id == cycle_id)
            & (mentor_role.role == Role.MENTOR),
        )
        .outerjoin(Account, Account.id == MatchRule.account_id)
        .where(MatchRule.cycle_id == cycle_id, MatchRule.undone_at.is_(None))
        .order_by(MatchRule.id.desc())
    )
    return [
        RuleFacts(
            id=rule.id,
            kind=rule.kind,
            mentee_participation_id=first_id,
            mentor_participation_id=second_id,
            mentee=first.full_name,
            mentor=second.full_name,
            reason=rule.reason,
            author=author or "",
            made_at=rule.made_at,
        )
        for rule, first_id, second_id, first, second, author in rows
    ]


def broken_of(session: Session, mentee: Participation, mentor: Participation) -> list[Broken]:
    """What speaks against these two, whatever is locked. Raises nothing."""
    facts = read_facts(session, cycle_id=mentee.cycle_id, mentee_id=mentee.id, mentor_id=mentor.id)
    one, other = _member(facts.mentees, mentee.id), _member(facts.mentors, mentor.id)
    if one is None or other is None:
        return []
    return find_broken(one, other, facts)


def _member(members: tuple[Member, ...], participation_id: int) -> Member | None:
    return next((one for one in members if one.id == participation_id), None)


def _find_sides(
    session: Session, actor: Actor, mentee_id: int, mentor_id: int
) -> tuple[Participation, Participation]:
    mentee, mentor = find(session, Participation, mentee_id), find(session, Participation, mentor_id)
    actor.check_right(Right.MANAGE_PAIRS, mentee.organization_id)
    is_of_one_year = mentee.cycle_id == mentor.cycle_id
    if not is_of_one_year or (mentee.role, mentor.role) != (Role.MENTEE, Role.MENTOR):
        raise NotFound
    return mentee, mentor


def _decide(
    session: Session,
    actor: Actor,
    kind: RuleKind,
    mentee: Participation,
    mentor: Participation,
    reason: str,
    now: datetime,
) -> int:
    words = reason.strip()
    if len(words) > REASON_LIMIT:
        raise ReasonTooLong(limit=REASON_LIMIT)
    # Whoever decides on the same two waits here.
    find(session, Participation, mentee.id, lock=True)
    before = session.scalars(
        select(MatchRule)
        .where(
            MatchRule.cycle_id == mentee.cycle_id,
            MatchRule.mentee_id == mentee.person_id,
            MatchRule.mentor_id == mentor.person_id,
            MatchRule.undone_at.is_(None),
        )
        .execution_options(populate_existing=True)
    ).one_or_none()
    if before is not None:
        if (before.kind, before.reason) == (kind, words):
            return before.id
        _undo(session, actor, before, now)
        session.flush()
    rule = MatchRule(
        organization_id=mentee.organization_id,
        cycle_id=mentee.cycle_id,
        kind=kind,
        mentee_id=mentee.person_id,
        mentor_id=mentor.person_id,
        reason=words,
        account_id=_account_id(actor),
        made_at=now,
    )
    session.add(rule)
    session.flush()
    action = Action.MATCH_LOCKED if kind is RuleKind.LOCK else Action.MATCH_FORBIDDEN
    after = {"mentee": mentee.person_id, "mentor": mentor.person_id}
    record(session, actor, action, rule, now=now, after=after)
    return rule.id


def _undo(session: Session, actor: Actor, rule: MatchRule, now: datetime) -> None:
    rule.undone_at, rule.undone_by = now, _account_id(actor)
    record(session, actor, Action.MATCH_RULE_UNDONE, rule, now=now, before={"kind": rule.kind.value})


def _account_id(actor: Actor) -> int | None:
    return actor.id if actor.kind is ActorKind.ACCOUNT else None
