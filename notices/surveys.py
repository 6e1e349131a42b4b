"""Words about questionnaires that wait for a person."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from models.people import Person
from models.surveys import UNSENT
from notices.buttons import ContinueDo, ContinueTap
from notices.language import Translator, escape
from notices.letters import Action, Letter, Skip
from services.access.errors import NotFound
from services.consents.states import has_consent
from services.organizations.days import day_of
from services.programmes.surveys import Survey
from services.surveys.steps import read_step


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
    return Letter(text, ((Action(t.label("Continue"), ContinueTap(ContinueDo.SURVEY, step.run_id)),),))


def invite(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    """A wave, or an event, asks something: what, how long it takes, until when."""
    try:
        step = read_step(session, run_id=int(facts["run_id"]))
    except NotFound:
        return Skip("the survey is gone")
    if step.status not in UNSENT:
        return Skip("sent or closed already")
    if step.closes_at is not None and step.closes_at <= now:
        return Skip("out of time")
    person = session.get(Person, int(facts["person_id"]))
    if person is None or not has_consent(session, person.id):
        return Skip("no consent")
    zone = ZoneInfo(person.organization.timezone)
    until = day_of(step.closes_at, zone) if step.closes_at else None
    return write_invitation(step.survey, t, until=until, about=step.about, run_id=step.run_id)


def write_invitation(
    survey: Survey, t: Translator, *, until: date | None, about: str = "", run_id: int = 0
) -> Letter:
    """The same words for the panel's preview, which has no run yet."""
    lines = [f"<b>{escape(survey.title.get(t.locale))}</b>"]
    if about:
        lines.append(t("About: {name}", name=about))
    lines.append(escape(survey.intro.get(t.locale)))
    if until is not None:
        lines.append(t("Answers are taken until {day}.", day=t.month_day(until)))
    return Letter("\n\n".join(lines), ((Action(t.label("Begin"), ContinueTap(ContinueDo.SURVEY, run_id)),),))
