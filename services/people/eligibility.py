"""Who may need a mentor: experience, a new workplace, a return, up to 35; no dates of birth (A23, E17)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from models.audit import Action
from models.changes import change_row
from models.people import Person
from models.person_notes import Eligibility
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError
from services.access.records import find

YOUNG_YEARS = 3  # of experience, as KPI 1 counts (docs/domain.md#b25)
MOST_YEARS = 70


class YearsUnlikely(DomainError):
    text = N_("Years of experience are a whole number from 0 to {most}, or nothing.")


class EligibilityGround(StrEnum):
    YOUNG_SPECIALIST = "young_specialist"
    NEW_HERE = "new_here"
    RETURNED = "returned"
    UP_TO_35 = "up_to_35"


@dataclass(frozen=True, slots=True)
class EligibilityFacts:
    experience_years: int | None = None
    is_new_here: bool = False
    has_returned: bool = False
    is_up_to_35: bool = False
    is_student: bool = False
    updated_at: datetime | None = None

    @property
    def grounds(self) -> tuple[EligibilityGround, ...]:
        """Why this person may need a mentor; none is no obstacle, only nobody's reminder."""
        young = self.experience_years is not None and self.experience_years <= YOUNG_YEARS
        holds = {
            EligibilityGround.YOUNG_SPECIALIST: young,
            EligibilityGround.NEW_HERE: self.is_new_here,
            EligibilityGround.RETURNED: self.has_returned,
            EligibilityGround.UP_TO_35: self.is_up_to_35,
        }
        return tuple(ground for ground, is_true in holds.items() if is_true)


def read_eligibility(session: Session, *, actor: Actor, person_id: int) -> EligibilityFacts:
    """Raises NotFound, NotAllowed."""
    person = find(session, Person, person_id)
    actor.check_right(Right.SEE_PEOPLE, person.organization_id)
    row = session.get(Eligibility, person_id)
    return facts_of_row(row) if row else EligibilityFacts()


def set_eligibility(
    session: Session,
    *,
    actor: Actor,
    person_id: int,
    experience_years: str,
    is_new_here: bool,
    has_returned: bool,
    is_up_to_35: bool,
    is_student: bool,
    now: datetime,
) -> EligibilityFacts:
    """Note or correct it; `experience_years` as typed. Raises NotFound, NotAllowed, YearsUnlikely."""
    person = find(session, Person, person_id, lock=True)
    actor.check_right(Right.EDIT_PEOPLE, person.organization_id)
    years = _read_years(experience_years)
    row = session.get(Eligibility, person_id)
    if row is None:
        row = Eligibility(person_id=person_id, organization_id=person.organization_id)
        session.add(row)
    told = {
        "experience_years": years,
        "is_new_here": is_new_here,
        "has_returned": has_returned,
        "is_up_to_35": is_up_to_35,
        "is_student": is_student,
    }
    is_first = row.updated_at is None
    if not change_row(row, told) and not is_first:
        return facts_of_row(row)
    row.updated_at = now
    session.flush()
    record(session, actor, Action.PERSON_ELIGIBILITY_SET, person, now=now)
    return facts_of_row(row)


def _read_years(typed: str) -> int | None:
    written = typed.strip()
    if not written:
        return None
    is_number = written.isascii() and written.isdecimal() and len(written) <= len(str(MOST_YEARS))
    if not is_number or int(written) > MOST_YEARS:
        raise YearsUnlikely(most=MOST_YEARS)
    return int(written)


def facts_of_row(row: Eligibility) -> EligibilityFacts:
    return EligibilityFacts(
        experience_years=row.experience_years,
        is_new_here=row.is_new_here,
        has_returned=row.has_returned,
        is_up_to_35=row.is_up_to_35,
        is_student=row.is_student,
        updated_at=row.updated_at,
    )
