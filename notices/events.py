"""Words about events: the invitation with its answer (DC28), a reminder, moved, called off, materials."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.events import EventKind, EventStatus, GuestAnswer
from notices.buttons import EventDo, EventTap
from notices.language import Translator, escape
from notices.letters import Action, Letter, Rows, Skip
from services.access.errors import N_, NotFound
from services.consents.states import has_consent
from services.roadmap.events.guests import read_invitation
from services.roadmap.events.planning import EventFacts, materials_of

KINDS = {
    EventKind.ROUND_TABLE: N_("round table"),
    EventKind.TRAINING: N_("training"),
    EventKind.KICKOFF: N_("kick-off session"),
    EventKind.CONSULTATION: N_("consultation"),
    EventKind.INTERNSHIP: N_("internship"),
    EventKind.COUNCIL: N_("council"),
    EventKind.GROUP_FINAL: N_("final meeting of all pairs"),
    EventKind.FINAL: N_("final event"),
    EventKind.THEMED: N_("festival, forum or contest"),
}
AGENDA_LIMIT = 1500  # characters of a notice that the agenda may take


def invitation(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    found = _read(session, facts, now)
    if isinstance(found, Skip):
        return found
    event, answer, _was_there = found
    return describe_invitation(event, answer, t)


def reminder(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    found = _read(session, facts, now)
    if isinstance(found, Skip):
        return found
    event, answer, _was_there = found
    if answer is GuestAnswer.CANNOT:
        return Skip("does not come")
    text = t("A reminder: {kind} “{title}”.", **_names(event, t))
    here = (Action(t.label("I am here"), EventTap(EventDo.HERE, event.id)),)
    return Letter(f"{text}\n{_where(event, t)}", (*_answers(event, answer, t), here))


def moved(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    found = _read(session, facts, now)
    if isinstance(found, Skip):
        return found
    event, answer, _was_there = found
    text = t("The time or place has changed: {kind} “{title}”.", **_names(event, t))
    return Letter(f"{text}\n{_where(event, t)}", _answers(event, answer, t))


def cancelled(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    try:
        event, _answer, _was_there = read_invitation(
            session, event_id=int(facts["event_id"]), person_id=int(facts["person_id"])
        )
    except NotFound:
        return Skip("the event is gone")
    if event.status is not EventStatus.CANCELLED:
        return Skip("it takes place after all")
    return Letter(
        t(
            "{kind} “{title}” on {moment} is called off.",
            **_names(event, t),
            moment=t.moment(event.starts_at, event.timezone),
        )
    )


def materials(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    try:
        event, _answer, _was_there = read_invitation(
            session, event_id=int(facts["event_id"]), person_id=int(facts["person_id"])
        )
    except NotFound:
        return Skip("the event is gone")
    found = [one for one in materials_of(session, event.id) if one.sent_at is not None]
    if not found:
        return Skip("nothing to hand out")
    lines = [t("Materials of {kind} “{title}”:", **_names(event, t))]
    lines += [f"• {escape(one.title)}: {escape(one.url)}" for one in found]
    return Letter("\n".join(lines))


def describe_invitation(event: EventFacts, answer: GuestAnswer | None, t: Translator) -> Letter:
    """The invitation as it stands: with the guest's answer, which may be changed."""
    lines = [t("You are invited: {kind} <b>{title}</b>.", **_names(event, t)), _where(event, t)]
    if event.leader:
        lines.append(t("Conducted by {leader}.", leader=event.leader))
    if event.agenda:
        lines.append(t("On the agenda:") + "\n" + escape(event.agenda[:AGENDA_LIMIT]))
    if answer is GuestAnswer.COMES:
        lines.append(t("You wrote that you come. Thank you!"))
    elif answer is GuestAnswer.CANNOT:
        lines.append(t("You wrote that you cannot come. Thank you for telling."))
    else:
        lines.append(t("Will you come?"))
    return Letter("\n\n".join(lines), _answers(event, answer, t))


def describe_presence(event: EventFacts, t: Translator) -> Letter:
    return Letter(t("Noted: you are at {kind} “{title}”. Welcome!", **_names(event, t)))


def _read(
    session: Session, facts: Mapping[str, Any], now: datetime
) -> tuple[EventFacts, GuestAnswer | None, bool] | Skip:
    try:
        found = read_invitation(session, event_id=int(facts["event_id"]), person_id=int(facts["person_id"]))
    except NotFound:
        return Skip("the event is gone")
    if found[0].status is not EventStatus.PLANNED or found[0].starts_at <= now:
        return Skip("the event is over or called off")
    if not has_consent(session, int(facts["person_id"])):
        return Skip("no consent")
    return found


def _answers(event: EventFacts, answer: GuestAnswer | None, t: Translator) -> Rows:
    comes = Action(t.label("I will come"), EventTap(EventDo.COMES, event.id))
    cannot = Action(t.label("I cannot"), EventTap(EventDo.CANNOT, event.id))
    if answer is GuestAnswer.COMES:
        return ((cannot,),)
    return ((comes,),) if answer is GuestAnswer.CANNOT else ((comes, cannot),)


def _where(event: EventFacts, t: Translator) -> str:
    moment = t.moment(event.starts_at, event.timezone)
    return f"{escape(moment)}\n{escape(event.place)}" if event.place else escape(moment)


def _names(event: EventFacts, t: Translator) -> dict[str, str]:
    """A title that begins with the kind of the event loses it there: the sentence names it already."""
    kind = t.label(KINDS[event.kind])
    begun = re.match(rf"{re.escape(kind)}(?=[\s:«“\"])[\s:–—]*(?P<rest>.+)", event.title, re.IGNORECASE)
    if begun is None:
        return {"kind": kind, "title": event.title}
    quoted = re.fullmatch(r"[«“\"]([^«»“”\"]+)[»”\"]", begun["rest"].strip())
    return {"kind": kind, "title": quoted[1] if quoted else begun["rest"].strip()}
