"""Deadlines that a withdrawn consent or a demand sets running (152-ФЗ; docs/domain.md#personal-data).

Destruction within 30 calendar days of a withdrawal; 10 working days for a demand to stop processing; 3
working days to take down what was published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.audit import Action
from models.changes import change_row
from models.consents import ConsentKind
from models.outreach import PublicationPerson
from models.people import Person
from models.privacy import DutyKind, PrivacyDuty
from models.tasks import TaskKind
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.delivery.tasks import close_by_fact, open_task
from services.organizations.days import today_of
from services.organizations.school_days import Calendar, read_calendar
from services.organizations.working_days import is_working_day

ERASED_WITHIN = timedelta(days=30)
STOPPED_WITHIN, UNPUBLISHED_WITHIN = 10, 3  # working days

TASKS = {
    DutyKind.ERASURE: TaskKind.ERASURE_DUE,
    DutyKind.STOP: TaskKind.STOP_DUE,
    DutyKind.UNPUBLISH: TaskKind.UNPUBLISH_DUE,
}


class ErasureIsNoTick(DomainError):
    text = N_("Data are destroyed by the button on the person's page of personal data, with an act.")


@dataclass(frozen=True, slots=True)
class DutyFacts:
    """`days_left` is negative once the day has passed."""

    id: int
    person_id: int
    person: str
    kind: DutyKind
    consent_kind: ConsentKind | None
    opened_at: datetime
    due_on: date
    days_left: int


def find_due_day(kind: DutyKind, opened: date, calendar: Calendar = Calendar()) -> date:  # noqa: B008  # frozen
    """The last day for what is owed; the day of the withdrawal does not count.

    A working Saturday of the organisation's own calendar counts; its own holidays do not, for a school's
    holidays put off no term of the law.
    """
    match kind:
        case DutyKind.ERASURE:
            return opened + ERASED_WITHIN
        case DutyKind.STOP:
            return _count_working_days(opened, STOPPED_WITHIN, calendar)
        case DutyKind.UNPUBLISH:
            return _count_working_days(opened, UNPUBLISHED_WITHIN, calendar)


def _count_working_days(opened: date, number: int, calendar: Calendar) -> date:
    day = opened
    while number > 0:
        day += timedelta(days=1)
        if is_working_day(day) or calendar.is_working(day):
            number -= 1
    return day


def open_duty(
    session: Session,
    *,
    person: Person,
    kind: DutyKind,
    consent_kind: ConsentKind | None,
    now: datetime,
) -> date:
    """Start a deadline with its task; one that runs already for the same thing keeps its day."""
    running = session.scalars(
        select(PrivacyDuty).where(
            PrivacyDuty.person_id == person.id,
            PrivacyDuty.kind == kind,
            PrivacyDuty.consent_kind == consent_kind
            if consent_kind is not None
            else PrivacyDuty.consent_kind.is_(None),
            PrivacyDuty.done_at.is_(None),
            PrivacyDuty.called_off_at.is_(None),
        )
    ).first()
    if running is not None:
        return running.due_on
    duty = PrivacyDuty(
        organization_id=person.organization_id,
        person_id=person.id,
        kind=kind,
        consent_kind=consent_kind,
        opened_at=now,
        due_on=find_due_day(
            kind,
            today_of(session, person.organization_id, now),
            read_calendar(session, organization_id=person.organization_id),
        ),
    )
    session.add(duty)
    session.flush()
    open_task(session, TASKS[kind], person, key=_key(duty.id), wanted_on=duty.due_on, now=now)
    return duty.due_on


def restore_duty(session: Session, *, person: Person, facts: Mapping[str, Any], now: datetime) -> bool:
    """Put a duty back as it stood before a backup was restored; whether anything changed. Raises nothing."""
    found = session.scalars(
        select(PrivacyDuty).where(
            PrivacyDuty.person_id == person.id,
            PrivacyDuty.kind == facts["kind"],
            PrivacyDuty.opened_at == facts["opened_at"],
        )
    ).first()
    state = {name: facts[name] for name in ("due_on", "done_at", "done_by", "called_off_at")}
    if found is None:
        found = PrivacyDuty(
            organization_id=person.organization_id,
            person_id=person.id,
            kind=DutyKind(facts["kind"]),
            consent_kind=ConsentKind(facts["consent_kind"]) if facts["consent_kind"] else None,
            opened_at=facts["opened_at"],
            **state,
        )
        session.add(found)
        session.flush()
    elif found.done_at is not None or not change_row(found, state):
        return False
    if found.done_at is not None or found.called_off_at is not None:
        close_by_fact(session, dedup_key=_key(found.id), now=now)
        return True
    open_task(session, TASKS[found.kind], found, key=_key(found.id), wanted_on=found.due_on, now=now)
    return True


def call_off_duties(session: Session, *, person_id: int, consent_kind: ConsentKind, now: datetime) -> None:
    """The person consented again before the day: what the withdrawal set running stops."""
    for duty in session.scalars(
        select(PrivacyDuty).where(
            PrivacyDuty.person_id == person_id,
            PrivacyDuty.consent_kind == consent_kind,
            PrivacyDuty.done_at.is_(None),
            PrivacyDuty.called_off_at.is_(None),
        )
    ):
        duty.called_off_at = now
        close_by_fact(session, dedup_key=_key(duty.id), now=now)


def complete_duty(session: Session, *, actor: Actor, duty_id: int, now: datetime) -> None:
    """The curator has done it. Raises NotFound, NotAllowed, ErasureIsNoTick; twice is no error."""
    duty = find(session, PrivacyDuty, duty_id, lock=True)
    actor.check_right(Right.EDIT_PEOPLE, duty.organization_id)
    if duty.kind is DutyKind.ERASURE:
        raise ErasureIsNoTick
    if duty.done_at is None and duty.called_off_at is None:
        if duty.consent_kind is ConsentKind.DISSEMINATION:
            # the publications were taken down or no longer name this person
            session.execute(delete(PublicationPerson).where(PublicationPerson.person_id == duty.person_id))
        finish(session, duty, actor=actor, now=now)


def finish(session: Session, duty: PrivacyDuty, *, actor: Actor, now: datetime) -> None:
    duty.done_at = now
    duty.done_by = actor.id if actor.kind is ActorKind.ACCOUNT else None
    close_by_fact(session, dedup_key=_key(duty.id), now=now)
    after = {"duty": duty.id, "due_on": duty.due_on.isoformat()}
    record(session, actor, Action(f"privacy.{duty.kind.value}_done"), duty, now=now, after=after)


def list_duties(
    session: Session, *, actor: Actor, organization_id: int, now: datetime, person_id: int | None = None
) -> list[DutyFacts]:
    """What is owed and not done, the nearest day first. Raises NotAllowed."""
    actor.check_right(Right.EDIT_PEOPLE, organization_id)
    today = today_of(session, organization_id, now)
    query = (
        select(PrivacyDuty, Person)
        .join(Person, Person.id == PrivacyDuty.person_id)
        .where(
            PrivacyDuty.organization_id == organization_id,
            PrivacyDuty.done_at.is_(None),
            PrivacyDuty.called_off_at.is_(None),
        )
        .order_by(PrivacyDuty.due_on, PrivacyDuty.id)
    )
    if person_id is not None:
        query = query.where(PrivacyDuty.person_id == person_id)
    return [
        DutyFacts(
            id=duty.id,
            person_id=person.id,
            person=person.full_name,
            kind=duty.kind,
            consent_kind=duty.consent_kind,
            opened_at=duty.opened_at,
            due_on=duty.due_on,
            days_left=(duty.due_on - today).days,
        )
        for duty, person in session.execute(query)
    ]


def demand_stop(session: Session, *, actor: Actor, person_id: int, now: datetime) -> date:
    """A written demand to stop processing reached the curator: 10 working days for it.

    Raises NotFound, NotAllowed.
    """
    person = find(session, Person, person_id, lock=True)
    if person.erased_at is not None:
        raise NotFound
    actor.check_right(Right.EDIT_PEOPLE, person.organization_id)
    due_on = open_duty(session, person=person, kind=DutyKind.STOP, consent_kind=None, now=now)
    record(
        session, actor, Action.PRIVACY_STOP_DEMANDED, person, now=now, after={"due_on": due_on.isoformat()}
    )
    return due_on


def _key(duty_id: int) -> str:
    return f"privacy:duty:{duty_id}"
