"""The banks over the years: who stood in which role, and what each cycle came to (A22, C8, C9, E19)."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from models.consents import Consent, ConsentDecision, ConsentKind
from models.people import Outcome, Participation, ParticipationStatus, Person, Role
from models.person_notes import Eligibility
from models.programmes import Cycle
from services.access.actors import Actor, Right
from services.access.listing import Asked, Listed, list_page
from services.access.records import find
from services.consents.states import newest_ids
from services.people.eligibility import EligibilityFacts, EligibilityGround, facts_of_row


@dataclass(frozen=True, slots=True)
class Turn:
    """One role in one cycle. `outcome` is None while the cycle runs."""

    cycle: str
    is_open: bool
    role: Role
    status: ParticipationStatus
    outcome: Outcome | None
    wants_next: bool | None


@dataclass(frozen=True, slots=True)
class BankEntry:
    """A person of a bank; `turns` are all their roles, the newest first."""

    person_id: int
    full_name: str
    position: str
    grounds: tuple[EligibilityGround, ...]
    turns: tuple[Turn, ...]
    is_long_term: bool
    long_term_until: date | None  # the last day in the long-term bank (C38)


def read_history(session: Session, *, actor: Actor, person_id: int) -> tuple[Turn, ...]:
    """Raises NotFound, NotAllowed."""
    person = find(session, Person, person_id)
    actor.check_right(Right.SEE_PEOPLE, person.organization_id)
    return tuple(_turns(session, Participation.person_id == person_id)[person_id])


def list_bank_entries(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    role: Role,
    is_student: bool,
    asked: Asked = Asked(),  # noqa: B008  # frozen
) -> Listed[BankEntry]:
    """A page of those who ever stood in a role, by name; students and staff are banks of their own.

    Raises NotAllowed.
    """
    actor.check_right(Right.SEE_PEOPLE, organization_id)
    student = exists().where(Eligibility.person_id == Person.id, Eligibility.is_student)
    query = select(Person).where(
        Person.organization_id == organization_id,
        Person.erased_at.is_(None),
        exists().where(Participation.person_id == Person.id, Participation.role == role),
        student if is_student else ~student,
    )
    found = list_page(session, query, keys={"name": (Person.sort_key, Person.id)}, asked=asked)
    ids = [person.id for person in found.rows]
    turns = _turns(session, Participation.person_id.in_(ids))
    noted = {
        row.person_id: facts_of_row(row)
        for row in session.scalars(select(Eligibility).where(Eligibility.person_id.in_(ids)))
    }
    usual = EligibilityFacts()
    long_term = _long_term(session, ids)
    return found.showing(
        [
            BankEntry(
                person_id=person.id,
                full_name=person.full_name,
                position=person.position,
                grounds=noted.get(person.id, usual).grounds,
                turns=tuple(turns[person.id]),
                is_long_term=person.id in long_term,
                long_term_until=long_term.get(person.id),
            )
            for person in found.rows
        ]
    )


def _long_term(session: Session, people: Collection[int]) -> dict[int, date | None]:
    """Who of these people consented to stay in the long-term bank, and until when."""
    latest = newest_ids(ConsentKind.LONG_TERM_BANK, people=people)
    rows = session.execute(
        select(Consent.person_id, Consent.term_until).where(
            Consent.id.in_(latest), Consent.decision == ConsentDecision.GIVEN
        )
    )
    return {person_id: until for person_id, until in rows}  # noqa: C416  # rows


def _turns(session: Session, which: ColumnElement[bool]) -> defaultdict[int, list[Turn]]:
    found: defaultdict[int, list[Turn]] = defaultdict(list)
    rows = session.execute(
        select(Participation, Cycle)
        .join(Cycle, Cycle.id == Participation.cycle_id)
        .where(which)
        .order_by(Cycle.starts_on.desc(), Participation.id)
    )
    for row, cycle in rows:
        found[row.person_id].append(
            Turn(cycle.label, cycle.is_open, row.role, row.status, row.outcome, row.wants_next)
        )
    return found
