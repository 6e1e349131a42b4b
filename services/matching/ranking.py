"""One mentee and every mentor, best first; one pair in full: what a curator reads before choosing by hand."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people import Participation, Person, Role
from models.programmes import Cycle
from services.access.actors import Actor, Right
from services.access.errors import NotFound
from services.access.records import find
from services.matching.facts import Facts, Gap, Member
from services.matching.reading import read_facts
from services.matching.scoring import Area, Assessment, Broken, assess, find_broken, find_held, list_areas

ENOUGH = 3
"""Possible mentors of a mentee below which the choice is narrow."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mentor for one mentee. `gaps` and `assessment.broken` are empty where the pair may be proposed; of
    a locked pair the broken rules are named and set aside.
    """

    participation_id: int
    person_id: int
    full_name: str
    position: str
    places_left: int
    gaps: frozenset[Gap]
    assessment: Assessment
    is_locked: bool

    @property
    def is_possible(self) -> bool:
        return not self.gaps and (self.is_locked or not self.assessment.broken)


@dataclass(frozen=True, slots=True)
class PairJudged:
    """Two people side by side: the judgement, and needs beside readiness."""

    assessment: Assessment
    areas: tuple[Area, ...]
    mentee_gaps: frozenset[Gap]
    mentor_gaps: frozenset[Gap]
    is_locked: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """How many mentors one rule, or one gap of theirs, takes from a mentee."""

    count: int
    broken: Broken | None = None
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Narrow:
    """A mentee with fewer than three possible mentors, and what takes the others away, most first."""

    participation_id: int
    person_id: int
    full_name: str
    position: str
    possible: int
    lost: tuple[Lost, ...]


@dataclass(frozen=True, slots=True)
class Incomplete:
    """Somebody of the cycle who cannot be in a new pair, and why; who stands in a pair is not among them."""

    participation_id: int
    person_id: int
    full_name: str
    role: Role
    gaps: frozenset[Gap]


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a run would find now. `places` are free ones of mentors who may be proposed."""

    mentees: int
    mentors: int
    places: int
    narrow: tuple[Narrow, ...]
    incomplete: tuple[Incomplete, ...]

    @property
    def is_short_of_places(self) -> bool:
        return self.places < self.mentees


def rank_mentors(session: Session, *, actor: Actor, mentee_participation_id: int) -> tuple[Candidate, ...]:
    """Every mentor of the year for this mentee: the possible ones first, then by score.

    Raises NotFound, NotAllowed.
    """
    participation = find(session, Participation, mentee_participation_id)
    actor.check_right(Right.MANAGE_PAIRS, participation.organization_id)
    facts = read_facts(session, cycle_id=participation.cycle_id, mentee_id=mentee_participation_id)
    mentee = _member(facts.mentees, mentee_participation_id)
    people = _read_people(session, [one.person_id for one in facts.mentors])
    found = [
        Candidate(
            participation_id=one.id,
            person_id=one.person_id,
            full_name=people[one.person_id].full_name,
            position=people[one.person_id].position,
            places_left=one.places,
            gaps=one.gaps,
            assessment=assess(mentee, one, facts),
            is_locked=(mentee.id, one.id) in facts.links.locked,
        )
        for one in facts.mentors
    ]
    return tuple(sorted(found, key=lambda one: (not one.is_possible, -one.assessment.score)))


def judge_pair(
    session: Session,
    *,
    actor: Actor,
    mentee_participation_id: int,
    mentor_participation_id: int,
    is_reverse: bool = False,
) -> PairJudged:
    """`is_reverse`: the mentor is meant to be the younger one. Raises NotFound, NotAllowed."""
    participation = find(session, Participation, mentee_participation_id)
    actor.check_right(Right.MANAGE_PAIRS, participation.organization_id)
    facts = read_facts(
        session,
        cycle_id=participation.cycle_id,
        mentee_id=mentee_participation_id,
        mentor_id=mentor_participation_id,
    )
    mentee = _member(facts.mentees, mentee_participation_id)
    mentor = _member(facts.mentors, mentor_participation_id)
    return PairJudged(
        assessment=assess(mentee, mentor, facts, is_reverse=is_reverse),
        areas=list_areas(mentee, mentor),
        mentee_gaps=mentee.gaps,
        mentor_gaps=mentor.gaps,
        is_locked=(mentee.id, mentor.id) in facts.links.locked,
    )


def read_readiness(session: Session, *, actor: Actor, cycle_id: int) -> Readiness:
    """Before a run: who has fewer than three possible mentors and why, who is missing what.

    Raises NotFound, NotAllowed.
    """
    cycle = find(session, Cycle, cycle_id)
    actor.check_right(Right.MANAGE_PAIRS, cycle.organization_id)
    facts = read_facts(session, cycle_id=cycle_id)
    free = [one for one in facts.mentees if not one.gaps]
    possible = [one for one in facts.mentors if not one.gaps]
    counted = [(one, *_count_lost(one, possible, facts)) for one in free]
    narrow = [found for found in counted if found[1] < ENOUGH]
    incomplete = [
        one for one in (*facts.mentees, *facts.mentors) if one.gaps - {Gap.TAKEN, Gap.FULL, Gap.RESTING}
    ]
    people = _read_people(session, [one.person_id for one in (*(row[0] for row in narrow), *incomplete)])
    by_gap = Counter(gap for one in facts.mentors for gap in one.gaps)
    gaps = tuple(Lost(count, gap=gap) for gap, count in by_gap.most_common())
    return Readiness(
        mentees=len(free),
        mentors=len(possible),
        places=sum(one.places for one in possible),
        narrow=tuple(
            Narrow(
                participation_id=one.id,
                person_id=one.person_id,
                full_name=people[one.person_id].full_name,
                position=people[one.person_id].position,
                possible=count,
                lost=(*lost, *gaps),
            )
            for one, count, lost in sorted(narrow, key=lambda row: row[1])
        ),
        incomplete=tuple(
            Incomplete(
                participation_id=one.id,
                person_id=one.person_id,
                full_name=people[one.person_id].full_name,
                role=one.role,
                gaps=one.gaps,
            )
            for one in incomplete
        ),
    )


def _count_lost(mentee: Member, mentors: list[Member], facts: Facts) -> tuple[int, tuple[Lost, ...]]:
    """How many of these mentors are possible, and which rules took the others away."""
    lost: Counter[Broken] = Counter()
    count = 0
    for mentor in mentors:
        held = find_held(mentee, mentor, facts, find_broken(mentee, mentor, facts))
        count += not held
        lost.update(held)
    return count, tuple(Lost(number, broken=one) for one, number in lost.most_common())


def _member(members: tuple[Member, ...], participation_id: int) -> Member:
    found = next((one for one in members if one.id == participation_id), None)
    if found is None:
        raise NotFound
    return found


def _read_people(session: Session, ids: list[int]) -> dict[int, Person]:
    return {one.id: one for one in session.scalars(select(Person).where(Person.id.in_(ids)))}
