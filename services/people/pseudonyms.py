"""The pseudonymous mode of a programme: the chat shows first names and codes of pairs, and nothing more.

A way to lower the risk of a foreign messenger (docs/domain.md#foreign-messengers): no family name,
position or contact passes through it, and consent and intake go through a form of the panel
(handlers/forms.py).
"""

from sqlalchemy.orm import Session

from models.people import Person
from services.programmes.running import NoOpenCycle, current_cycle, settings_of


def is_pseudonymous(session: Session, cycle_id: int) -> bool:
    return settings_of(session, cycle_id=cycle_id).is_pseudonymous


def is_pseudonymous_now(session: Session, organization_id: int | None) -> bool:
    """The same by the open school year; False while none is open."""
    if organization_id is None:
        return False
    try:
        return is_pseudonymous(session, current_cycle(session, organization_id).id)
    except NoOpenCycle:
        return False


def name_partner(session: Session, person: Person, *, cycle_id: int, pair_id: int | None) -> str:
    """How the chat calls somebody's partner: politely, or by first name and the code of the pair, if any."""
    if not is_pseudonymous(session, cycle_id):
        return person.polite_name
    return person.given_name if pair_id is None else f"{person.given_name} (№ {pair_id})"


def introduce_partner(session: Session, person: Person, *, cycle_id: int, pair_id: int) -> str:
    """Full name and position, as one introduces a colleague; less of it in the pseudonymous mode."""
    if is_pseudonymous(session, cycle_id):
        return name_partner(session, person, cycle_id=cycle_id, pair_id=pair_id)
    return ", ".join(filter(None, (person.full_name, person.position)))


def name_self(session: Session, person: Person) -> str:
    """How the chat addresses its owner."""
    hidden = is_pseudonymous_now(session, person.organization_id)
    return person.given_name if hidden else person.polite_name
