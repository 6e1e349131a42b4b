"""Long work for the worker: asked for once, taken by one, resumed after a crash.

A job moves waiting → running → done or failed; cancelled ends it at the next chunk. Every write of a worker
names its mark: one that was presumed dead and wakes up is refused, so nothing is done twice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from models.audit import Action
from models.jobs import Job, JobStatus
from models.storable import ValueNotStorable
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed, NotFound, Unstorable
from services.access.records import find
from services.delivery.outbox import insert_or_ignore

STALE_AFTER = timedelta(seconds=30)
"""A heartbeat this old means that the worker died; it beats every few seconds."""

MOST_TRIES = 5  # work that ends its worker each time must not end it for ever
OPEN = (JobStatus.WAITING, JobStatus.RUNNING)
LISTED = 100


class JobTakenAway(Exception):
    """The job was cancelled, or another worker has it: stop, what was committed stays."""


class WorkerDied(DomainError):
    text = N_("The work broke off several times. The worker's log names the fault.")


class Unforeseen(DomainError):
    text = N_("Something went wrong in this work that should not. The worker's log names the fault.")


class TooMuchMemory(DomainError):
    text = N_("This work needs more memory than the worker may take. Please ask for a smaller part of it.")


class UnknownKind(DomainError):
    text = N_("This version of Nastavnik does not know this kind of work.")


class JobEnded(DomainError):
    text = N_("This work has ended already.")


@dataclass(frozen=True, slots=True)
class JobQueued:
    """`is_new` is False when this occasion was asked for before."""

    id: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class JobTaken:
    """What a worker needs to do a job or to go on with it."""

    id: int
    kind: str
    arguments: dict[str, Any]
    organization_id: int | None
    asked_by: int | None
    cursor: dict[str, Any] | None
    done: int
    total: int | None
    worker: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class JobFacts:
    """A job as a list shows it. `error_text` is a msgid with `error_facts`."""

    id: int
    kind: str
    arguments: dict[str, Any]
    organization_id: int | None
    asked_by: int | None
    status: JobStatus
    done: int
    total: int | None
    result: dict[str, Any] | None
    file_id: int | None
    error_kind: str | None
    error_text: str | None
    error_facts: dict[str, Any]
    tries: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


def enqueue_job(
    session: Session,
    *,
    actor: Actor,
    kind: str,
    arguments: dict[str, Any],
    organization_id: int | None,
    dedup_key: str,
    now: datetime,
) -> JobQueued:
    """Ask for work. Whoever asks must hold the right to what the work does: the worker acts as the asker.

    Work on the whole installation (no organisation) is the system's alone. Raises NotAllowed.
    """
    if organization_id is not None:
        actor.check_organization(organization_id)
    if actor.kind is ActorKind.PERSON or (organization_id is None and actor.kind is not ActorKind.SYSTEM):
        raise NotAllowed
    session.flush()
    job_id = session.scalar(
        insert_or_ignore(session, Job)
        .values(
            kind=kind,
            arguments=arguments,
            organization_id=organization_id,
            asked_by=actor.id if actor.kind is ActorKind.ACCOUNT else None,
            dedup_key=dedup_key,
            status=JobStatus.WAITING,
            progress_done=0,
            tries=0,
            created_at=now,
        )
        .returning(Job.id)
    )
    if job_id is None:
        return JobQueued(
            session.scalars(select(Job.id).where(Job.dedup_key == dedup_key)).one(), is_new=False
        )
    after = {"kind": kind, "arguments": arguments}
    record(session, actor, Action.JOB_ASKED, session.get_one(Job, job_id), now=now, after=after)
    return JobQueued(job_id, is_new=True)


def has_next(session: Session, *, now: datetime, stale_after: timedelta = STALE_AFTER) -> bool:
    """Whether there is anything to take: a look that locks nothing, for the worker's poll."""
    return session.scalar(select(Job.id).where(*_is_free(now, stale_after)).limit(1)) is not None


