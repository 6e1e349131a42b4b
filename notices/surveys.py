"""Words about questionnaires that wait for a person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from notices.language import Translator
from notices.letters import Action, Letter, Skip
from services.consents import has_consent
from services.errors import NotFound
from services.surveys.steps import UNSENT, read_step


def unfinished(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    try:
        step = read_step(session, run_id=int(facts["run_id"]))
    except NotFound:
        return Skip("the survey is gone")
    if step.status not in UNSENT:
        return Skip("sent or closed already")
    if not has_consent(session, int(facts["person_id"])):
        return Skip("no consent")
    title = step.survey.title.get(t.locale)
    text = (
        t("“{title}” is waiting for you. Your answers are kept, a few minutes will finish it.", title=title)
        if step.given
        else t("“{title}” is waiting for you. It takes a few minutes, nearly all by tapping.", title=title)
    )
    return Letter(text, ((Action(t.label("Continue"), "continue.survey", (step.run_id,)),),))
