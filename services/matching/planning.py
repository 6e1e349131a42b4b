"""From the facts of a school year to plans with everything that is said of each pair. Pure.

Whoever is free is a place in the problem; a mentor without a free place stands in it with none, so that the
fixes may ask for one more.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.matching import Aim, Change
from services.matching.facts import Criterion, Facts, Member, Pair
from services.matching.fixes import Fix, fewest_fixes, reasons
from services.matching.instances import Instance
from services.matching.plans import NO_EDGE, Plan, solve
from services.matching.scoring import Broken, Rule, assess, can_be_asked, find_held, rate
from services.matching.stability import MATERIAL_GAIN, balance, blocking_edges

MOST_EDGES = 200_000  # possible pairs up to which every one of them is weighed
BEST_KEPT = 40  # beyond that: so many of each mentee and of each mentor
MOST_PRICED = 30  # locked pairs whose price is found by solving again without them


@dataclass(frozen=True)
class Problem:
    """The instance and whose positions it speaks of. `broken` says why a pair is not among its possible ones;
    `is_cut`: only the best pairs of each person were weighed.
    """

    facts: Facts
    mentees: tuple[Member, ...]
    mentors: tuple[Member, ...]
    instance: Instance
    broken: Mapping[tuple[int, int], tuple[Broken, ...]]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One mentee in a plan. `told` is what is stored: scores, reasons, caution, or why there is no mentor."""

    mentee: Member
    mentor: Member | None
    runner_up: Member | None
    told: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FixFound:
    change: Change
    mentor: Member
    mentee: Member | None
    places: int
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Plans:
    """`summary` holds the numbers of each aim by its name."""

    lines: Mapping[Aim, tuple[Line, ...]]
    fixes: tuple[FixFound, ...]
    summary: dict[str, Any]


def set_up(facts: Facts) -> Problem:
    """The problem of everybody who is free now."""
    mentees = tuple(one for one in facts.mentees if not one.gaps)
    mentors = tuple(one for one in facts.mentors if not one.gaps or can_be_asked(one))
    broken: dict[tuple[int, int], tuple[Broken, ...]] = {}
    rows: list[tuple[int, int, float, float]] = []
    for i, mentee in enumerate(mentees):
        for j, mentor in enumerate(mentors):
            found, for_mentee, for_mentor = rate(mentee, mentor, facts)
            if found and (held := find_held(mentee, mentor, facts, found)):
                broken[i, j] = tuple(held)
            else:
                rows.append((i, j, for_mentee, for_mentor))
    is_cut = len(rows) > MOST_EDGES
    locked = _holding_locks(facts, mentees, mentors)
    if is_cut:
        rows = _limit_edges(rows, locked)
    places = {(row[0], row[1]): number for number, row in enumerate(rows)}
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    instance = Instance(
        mentees=tuple(one.id for one in mentees),
        mentors=tuple(one.id for one in mentors),
        capacity=np.array([one.places for one in mentors], dtype=np.int64),
        mentee=table[:, 0].astype(np.int64),
        mentor=table[:, 1].astype(np.int64),
        for_mentee=table[:, 2],
        for_mentor=table[:, 3],
        forbidden=frozenset(
            pair for pair, found in broken.items() if any(one.rule is not Rule.MUST for one in found)
        ),
        locks=tuple(places[pair] for pair in locked if pair in places),
        aim=Aim.BEST_SCORE,
    )
    return Problem(facts, mentees, mentors, instance, broken, is_cut)


def make_plans(problem: Problem) -> Plans:
    """The three aims from one problem, explained, and the fewest changes that would pair everybody."""
    instance = problem.instance
    best = solve(instance, aim=Aim.BEST_SCORE)
    most = solve(instance, aim=Aim.NOBODY_LEFT_OUT)
    plans = {Aim.BEST_SCORE: best, Aim.BALANCED: balance(instance, best).plan, Aim.NOBODY_LEFT_OUT: most}
    highest = best.total(instance)
    forced = _price_locks(instance, highest)
    links = problem.facts.links
    position = {one.id: number for number, one in enumerate(problem.mentors)}
    mentee_position = {one.id: number for number, one in enumerate(problem.mentees)}
    fixes = fewest_fixes(
        instance,
        most,
        no_more=frozenset(position[one] for one in links.no_more if one in position),
        not_accepted=frozenset(
            (mentee_position[one], position[other])
            for one, other in links.not_accepted
            if one in mentee_position and other in position
        ),
    )
    return Plans(
        lines={aim: _describe(problem, plan, forced) for aim, plan in plans.items()},
        fixes=tuple(_name_fix(problem, fix) for fix in fixes),
        summary={
            **{aim.value: _count(instance, plan, highest) for aim, plan in plans.items()},
            "mentees": len(problem.mentees),
            "mentors": len(problem.mentors),
            "places": int(instance.capacity.sum()),
            "is_cut": problem.is_cut,
        },
    )