def take_next(
    session: Session, *, worker: str, now: datetime, stale_after: timedelta = STALE_AFTER
) -> JobTaken | None:
    """The oldest job that waits, or whose worker died; it is this worker's from now on.

    On PostgreSQL a row that another worker is just taking is passed over; SQLite lets one write at a time.
    """
    while True:
        job = session.scalars(
            select(Job)
            .where(*_is_free(now, stale_after))
            .order_by(Job.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if job is None:
            return None
        if job.tries >= MOST_TRIES:
            _end(job, JobStatus.FAILED, now)
            job.error = _describe(WorkerDied())
            session.flush()
            continue
        job.status, job.worker, job.heartbeat_at = JobStatus.RUNNING, worker, now
        job.started_at = job.started_at or now
        job.tries += 1
        session.flush()
        return JobTaken(
            id=job.id,
            kind=job.kind,
            arguments=dict(job.arguments),
            organization_id=job.organization_id,
            asked_by=job.asked_by,
            cursor=dict(job.cursor) if job.cursor is not None else None,
            done=job.progress_done,
            total=job.progress_total,
            worker=worker,
            created_at=job.created_at,
        )


def beat(session: Session, *, job_id: int, worker: str, now: datetime) -> None:
    """The worker lives. Raises JobTakenAway."""
    _lock_own(session, job_id, worker).heartbeat_at = now


def report_progress(
    session: Session,
    *,
    job_id: int,
    worker: str,
    cursor: dict[str, Any],
    done: int,
    total: int | None,
    now: datetime,
) -> None:
    """A chunk is finished; say so in the transaction of its effect. Raises JobTakenAway: then roll it back.

    A job that gets on has not broken off: its tries count from here.
    """
    job = _lock_own(session, job_id, worker)
    job.cursor, job.progress_done, job.progress_total, job.heartbeat_at = cursor, done, total, now
    job.tries = 1


def release(session: Session, *, job_id: int, worker: str) -> None:
    """The worker ends in order: the job waits for the next one with its cursor."""
    job = _lock_own(session, job_id, worker)
    job.status, job.worker, job.heartbeat_at = JobStatus.WAITING, None, None
    job.tries -= 1


def finish(
    session: Session,
    *,
    job_id: int,
    worker: str,
    result: dict[str, Any],
    file_id: int | None,
    now: datetime,
) -> None:
    """Done, in the transaction of the last effect. Raises JobTakenAway: then roll it back."""
    job = _lock_own(session, job_id, worker)
    _end(job, JobStatus.DONE, now)
    job.result, job.file_id = result, file_id


def fail(session: Session, *, job_id: int, worker: str, error: Exception, now: datetime) -> None:
    """The work cannot be done. A rule's own sentence is kept; of any other fault only its class."""
    job = _lock_own(session, job_id, worker)
    _end(job, JobStatus.FAILED, now)
    job.error = _describe(error)


def cancel(session: Session, *, actor: Actor, job_id: int, now: datetime) -> None:
    """Stop a job before its end; a running one stops at its next chunk. Raises JobEnded, NotFound."""
    job = find(session, Job, job_id, lock=True)
    _check_may(actor, job)
    if job.status not in OPEN:
        raise JobEnded
    before = job.status
    _end(job, JobStatus.CANCELLED, now)
    record(session, actor, Action.JOB_CANCELLED, job, now=now, before={"status": before.value})


def read_job(session: Session, *, actor: Actor, job_id: int) -> JobFacts:
    """Raises NotFound, NotAllowed."""
    job = session.get(Job, job_id, populate_existing=True)
    if job is None:
        raise NotFound
    _check_may(actor, job)
    return _facts(job)


def list_jobs(
    session: Session,
    *,
    actor: Actor,
    organization_id: int | None,
    kind: str | None = None,
    limit: int = LISTED,
) -> list[JobFacts]:
    """Jobs of an organisation, of one kind or of all, the newest first: all for who manages it, one's own for
    any other account. Raises NotAllowed.
    """
    query = select(Job).where(Job.organization_id == organization_id)
    if kind is not None:
        query = query.where(Job.kind == kind)
    if actor.kind is not ActorKind.SYSTEM:
        if actor.kind is not ActorKind.ACCOUNT or organization_id is None:
            raise NotAllowed
        actor.check_organization(organization_id)
        if Right.MANAGE_SETTINGS not in actor.rights:
            query = query.where(Job.asked_by == actor.id)
    return [_facts(job) for job in session.scalars(query.order_by(Job.id.desc()).limit(limit))]


def _check_may(actor: Actor, job: Job) -> None:
    """The system, the one who asked, and who manages the organisation."""
    if actor.kind is ActorKind.SYSTEM:
        return
    if actor.kind is not ActorKind.ACCOUNT or job.organization_id is None:
        raise NotAllowed
    actor.check_organization(job.organization_id)
    if job.asked_by != actor.id:
        actor.check_right(Right.MANAGE_SETTINGS, job.organization_id)


def _is_free(now: datetime, stale_after: timedelta) -> tuple[ColumnElement[bool], ...]:
    is_left = or_(Job.status == JobStatus.WAITING, Job.heartbeat_at < now - stale_after)
    return Job.status.in_(OPEN), is_left


def _lock_own(session: Session, job_id: int, worker: str) -> Job:
    job = session.get(Job, job_id, with_for_update=True, populate_existing=True)
    if job is None or job.status is not JobStatus.RUNNING or job.worker != worker:
        raise JobTakenAway
    return job


def _end(job: Job, status: JobStatus, now: datetime) -> None:
    job.status, job.finished_at, job.worker = status, now, None


def _describe(error: Exception) -> dict[str, Any]:
    told: DomainError = Unforeseen()
    if isinstance(error, DomainError):
        told = error
    elif isinstance(error, MemoryError):
        told = TooMuchMemory()
    elif isinstance(error, ValueNotStorable):
        told = Unstorable()
    facts = {key: fact if isinstance(fact, int) else str(fact) for key, fact in told.facts.items()}
    return {"kind": type(error).__name__, "text": told.text, "facts": facts}


def _facts(job: Job) -> JobFacts:
    error = job.error or {}
    return JobFacts(
        id=job.id,
        kind=job.kind,
        arguments=dict(job.arguments),
        organization_id=job.organization_id,
        asked_by=job.asked_by,
        status=job.status,
        done=job.progress_done,
        total=job.progress_total,
        result=job.result,
        file_id=job.file_id,
        error_kind=error.get("kind"),
        error_text=error.get("text"),
        error_facts=error.get("facts", {}),
        tries=job.tries,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
    )
