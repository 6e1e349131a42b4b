"""Feedback in one tap after a meeting (SV04); the rest goes on in the common survey runner."""

from datetime import datetime

from aiogram import Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message
from sqlalchemy.orm import Session

from handlers.bubbles import conclude, is_on_screen, open_flow
from handlers.filters import Flow, Typed
from handlers.talk import Talk
from notices.feedback import describe_feedback
from notices.language import Translator
from notices.letters import Letter
from services.actors import person_in_chat
from services.conversations import Place
from services.errors import NotAllowed, NotFound
from services.feedback import rate, read_feedback
from services.surveys.runs import RunClosed, record_answer

router = Router(name="feedback")

FLOW = "feedback"


class GiveRating(CallbackData, prefix="feedback.rate"):
    run_id: int
    rating: int


class AddMore(CallbackData, prefix="feedback.add"):
    run_id: int


class LeaveIt(CallbackData, prefix="feedback.done"):
    run_id: int


class OpenFeedback(CallbackData, prefix="feedback.open"):
    run_id: int


@router.callback_query(GiveRating.filter())
async def give_rating(_query: CallbackQuery, callback_data: GiveRating, talk: Talk) -> None:
    run_id = callback_data.run_id
    try:
        await talk.act(rate, actor=talk.actor, run_id=run_id, rating=callback_data.rating)
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
    """A number typed instead of tapped. Once there is a rating, what is typed is about something else."""
    run_id = int(talk.place.data["run_id"])
    feedback = await talk.read(read_feedback, actor=talk.actor, run_id=run_id, now=talk.now)
    if feedback.rating is not None:
        raise SkipHandler
    await talk.act(
        record_answer,
        actor=talk.actor,
        run_id=run_id,
        question_id=feedback.question.id,
        raw=message.text or "",
    )
    await talk.show()


@router.callback_query(AddMore.filter())
async def add_more(_query: CallbackQuery, callback_data: AddMore, talk: Talk) -> None:
    feedback = await talk.read(read_feedback, actor=talk.actor, run_id=callback_data.run_id, now=talk.now)
    if not (feedback.is_open and feedback.has_more):
        await conclude(talk, Letter(talk.t("Nothing more is asked about this meeting. Thank you!")))
        return
    await open_flow(talk, "survey", run_id=callback_data.run_id)


@router.callback_query(LeaveIt.filter())
async def leave_it(_query: CallbackQuery, callback_data: LeaveIt, talk: Talk) -> None:  # noqa: ARG001
    t = talk.t
    if is_on_screen(talk):
        talk.go(None)
        await talk.act()
        await talk.show(t("Thank you, your feedback is saved."))
    else:
        await talk.replace(Letter(t("Thank you, your feedback is saved.")))


@router.callback_query(OpenFeedback.filter())
async def open_feedback(_query: CallbackQuery, callback_data: OpenFeedback, talk: Talk) -> None:
    await talk.read(read_feedback, actor=talk.actor, run_id=callback_data.run_id, now=talk.now)
    await open_flow(talk, FLOW, run_id=callback_data.run_id)


def feedback_screen(session: Session, place: Place, t: Translator, now: datetime) -> Letter | None:
    if place.person_id is None or place.organization_id is None:
        return None
    actor = person_in_chat(place.person_id, place.organization_id)
    try:
        feedback = read_feedback(session, actor=actor, run_id=int(place.data["run_id"]), now=now)
    except (NotFound, NotAllowed):
        return None
    return describe_feedback(feedback, t)
