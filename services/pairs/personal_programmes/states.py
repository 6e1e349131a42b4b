"""The one owner of a programme's state: where it goes, who hears of it, which tasks it opens and closes."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import NoticeKind
from models.pairs import IN_WORK, Pair
from models.personal_programmes import (
    ChangeState,
    PersonalProgramme,
    ProgrammeChange,
    ProgrammeConsent,
    ProgrammeStatus,
    ProgrammeVersion,
)
from models.tasks import Task, TaskKind
from services.access.actors import Actor, ActorKind, Right, account_of
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed
from services.access.records import find
from services.dates.months import shift_months
from services.delivery.outbox import enqueue
from services.delivery.tasks import open_task
from services.pairs.personal_programmes.contents import read_consents, snapshot
from services.programmes.regulations import Settings
from services.programmes.running import settings_of

TASKS = (
    TaskKind.PROGRAMME_TO_APPROVE,
    TaskKind.PROGRAMME_SILENT,
    TaskKind.PROGRAMME_LATE,
    TaskKind.PROGRAMME_ENDS,
)


class ProgrammeOver(DomainError):
    text = N_("This programme has ended, so nothing is changed in it any more.")


class ProgrammeNotDue(DomainError):
    text = N_("The programme has changed meanwhile. Please look at it again.")


class TermOutOfRange(DomainError):
    text = N_("A programme lasts from {least} to {most} months.")


def check_term(starts_on: date, ends_on: date, settings: Settings) -> None:
    """Raises TermOutOfRange."""
    least, most = settings.term_months_min, settings.term_months_max
    if not shift_months(starts_on, least) <= ends_on <= shift_months(starts_on, most):
        raise TermOutOfRange(least=least, most=most)


def lock_programme(session: Session, programme_id: int) -> tuple[PersonalProgramme, Pair]:
    """Raises NotFound."""
    row = find(session, PersonalProgramme, programme_id, lock=True)
    return row, session.get_one(Pair, row.pair_id)


def check_open(row: PersonalProgramme, pair: Pair) -> None:
    """Raises ProgrammeOver."""
    if row.status is ProgrammeStatus.COMPLETED or pair.status not in IN_WORK:
        raise ProgrammeOver


def check_member(actor: Actor, pair: Pair) -> int:
    """Somebody of the pair. Raises NotAllowed."""
    actor.check_organization(pair.organization_id)
    people = {one.person_id for one in pair.sides}
    if actor.kind is not ActorKind.PERSON or actor.id not in people:
        raise NotAllowed
    return actor.id


def check_reader(actor: Actor, pair: Pair) -> None:
    """The pair, and whoever leads pairs: to them its answers were promised. Raises NotAllowed."""
    if actor.kind is ActorKind.PERSON:
        check_member(actor, pair)
    else:
        actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)


def move(
    session: Session,
    row: PersonalProgramme,
    status: ProgrammeStatus,
    *,
    actor: Actor,
    action: Action,
    now: datetime,
    **facts: object,
) -> None:
    """Another state, with the audit trail. What waited for the curator or the pair in the old one is over."""
    before = row.status
    row.status, row.since = status, now
    row.look_at = None if status is ProgrammeStatus.COMPLETED else now
    after: dict[str, Any] = {"status": status.value, **facts}
    record(session, actor, action, row, now=now, before={"status": before.value}, after=after)
    close_tasks(session, row, *TASKS, now=now)
    if status is ProgrammeStatus.AGREED:
        key = f"programme:{row.id}:approve:{now.isoformat()}"
        open_task(session, TaskKind.PROGRAMME_TO_APPROVE, row, key=key, now=now)


def add_consent(
    session: Session, row: PersonalProgramme, person_id: int, change_id: int | None, now: datetime
) -> bool:
    """Whether all of the pair agree now."""
    agreed = read_consents(session, row.id).get(change_id, set())
    if person_id not in agreed:
        session.add(
            ProgrammeConsent(programme_id=row.id, change_id=change_id, person_id=person_id, agreed_at=now)
        )
        session.flush()
    return people_of(session, row) <= agreed | {person_id}


def forget_consents(session: Session, row: PersonalProgramme, *, but: int | None = None) -> bool:
    """The programme reads otherwise now: whoever agreed to it is asked again. Whether anybody had."""
    others = [
        ProgrammeConsent.programme_id == row.id,
        ProgrammeConsent.change_id.is_(None),
        ProgrammeConsent.person_id != (but or 0),
    ]
    gone = session.scalars(select(ProgrammeConsent.id).where(*others)).all()
    session.execute(delete(ProgrammeConsent).where(ProgrammeConsent.id.in_(gone)))
    return bool(gone)


def people_of(session: Session, row: PersonalProgramme) -> set[int]:
    return {one.person_id for one in session.get_one(Pair, row.pair_id).sides}


def add_version(
    session: Session, row: PersonalProgramme, *, actor: Actor, change_id: int | None, now: datetime
) -> None:
    """What the programme says now, with who made it so."""
    session.flush()
    session.refresh(row, ["activities"])
    row.version += 1
    session.add(
        ProgrammeVersion(
            programme_id=row.id,
            number=row.version,
            made_at=now,
            change_id=change_id,
            account_id=account_of(actor),
            contents=snapshot(row),
        )
    )


def tell(
    session: Session,
    row: PersonalProgramme,
    kind: NoticeKind,
    *,
    key: str,
    now: datetime,
    but: int | None = None,
    only: set[int] | None = None,
    **facts: int,
) -> None:
    """One notice to each of the pair. `but` is whoever acted."""
    for person_id in sorted(people_of(session, row)):
        if person_id == but or (only is not None and person_id not in only):
            continue
        enqueue(
            session,
            kind,
            row,
            key=f"{kind}:{row.id}:{key}:person:{person_id}",
            person_id=person_id,
            facts={"programme_id": row.id, **facts},
            now=now,
        )


def close_tasks(session: Session, row: PersonalProgramme, *kinds: TaskKind, now: datetime) -> None:
    session.execute(
        update(Task)
        .where(Task.pair_id == row.pair_id, Task.kind.in_(kinds), Task.done_at.is_(None))
        .values(done_at=now)
        .execution_options(synchronize_session=False)
    )


def is_task_open(session: Session, row: PersonalProgramme, kind: TaskKind) -> bool:
    query = select(Task.id).where(Task.pair_id == row.pair_id, Task.kind == kind, Task.done_at.is_(None))
    return session.scalar(query.limit(1)) is not None


def drop_waiting_changes(session: Session, row: PersonalProgramme, *, now: datetime) -> None:
    """The programme has ended: nobody decides on them any more."""
    session.execute(
        update(ProgrammeChange)
        .where(
            ProgrammeChange.programme_id == row.id,
            ProgrammeChange.state.in_((ChangeState.CARD, ChangeState.WAITING)),
        )
        .values(state=ChangeState.WITHDRAWN, decided_at=now)
    )


def settings_for(session: Session, row: PersonalProgramme) -> Settings:
    return settings_of(session, cycle_id=row.cycle_id)
