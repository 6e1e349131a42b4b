"""Asking for an erasure: who may, why it is due, what goes and what stays; the worker does it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, or_, select, true, update
from sqlalchemy.orm import Session

from models.consents import ConsentKind
from models.meetings import Meeting
from models.messages import NoticeKind, OutboxMessage, OutboxStatus
from models.outreach import PublicationPerson
from models.pairs import PairMember
from models.people import Organization, Participation, Person
from models.privacy import ChatMessage, DestructionAct, DutyKind, PrivacyDuty
from models.programmes import Cycle
from models.surveys import Answer, SurveyRun
from models.tasks import Task, TaskKind
from services.access.actors import Actor, Channel, Right, system
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.consents.duties import ERASED_WITHIN
from services.consents.retention import RetainedFacts, list_retained
from services.consents.states import read_given
from services.delivery.tasks import open_task
from services.files.backups.making import LIFE as BACKUP_LIFE
from services.files.jobs import JobQueued, enqueue_job
from services.organizations.days import day_of, today_of, zone_of
from services.privacy.erasing import DELETABLE

__all__ = ["KIND", "ErasureNotDue", "ErasurePreview", "ask_erasure", "preview_erasure"]

KIND = "erasure"
BATCH = 50


class ErasureNotDue(DomainError):
    text = N_("There is no ground to destroy these data: the consent stands and the term has not run out.")


@dataclass(frozen=True, slots=True)
class ErasurePreview:
    """What an erasure will do: `goes` counts records by group, `kept` are papers with term and ground."""

    person_id: int
    person: str
    reason: str  # "withdrawn", "demanded", "retention"
    due_on: date | None
    goes: dict[str, int]
    kept: tuple[RetainedFacts, ...]


@dataclass(frozen=True, slots=True)
class Overdue:
    """Someone whose data are no longer needed: `since` is the last day they might be kept."""

    person_id: int
    person: str
    since: date


@dataclass(frozen=True, slots=True)
class ActFacts:
    id: int
    person_id: int
    organization: str
    address: str
    inn: str
    subject: str
    reason: str
    made_at: datetime
    made_by: str
    destroyed: dict[str, int]
    kept: tuple[dict[str, Any], ...]
    log: tuple[dict[str, Any], ...]
    cleaned_at: datetime | None
    keep_until: date

    @property
    def backups_until(self) -> date:
        """The last day on which a backup of ours may still hold what was destroyed."""
        return (self.made_at + BACKUP_LIFE).date()


def preview_erasure(session: Session, *, actor: Actor, person_id: int, now: datetime) -> ErasurePreview:
    """Raises NotFound, NotAllowed, ErasureNotDue."""
    person = _find(session, actor, person_id)
    reason, due_on = find_ground(session, person, now)
    runs = select(SurveyRun.id).where(SurveyRun.person_id == person_id)
    pairs = select(PairMember.pair_id).where(PairMember.person_id == person_id)
    counted = {
        "answers": select(func.count(Answer.id)).where(Answer.run_id.in_(runs)),
        "questionnaires": select(func.count(SurveyRun.id)).where(SurveyRun.person_id == person_id),
        "meetings": select(func.count(Meeting.id)).where(Meeting.pair_id.in_(pairs)),
        "publications": select(func.count()).where(PublicationPerson.person_id == person_id),
        "messages": select(func.count(OutboxMessage.id)).where(OutboxMessage.person_id == person_id),
    }
    goes = {group: session.scalar(query) or 0 for group, query in counted.items()}
    return ErasurePreview(
        person_id,
        person.full_name,
        reason,
        due_on,
        {group: number for group, number in goes.items() if number},
        list_retained(session, organization_id=person.organization_id),
    )


def find_ground(session: Session, person: Person, now: datetime) -> tuple[str, date | None]:
    """Why the data must go, and by when. Raises ErasureNotDue."""
    duty = session.scalars(
        select(PrivacyDuty)
        .where(
            PrivacyDuty.person_id == person.id,
            PrivacyDuty.kind.in_((DutyKind.ERASURE, DutyKind.STOP)),
            PrivacyDuty.done_at.is_(None),
            PrivacyDuty.called_off_at.is_(None),
        )
        .order_by(PrivacyDuty.due_on)
    ).first()
    if duty is not None:
        return ("withdrawn" if duty.kind is DutyKind.ERASURE else "demanded"), duty.due_on
    found = next(
        (one for one in find_overdue(session, person.organization_id, now) if one.person_id == person.id),
        None,
    )
    if found is None:
        raise ErasureNotDue
    return "retention", found.since


def ask_erasure(session: Session, *, actor: Actor, person_id: int, now: datetime) -> JobQueued:
    """Let the worker do it. Raises NotFound, NotAllowed, ErasureNotDue."""
    person = _find(session, actor, person_id)
    reason, _due_on = find_ground(session, person, now)
    return enqueue_job(
        session,
        actor=actor,
        kind=KIND,
        arguments={"person_id": person_id, "reason": reason},
        organization_id=person.organization_id,
        dedup_key=f"erasure:person:{person_id}:{now:%Y-%m-%dT%H}",
        now=now,
    )


def _find(session: Session, actor: Actor, person_id: int) -> Person:
    person = find(session, Person, person_id)
    if person.erased_at is not None:
        raise NotFound
    actor.check_right(Right.EDIT_PEOPLE, person.organization_id)
    return person


def list_overdue(session: Session, *, actor: Actor, organization_id: int, now: datetime) -> list[Overdue]:
    """Whose purpose is reached: the last school year is over for 30 days, or the person left 30 days ago, and
    there is no long-term consent.
    """
    actor.check_right(Right.EDIT_PEOPLE, organization_id)
    return find_overdue(session, organization_id, now)


def find_overdue(session: Session, organization_id: int, now: datetime) -> list[Overdue]:
    today = today_of(session, organization_id, now)
    zone = zone_of(session, organization_id)
    last = func.max(Cycle.ends_on)
    rows = session.execute(
        select(Person, last)
        .outerjoin(Participation, Participation.person_id == Person.id)
        .outerjoin(Cycle, Cycle.id == Participation.cycle_id)
        .where(Person.organization_id == organization_id, Person.erased_at.is_(None))
        .group_by(Person.id)
        .having(or_(last < today - ERASED_WITHIN, Person.departed_at < now - ERASED_WITHIN))
    )
    ended = [(_last_day(person, last, zone), person) for person, last in rows]
    kept = read_given(session, organization_id=organization_id, kind=ConsentKind.LONG_TERM_BANK)
    return [
        Overdue(person.id, person.full_name, day + ERASED_WITHIN)
        for day, person in sorted(ended, key=lambda one: (one[0], one[1].id))
        if person.id not in kept
    ]


def _last_day(person: Person, year_ends_on: date | None, zone: ZoneInfo) -> date:
    """The day on which the purpose was reached: the end of the last school year, or of the person's work."""
    left_on = day_of(person.departed_at, zone) if person.departed_at else None
    return min(one for one in (year_ends_on, left_on) if one is not None)


