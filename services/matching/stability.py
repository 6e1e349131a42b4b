"""Pairs that would leave the plan for each other, and a plan that has none whose gain matters.

A mentee and a mentor block a plan if both would gain by being paired: the mentee compared with the mentor
of the plan, the mentor with the least of the mentees whom the plan gives, or with a free place. Being
unpaired counts 0. Locked people stay where they are. A gain of up to 5 points is not worth leaving for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.matching import Aim
from services.matching.instances import Instance
from services.matching.plans import NO_EDGE, Plan, solve

MATERIAL_GAIN = 5.0  # points
LEAST_SHARE = 0.95  # of the optimum's total, which a balanced plan should keep
ROUNDS = 60
STEPS = (1.0, 0.5, 0.25)  # of the lesser gain
PULLS = (0.75, 0.5, 0.25, 0.0)
# Scores that differ by less are equal: they are means of decimal fractions.
EPSILON = 1e-9


@dataclass(frozen=True)
class Balanced:
    """A plan without material blocking pairs, and its share of the best total (1 where that total is 0)."""

    plan: Plan
    share: float


def blocking_edges(instance: Instance, plan: Plan, *, over: float = 0.0) -> NDArray[np.int64]:
    """The possible pairs of which both sides would gain more than `over` points by leaving the plan."""
    gain = np.minimum(*_gains(instance, plan))
    gain[plan.edges] = 0.0
    return np.flatnonzero(gain > over + EPSILON)


def balance(instance: Instance, optimum: Plan) -> Balanced:
    """A plan that no two people would leave for a gain of over 5 points.

    The best total is solved again and again, each time with a higher weight for the pairs that would leave;
    the smaller the steps, the more of the total is kept. Where none settles at 0.95 of the best total,
    plans of offers and acceptance are tried, of which at least one always settles. The one that keeps most
    is taken.
    """
    best_total = optimum.total(instance)

    def judged(plan: Plan) -> Balanced:
        return Balanced(plan, plan.total(instance) / best_total if best_total else 1.0)

    settled: list[Balanced] = []
    for step in STEPS:
        settled += [judged(plan) for plan in _raise_weights(instance, optimum, step)]
        if settled and settled[-1].share >= LEAST_SHARE:
            return settled[-1]
    offered = (offer_and_accept(instance, pull) for pull in PULLS)
    settled += [judged(plan) for plan in offered if not _is_left(instance, plan)]
    return max(settled, key=lambda one: one.share)


def offer_and_accept(instance: Instance, pull: float = 0.0) -> Plan:
    """Gale and Shapley's deferred acceptance, in which mentees offer and mentors keep whom they prefer.

    With a `pull` of 0 each side goes by its own scores, which leaves nobody a reason to change; the nearer
    to 1, the more each side also counts the other's score.
    """
    own = 1 - pull / 2
    for_mentee = own * instance.for_mentee + (1 - own) * instance.for_mentor
    for_mentor = own * instance.for_mentor + (1 - own) * instance.for_mentee
    edge_of = np.full(len(instance.mentees), NO_EDGE, dtype=np.int64)
    kept: list[list[int]] = [[] for _ in instance.mentors]
    locked = list(instance.locks)
    edge_of[instance.mentee[locked]] = locked
    places = instance.capacity - np.bincount(instance.mentor[locked], minlength=len(instance.mentors))
    offers = _offers(instance, for_mentee)
    free = [mentee for mentee in range(len(instance.mentees)) if edge_of[mentee] == NO_EDGE]
    while free:
        mentee = free.pop()
        edge = next(offers[mentee], NO_EDGE)
        if edge == NO_EDGE:
            continue
        mentor = int(instance.mentor[edge])
        held = kept[mentor]
        held.append(edge)
        if len(held) > places[mentor]:
            least = min(held, key=lambda one: (for_mentor[one], -one))
            held.remove(least)
            free.append(int(instance.mentee[least]))
    for held in kept:
        for edge in held:
            edge_of[instance.mentee[edge]] = edge
    return Plan(edge_of)


def _offers(instance: Instance, for_mentee: NDArray[np.float64]) -> list[Iterator[int]]:
    """For each mentee the possible pairs, best first."""
    order = np.lexsort((-for_mentee, instance.mentee))
    starts = np.searchsorted(instance.mentee[order], np.arange(len(instance.mentees) + 1))
    return [iter(order[start:end].tolist()) for start, end in pairwise(starts)]


def _raise_weights(instance: Instance, optimum: Plan, step: float) -> list[Plan]:
    """The plan at which raising weights settles; none where it does not within the rounds."""
    bonus = np.zeros(len(instance.mentee))
    plan = optimum
    for _ in range(ROUNDS):
        leaving = blocking_edges(instance, plan, over=MATERIAL_GAIN)
        if not leaving.size:
            return [plan]
        bonus[leaving] += step * np.minimum(*_gains(instance, plan))[leaving]
        plan = solve(instance, aim=Aim.BEST_SCORE, bonus=bonus)
    return []


def _is_left(instance: Instance, plan: Plan) -> bool:
    return bool(blocking_edges(instance, plan, over=MATERIAL_GAIN).size)


def _gains(instance: Instance, plan: Plan) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """By how much each possible pair is better than the plan for its mentee, and for its mentor."""
    chosen = plan.edges
    locked = np.zeros(len(instance.mentee), dtype=bool)
    locked[list(instance.locks)] = True
    now = np.zeros(len(instance.mentees))
    now[instance.mentee[chosen]] = instance.for_mentee[chosen]
    now[instance.mentee[locked]] = np.inf
    movable = chosen[~locked[chosen]]
    # A mentor whose places are all locked, or who has none, has nobody to change.
    least = np.full(len(instance.mentors), np.inf)
    np.minimum.at(least, instance.mentor[movable], instance.for_mentor[movable])
    used = np.bincount(instance.mentor[chosen], minlength=len(instance.mentors))
    least[used < instance.capacity] = 0.0
    return instance.for_mentee - now[instance.mentee], instance.for_mentor - least[instance.mentor]
