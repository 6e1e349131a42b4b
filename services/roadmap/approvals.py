"""What the head approves (E13): the curator, mentors and mentees of the school year, the roadmap.

An approval covers what stood there at its moment. Who came, or what was moved, afterwards is not covered: the
panel says so, and the head approves anew.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts import Account, AccountRole
from models.approvals import Approval, ApprovalKind
from models.audit import Action
from models.people import Participation, ParticipationStatus, Person, Role
from models.programmes import Cycle, Programme
from models.roadmap import RoadmapEntry
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.digests import sha256_of
from services.access.errors import N_, DomainError, NotAllowed, NotFound

DOCUMENT_LIMIT = 200
IN_BANK = (ParticipationStatus.READY, ParticipationStatus.PAIRED)


class NothingToApprove(DomainError):
    text = N_("There is nothing to approve here yet.")


class DocumentTooLong(DomainError):
    text = N_("This is too long: at most {limit} characters fit.")


@dataclass(frozen=True, slots=True)
class ApprovalState:
    """`names` are whom it covers now. `is_whole`: the newest approval covers exactly what stands there."""

    kind: ApprovalKind
    names: tuple[str, ...]
    is_empty: bool
    is_whole: bool
    approved_at: datetime | None
    author: str
    document: str


def list_approvals(session: Session, *, actor: Actor, cycle_id: int) -> list[ApprovalState]:
    """Raises NotFound, NotAllowed."""
    organization_id = _organization_of(session, cycle_id)
    actor.check_right(Right.SEE_PEOPLE, organization_id)
    return [
        read_approval(session, organization_id=organization_id, cycle_id=cycle_id, kind=kind)
        for kind in ApprovalKind
    ]


def approve(
    session: Session, *, actor: Actor, cycle_id: int, kind: ApprovalKind, document: str, now: datetime
) -> ApprovalState:
    """The head approves what stands there now; the same once more changes nothing.

    Raises NotFound, NotAllowed, NothingToApprove, DocumentTooLong.
    """
    organization_id = _organization_of(session, cycle_id)
    actor.check_right(Right.APPROVE, organization_id)
    if actor.kind is not ActorKind.ACCOUNT or actor.id is None:
        raise NotAllowed
    document = " ".join(document.split())
    if len(document) > DOCUMENT_LIMIT:
        raise DocumentTooLong(limit=DOCUMENT_LIMIT)
    state = read_approval(session, organization_id=organization_id, cycle_id=cycle_id, kind=kind)
    if state.is_empty:
        raise NothingToApprove
    if state.is_whole and document in {"", state.document}:
        return state
    row = Approval(
        organization_id=organization_id,
        cycle_id=cycle_id,
        kind=kind,
        covered_sha256=_digest(_cover(session, organization_id, cycle_id, kind)[0]),
        document=document,
        account_id=actor.id,
        approved_at=now,
    )
    session.add(row)
    session.flush()
    after = {"kind": kind.value, "sha256": row.covered_sha256}
    record(session, actor, Action.APPROVAL_GIVEN, row, now=now, after=after)
    return read_approval(session, organization_id=organization_id, cycle_id=cycle_id, kind=kind)


def read_approval(
    session: Session, *, organization_id: int, cycle_id: int, kind: ApprovalKind
) -> ApprovalState:
    """For callers that have checked who asks."""
    covered, names = _cover(session, organization_id, cycle_id, kind)
    newest = session.execute(
        select(Approval, Account.name)
        .join(Account, Account.id == Approval.account_id)
        .where(Approval.cycle_id == cycle_id, Approval.kind == kind)
        .order_by(Approval.id.desc())
        .limit(1)
    ).one_or_none()
    if newest is None:
        return ApprovalState(
            kind, names, not covered, is_whole=False, approved_at=None, author="", document=""
        )
    row, author = newest
    return ApprovalState(
        kind=kind,
        names=names,
        is_empty=not covered,
        is_whole=row.covered_sha256 == _digest(covered),
        approved_at=row.approved_at,
        author=author,
        document=row.document,
    )


def _cover(
    session: Session, organization_id: int, cycle_id: int, kind: ApprovalKind
) -> tuple[list[object], tuple[str, ...]]:
    """Ids and dates of what stands there now, and the names to show."""
    match kind:
        case ApprovalKind.CURATOR:
            curators = session.scalars(
                select(Account)
                .where(
                    Account.organization_id == organization_id,
                    Account.role == AccountRole.CURATOR,
                    Account.disabled_at.is_(None),
                )
                .order_by(Account.id)
            ).all()
            return [one.id for one in curators], tuple(one.name for one in curators)
        case ApprovalKind.ROADMAP:
            pack = session.scalar(select(Programme.pack_sha256).where(Programme.cycle_id == cycle_id))
            rows = session.execute(
                select(
                    RoadmapEntry.row_id,
                    RoadmapEntry.year,
                    RoadmapEntry.turn,
                    RoadmapEntry.planned_from,
                    RoadmapEntry.planned_to,
                )
                .where(RoadmapEntry.cycle_id == cycle_id)
                .order_by(RoadmapEntry.row_id, RoadmapEntry.year, RoadmapEntry.turn)
            )
            return ([pack, *([str(value) for value in row] for row in rows)] if pack else []), ()
        case _:
            role = Role.MENTOR if kind is ApprovalKind.MENTORS else Role.MENTEE
            people = session.execute(
                select(Participation.id, Person)
                .join(Person, Person.id == Participation.person_id)
                .where(
                    Participation.cycle_id == cycle_id,
                    Participation.role == role,
                    Participation.status.in_(IN_BANK),
                )
                .order_by(Participation.id)
            ).all()
            return [row.id for row in people], tuple(sorted(row.Person.full_name for row in people))


def _digest(covered: list[object]) -> str:
    return sha256_of(json.dumps(covered))


def _organization_of(session: Session, cycle_id: int) -> int:
    found = session.scalar(select(Cycle.organization_id).where(Cycle.id == cycle_id))
    if found is None:
        raise NotFound
    return found
