"""What a curator is told of sent feedback: a rating of `alert_rating` or less and a wish for help become
tasks. The other side of the pair sees neither.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from models.surveys import RunOccasion, SurveyRun
from models.tasks import TaskKind
from services.access.actors import Actor
from services.delivery.tasks import open_task
from services.programmes.running import settings_of
from services.surveys.steps import SentRun

HELP_QUESTION = "need_help"


def alert_curator(session: Session, sent: SentRun, *, actor: Actor, now: datetime) -> None:  # noqa: ARG001
    """Tasks for the curator out of a sent feedback; repeated after every answer that is added."""
    settings = settings_of(session, cycle_id=sent.cycle_id)
    ratings = [
        value
        for question in sent.survey.questions()
        if question.kind == "rating10" and isinstance(value := sent.values.get(question.id), int)
    ]
    found = []
    if any(rating <= settings.alert_rating for rating in ratings):
        found.append((TaskKind.LOW_RATING, "low"))
    if sent.values.get(HELP_QUESTION) is True:
        found.append((TaskKind.HELP_WANTED, "help"))
    run = session.get_one(SurveyRun, sent.run_id)
    for kind, word in found:
        key = f"{RunOccasion.FEEDBACK}:run:{sent.run_id}:{word}"
        open_task(session, kind, run, key=key, meeting_id=sent.meeting_id, now=now)
