"""Whether somebody takes part in the programme, or has a card for another reason."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from models.consents import Consent
from models.people import Participation


def takes_part(session: Session, person_id: int) -> bool:
    """A role or a decision on a consent, in any year. Raises nothing."""
    found = select(
        exists().where(Participation.person_id == person_id) | exists().where(Consent.person_id == person_id)
    )
    return bool(session.scalar(found))
