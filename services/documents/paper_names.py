"""Names and positions as papers decline them: proposed, confirmed once by the curator, kept with the person.

See docs/documents.md#names.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.documents import PaperName
from models.people import Person
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.documents.declining import Case, Forms, decline_name, decline_position, shorten

LIMIT = 310
CATEGORY_LIMIT = 100


class PaperNameTooLong(DomainError):
    text = N_("This is too long: at most {limit} characters fit.")


class PaperNameMissing(DomainError):
    text = N_("Please fill in every form of the name and of the position.")


@dataclass(frozen=True, slots=True)
class NameForms:
    """`is_confirmed`: a curator has looked at these forms, and the card has not changed since."""

    person_id: int
    full_name: str
    short_name: str
    position: str
    names: Mapping[Case, str]
    positions: Mapping[Case, str]
    category: str
    is_confirmed: bool

    def plain(self) -> dict[str, str]:
        """What a template may write of a person."""
        told = {"name": self.full_name, "short_name": self.short_name, "position": self.position}
        told |= {f"name_{case}": made for case, made in self.names.items()}
        told |= {f"position_{case}": made for case, made in self.positions.items()}
        return told | {"category": self.category}


@dataclass(frozen=True, slots=True)
class Written:
    """The forms of one person as a curator wrote them; a case that is left out stays as proposed."""

    names: Mapping[Case, str] = field(default_factory=dict)
    positions: Mapping[Case, str] = field(default_factory=dict)
    category: str | None = None


def read_forms(session: Session, *, organization_id: int, people: Collection[int]) -> dict[int, NameForms]:
    """By person of this organisation; what nobody confirmed yet is a proposal. The caller checks who asks."""
    rows = session.execute(
        select(Person, PaperName)
        .outerjoin(PaperName, PaperName.person_id == Person.id)
        .where(Person.id.in_(people), Person.organization_id == organization_id)
    )
    return {person.id: _forms(person, kept) for person, kept in rows}


def confirm_forms(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    written: Mapping[int, Written],
    now: datetime,
) -> int:
    """Keep the forms of these people; gives how many were new or differed.

    Raises NotFound, NotAllowed, PaperNameMissing, PaperNameTooLong.
    """
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    known = read_forms(session, organization_id=organization_id, people=written.keys())
    kept = {
        row.person_id: row
        for row in session.scalars(select(PaperName).where(PaperName.person_id.in_(written)))
    }
    changed = 0
    for person_id, told in written.items():
        person = find(session, Person, person_id)
        if person_id not in known or person.erased_at is not None:
            raise NotFound
        changed += _write(session, person, known[person_id], kept.get(person_id), told, actor, now)
    session.flush()
    return changed


def _write(
    session: Session,
    person: Person,
    known: NameForms,
    row: PaperName | None,
    told: Written,
    actor: Actor,
    now: datetime,
) -> bool:
    forms = {
        "name": {case.value: " ".join(told.names.get(case, known.names[case]).split()) for case in Case},
        "position": {
            case.value: " ".join(told.positions.get(case, known.positions[case]).split()) for case in Case
        },
    }
    category = known.category if told.category is None else " ".join(told.category.split())
    if not all(forms["name"].values()) or (person.position and not all(forms["position"].values())):
        raise PaperNameMissing
    if max(len(one) for made in forms.values() for one in made.values()) > LIMIT:
        raise PaperNameTooLong(limit=LIMIT)
    if len(category) > CATEGORY_LIMIT:
        raise PaperNameTooLong(limit=CATEGORY_LIMIT)
    if row is not None and known.is_confirmed and (row.forms, row.category) == (forms, category):
        return False
    if row is None:
        row = PaperName(person_id=person.id, organization_id=person.organization_id)
        session.add(row)
    row.name, row.position = person.full_name, person.position
    row.forms, row.category = forms, category
    row.confirmed_at, row.confirmed_by = now, actor.id
    record(session, actor, Action.PAPER_NAME_CONFIRMED, person, now=now)
    return True


def _forms(person: Person, kept: PaperName | None) -> NameForms:
    written = (person.family_name, person.given_name, person.patronymic)
    is_kept = kept is not None and (kept.name, kept.position) == (person.full_name, person.position)
    names: Forms
    positions: Forms
    if kept is not None and is_kept:
        names = {case: str(kept.forms["name"][case.value]) for case in Case}
        positions = {case: str(kept.forms["position"][case.value]) for case in Case}
    else:
        names, positions = decline_name(*written), decline_position(person.position)
    return NameForms(
        person_id=person.id,
        full_name=person.full_name,
        short_name=shorten(*written),
        position=person.position,
        names=names,
        positions=positions,
        category=kept.category if kept is not None else "",
        is_confirmed=is_kept,
    )
