"""Runs of the matching from live data: asked for by a curator, made by the worker, kept with their inputs.

`ask_run` makes a job, which the worker does by services.matching.making; services.matching.results gives what
was found, services.matching.drafting makes drafts of it. Locks and bans of services.matching.rules hold in
every run. Nothing of a run is told to anybody in the chat.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.jobs import Job, JobStatus
from models.matching import MatchRun
from models.people import Participation, ParticipationStatus, Role
from models.programmes import Cycle
from services.access.actors import Actor, ActorKind, Right
from services.access.errors import N_, DomainError
from services.access.records import find
from services.files.jobs import enqueue_job
from services.pairs.banks import count_free

KIND = "matching"


class NothingToMatch(DomainError):
    text = N_("Nobody waits for a pair, or no mentor takes part: there is nothing to plan.")


@dataclass(frozen=True, slots=True)
class RunAsked:
    """`is_new` is False when a run of this year waits already: it will see what is there by then."""

    run_id: int
    is_new: bool


def ask_run(session: Session, *, actor: Actor, cycle_id: int, now: datetime) -> RunAsked:
    """Plans anew, from what is known when the worker takes it up.

    Raises NothingToMatch, NotFound, NotAllowed.
    """
    cycle = find(session, Cycle, cycle_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, cycle.organization_id)
    waiting = session.scalar(
        select(MatchRun.id)
        .join(Job, Job.id == MatchRun.job_id)
        .where(MatchRun.cycle_id == cycle_id, Job.status == JobStatus.WAITING)
        .limit(1)
    )
    if waiting is not None:
        return RunAsked(waiting, is_new=False)
    if not _has_both_sides(session, cycle):
        raise NothingToMatch
    run = MatchRun(
        organization_id=cycle.organization_id,
        cycle_id=cycle_id,
        asked_by=actor.id if actor.kind is ActorKind.ACCOUNT else None,
        asked_at=now,
    )
    session.add(run)
    session.flush()
    queued = enqueue_job(
        session,
        actor=actor,
        kind=KIND,
        arguments={"run_id": run.id},
        organization_id=cycle.organization_id,
        dedup_key=f"{KIND}:run:{run.id}",
        now=now,
    )
    run.job_id = queued.id
    return RunAsked(run.id, is_new=True)


def _has_both_sides(session: Session, cycle: Cycle) -> bool:
    is_mentor = exists().where(
        Participation.cycle_id == cycle.id,
        Participation.role == Role.MENTOR,
        Participation.status != ParticipationStatus.LEFT,
    )
    waiting = count_free(session, organization_id=cycle.organization_id, cycle_id=cycle.id, role=Role.MENTEE)
    return waiting > 0 and bool(session.scalar(select(is_mentor)))
