"""Feedback in one tap after a meeting (SV04); the rest goes on in the common survey runner."""

from datetime import datetime

from aiogram import Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.types import Message
from sqlalchemy.orm import Session

from handlers.drafts.texts import tells_of_meeting
from handlers.filters import Flow, Typed
from handlers.replies import conclude, is_on_screen
from handlers.talk import Talk
from handlers.taps import Taps
from notices.buttons import FeedbackDo, FeedbackTap
from notices.feedback import describe_feedback
from notices.language import Translator
from notices.letters import Letter
from services.access.errors import NotAllowed, NotFound
from services.delivery.conversations import Participant
from services.programmes.answers import AnswerRefused, check_answer, names_rating
from services.surveys.feedback import Feedback, find_waiting, rate, read_feedback
from services.surveys.runs import RunClosed

router = Router(name="feedback")
on_feedback = Taps(router, FeedbackTap)

FLOW = "feedback"


@on_feedback(FeedbackDo.RATE)
async def give_rating(tap: FeedbackTap, talk: Talk) -> None:
    run_id = tap.run_id
    try:
        await talk.act(rate, actor=talk.actor, run_id=run_id, rating=tap.rating)
    except RunClosed as error:
        await conclude(talk, Letter(talk.t.error(error)))
        return
    if is_on_screen(talk):
        await talk.show()
        return
    feedback = await talk.read(read_feedback, actor=talk.actor, run_id=run_id, now=talk.now)
    await talk.replace(describe_feedback(feedback, talk.t))


@router.message(Flow(FLOW), Typed())
async def take_rating(message: Message, talk: Talk) -> None:
    """A number typed instead of tapped. Once there is a rating, what is typed is about something else; so is
    a text about a meeting, and the question then waits in the menu.
    """
    typed = message.text or ""
    feedback = await talk.read(
        read_feedback, actor=talk.actor, run_id=int(talk.chat.data["run_id"]), now=talk.now
    )
    if feedback.rating is not None or (not names_rating(typed) and await tells_of_meeting(talk, typed)):
        raise SkipHandler
    await _rate_typed(talk, feedback, typed)


@router.message(Typed())
async def take_number(message: Message, talk: Talk) -> None:
    """A bare number answers the question of a notice, while the screen itself asks for no decision."""
    typed, person_id = message.text or "", talk.chat.person_id
    if person_id is None or talk.is_deciding or not names_rating(typed):
        raise SkipHandler
    run_id = await talk.read(find_waiting, person_id=person_id, now=talk.now)
    if run_id is None or (talk.chat.flow == FLOW and run_id < int(talk.chat.data["run_id"])):
        raise SkipHandler  # straight after a rating a number is no word about an older meeting
    await _rate_typed(
        talk, await talk.read(read_feedback, actor=talk.actor, run_id=run_id, now=talk.now), typed
    )


async def _rate_typed(talk: Talk, feedback: Feedback, typed: str) -> None:
    """Keep the rating, or say what is asked over the question: it becomes the screen either way."""
    talk.go(FLOW, run_id=feedback.run_id)
    try:
        rating = check_answer(feedback.question, typed)
    except AnswerRefused as error:
        await talk.act()
        await talk.show(talk.t.error(error))
        return
    await talk.act(rate, actor=talk.actor, run_id=feedback.run_id, rating=rating)
    await talk.show()


@on_feedback(FeedbackDo.ADD)
async def add_more(tap: FeedbackTap, talk: Talk) -> None:
    feedback = await talk.read(read_feedback, actor=talk.actor, run_id=tap.run_id, now=talk.now)
    if not (feedback.is_open and feedback.has_more):
        await conclude(talk, Letter(talk.t("Nothing more is asked about this meeting. Thank you!")))
        return
    await talk.enter("survey", run_id=tap.run_id, here=True)


@on_feedback(FeedbackDo.DONE)
async def leave_it(tap: FeedbackTap, talk: Talk) -> None:  # noqa: ARG001
    t = talk.t
    if is_on_screen(talk):
        await talk.enter(None, note=t("Thank you, your feedback is saved."))
    else:
        await talk.replace(Letter(t("Thank you, your feedback is saved.")))


@on_feedback(FeedbackDo.OPEN)
async def open_feedback(tap: FeedbackTap, talk: Talk) -> None:
    await talk.read(read_feedback, actor=talk.actor, run_id=tap.run_id, now=talk.now)
    await talk.enter(FLOW, run_id=tap.run_id, here=True)


def feedback_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    actor = chat.actor
    try:
        feedback = read_feedback(session, actor=actor, run_id=int(chat.data["run_id"]), now=now)
    except (NotFound, NotAllowed):
        return None
    return describe_feedback(feedback, t)
