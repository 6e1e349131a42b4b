"""Why somebody is left without a mentor, and the fewest changes after which nobody is.

A change is one more place with a mentor, or consent to one pair that was not possible for lack of a score. A
forbidden pair is never proposed. The fewest changes are a flow of least cost, whose linear program has a
whole solution at every corner: what the solver returns is proved to be minimal.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.matching import Change, Reason
from services.matching.instances import MAX_SCORE, Instance
from services.matching.plans import Plan

# Scores, and that nobody takes several more, only choose between equally few changes: of all pairs together
# each weighs less than half of one change.
SCORES_WEIGH, FURTHER_WEIGHS = 0.4, 0.4
# For somebody without any possible pair: mentors with most free places are asked first.
MOST_ASKED = 200


@dataclass(frozen=True)
class Fix:
    """One change: the mentor takes `places` more, or the mentee (a position) and the mentor accept each
    other.
    """

    change: Change
    mentor: int
    mentee: int | None = None
    places: int = 0


def reasons(instance: Instance, plan: Plan) -> dict[int, Reason]:
    """Of each mentee (a position) without a mentor."""
    possible = np.bincount(instance.mentee, minlength=len(instance.mentees))
    forbidden = {mentee for mentee, _ in instance.forbidden}
    used = np.bincount(instance.mentor[plan.edges], minlength=len(instance.mentors))
    has_place = used[instance.mentor] < instance.capacity[instance.mentor]
    could = np.bincount(instance.mentee[has_place], minlength=len(instance.mentees))
    found: dict[int, Reason] = {}
    for mentee in np.flatnonzero(~plan.is_paired()).tolist():
        if not possible[mentee]:
            found[mentee] = Reason.ALL_FORBIDDEN if mentee in forbidden else Reason.NO_SCORE
        else:
            found[mentee] = Reason.BETTER_TOTAL if could[mentee] else Reason.NO_PLACE
    return found


def fewest_fixes(
    instance: Instance,
    plan: Plan,
    *,
    no_more: frozenset[int] = frozenset(),
    not_accepted: frozenset[tuple[int, int]] = frozenset(),
) -> list[Fix]:
    """The fewest changes that leave nobody out; none for a mentee to whom every mentor is forbidden.

    `no_more` are mentors (positions) who have refused one more place, `not_accepted` pairs that were
    refused: nobody is asked twice, and who cannot be helped without is left. Of equally few changes those
    that burden a mentor with one more place come before those with several. Empty where the plan pairs
    everybody, or where another plan would without any change.
    """
    if plan.is_paired().all():
        return []
    # Only who is left out pays for the solver.
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    locked = list(instance.locks)
    is_locked = np.zeros(len(instance.mentees), dtype=bool)
    is_locked[instance.mentee[locked]] = True
    places = instance.capacity - np.bincount(instance.mentor[locked], minlength=len(instance.mentors))
    edges = np.flatnonzero(~is_locked[instance.mentee])
    asked = _pairs_to_ask(instance, places, is_locked, not_accepted)
    mentee = np.concatenate((instance.mentee[edges], asked[:, 0]))
    mentor = np.concatenate((instance.mentor[edges], asked[:, 1]))
    mentees, row = np.unique(mentee, return_inverse=True)
    if not mentees.size:
        return []
    pairs, mentors, people = len(mentee), len(instance.mentors), mentees.size
    # Columns: the pairs; a first and further places more of each mentor; each mentee left alone.
    worth = np.concatenate((instance.score[edges], np.zeros(len(asked)))) / MAX_SCORE
    price = np.concatenate((np.zeros(len(edges)), np.ones(len(asked))))
    may_grow = np.array([one not in no_more for one in range(mentors)], dtype=np.float64)
    cost = np.concatenate(
        (
            price - worth * SCORES_WEIGH / people,
            np.ones(mentors),
            np.full(mentors, 1 + FURTHER_WEIGHS / people),
            np.full(people, 2.0 * people + 2),
        )
    )
    width = cost.size
    everybody = csr_array(
        (
            np.ones(pairs + people),
            (
                np.concatenate((row, np.arange(people))),
                np.concatenate((np.arange(pairs), np.arange(width - people, width))),
            ),
        ),
        shape=(people, width),
    )
    each = np.arange(mentors)
    within = csr_array(
        (
            np.concatenate((np.ones(pairs), -np.ones(2 * mentors))),
            (
                np.concatenate((mentor, each, each)),
                np.concatenate((np.arange(pairs), pairs + each, pairs + mentors + each)),
            ),
        ),
        shape=(mentors, width),
    )
    most = np.concatenate((np.ones(pairs), may_grow, may_grow * people, np.ones(people)))
    solved = linprog(
        cost,
        A_ub=within,
        b_ub=places,
        A_eq=everybody,
        b_eq=np.ones(people),
        bounds=np.column_stack((np.zeros(width), most)),
        method="highs",
    )
    chosen = np.rint(solved.x).astype(np.int64)
    more = chosen[pairs : pairs + mentors] + chosen[pairs + mentors : pairs + 2 * mentors]
    accepted = asked[chosen[len(edges) : pairs] > 0]
    return [
        *(Fix(Change.ONE_MORE_PLACE, one, places=int(more[one])) for one in np.flatnonzero(more).tolist()),
        *(Fix(Change.ACCEPT_PAIR, int(other), mentee=int(one)) for one, other in accepted),
    ]


def _pairs_to_ask(
    instance: Instance,
    places: NDArray[np.int64],
    is_locked: NDArray[np.bool_],
    not_accepted: frozenset[tuple[int, int]],
) -> NDArray[np.int64]:
    """Mentee and mentor (positions) who have no score, for each mentee who may be paired with nobody."""
    possible = np.bincount(instance.mentee, minlength=len(instance.mentees))
    closed = instance.forbidden | not_accepted
    free_first = np.argsort(-places, kind="stable")
    found: list[tuple[int, int]] = []
    for mentee in np.flatnonzero((possible == 0) & ~is_locked).tolist():
        allowed = [(mentee, one) for one in free_first.tolist() if (mentee, one) not in closed]
        found += allowed[:MOST_ASKED]
    return np.array(found, dtype=np.int64).reshape(-1, 2)
