"""People of an organisation as its curator keeps them: names and position, where each one stands.

Before consent only what the employer already holds is kept: name and position (A22, A25).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ScalarSelect, exists, func, select
from sqlalchemy.orm import Session

from models.accounts import Account, AccountRole
from models.audit import Action
from models.changes import change_row
from models.consents import Consent
from models.names import fold, full_name, polite_name
from models.pairs import PairMember
from models.people import ChatAccount, Invitation, Participation, ParticipationStatus, Person, Role
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.consents.states import ConsentState, read_refusals, read_states
from services.programmes.running import current_cycle

NAME_LIMIT = 100
POSITION_LIMIT = 200
LOCALES = ("ru", "en")


class NameMissing(DomainError):
    text = N_("Please give both the family name and the first name.")


class NameTooLong(DomainError):
    text = N_("This is too long: at most {limit} characters fit.")


@dataclass(frozen=True, slots=True)
class PersonFacts:
    id: int
    organization_id: int
    family_name: str
    given_name: str
    patronymic: str
    position: str
    locale: str
    last_seen_at: datetime | None = None
    departed_at: datetime | None = None

    @property
    def full_name(self) -> str:
        return full_name(self.family_name, self.given_name, self.patronymic)

    @property
    def polite_name(self) -> str:
        """First name and patronymic, as colleagues address each other."""
        return polite_name(self.given_name, self.patronymic)


class ChatState(StrEnum):
    """Whether the bot can write to a person."""

    NONE = "none"  # nobody has invited them yet
    INVITED = "invited"
    LINKED = "linked"
    UNREACHABLE = "unreachable"  # the bot is blocked or the account is gone


@dataclass(frozen=True, slots=True)
class RoleFacts:
    participation_id: int
    role: Role
    status: ParticipationStatus
    capacity: int
    taken: int  # places that pairs, drafts and offers hold

    @property
    def has_capacity(self) -> bool:
        return self.capacity > self.taken


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


def facts_of(person: Person) -> PersonFacts:
    return PersonFacts(
        id=person.id,
        organization_id=person.organization_id,
        family_name=person.family_name,
        given_name=person.given_name,
        patronymic=person.patronymic,
        position=person.position,
        locale=person.locale,
        last_seen_at=person.last_seen_at,
        departed_at=person.departed_at,
    )


def add_person(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    family_name: str,
    given_name: str,
    patronymic: str = "",
    position: str = "",
    now: datetime,
) -> PersonFacts:
    """Raises NameMissing, NameTooLong, NotAllowed."""
    actor.check_right(Right.EDIT_PEOPLE, organization_id)
    family, given, middle, post = _clean(family_name, given_name, patronymic, position)
    person = Person(
        organization_id=organization_id,
        family_name=family,
        given_name=given,
        patronymic=middle,
        position=post,
        locale=LOCALES[0],
        created_at=now,
    )
    session.add(person)
    session.flush()
    record(session, actor, Action.PERSON_ADDED, person, now=now)
    return facts_of(person)


def edit_person(
    session: Session,
    *,
    actor: Actor,
    person_id: int,
    family_name: str,
    given_name: str,
    patronymic: str,
    position: str,
    now: datetime,
) -> PersonFacts:
    """The audit trail gets which fields changed, no names.

    Raises NotFound, NotAllowed, NameMissing, NameTooLong.
    """
    person = find(session, Person, person_id, lock=True)
    actor.check_right(Right.EDIT_PEOPLE, person.organization_id)
    fields = ("family_name", "given_name", "patronymic", "position")
    wanted = dict(zip(fields, _clean(family_name, given_name, patronymic, position), strict=True))
    changed = change_row(person, wanted)
    if changed:
        record(session, actor, Action.PERSON_EDITED, person, now=now, after={"fields": list(changed)})
    return facts_of(person)


def _clean(family_name: str, given_name: str, patronymic: str, position: str) -> tuple[str, str, str, str]:
    family, given, middle, post = (
        " ".join(written.split()) for written in (family_name, given_name, patronymic, position)
    )
    if not family or not given:
        raise NameMissing
    if max(map(len, (family, given, middle))) > NAME_LIMIT:
        raise NameTooLong(limit=NAME_LIMIT)
    if len(post) > POSITION_LIMIT:
        raise NameTooLong(limit=POSITION_LIMIT)
    return family, given, middle, post


def read_person(session: Session, *, actor: Actor, person_id: int) -> PersonFacts:
    """Oneself, or anyone for those who may see people. Raises NotFound, NotAllowed."""
    person = find(session, Person, person_id)
    if actor.kind is ActorKind.PERSON:
        actor.check_is_person(person_id)
    else:
        actor.check_right(Right.SEE_PEOPLE, person.organization_id)
    return facts_of(person)


def choose_locale(session: Session, *, actor: Actor, locale: str, now: datetime) -> str:
    """A person picks the language of the chat. Raises NotFound, NotAllowed."""
    person = find(session, Person, actor.id, lock=True)
    if locale not in LOCALES:
        raise NotFound
    actor.check_is_person(person.id)
    if person.locale != locale:
        after = {"locale": locale}
        record(
            session,
            actor,
            Action.PERSON_LOCALE_CHOSEN,
            person,
            now=now,
            before={"locale": person.locale},
            after=after,
        )
        person.locale = locale
    return locale


def count_taken() -> ScalarSelect[int]:
    """The places of a selected Participation that are held; drafts and open offers hold theirs too."""
    return (
        select(func.count())
        .select_from(PairMember)
        .where(PairMember.participation_id == Participation.id, PairMember.is_current)
        .correlate(Participation)
        .scalar_subquery()
    )


def read_roles(session: Session, *, person_id: int, cycle_id: int) -> tuple[RoleFacts, ...]:
    """The roles of a person in a cycle, those that were left not counted."""
    found = session.execute(
        select(
            Participation.id,
            Participation.role,
            Participation.status,
            Participation.capacity,
            count_taken(),
        )
        .where(
            Participation.person_id == person_id,
            Participation.cycle_id == cycle_id,
            Participation.status != ParticipationStatus.LEFT,
        )
        .order_by(Participation.id)
    )
    return tuple(RoleFacts(*row) for row in found)


def list_people(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    now: datetime,
    role: Role | None = None,
    status: ParticipationStatus | None = None,
    search: str = "",
) -> list[PersonRow]:
    """Everyone of the organisation by family name. `role` and `status` are of the current cycle.

    Names are compared and sorted here and not in SQL: SQLite folds the case of Latin letters only.
    """
    actor.check_right(Right.SEE_PEOPLE, organization_id)
    cycle = current_cycle(session, organization_id)
    found = session.scalars(
        select(Person).where(Person.organization_id == organization_id, Person.erased_at.is_(None))
    )
    roles = _roles_by_person(session, cycle.id)
    wanted = fold(search)
    people = [
        person
        for person in sorted(found, key=lambda one: one.sort_key)
        if wanted in fold(f"{person.full_name} {person.position}")
        and _has(roles[person.id], role=role, status=status)
    ]
    consents = read_states(session, organization_id=organization_id)
    chats = _chats_by_person(session, organization_id)
    invited = _invited_by_person(session, organization_id, now)
    refused = read_refusals(session, organization_id=organization_id)
    staff = find_staff(session, organization_id=organization_id, cycle_id=cycle.id)
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


def find_staff(session: Session, *, organization_id: int, cycle_id: int) -> dict[int, AccountRole]:
    """Whose card stands here for their chat with the panel alone: no role, and never asked for a consent."""
    found = session.execute(
        select(Person.id, Account.role)
        .join(Account, Account.person_id == Person.id)
        .where(
            Person.organization_id == organization_id,
            Account.disabled_at.is_(None),
            ~exists().where(Participation.person_id == Person.id, Participation.cycle_id == cycle_id),
            ~exists().where(Consent.person_id == Person.id),
        )
        .order_by(Account.id.desc())
    )
    return {person_id: role for person_id, role in found}  # noqa: C416  # rows


def _has(roles: list[RoleFacts], *, role: Role | None, status: ParticipationStatus | None) -> bool:
    if role is None and status is None:
        return True
    return any(role in {None, one.role} and status in {None, one.status} for one in roles)


def _roles_by_person(session: Session, cycle_id: int) -> defaultdict[int, list[RoleFacts]]:
    roles: defaultdict[int, list[RoleFacts]] = defaultdict(list)
    for one, taken in session.execute(
        select(Participation, count_taken())
        .where(Participation.cycle_id == cycle_id)
        .order_by(Participation.id)
    ):
        roles[one.person_id].append(RoleFacts(one.id, one.role, one.status, one.capacity, taken))
    return roles


def _chats_by_person(session: Session, organization_id: int) -> dict[int, ChatState]:
    found = session.execute(
        select(ChatAccount.person_id, ChatAccount.is_reachable)
        .join(Person, Person.id == ChatAccount.person_id)
        .where(Person.organization_id == organization_id)
        .order_by(ChatAccount.is_reachable)
    )
    return {
        person_id: ChatState.LINKED if is_reachable else ChatState.UNREACHABLE
        for person_id, is_reachable in found
        if person_id is not None
    }


def _invited_by_person(session: Session, organization_id: int, now: datetime) -> dict[int, datetime]:
    found = session.execute(
        select(Invitation.person_id, func.max(Invitation.expires_at))
        .where(
            Invitation.organization_id == organization_id,
            Invitation.claimed_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now,
        )
        .group_by(Invitation.person_id)
    )
    return {row[0]: row[1] for row in found}
