"""What follows from a sent survey, by the occasion of its run.

The outcomes open runs by services.surveys.opening and never by the runner, which calls this module.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from models.surveys import RunOccasion
from services.access.actors import Actor
from services.surveys.alerts import alert_curator
from services.surveys.intake import enter_bank
from services.surveys.steps import SentRun

Outcome = Callable[..., None]
"""Called as `outcome(session, sent, actor=..., now=...)`: once when a survey is sent, and again after every
answer that is added to it later. It must be safe to repeat."""


def follow(session: Session, sent: SentRun, *, actor: Actor, now: datetime) -> None:
    OUTCOMES[sent.occasion](session, sent, actor=actor, now=now)


def do_nothing(_session: Session, _sent: SentRun, *, actor: Actor, now: datetime) -> None:
    """Nothing follows at once: sheets of people, means and reports read what was sent."""


OUTCOMES: Mapping[RunOccasion, Outcome] = {
    RunOccasion.INTAKE: enter_bank,
    RunOccasion.FEEDBACK: alert_curator,
    RunOccasion.WAVE: do_nothing,
    RunOccasion.OFFICE: do_nothing,
    RunOccasion.PARTNER: do_nothing,
    RunOccasion.SCORES: do_nothing,
}
