"""Roles in a cycle: choosing one opens its intake, sending the intake enters the bank (A49, A51)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.pairs import PairMember
from models.people import Participation, ParticipationStatus, Person, Role
from models.surveys import UNSENT, RunOccasion, SurveyRun, SurveyStatus
from services.access.actors import Actor
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.consents.states import check_consent, has_consent
from services.programmes.running import current_cycle, pack_of
from services.programmes.surveys import Survey
from services.surveys.closing import close, reopen
from services.surveys.opening import open_run
from services.surveys.reading import read_values
from services.surveys.steps import SentRun

CAPACITY_QUESTION = "capacity"  # SV02 q7


class Departed(DomainError):
    text = N_("You no longer work in this organisation, so no role can be taken here.")


class RoleInPair(DomainError):
    text = N_("There is a pair or an offer for this role already. Please speak to your curator.")


@dataclass(frozen=True, slots=True)
class RoleChosen:
    """`run_id` is the intake to answer; None when the person is in the bank already."""

    participation_id: int
    role: Role
    status: ParticipationStatus
    run_id: int | None


def choose_role(session: Session, *, actor: Actor, role: Role, now: datetime) -> RoleChosen:
    """A person takes a role of the current cycle; the same role again continues where it was left.

    Raises ConsentMissing, NotFound, NoOpenCycle, NotAllowed, Departed.
    """
    person = find(session, Person, actor.id, lock=True)
    actor.check_is_person(person.id)
    if person.departed_at is not None:
        raise Departed
    check_consent(session, person.id)
    cycle = current_cycle(session, person.organization_id)
    participation = session.scalars(
        select(Participation).where(
            Participation.person_id == person.id,
            Participation.cycle_id == cycle.id,
            Participation.role == role,
        )
    ).one_or_none()
    if participation is None:
        participation = Participation(
            organization_id=person.organization_id,
            cycle_id=cycle.id,
            person_id=person.id,
            role=role,
            status=ParticipationStatus.INTAKE,
            joined_at=now,
        )
        session.add(participation)
        session.flush()
        record(session, actor, Action.ROLE_CHOSEN, participation, now=now, after=_audit_facts(participation))
    elif participation.status is ParticipationStatus.LEFT:
        participation.status = ParticipationStatus.INTAKE
        participation.ready_at = None
        record(session, actor, Action.ROLE_CHOSEN, participation, now=now, after=_audit_facts(participation))
    run_id = _open_intake(session, participation, now)
    if run_id is None and participation.status is ParticipationStatus.INTAKE:
        participation.status, participation.ready_at = ParticipationStatus.READY, now
    return RoleChosen(participation.id, role, participation.status, run_id)


def leave_role(session: Session, *, actor: Actor, role: Role, now: datetime) -> ParticipationStatus:
    """A person gives up a role that has led to no pair yet; its questionnaire closes. Twice is no error.

    Raises NotFound, NotAllowed, RoleInPair: out of a pair the way leads through the curator.
    """
    person = find(session, Person, actor.id, lock=True)
    actor.check_is_person(person.id)
    cycle = current_cycle(session, person.organization_id)
    participation = session.scalars(
        select(Participation).where(
            Participation.person_id == person.id,
            Participation.cycle_id == cycle.id,
            Participation.role == role,
        )
    ).one_or_none()
    if participation is None:
        raise NotFound
    if not can_leave(session, participation.id):
        raise RoleInPair
    if participation.status is not ParticipationStatus.LEFT:
        participation.status = ParticipationStatus.LEFT
        close(session, SurveyRun.dedup_key == intake_key(participation), now=now)
        record(
            session, actor, Action.ROLE_LEFT, person, now=now, after={"role": role.value, "cycle": cycle.id}
        )
    return participation.status


def can_leave(session: Session, participation_id: int) -> bool:
    """Whether nobody else is concerned yet: no pair, offer or draft stands on this role."""
    taken = session.scalar(
        select(PairMember.id)
        .where(PairMember.participation_id == participation_id, PairMember.is_current)
        .limit(1)
    )
    return taken is None


def intake_key(participation: Participation) -> str:
    return (
        f"{RunOccasion.INTAKE}:{participation.role.value}:cycle:{participation.cycle_id}"
        f":person:{participation.person_id}"
    )


def read_sent_values(
    session: Session, participation: Participation
) -> tuple[Survey, dict[str, object]] | None:
    """The sent intake with its whole answers, to be handed to `tell`, which withholds; None before it is sent
    and after consent is gone.
    """
    run = session.scalars(
        select(SurveyRun).where(
            SurveyRun.dedup_key == intake_key(participation), SurveyRun.status == SurveyStatus.SENT
        )
    ).one_or_none()
    if run is None or not has_consent(session, participation.person_id):
        return None
    survey = pack_of(session, cycle_id=participation.cycle_id).survey(run.survey_id)
    return survey, read_values(session, [run.id]).get(run.id, {})


def _open_intake(session: Session, participation: Participation, now: datetime) -> int | None:
    """The role's intake, opened or open again after the person came back; None when it is sent."""
    pack = pack_of(session, cycle_id=participation.cycle_id)
    survey = pack.survey_for("mentee_intake" if participation.role is Role.MENTEE else "mentor_intake")
    if survey is None:
        return None
    run_id = open_run(
        session,
        survey_id=survey.id,
        organization_id=participation.organization_id,
        cycle_id=participation.cycle_id,
        person_id=participation.person_id,
        occasion=RunOccasion.INTAKE,
        dedup_key=intake_key(participation),
        now=now,
    )
    run = session.get_one(SurveyRun, run_id, with_for_update=True)
    if run.status is SurveyStatus.SENT:
        return None
    if run.status not in UNSENT:
        reopen(run, closes_at=None)
    return run_id


def enter_bank(session: Session, sent: SentRun, *, actor: Actor, now: datetime) -> None:
    """The intake is sent: the person waits in the bank; a mentor with the capacity that SV02 q7 names.

    A capacity that is changed after sending counts at once; pairs that stand already stay.
    """
    role = Role(sent.survey.audience)
    participation = session.scalars(
        select(Participation)
        .where(
            Participation.person_id == sent.person_id,
            Participation.cycle_id == sent.cycle_id,
            Participation.role == role,
        )
        .with_for_update()
    ).one_or_none()
    if participation is None or participation.status is ParticipationStatus.LEFT:
        return
    capacity = sent.values.get(CAPACITY_QUESTION)
    if role is Role.MENTOR and isinstance(capacity, int):
        set_capacity(participation, capacity)
    if participation.status is not ParticipationStatus.INTAKE:
        return
    participation.status, participation.ready_at = ParticipationStatus.READY, now
    if role is Role.MENTOR:
        participation.search_at = now
    after = {"role": role.value, "capacity": participation.capacity}
    record(session, actor, Action.ROLE_READY, participation, now=now, after=after)


def set_capacity(participation: Participation, capacity: int) -> None:
    """How many mentees at once; pairs that stand already stay. The caller keeps the trail."""
    participation.capacity = capacity


def _audit_facts(participation: Participation) -> dict[str, Any]:
    return {"role": participation.role.value, "cycle": participation.cycle_id}
