"""People of an organisation in a list, a page at a time, and those whom a choice offers."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, func, select, true
from sqlalchemy.orm import Session

from models.accounts import Account, AccountRole
from models.consents import Consent
from models.names import search_words
from models.people import ChatAccount, Invitation, Participation, ParticipationStatus, Person, Role
from services.access.actors import Actor, Right
from services.access.listing import Asked, Listed, list_page
from services.consents.states import ConsentState, read_refusals, read_states
from services.people.cards import PersonFacts, RoleFacts, count_taken, facts_of
from services.people.searching import is_found
from services.programmes.running import current_cycle

MOST_OFFERED = 20
SORTED = {"name": (Person.sort_key, Person.id), "added": (Person.created_at, Person.id)}


class ChatState(StrEnum):
    """Whether the bot can write to a person."""

    NONE = "none"  # nobody has invited them yet
    INVITED = "invited"
    LINKED = "linked"
    UNREACHABLE = "unreachable"  # the bot is blocked or the account is gone


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A line of the panel's list. `roles` are those of the current cycle.

    `staff`: the account of who works in the panel and takes no part; nobody asks or chases them.
    `declined_at`: when they said no to the consent, where they did.
    """

    person: PersonFacts
    roles: tuple[RoleFacts, ...]
    consent: ConsentState
    chat: ChatState
    invited_until: datetime | None
    declined_at: datetime | None = None
    staff: AccountRole | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """Whom a choice offers for what was typed, by name; `has_more`: some that fit are not among them."""

    people: tuple[PersonFacts, ...]
    has_more: bool


def list_people(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    now: datetime,
    role: Role | None = None,
    status: ParticipationStatus | None = None,
    search: str = "",
    asked: Asked = Asked(),  # noqa: B008  # frozen
) -> Listed[PersonRow]:
    """A page of the people of the organisation, by name as a rule. `role` and `status` are of the current
    cycle. Raises NotAllowed.
    """
    actor.check_right(Right.SEE_PEOPLE, organization_id)
    cycle = current_cycle(session, organization_id)
    query = select(Person).where(
        Person.organization_id == organization_id, Person.erased_at.is_(None), is_found(search)
    )
    if role is not None or status is not None:
        query = query.where(_takes_part(cycle.id, role, status))
    found = list_page(session, query, keys=SORTED, asked=asked)
    return found.showing(_rows(session, found.rows, organization_id, cycle.id, now))


def _takes_part(cycle_id: int, role: Role | None, status: ParticipationStatus | None) -> ColumnElement[bool]:
    query = exists().where(Participation.person_id == Person.id, Participation.cycle_id == cycle_id)
    if role is not None:
        query = query.where(Participation.role == role)
    if status is not None:
        query = query.where(Participation.status == status)
    return query.correlate(Person)


def _rows(
    session: Session, people: Sequence[Person], organization_id: int, cycle_id: int, now: datetime
) -> list[PersonRow]:
    """What a line says of each of these people: one read for each kind of fact, whatever their number."""
    ids = [person.id for person in people]
    roles = _roles_by_person(session, cycle_id, ids)
    consents = read_states(session, organization_id=organization_id, people=ids)
    chats = _chats_by_person(session, ids)
    invited = _invited_by_person(session, ids, now)
    refused = read_refusals(session, organization_id=organization_id, people=ids)
    staff = find_staff(session, cycle_id=cycle_id, people=ids)
    return [
        PersonRow(
            person=facts_of(person),
            roles=tuple(roles[person.id]),
            consent=consents.get(person.id, ConsentState.NONE),
            chat=chats.get(person.id) or (ChatState.INVITED if person.id in invited else ChatState.NONE),
            invited_until=invited.get(person.id),
            declined_at=refused.get(person.id),
            staff=staff.get(person.id) if person.id not in invited else None,
        )
        for person in people
    ]


def find_staff(session: Session, *, cycle_id: int, people: Collection[int]) -> dict[int, AccountRole]:
    """Which of these people have a card for their chat with the panel alone: no role, never asked for a
    consent.
    """
    found = session.execute(
        select(Person.id, Account.role)
        .join(Account, Account.person_id == Person.id)
        .where(Person.id.in_(people), is_staff(cycle_id), Account.disabled_at.is_(None))
        .order_by(Account.id.desc())
    )
    return {person_id: role for person_id, role in found}  # noqa: C416  # rows


def is_staff(cycle_id: int) -> ColumnElement[bool]:
    """Whether a selected Person works in the panel and takes no part in the cycle."""
    return and_(
        exists().where(Account.person_id == Person.id, Account.disabled_at.is_(None)).correlate(Person),
        ~exists()
        .where(Participation.person_id == Person.id, Participation.cycle_id == cycle_id)
        .correlate(Person),
        ~exists().where(Consent.person_id == Person.id).correlate(Person),
    )


def _roles_by_person(
    session: Session, cycle_id: int, people: Collection[int]
) -> defaultdict[int, list[RoleFacts]]:
    roles: defaultdict[int, list[RoleFacts]] = defaultdict(list)
    for one, taken in session.execute(
        select(Participation, count_taken())
        .where(Participation.cycle_id == cycle_id, Participation.person_id.in_(people))
        .order_by(Participation.id)
    ):
        roles[one.person_id].append(RoleFacts(one.id, one.role, one.status, one.capacity, taken))
    return roles


def _chats_by_person(session: Session, people: Collection[int]) -> dict[int, ChatState]:
    found = session.execute(
        select(ChatAccount.person_id, ChatAccount.is_reachable)
        .where(ChatAccount.person_id.in_(people))
        .order_by(ChatAccount.is_reachable)
    )
    return {
        person_id: ChatState.LINKED if is_reachable else ChatState.UNREACHABLE
        for person_id, is_reachable in found
        if person_id is not None
    }


def _invited_by_person(session: Session, people: Collection[int], now: datetime) -> dict[int, datetime]:
    found = session.execute(
        select(Invitation.person_id, func.max(Invitation.expires_at))
        .where(
            Invitation.person_id.in_(people),
            Invitation.claimed_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now,
        )
        .group_by(Invitation.person_id)
    )
    return {row[0]: row[1] for row in found}


def offer_people(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    search: str,
    only: ColumnElement[bool] | None = None,
    without: Collection[int] = (),
) -> Offered:
    """At most MOST_OFFERED people of the organisation to choose from. Where nothing is typed these are all or
    nobody: the first of many are no help.

    `only`: a condition on Person beside the search. Raises NotAllowed.
    """
    actor.check_right(Right.SEE_PEOPLE, organization_id)
    query = select(Person).where(
        Person.organization_id == organization_id,
        Person.erased_at.is_(None),
        Person.id.not_in(without),
        is_found(search),
        true() if only is None else only,
    )
    rows = session.scalars(query.order_by(Person.sort_key, Person.id).limit(MOST_OFFERED + 1)).all()
    has_more = len(rows) > MOST_OFFERED
    if has_more and not search_words(search):
        return Offered((), has_more=True)
    return Offered(tuple(map(facts_of, rows[:MOST_OFFERED])), has_more=has_more)


def read_people(
    session: Session, *, actor: Actor, organization_id: int, ids: Collection[int]
) -> tuple[PersonFacts, ...]:
    """These people of the organisation, by name; a number of nobody here is left out. Raises NotAllowed."""
    actor.check_right(Right.SEE_PEOPLE, organization_id)
    rows = session.scalars(
        select(Person)
        .where(Person.id.in_(ids), Person.organization_id == organization_id, Person.erased_at.is_(None))
        .order_by(Person.sort_key, Person.id)
    )
    return tuple(map(facts_of, rows))
