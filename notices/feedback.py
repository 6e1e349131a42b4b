"""Words about feedback after a meeting (SV04): one tap on a rating, the rest under "Add"."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.meetings import MeetingStatus
from models.surveys import UNSENT, SurveyRun
from notices.buttons import FeedbackDo, FeedbackTap, HeldDo, HeldTap
from notices.language import Translator, escape
from notices.letters import Action, Letter, Skip, in_rows
from notices.meetings import describe_when, read_card
from services.access.actors import person_in_chat
from services.meetings.cards import MeetingCard
from services.programmes.surveys import SEEN_BY
from services.surveys.feedback import Feedback, find_feedback, read_feedback

BEST = 10
IN_A_ROW = 5


def invite(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    """A meeting was logged before anybody asked about it: feedback, or "there was no meeting"."""
    card = read_card(session, facts)
    if card is None or card.status is not MeetingStatus.HELD:
        return Skip("the meeting has changed since")
    person_id = int(facts["person_id"])
    run_id = find_feedback(session, meeting_id=card.id, person_id=person_id)
    if run_id is None:
        return Skip("no feedback is open")
    feedback = read_feedback(
        session, actor=person_in_chat(person_id, card.organization_id), run_id=run_id, now=now
    )
    if feedback.rating is not None or not feedback.is_open:
        return Skip("rated already or closed")
    note = t(
        "A meeting with you has been logged: {when} ({partner}), {minutes}.",
        when=describe_when(session, card, t),
        partner=card.partner_of(person_id).chat_name,
        minutes=t.minutes(card.held_minutes or card.minutes),
    )
    letter = ask_rating(feedback, t)
    no = Action(t.label("There was no meeting"), HeldTap(HeldDo.NO, card.id))
    return Letter(f"{note}\n\n{letter.text}", (*letter.rows, (no,)))


def reminder(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    run = session.get(SurveyRun, int(facts["run_id"]))
    if run is None:
        return Skip("the feedback is gone")
    if run.status not in UNSENT or run.meeting_id is None:
        return Skip("sent already or closed")
    actor = person_in_chat(int(facts["person_id"]), run.organization_id)
    feedback = read_feedback(session, actor=actor, run_id=run.id, now=now)
    card = read_card(session, {"meeting_id": feedback.meeting_id})
    if card is None or not feedback.is_open:
        return Skip("closed")
    note = t("Your meeting on {when} still has no rating from you.", when=describe_when(session, card, t))
    letter = ask_rating(feedback, t)
    return Letter(f"{note}\n\n{letter.text}", letter.rows)


def describe_feedback(feedback: Feedback, t: Translator) -> Letter:
    """The rating to tap, or what was tapped and what may be added."""
    if feedback.rating is not None:
        return thank(feedback, t)
    if not feedback.is_open:
        return Letter(t("The time for feedback on this meeting is over. Thank you!"))
    return ask_rating(feedback, t)


def ask_rating(feedback: Feedback, t: Translator) -> Letter:
    question = feedback.question
    lines = [f"<b>{escape(question.text.get(t.locale))}</b>"]
    if question.low and question.high:
        lines.append(
            t(
                "1 is “{low}”, 10 is “{high}”. One tap and it is saved.",
                low=question.low.get(t.locale),
                high=question.high.get(t.locale),
            )
        )
    lines.append(f"<i>{escape(SEEN_BY[question.seen_by].get(t.locale))}</i>")
    actions = [
        Action(str(rating), FeedbackTap(FeedbackDo.RATE, feedback.run_id, rating))
        for rating in range(1, BEST + 1)
    ]
    return Letter("\n\n".join(lines), in_rows(actions, IN_A_ROW))


def thank(feedback: Feedback, t: Translator) -> Letter:
    text = t("Saved: {rating} of 10. Thank you!", rating=feedback.rating)
    if not (feedback.is_open and feedback.has_more):
        return Letter(text)
    return Letter(
        text
        + "\n\n"
        + t("If you like, add a few words: what it was about, what comes next, whether you need help."),
        (
            (
                Action(t.label("Add"), FeedbackTap(FeedbackDo.ADD, feedback.run_id)),
                Action(t.label("Done"), FeedbackTap(FeedbackDo.DONE, feedback.run_id)),
            ),
        ),
    )


def describe_logged(card: MeetingCard, t: Translator) -> str:
    """One line over the next question, after a log."""
    return t("The meeting is logged: {minutes}.", minutes=t.minutes(card.held_minutes or card.minutes))
