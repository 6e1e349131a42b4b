"""The audit trail as a story of one record: what happened, when, through which channel, by whom.

See docs/design.md#panel.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from models.accounts import Account
from models.audit import AuditEntry
from models.meetings import Meeting
from models.pairs import PairMember
from models.people import Person
from services.access.actors import Actor, ActorKind, Right

LONGEST = 100


@dataclass(frozen=True, slots=True)
class Event:
    """`who` is empty for what happened by itself."""

    at: datetime
    action: str
    who: str
    channel: str
    after: dict[str, Any]


def read_person_story(session: Session, *, actor: Actor, organization_id: int, person_id: int) -> list[Event]:
    """What happened to a person and to their pairs, the newest first."""
    actor.check_right(Right.SEE_PEOPLE, organization_id)
    pairs = session.scalars(select(PairMember.pair_id).where(PairMember.person_id == person_id)).all()
    return _read(session, organization_id, {"person": [person_id], "pair": pairs})


def read_pair_story(session: Session, *, actor: Actor, organization_id: int, pair_id: int) -> list[Event]:
    """What happened to a pair and to its meetings, the newest first."""
    actor.check_right(Right.SEE_PEOPLE, organization_id)
    meetings = session.scalars(select(Meeting.id).where(Meeting.pair_id == pair_id)).all()
    return _read(session, organization_id, {"pair": [pair_id], "meeting": meetings})


def read_actor_names(session: Session, entries: Iterable[AuditEntry]) -> dict[tuple[str, int], str]:
    """Names of those who acted, by kind and id; who was erased has none."""
    ids: dict[str, set[int]] = {ActorKind.ACCOUNT.value: set(), ActorKind.PERSON.value: set()}
    for entry in entries:
        if entry.actor_id is not None and entry.actor_kind in ids:
            ids[entry.actor_kind].add(entry.actor_id)
    found: dict[tuple[str, int], str] = {}
    for account_id, name in session.execute(
        select(Account.id, Account.name).where(Account.id.in_(ids[ActorKind.ACCOUNT.value]))
    ):
        found[ActorKind.ACCOUNT.value, account_id] = name
    for person in session.scalars(select(Person).where(Person.id.in_(ids[ActorKind.PERSON.value]))):
        found[ActorKind.PERSON.value, person.id] = person.full_name
    return found


def _read(session: Session, organization_id: int, subjects: dict[str, Any]) -> list[Event]:
    wanted = or_(
        *(
            and_(AuditEntry.subject_kind == kind, AuditEntry.subject_id.in_(list(ids)))
            for kind, ids in subjects.items()
        )
    )
    entries = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.organization_id == organization_id, wanted)
        .order_by(AuditEntry.id.desc())
        .limit(LONGEST)
    ).all()
    names = read_actor_names(session, entries)
    return [
        Event(
            at=entry.at,
            action=entry.action,
            who=names.get((entry.actor_kind, entry.actor_id), "") if entry.actor_id is not None else "",
            channel=entry.channel,
            after=entry.after or {},
        )
        for entry in entries
    ]
