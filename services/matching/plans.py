"""The best plan for an aim, by scipy's sparse assignment on copied places.

A mentor who takes two is two columns; each mentee also has a column of their own that means "not paired". The
assignment is then complete and as cheap as possible, which is the plan of the best total.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.matching import Aim
from services.matching.instances import MAX_SCORE, Instance

NO_EDGE = -1
# An explicit zero is no edge for scipy, so the cheapest pair costs something.
CHEAPEST = 1.0
# At equal totals more people are paired; far below any difference between scores.
PREFERENCE = 1e-9


@dataclass(frozen=True)
class Plan:
    """For each mentee the possible pair that was chosen (a position in the instance's arrays) or NO_EDGE."""

    edge_of: NDArray[np.int64]

    @property
    def edges(self) -> NDArray[np.int64]:
        chosen: NDArray[np.int64] = self.edge_of[self.edge_of != NO_EDGE]
        return chosen

    def total(self, instance: Instance) -> float:
        """The sum over the pairs of the mean of both scores."""
        return float(instance.score[self.edges].sum())

    def is_paired(self) -> NDArray[np.bool_]:
        """Of each mentee."""
        paired: NDArray[np.bool_] = self.edge_of != NO_EDGE
        return paired


def solve(instance: Instance, *, aim: Aim, bonus: NDArray[np.float64] | None = None) -> Plan:
    """The exact optimum: the best total, or first most mentees paired and then the best total.

    `bonus` is added to the score of each possible pair; locked pairs are always in the plan.
    """
    gain = instance.score if bonus is None else instance.score + bonus
    locked = np.array(instance.locks, dtype=np.int64)
    plan = np.full(len(instance.mentees), NO_EDGE, dtype=np.int64)
    plan[instance.mentee[locked]] = locked
    places = instance.capacity - np.bincount(instance.mentor[locked], minlength=len(instance.mentors))
    is_open = (plan[instance.mentee] == NO_EDGE) & (places[instance.mentor] > 0)
    free = np.flatnonzero(is_open)
    if free.size:
        chosen = _assign(instance, gain, free, places, aim)
        plan[instance.mentee[chosen]] = chosen
    return Plan(plan)


def _assign(
    instance: Instance,
    gain: NDArray[np.float64],
    free: NDArray[np.int64],
    places: NDArray[np.int64],
    aim: Aim,
) -> NDArray[np.int64]:
    # Only a run of the matching pays for scipy: half a second and sixty megabytes.
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    mentees, row = np.unique(instance.mentee[free], return_inverse=True)
    wanted = np.bincount(instance.mentor[free], minlength=len(instance.mentors))
    copies = np.minimum(places, wanted)
    first = np.concatenate(([0], np.cumsum(copies)[:-1]))
    repeated = copies[instance.mentor[free]]
    edge = np.repeat(free, repeated)
    rows = np.repeat(row, repeated)
    within = np.arange(edge.size) - np.repeat(np.cumsum(repeated) - repeated, repeated)
    columns = first[instance.mentor[edge]] + within
    places_in_all = int(copies.sum())
    highest = max(MAX_SCORE, float(gain[free].max()))
    cost = CHEAPEST + highest - gain[edge]
    unpaired = CHEAPEST + highest + PREFERENCE
    if aim is Aim.NOBODY_LEFT_OUT:
        unpaired = (highest + CHEAPEST) * (mentees.size + 1)
    alone = np.arange(mentees.size)
    matrix = csr_array(
        (
            np.concatenate((cost, np.full(mentees.size, unpaired))),
            (np.concatenate((rows, alone)), np.concatenate((columns, places_in_all + alone))),
        ),
        shape=(mentees.size, places_in_all + mentees.size),
    )
    taken_rows, taken_columns = min_weight_full_bipartite_matching(matrix)
    is_pair = taken_columns < places_in_all
    mentor_of_column = np.repeat(np.arange(len(instance.mentors)), copies)
    width = len(instance.mentors)
    wanted_keys = mentees[taken_rows[is_pair]] * width + mentor_of_column[taken_columns[is_pair]]
    keys = instance.mentee[free] * width + instance.mentor[free]
    order = np.argsort(keys)
    return np.asarray(free[order[np.searchsorted(keys, wanted_keys, sorter=order)]])
