"""What follows from a sent survey, by its occasion (the first word of the run's dedup key)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from services.actors import Actor
from services.programmes.surveys import Survey


@dataclass(frozen=True, slots=True)
class SentRun:
    """A sent survey; `values` by question, a skipped one is None."""

    run_id: int
    occasion: str
    organization_id: int
    cycle_id: int
    person_id: int | None
    meeting_id: int | None
    pair_id: int | None
    survey: Survey
    values: Mapping[str, object]


class UnknownOccasion(LookupError):
    """No module that was imported declares what follows from this occasion."""


Outcome = Callable[..., None]
"""Called as `outcome(session, sent, actor=..., now=...)`: once when a survey is sent, and again after every
answer that is added to it later. It must be safe to repeat."""

OUTCOMES: dict[str, Outcome] = {}


def on_sent(occasion: str) -> Callable[[Outcome], Outcome]:
    """Declare what follows from surveys of an occasion; one function each.

    A registry and not a table of imports, because these domains open runs themselves.
    """

    def declare(outcome: Outcome) -> Outcome:
        OUTCOMES[occasion] = outcome
        return outcome

    return declare


def follow(session: Session, sent: SentRun, *, actor: Actor, now: datetime) -> None:
    """Raises UnknownOccasion: a survey whose answers nobody waits for is a fault of the program."""
    try:
        outcome = OUTCOMES[sent.occasion]
    except KeyError:
        raise UnknownOccasion(sent.occasion) from None
    outcome(session, sent, actor=actor, now=now)
