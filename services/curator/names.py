"""Names of the people and of the pairs that something waits about."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.pairs import PairMember, is_in_pair
from models.people import Person


def names_of_people(session: Session, ids: set[int]) -> dict[int, tuple[str, ...]]:
    if not ids:
        return {}
    people = session.scalars(select(Person).where(Person.id.in_(ids)))
    return {person.id: (person.full_name,) for person in people}


def names_of_pairs(session: Session, ids: set[int]) -> dict[int, tuple[str, ...]]:
    """The mentor's name, then the mentees', for each pair."""
    found: dict[int, list[str]] = {}
    for pair_id, person in session.execute(
        select(PairMember.pair_id, Person)
        .join(Person, Person.id == PairMember.person_id)
        .where(PairMember.pair_id.in_(ids), is_in_pair())
        .order_by(PairMember.role.desc(), PairMember.id)
    ):
        found.setdefault(pair_id, []).append(person.full_name)
    return {pair_id: tuple(names) for pair_id, names in found.items()}
