"""Where people stand with the consents that the programme asks for now. The newest row of a kind decides.

An adult takes part by their own consent; someone from 14 to 17 by that of the legal representative and
their own assent, a younger one by the representative's alone (docs/domain.md#personal-data).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.consents import Consent, ConsentDecision, ConsentKind
from models.people import AgeGroup, Person
from models.unit_notes import UnitNotes
from services.access.errors import N_, DomainError, NotFound
from services.programmes.packs import ResolvedPack
from services.programmes.running import current_cycle, pack_of

KIND = ConsentKind.PD_PROCESSING

DECISIVE: Mapping[AgeGroup, tuple[ConsentKind, ...]] = {
    AgeGroup.ADULT: (ConsentKind.PD_PROCESSING,),
    AgeGroup.FROM_14: (ConsentKind.REPRESENTATIVE, ConsentKind.MINOR_ASSENT),
    AgeGroup.UNDER_14: (ConsentKind.REPRESENTATIVE,),
}

_NEEDED = tuple(dict.fromkeys(kind for kinds in DECISIVE.values() for kind in kinds))


class ConsentMissing(DomainError):
    text = N_("Your consent to personal data processing is needed first.")


class ConsentState(StrEnum):
    """Where a person stands with a consent."""

    NONE = "none"
    GIVEN = "given"
    OUTDATED = "outdated"  # given to an earlier version of the text
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


# of several needed consents the one that holds people back most is told
_WORST = (
    ConsentState.WITHDRAWN,
    ConsentState.DECLINED,
    ConsentState.EXPIRED,
    ConsentState.NONE,
    ConsentState.OUTDATED,
    ConsentState.GIVEN,
)

# asked before every answer and every screen: one statement, built once
_STANDING = (
    select(Person.organization_id, Person.age_group, Consent.decision, Consent.version)
    .outerjoin(Consent, (Consent.person_id == Person.id) & (Consent.kind == KIND))
    .where(Person.id == bindparam("person_id"))
    .order_by(Consent.id.desc())
    .limit(1)
)


def decisive_kinds(session: Session, person_id: int) -> tuple[ConsentKind, ...]:
    """The consents without which this person cannot take part. Raises NotFound."""
    age_group = session.scalar(select(Person.age_group).where(Person.id == person_id))
    if age_group is None:
        raise NotFound
    return DECISIVE[age_group]


def age_group_of(session: Session, person_id: int) -> AgeGroup:
    """Raises NotFound."""
    found = session.scalar(select(Person.age_group).where(Person.id == person_id))
    if found is None:
        raise NotFound
    return found


STATES: UnitNotes[ConsentState] = UnitNotes()


def read_state(session: Session, person_id: int) -> ConsentState:
    """Whether the person may take part. Raises NotFound. Noted in the session until a decision is made."""
    noted = STATES.find(session, person_id)
    if noted is not None:
        return noted
    found = session.execute(_STANDING, {"person_id": person_id}).one_or_none()
    if found is None:
        raise NotFound
    organization_id, age_group, decision, version = found
    if age_group is AgeGroup.ADULT:
        state = ConsentState.NONE
        if decision is not None:
            state = _state(decision, version, _current_versions(session, organization_id)[KIND])
    else:
        state = _worst(state_of(session, person_id=person_id, kind=kind) for kind in DECISIVE[age_group])
    return STATES.note(session, person_id, state)


def note_states(session: Session, *, organization_id: int, people: Iterable[int]) -> None:
    """Read the states of these people at once, so that `read_state` need not for each of them."""
    for person_id, state in read_states(session, organization_id=organization_id, people=people).items():
        STATES.note(session, person_id, state)


def state_of(session: Session, *, person_id: int, kind: ConsentKind) -> ConsentState:
    """Where a person stands with one consent. Raises NotFound."""
    organization_id = session.scalar(select(Person.organization_id).where(Person.id == person_id))
    if organization_id is None:
        raise NotFound
    row = newest(session, person_id, kind)
    if row is None:
        return ConsentState.NONE
    current = _current_versions(session, organization_id).get(kind, row.version)
    return _state(row.decision, row.version, current)


def newest(session: Session, person_id: int, kind: ConsentKind) -> Consent | None:
    return session.scalars(
        select(Consent)
        .where(Consent.person_id == person_id, Consent.kind == kind)
        .order_by(Consent.id.desc())
        .limit(1)
    ).first()


def read_days_given(session: Session, people: Iterable[int]) -> dict[int, datetime]:
    """When each of these people gave the last consent that they need to take part, where it is given now."""
    kinds = {kind for needed in DECISIVE.values() for kind in needed}
    given = session.execute(
        select(Consent.person_id, func.max(Consent.decided_at))
        .where(Consent.id.in_(newest_ids(*kinds, people=people)), Consent.decision == ConsentDecision.GIVEN)
        .group_by(Consent.person_id)
    )
    return {person_id: decided_at for person_id, decided_at in given if decided_at is not None}


def newest_ids(
    *kinds: ConsentKind, organization_id: int | None = None, people: Iterable[int] | None = None
) -> Select[int]:
    """The ids of each person's newest decision about each of these kinds, or about each kind there is.

    A later decision about one kind says nothing of another: who refuses photographs still allows processing.
    """
    query = select(func.max(Consent.id)).group_by(Consent.person_id, Consent.kind)
    if kinds:
        query = query.where(Consent.kind.in_(kinds))
    if organization_id is not None:
        query = query.where(Consent.organization_id == organization_id)
    return query if people is None else query.where(Consent.person_id.in_(people))


@dataclass(frozen=True, slots=True)
class Decisive:
    """The consent that decides whether a person may take part: of several needed ones the one that holds
    them back most. `version` and `decided_at` are of its newest decision, None where it was never asked.
    """

    state: ConsentState
    version: int | None = None
    decided_at: datetime | None = None


def read_decisive(
    session: Session, *, organization_id: int, people: Iterable[int] | None = None
) -> dict[int, Decisive]:
    """By person, of everyone (or of these people) who ever decided about a consent that is needed."""
    query = (
        select(
            Consent.person_id,
            Person.age_group,
            Consent.kind,
            Consent.decision,
            Consent.version,
            Consent.decided_at,
        )
        .join(Person, Person.id == Consent.person_id)
        .where(Consent.id.in_(newest_ids(*_NEEDED, organization_id=organization_id, people=people)))
    )
    current = _current_versions(session, organization_id)
    found: dict[int, dict[ConsentKind, Decisive]] = {}
    ages: dict[int, AgeGroup] = {}
    for person_id, age_group, kind, decision, version, decided_at in session.execute(query):
        ages[person_id] = age_group
        state = _state(decision, version, current.get(kind, version))
        found.setdefault(person_id, {})[kind] = Decisive(state, version, decided_at)
    never = Decisive(ConsentState.NONE)
    return {
        person_id: min(
            (decided.get(kind, never) for kind in DECISIVE[ages[person_id]]),
            key=lambda one: _WORST.index(one.state),
        )
        for person_id, decided in found.items()
    }


def read_states(
    session: Session, *, organization_id: int, people: Iterable[int] | None = None
) -> dict[int, ConsentState]:
    """Whether they may take part, of everyone (or of these people) who ever decided, by person."""
    decided = read_decisive(session, organization_id=organization_id, people=people)
    return {person_id: one.state for person_id, one in decided.items()}


def read_given(session: Session, *, organization_id: int, kind: ConsentKind) -> set[int]:
    """Who of the organisation has given a consent of this kind in its version of now."""
    current = _current_versions(session, organization_id).get(kind, 0)
    latest = newest_ids(kind, organization_id=organization_id)
    return set(
        session.scalars(
            select(Consent.person_id).where(
                Consent.id.in_(latest),
                Consent.decision == ConsentDecision.GIVEN,
                Consent.version >= current,
            )
        )
    )


def may_take_part(session: Session, organization_id: int) -> ColumnElement[bool]:
    """Whether a selected Person of the organisation may take part: the same rule as a condition."""
    current = _current_versions(session, organization_id)
    return or_(
        *(
            and_(Person.age_group == age_group, *(_is_given(kind, current.get(kind)) for kind in kinds))
            for age_group, kinds in DECISIVE.items()
        )
    )


def has_refused() -> ColumnElement[bool]:
    """Whether a selected Person is among those of `read_refusals`."""
    return or_(
        *(
            and_(
                Person.age_group == age_group,
                or_(
                    *(
                        exists().where(
                            Consent.id == newest_of(Person.id, kind),
                            Consent.decision == ConsentDecision.DECLINED,
                        )
                        for kind in kinds
                    )
                ),
            )
            for age_group, kinds in DECISIVE.items()
        )
    )


def newest_of(person_id: Any, kind: ConsentKind) -> ScalarSelect[int]:
    """The number of a person's newest decision, for a condition; `person_id` is a column of the query."""
    one = aliased(Consent)
    last = select(func.max(one.id)).where(one.person_id == person_id, one.kind == kind)
    # by itself a subquery looks one level up only
    return last.correlate(Person).scalar_subquery()


