"""`python -m bench.matching_run MENTEES MENTORS`: plans of invented people, as the worker makes them."""

import json
import random
import sys

from models.matching import Aim
from models.people import Role
from services.matching.facts import Criterion, Facts, Links, Member
from services.matching.planning import make_plans, set_up
from services.programmes.regulations import Settings

AREAS = tuple(f"area{number}" for number in range(12))
SUBJECTS = tuple(f"subject{number}" for number in range(11))
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat")
TIMES = ("before", "breaks", "after", "evening")
SEED = 7


def draw_member(draw: random.Random, number: int, role: Role) -> Member:
    is_mentor = role is Role.MENTOR
    return Member(
        id=number,
        person_id=number,
        role=role,
        capacity=draw.choice((1, 1, 2)) if is_mentor else 1,
        ratings={area: draw.randint(1, 10) for area in AREAS},
        topics=frozenset(draw.sample(AREAS, 3)),
        subjects=frozenset(draw.sample(SUBJECTS, 1)),
        weekdays=frozenset(draw.sample(DAYS, 3)),
        times=frozenset(draw.sample(TIMES, 2)),
        kinds=frozenset(("traditional",)),
        format=draw.choice(("in_person", "online", "mixed")),
        experience=draw.randint(4, 35) if is_mentor else draw.randint(0, 5),
        marks=draw.randint(0, 4) if is_mentor else None,
        hours=draw.randint(2, 10) if is_mentor else None,
        has_grounds=None if is_mentor else True,
    )


def main() -> int:
    mentees, mentors = map(int, sys.argv[1:])
    draw = random.Random(SEED)  # noqa: S311  # the same figures every time
    weights = {one: Settings.model_fields[f"match_{one}"].default for one in Criterion}
    facts = Facts(
        mentees=tuple(draw_member(draw, one, Role.MENTEE) for one in range(mentees)),
        mentors=tuple(draw_member(draw, mentees + one, Role.MENTOR) for one in range(mentors)),
        links=Links(),
        weights=weights,
    )
    problem = set_up(facts)
    plans = make_plans(problem)
    share = plans.summary[Aim.BALANCED.value]["share"]
    sys.stdout.write(json.dumps({"edges": len(problem.instance.mentee), "share": share}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
