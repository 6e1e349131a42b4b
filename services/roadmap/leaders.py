"""Who answers for a row, and who may act on it from the chat.

The pack names a part ("head"); the curator may name a person. Otherwise whoever holds a panel account of that
part answers; a part that nobody here plays (an education authority) falls to the curator.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts import Account, AccountRole
from models.people import ChatAccount, Person
from models.roadmap import RoadmapEntry
from services.access.actors import Actor, ActorKind, Right
from services.access.errors import N_, DomainError
from services.accounts.staff import list_staff, may_lead
from services.programmes.roadmaps import Role

PARTS: Mapping[Role, AccountRole] = {
    "curator": AccountRole.CURATOR,
    "head": AccountRole.HEAD,
    "psychologist": AccountRole.PSYCHOLOGIST,
}


class RowOfAnother(DomainError):
    text = N_("Somebody else answers for this row: they tick it, or the curator.")


@dataclass(frozen=True, slots=True)
class Leader:
    """Someone who answers for rows. `person_id` None: a panel account that is not linked to the chat yet."""

    name: str
    person_id: int | None
    account_id: int | None
    is_in_chat: bool


@dataclass(frozen=True, slots=True)
class Leaders:
    """All who may answer for rows of one organisation, read once."""

    by_part: Mapping[AccountRole, tuple[Leader, ...]]
    by_person: Mapping[int, Leader]

    def of(self, role: Role | None, responsible_id: int | None) -> tuple[Leader, ...]:
        """The person whom the curator named, else those who play the part, else the curators."""
        if responsible_id is not None and responsible_id in self.by_person:
            return (self.by_person[responsible_id],)
        part = PARTS.get(role) if role is not None else None
        found = self.by_part.get(part, ()) if part is not None else ()
        return found or self.by_part.get(AccountRole.CURATOR, ())


def read_leaders(session: Session, *, organization_id: int, named: Sequence[int] = ()) -> Leaders:
    """`named` are persons whom the curator chose for some row."""
    in_chat = set(
        session.scalars(
            select(ChatAccount.person_id).where(ChatAccount.person_id.is_not(None), ChatAccount.is_reachable)
        )
    )
    by_part: dict[AccountRole, tuple[Leader, ...]] = {}
    for one in list_staff(session, organization_id=organization_id):
        leader = Leader(one.name, one.person_id, one.account_id, one.person_id in in_chat)
        by_part[one.role] = (*by_part.get(one.role, ()), leader)
    if AccountRole.CURATOR not in by_part and AccountRole.ADMINISTRATOR in by_part:
        by_part[AccountRole.CURATOR] = by_part[AccountRole.ADMINISTRATOR]  # a school run by one person
    people = session.scalars(
        select(Person).where(Person.organization_id == organization_id, Person.id.in_(named))
    )
    by_person = {one.id: Leader(one.full_name, one.id, None, one.id in in_chat) for one in people}
    return Leaders(by_part, by_person)


def leads_programme(session: Session, actor: Actor, organization_id: int) -> bool:
    """Whether a person in the chat holds a panel account that may change the roadmap."""
    if actor.kind is not ActorKind.PERSON or actor.id is None:
        return False
    staff = list_staff(session, organization_id=organization_id)
    return any(may_lead(one) for one in staff if one.person_id == actor.id)


def check_leads(session: Session, actor: Actor, organization_id: int) -> None:
    """Raises NotAllowed unless the actor may change the roadmap, in the panel or in the chat."""
    if not leads_programme(session, actor, organization_id):
        actor.check_right(Right.MANAGE_PAIRS, organization_id)


def check_answers_for(session: Session, actor: Actor, entry: RoadmapEntry, role: Role | None) -> None:
    """Raises RowOfAnother (an account that may tick rows of its own) or NotAllowed, unless the actor leads
    the programme or answers for this very row.
    """
    named = () if entry.responsible_id is None else (entry.responsible_id,)
    leaders = read_leaders(session, organization_id=entry.organization_id, named=named)
    if is_among(session, actor, leaders.of(role, entry.responsible_id), entry.organization_id):
        return
    if actor.kind is ActorKind.ACCOUNT and not actor.has_right(Right.MANAGE_PAIRS, entry.organization_id):
        actor.check_right(Right.TICK_ROWS, entry.organization_id)
        raise RowOfAnother
    check_leads(session, actor, entry.organization_id)


def is_among(session: Session, actor: Actor, leaders: Sequence[Leader], organization_id: int) -> bool:
    """Whether the actor is one of those who answer: the person, or an account that may tick its rows."""
    if actor.kind is ActorKind.PERSON:
        return actor.id is not None and actor.id in {one.person_id for one in leaders}
    if actor.kind is not ActorKind.ACCOUNT or not actor.has_right(Right.TICK_ROWS, organization_id):
        return False
    person_id = session.scalar(select(Account.person_id).where(Account.id == actor.id))
    return any(
        one.account_id == actor.id or (person_id is not None and one.person_id == person_id)
        for one in leaders
    )
