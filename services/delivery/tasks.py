"""What waits for the curator. A task is opened once for its occasion, closed by a person or by the fact."""

from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from models.audit import Action
from models.tasks import Task, TaskKind
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.errors import N_, DomainError
from services.access.records import find
from services.delivery.outbox import insert_or_ignore

LEGAL = frozenset({TaskKind.ERASURE_DUE, TaskKind.STOP_DUE, TaskKind.UNPUBLISH_DUE})


class ClosedByDeed(DomainError):
    text = N_("This task has a day set by law: it closes when the thing itself is done.")


def open_task(
    session: Session,
    *,
    kind: TaskKind,
    dedup_key: str,
    organization_id: int,
    now: datetime,
    cycle_id: int | None = None,
    person_id: int | None = None,
    pair_id: int | None = None,
    meeting_id: int | None = None,
    run_id: int | None = None,
    join_request_id: int | None = None,
    wanted_on: date | None = None,
) -> None:
    session.flush()
    session.execute(
        insert_or_ignore(session, Task).values(
            kind=kind,
            dedup_key=dedup_key,
            organization_id=organization_id,
            cycle_id=cycle_id,
            person_id=person_id,
            pair_id=pair_id,
            meeting_id=meeting_id,
            run_id=run_id,
            join_request_id=join_request_id,
            wanted_on=wanted_on,
            opened_at=now,
        )
    )


def close_by_fact(session: Session, *, dedup_key: str, now: datetime) -> None:
    """Close the task of an occasion that has resolved itself."""
    session.execute(
        update(Task).where(Task.dedup_key == dedup_key, Task.done_at.is_(None)).values(done_at=now)
    )


def close_of_pair(session: Session, *, actor: Actor, pair_id: int, now: datetime) -> None:
    """Nothing waits for a pair that never began."""
    session.execute(
        update(Task)
        .where(Task.pair_id == pair_id, Task.done_at.is_(None))
        .values(done_at=now, done_by=actor.id if actor.kind is ActorKind.ACCOUNT else None)
    )


def close_unreachable(session: Session, *, person_id: int, now: datetime) -> None:
    """The person has come back, in this chat or in another: nobody need look for them."""
    session.execute(
        update(Task)
        .where(Task.person_id == person_id, Task.kind == TaskKind.PERSON_UNREACHABLE, Task.done_at.is_(None))
        .values(done_at=now)
    )


def close_task(session: Session, *, actor: Actor, task_id: int, now: datetime) -> None:
    """A curator says the task is dealt with; saying it twice is no error.

    Raises NotFound, NotAllowed, ClosedByDeed.
    """
    task = find(session, Task, task_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, task.organization_id)
    if task.done_at is not None:
        return
    if task.kind in LEGAL:
        raise ClosedByDeed
    task.done_at, task.done_by = now, actor.id
    record(session, actor, Action.TASK_CLOSED, task, now=now, after={"kind": task.kind.value})
