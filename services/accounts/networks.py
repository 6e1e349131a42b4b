"""Several organisations under one support centre: who belongs to whom, and counts without names (A2, E21)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import Action
from models.pairs import MEETING, Pair
from models.people import Organization, OrganizationKind, Participation, ParticipationStatus, Person, Role
from models.programmes import Cycle
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed
from services.access.records import find
from services.accounts.workplaces import list_where_may


class NotACenter(DomainError):
    text = N_("Only a support centre can have other organisations under it.")


@dataclass(frozen=True, slots=True)
class Center:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class NetworkRow:
    """An organisation of the centre in its open school year: numbers, nobody's name."""

    organization_id: int
    name: str
    cycle: str
    people: int
    mentees: int
    mentors: int
    pairs_at_work: int


def list_centers(session: Session, *, actor: Actor, organization_id: int) -> list[Center]:
    """The centres that this organisation may be put under: where the actor works too. Raises NotAllowed."""
    actor.check_right(Right.MANAGE_SETTINGS, organization_id)
    mine = {
        one.organization_id for one in list_where_may(session, actor=actor, right=Right.MANAGE_SETTINGS)
    } - {organization_id}
    present = session.scalar(select(Organization.center_id).where(Organization.id == organization_id))
    rows = session.scalars(
        select(Organization)
        .where(
            Organization.id.in_(mine | ({present} if present else set())),
            Organization.kind == OrganizationKind.SUPPORT_CENTER,
        )
        .order_by(Organization.name)
    )
    return [Center(one.id, one.name) for one in rows]


def read_center(session: Session, *, actor: Actor, organization_id: int) -> int | None:
    """Raises NotAllowed."""
    actor.check_organization(organization_id)
    return session.scalar(select(Organization.center_id).where(Organization.id == organization_id))


def set_center(
    session: Session, *, actor: Actor, organization_id: int, center_id: int | None, now: datetime
) -> None:
    """Put an organisation under a centre, or under none. Raises NotFound, NotAllowed, NotACenter."""
    row = find(session, Organization, organization_id, lock=True)
    actor.check_right(Right.MANAGE_SETTINGS, organization_id)
    if center_id is not None and center_id != row.center_id:
        center = find(session, Organization, center_id)
        if center_id not in {
            one.organization_id for one in list_where_may(session, actor=actor, right=Right.MANAGE_SETTINGS)
        }:
            raise NotAllowed
        if center.kind is not OrganizationKind.SUPPORT_CENTER or center_id == organization_id:
            raise NotACenter
    before, row.center_id = row.center_id, center_id
    if before != center_id:
        after = {"center": center_id}
        record(
            session,
            actor,
            Action.ORGANIZATION_CENTER_SET,
            row,
            now=now,
            before={"center": before},
            after=after,
        )


def read_network(session: Session, *, actor: Actor, organization_id: int) -> list[NetworkRow]:
    """The organisations under a centre, by name; empty for any other organisation. Raises NotAllowed."""
    actor.check_right(Right.SEE_SCORES, organization_id)
    rows = session.scalars(
        select(Organization).where(Organization.center_id == organization_id).order_by(Organization.name)
    ).all()
    return [_row(session, one) for one in rows]


def _row(session: Session, organization: Organization) -> NetworkRow:
    cycle = session.scalars(
        select(Cycle)
        .where(Cycle.organization_id == organization.id, Cycle.is_open)
        .order_by(Cycle.starts_on.desc())
        .limit(1)
    ).first()
    cycle_id = cycle.id if cycle else None
    people = select(func.count(Person.id)).where(
        Person.organization_id == organization.id, Person.departed_at.is_(None)
    )
    counted = session.execute(
        select(Participation.role, func.count())
        .where(
            Participation.cycle_id == cycle_id,
            Participation.status.in_((ParticipationStatus.READY, ParticipationStatus.PAIRED)),
        )
        .group_by(Participation.role)
    )
    roles = {row[0]: row[1] for row in counted}
    pairs = select(func.count(Pair.id)).where(Pair.cycle_id == cycle_id, Pair.status.in_(MEETING))
    return NetworkRow(
        organization_id=organization.id,
        name=organization.name,
        cycle=cycle.label if cycle else "",
        people=session.scalar(people) or 0,
        mentees=roles.get(Role.MENTEE, 0),
        mentors=roles.get(Role.MENTOR, 0),
        pairs_at_work=session.scalar(pairs) or 0,
    )
