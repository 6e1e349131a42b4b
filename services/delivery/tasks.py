"""What waits for the curator. A task is opened once for its occasion, closed by a person or by the fact."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from models.audit import Action, Audited
from models.meetings import Meeting
from models.pairs import Pair
from models.people import JoinRequest, Person
from models.surveys import SurveyRun
from models.tasks import Task, TaskKind
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.errors import N_, DomainError
from services.access.records import find
from services.delivery.outbox import insert_or_ignore

COLUMNS: dict[type, str] = {
    Person: "person_id",
    Pair: "pair_id",
    Meeting: "meeting_id",
    SurveyRun: "run_id",
    JoinRequest: "join_request_id",
}
INHERITED = ("cycle_id", "person_id", "pair_id")
LEGAL = frozenset({TaskKind.ERASURE_DUE, TaskKind.STOP_DUE, TaskKind.UNPUBLISH_DUE})


class ClosedByDeed(DomainError):
    text = N_("This task has a day set by law: it closes when the thing itself is done.")


def open_task(
    session: Session, kind: TaskKind, about: Audited, *, key: str, now: datetime, **more: object
) -> None:
    """A task about a row, once for a key. The row gives organisation, school year, pair and person where it
    has them; `more` are further columns of `Task`.
    """
    session.flush()
    facts = {name: value for name in INHERITED if (value := getattr(about, name, None)) is not None}
    if column := COLUMNS.get(type(about)):
        facts[column] = about.audit_subject().id
    facts |= {"organization_id": about.audit_subject().organization_id, **more}
    session.execute(insert_or_ignore(session, Task).values(kind=kind, dedup_key=key, opened_at=now, **facts))


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