def _holding_locks(
    facts: Facts, mentees: tuple[Member, ...], mentors: tuple[Member, ...]
) -> list[tuple[int, int]]:
    """Positions of the locked pairs of free people, within the places of each mentor; one for each mentee."""
    rows = {one.id: number for number, one in enumerate(mentees)}
    columns = {one.id: number for number, one in enumerate(mentors)}
    left = {one.id: one.places for one in mentors}
    found: dict[int, int] = {}
    for mentee, mentor in sorted(facts.links.locked):
        if mentee in rows and left.get(mentor, 0) > 0 and rows[mentee] not in found:
            found[rows[mentee]] = columns[mentor]
            left[mentor] -= 1
    return list(found.items())


def _limit_edges(
    rows: list[tuple[int, int, float, float]], locked: list[tuple[int, int]]
) -> list[tuple[int, int, float, float]]:
    kept = set(locked)
    for side in (0, 1):
        seen: Counter[int] = Counter()
        for row in sorted(rows, key=lambda one: -(one[2] + one[3])):
            if seen[row[side]] < BEST_KEPT:  # type: ignore[index]
                seen[row[side]] += 1  # type: ignore[index]
                kept.add((row[0], row[1]))
    return [row for row in rows if (row[0], row[1]) in kept]


def _count(instance: Instance, plan: Plan, highest: float) -> dict[str, Any]:
    total = plan.total(instance)
    return {
        "pairs": int(plan.is_paired().sum()),
        "unpaired": int((~plan.is_paired()).sum()),
        "total": round(total, 1),
        "share": round(total / highest, 4) if highest else 1.0,
        "blocking": int(blocking_edges(instance, plan, over=MATERIAL_GAIN).size),
    }


def _price_locks(instance: Instance, highest: float) -> dict[Pair, float]:
    """By how much the best total would be higher without each lock; ids of mentee and mentor."""
    found = {}
    for lock in instance.locks[:MOST_PRICED]:
        others = tuple(one for one in instance.locks if one != lock)
        free = solve(replace(instance, locks=others), aim=Aim.BEST_SCORE).total(instance)
        pair = instance.mentees[instance.mentee[lock]], instance.mentors[instance.mentor[lock]]
        assert isinstance(pair[0], int)
        assert isinstance(pair[1], int)
        found[pair[0], pair[1]] = max(free - highest, 0.0)
    return found


def _describe(problem: Problem, plan: Plan, forced: Mapping[Pair, float]) -> tuple[Line, ...]:
    instance = problem.instance
    left = reasons(instance, plan)
    open_edges = np.flatnonzero(instance.capacity[instance.mentor] > 0)
    order = open_edges[np.lexsort((-instance.score[open_edges], instance.mentee[open_edges]))]
    starts = np.searchsorted(instance.mentee[order], np.arange(len(problem.mentees) + 1))
    dearest = np.zeros(len(problem.mentees))
    np.maximum.at(dearest, instance.mentee[open_edges], instance.for_mentee[open_edges])
    lines = []
    for i, mentee in enumerate(problem.mentees):
        edge = int(plan.edge_of[i])
        own = order[starts[i] : starts[i + 1]]
        if edge == NO_EDGE:
            told = {"reason": left[i].value, "lost": _count_lost(problem, i), "possible": int(own.size)}
            lines.append(Line(mentee, None, None, told))
            continue
        mentor = problem.mentors[instance.mentor[edge]]
        other = _next_best(own, edge)
        gap = None if other is None else float(instance.score[edge] - instance.score[other])
        lines.append(
            Line(
                mentee,
                mentor,
                None if other is None else problem.mentors[instance.mentor[other]],
                {
                    **_tell_pair(mentee, mentor, problem.facts),
                    "gap": None if gap is None else round(gap, 1),
                    "cost": round(max(dearest[i] - float(instance.for_mentee[edge]), 0.0), 1),
                    "forced": _rounded(forced.get((mentee.id, mentor.id))),
                },
            )
        )
    return tuple(lines)


def _tell_pair(mentee: Member, mentor: Member, facts: Facts) -> dict[str, Any]:
    judged = assess(mentee, mentor, facts)
    return {
        "for_mentee": round(judged.for_mentee, 1),
        "for_mentor": round(judged.for_mentor, 1),
        "reasons": [[one.criterion.value, list(one.details)] for one in judged.reasons],
        "cautions": [one.value for one in judged.cautions],
        "is_locked": (mentee.id, mentor.id) in facts.links.locked,
        "broken": [[one.rule.value, one.criterion] for one in judged.broken],
    }


def _next_best(own: NDArray[np.int64], edge: int) -> int | None:
    others = own[own != edge][:1]
    return int(others[0]) if others.size else None


def _count_lost(problem: Problem, i: int) -> list[list[Any]]:
    """How many mentors each rule takes from a mentee, most first."""
    found: Counter[Broken] = Counter()
    for j in range(len(problem.mentors)):
        found.update(problem.broken.get((i, j), ()))
    return [[one.rule.value, one.criterion, count] for one, count in found.most_common()]


def _name_fix(problem: Problem, fix: Fix) -> FixFound:
    mentor = problem.mentors[fix.mentor]
    mentee = None if fix.mentee is None else problem.mentees[fix.mentee]
    broken = () if fix.mentee is None else problem.broken.get((fix.mentee, fix.mentor), ())
    criteria = tuple(one.criterion for one in broken if one.criterion is not None)
    return FixFound(fix.change, mentor, mentee, fix.places, criteria)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