def _is_given(kind: ConsentKind, version: int | None) -> ColumnElement[bool]:
    found = exists().where(
        Consent.id == newest_of(Person.id, kind), Consent.decision == ConsentDecision.GIVEN
    )
    return found if version is None else found.where(Consent.version >= version)


def read_refusals(
    session: Session, *, organization_id: int, people: Iterable[int] | None = None
) -> dict[int, datetime]:
    """Who (or who of these people) said no to a consent that taking part needs, and when; by person."""
    latest = newest_ids(*_NEEDED, organization_id=organization_id, people=people)
    refused = session.execute(
        select(Consent.person_id, Person.age_group, Consent.kind, Consent.decided_at)
        .join(Person, Person.id == Consent.person_id)
        .where(Consent.id.in_(latest), Consent.decision == ConsentDecision.DECLINED)
        .order_by(Consent.decided_at)
    )
    return {person_id: day for person_id, age_group, kind, day in refused if kind in DECISIVE[age_group]}


def _current_versions(session: Session, organization_id: int) -> dict[ConsentKind, int]:
    pack = pack_of(session, cycle_id=current_cycle(session, organization_id).id)
    return {ConsentKind(use.id): use.version for use in pack.pack.consents if use.id in set(ConsentKind)}


def pack_now(session: Session, organization_id: int) -> ResolvedPack:
    return pack_of(session, cycle_id=current_cycle(session, organization_id).id)


def _state(decision: ConsentDecision, version: int, current: int) -> ConsentState:
    if decision is not ConsentDecision.GIVEN:
        return ConsentState(decision.value)
    return ConsentState.GIVEN if version >= current else ConsentState.OUTDATED


def _worst(states: Iterable[ConsentState]) -> ConsentState:
    found = set(states)
    return next(state for state in _WORST if state in found)


def has_consent(session: Session, person_id: int) -> bool:
    return read_state(session, person_id) is ConsentState.GIVEN


def check_consent(session: Session, person_id: int) -> None:
    """Called before any survey and before anything personal is kept. Raises ConsentMissing."""
    if not has_consent(session, person_id):
        raise ConsentMissing
