"""One matching from a checked instance to everything that is said about its plan."""

from dataclasses import dataclass

from models.matching import Aim, Change, Reason
from services.matching.fixes import Fix, fewest_fixes, reasons
from services.matching.instances import Instance
from services.matching.plans import Plan, solve
from services.matching.stability import MATERIAL_GAIN, balance, blocking_edges

Id = int | str


@dataclass(frozen=True)
class Unmatched:
    id: Id
    reason: Reason


@dataclass(frozen=True)
class Matching:
    """The pairs as (mentee, mentor), in the order of the mentees, and how good they are.

    `total` is the sum over the pairs of the mean of both scores, `optimum_share` its part of the highest
    possible total (1 where that is 0). `blocking_pairs` counts who would both gain by leaving for each
    other, `material_blocking_pairs` those who would gain more than 5 points. `fixes` are the fewest changes
    that would leave nobody out.
    """

    pairs: tuple[tuple[Id, Id], ...]
    total: float
    optimum_share: float
    unmatched: tuple[Unmatched, ...]
    blocking_pairs: int
    material_blocking_pairs: int
    fixes: tuple[dict[str, Id], ...]


def match(instance: Instance) -> Matching:
    """The plan for the instance's aim, explained."""
    optimum = solve(instance, aim=Aim.BEST_SCORE)
    plan = _planned(instance, optimum)
    best, total = optimum.total(instance), plan.total(instance)
    return Matching(
        pairs=tuple(
            (instance.mentees[instance.mentee[edge]], instance.mentors[instance.mentor[edge]])
            for edge in plan.edges
        ),
        total=round(total, 6),
        optimum_share=round(total / best, 6) if best else 1.0,
        unmatched=tuple(
            Unmatched(instance.mentees[mentee], reason) for mentee, reason in reasons(instance, plan).items()
        ),
        blocking_pairs=blocking_edges(instance, plan).size,
        material_blocking_pairs=blocking_edges(instance, plan, over=MATERIAL_GAIN).size,
        fixes=tuple(_named(instance, fix) for fix in fewest_fixes(instance, plan)),
    )


def _planned(instance: Instance, optimum: Plan) -> Plan:
    match instance.aim:
        case Aim.BEST_SCORE:
            return optimum
        case Aim.BALANCED:
            return balance(instance, optimum).plan
        case Aim.NOBODY_LEFT_OUT:
            return solve(instance, aim=Aim.NOBODY_LEFT_OUT)


def _named(instance: Instance, fix: Fix) -> dict[str, Id]:
    facts: dict[str, Id] = {"change": fix.change.value, "mentor": instance.mentors[fix.mentor]}
    if fix.change is Change.ONE_MORE_PLACE:
        return {**facts, "places": fix.places}
    assert fix.mentee is not None
    return {**facts, "mentee": instance.mentees[fix.mentee]}
