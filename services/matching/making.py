"""Making a run in the worker: the facts of now, the plans, and what is stored of them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.matching import MatchFix, MatchLine, MatchRun
from models.people import Person
from services.access.actors import Actor, Right
from services.access.records import find
from services.matching.facts import Facts
from services.matching.planning import Plans, make_plans, set_up
from services.matching.reading import digest_of, read_facts


def read_inputs(session: Session, *, actor: Actor, run_id: int) -> Facts:
    """What the run is made from, as it is now. Raises NotFound, NotAllowed."""
    run = find(session, MatchRun, run_id)
    actor.check_right(Right.MANAGE_PAIRS, run.organization_id)
    return read_facts(session, cycle_id=run.cycle_id)


def plan_of(facts: Facts) -> Plans:
    """The long part of a run: no session is open meanwhile."""
    return make_plans(set_up(facts))


def store_run(session: Session, *, run_id: int, facts: Facts, plans: Plans, now: datetime) -> None:
    """Keep what was found; whoever was erased meanwhile is left out. Raises NotFound."""
    run = find(session, MatchRun, run_id, lock=True)
    run.made_at, run.inputs_sha256, run.summary = now, digest_of(facts), plans.summary
    named = {one.person_id for one in (*facts.mentees, *facts.mentors)}
    there = set(session.scalars(select(Person.id).where(Person.id.in_(named), Person.erased_at.is_(None))))
    rows: list[MatchLine | MatchFix] = []
    for aim, lines in plans.lines.items():
        for line in lines:
            people = {line.mentee.person_id, line.mentor.person_id if line.mentor else line.mentee.person_id}
            if not people <= there:
                continue
            runner_up = line.runner_up.person_id if line.runner_up else None
            rows.append(
                MatchLine(
                    run_id=run_id,
                    aim=aim,
                    mentee_id=line.mentee.person_id,
                    mentor_id=line.mentor.person_id if line.mentor else None,
                    runner_up_id=runner_up if runner_up in there else None,
                    told=line.told,
                )
            )
    rows += [
        MatchFix(
            organization_id=run.organization_id,
            cycle_id=run.cycle_id,
            run_id=run_id,
            change=fix.change,
            mentor_id=fix.mentor.person_id,
            mentee_id=fix.mentee.person_id if fix.mentee else None,
            places=fix.places,
            criteria=[one.value for one in fix.criteria],
        )
        for fix in plans.fixes
        if {fix.mentor.person_id, fix.mentee.person_id if fix.mentee else fix.mentor.person_id} <= there
    ]
    session.add_all(rows)
    session.flush()
