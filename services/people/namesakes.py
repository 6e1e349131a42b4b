"""Whether somebody of this name has a card already: asked before another one is made."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.names import fold
from models.people import Person
from services.access.actors import Actor, Right
from services.people.cards import PersonFacts, facts_of


def list_namesakes(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    family_name: str,
    given_name: str,
    patronymic: str = "",
) -> tuple[PersonFacts, ...]:
    """Cards of the organisation with this family name and first name, whatever their case, ё and spaces; two
    patronymics that differ are two people. Whether it is the same person the curator says. Raises NotAllowed.
    """
    actor.check_right(Right.EDIT_PEOPLE, organization_id)
    name, middle = (_plain(family_name), _plain(given_name)), _plain(patronymic)
    rows = session.scalars(
        select(Person)
        .where(Person.organization_id == organization_id, Person.erased_at.is_(None))
        .order_by(Person.id)
    )
    return tuple(
        facts_of(row)
        for row in rows
        if (_plain(row.family_name), _plain(row.given_name)) == name
        and (not middle or not row.patronymic or _plain(row.patronymic) == middle)
    )


def _plain(written: str) -> str:
    return fold(" ".join(written.split()))