def ask_due_erasures(session: Session, *, now: datetime) -> int:
    """A tick: on the last day the worker does what nobody has done, and cleans up after a broken run."""
    waiting = session.execute(
        select(PrivacyDuty.person_id, PrivacyDuty.organization_id, PrivacyDuty.due_on)
        .where(
            PrivacyDuty.kind.in_((DutyKind.ERASURE, DutyKind.STOP)),
            PrivacyDuty.done_at.is_(None),
            PrivacyDuty.called_off_at.is_(None),
            PrivacyDuty.due_on <= (now + timedelta(days=1)).date(),
        )
        .limit(BATCH)
    ).all()
    unclean = session.execute(
        select(DestructionAct.person_id, DestructionAct.organization_id, DestructionAct.reason)
        .where(DestructionAct.cleaned_at.is_(None), DestructionAct.made_at < now - timedelta(hours=1))
        .limit(BATCH)
    ).all()
    asked = [
        (person_id, organization_id, "withdrawn")
        for person_id, organization_id, due_on in waiting
        if due_on <= today_of(session, organization_id, now)
    ] + [(row.person_id, row.organization_id, row.reason) for row in unclean]
    for person_id, organization_id, reason in asked:
        enqueue_job(
            session,
            actor=system(Channel.SCHEDULER),
            kind=KIND,
            arguments={"person_id": person_id, "reason": reason},
            organization_id=organization_id,
            dedup_key=f"erasure:person:{person_id}:{now:%Y-%m-%dT%H}",
            now=now,
        )
    return len(asked)


def look_after_terms(session: Session, *, now: datetime) -> int:
    """A tick: once a month a task for each organisation where terms have run out, over when nothing is left
    to destroy; traces of old chats go.
    """
    session.execute(delete(ChatMessage).where(ChatMessage.sent_at < now - DELETABLE))
    session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.kind == NoticeKind.PRIVACY_ERASED,
            OutboxMessage.status != OutboxStatus.WAITING,
            OutboxMessage.chat_id.is_not(None),
        )
        .values(chat_id=None, facts={}, message_id=None)
    )
    session.execute(delete(DestructionAct).where(DestructionAct.keep_until < now.date()))
    found = 0
    for organization in session.scalars(select(Organization)).all():
        is_over = bool(find_overdue(session, organization.id, now))
        key = f"privacy:terms:{organization.id}:{now:%Y-%m}"
        session.execute(
            update(Task)
            .where(
                Task.organization_id == organization.id,
                Task.kind == TaskKind.RETENTION_OVER,
                Task.done_at.is_(None),
                Task.dedup_key != key if is_over else true(),
            )
            .values(done_at=now)
        )
        if not is_over:
            continue
        found += 1
        open_task(session, TaskKind.RETENTION_OVER, organization, key=key, now=now)
    return found


def read_act(session: Session, *, actor: Actor, act_id: int) -> ActFacts:
    """The act to print. Raises NotFound, NotAllowed."""
    act = find(session, DestructionAct, act_id)
    actor.check_right(Right.EDIT_PEOPLE, act.organization_id)
    return _facts(act, session.get_one(Organization, act.organization_id))


def list_acts(session: Session, *, actor: Actor, organization_id: int) -> list[ActFacts]:
    actor.check_right(Right.EDIT_PEOPLE, organization_id)
    organization = session.get_one(Organization, organization_id)
    rows = session.scalars(
        select(DestructionAct)
        .where(DestructionAct.organization_id == organization_id)
        .order_by(DestructionAct.id.desc())
        .limit(200)
    )
    return [_facts(row, organization) for row in rows]


def note_cleaned(session: Session, *, act_id: int, now: datetime) -> None:
    """The database's files are rewritten: no page of them holds what was erased."""
    session.get_one(DestructionAct, act_id).cleaned_at = now


def _facts(act: DestructionAct, organization: Organization) -> ActFacts:
    return ActFacts(
        id=act.id,
        person_id=act.person_id,
        organization=organization.name,
        address=organization.address,
        inn=organization.inn,
        subject=act.subject,
        reason=act.reason,
        made_at=act.made_at,
        made_by=act.made_by,
        destroyed=dict(act.destroyed),
        kept=tuple({**one, "until": one["until"] and date.fromisoformat(one["until"])} for one in act.kept),
        log=tuple({**one, "at": datetime.fromisoformat(one["at"])} for one in act.log),
        cleaned_at=act.cleaned_at,
        keep_until=act.keep_until,
    )
