"""People of an organisation as its curator keeps them: names and position, where each one stands.

Before consent only what the employer already holds is kept: name and position (A22, A25).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session

from models.audit import Action
from models.changes import change_row
from models.names import full_name, may_be_name, polite_name
from models.pairs import count_places
from models.people import Participation, ParticipationStatus, Person, Role
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find

NAME_LIMIT = 100
POSITION_LIMIT = 200
LOCALES = ("ru", "en")
FIELDS = ("family_name", "given_name", "patronymic", "position")


class NameMissing(DomainError):
    text = N_("Please give both the family name and the first name.")


class NameTooLong(DomainError):
    text = N_("This is too long: at most {limit} characters fit.")


class NameWrong(DomainError):
    text = N_("A name has letters; digits and other signs are not part of it.")


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
    """Raises NameMissing, NameTooLong, NameWrong, NotAllowed."""
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

    Raises NotFound, NotAllowed, NameMissing, NameTooLong, NameWrong.
    """
    person = find(session, Person, person_id, lock=True)
    actor.check_right(Right.EDIT_PEOPLE, person.organization_id)
    wanted = dict(zip(FIELDS, _clean(family_name, given_name, patronymic, position), strict=True))
    changed = change_row(person, wanted)
    if changed:
        record(session, actor, Action.PERSON_EDITED, person, now=now, after={"fields": list(changed)})
    return facts_of(person)


def _clean(family_name: str, given_name: str, patronymic: str, position: str) -> tuple[str, str, str, str]:
    family, given, middle, post = (
        " ".join(written.split()) for written in (family_name, given_name, patronymic, position)
    )
    if not family or not given:
        raise NameMissing(field="given_name" if family else "family_name")
    for field, part in zip(FIELDS, (family, given, middle), strict=False):
        if len(part) > NAME_LIMIT:
            raise NameTooLong(field=field, limit=NAME_LIMIT)
        if not may_be_name(part):
            raise NameWrong(field=field)
    if len(post) > POSITION_LIMIT:
        raise NameTooLong(field="position", limit=POSITION_LIMIT)
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
    return count_places(Participation.id).correlate(Participation).scalar_subquery()


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
