"""Answers to invitations, and being present by a tap or by the link of a QR code (DC28; C15, C33)."""

from aiogram import Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery

from handlers.talk import Talk
from models.events import GuestAnswer
from notices.events import describe_invitation, describe_presence
from notices.letters import Letter
from services.access.errors import DomainError, NotAllowed, NotFound
from services.roadmap.events.guests import EventNotNow, EventOver, answer_invitation, attend, attend_by_token
from services.roadmap.events.planning import EventCancelled

router = Router(name="events")

REFUSALS = (EventNotNow, EventOver, EventCancelled)


class Come(CallbackData, prefix="event.comes"):
    event_id: int


class StayAway(CallbackData, prefix="event.cannot"):
    event_id: int


class BeHere(CallbackData, prefix="event.here"):
    event_id: int


@router.callback_query(Come.filter())
async def come(_query: CallbackQuery, callback_data: Come, talk: Talk) -> None:
    await _answer(talk, callback_data.event_id, GuestAnswer.COMES)


@router.callback_query(StayAway.filter())
async def stay_away(_query: CallbackQuery, callback_data: StayAway, talk: Talk) -> None:
    await _answer(talk, callback_data.event_id, GuestAnswer.CANNOT)


@router.callback_query(BeHere.filter())
async def be_here(_query: CallbackQuery, callback_data: BeHere, talk: Talk) -> None:
    try:
        event = await talk.act(attend, actor=talk.actor, event_id=callback_data.event_id)
    except REFUSALS as refusal:
        await talk.say(talk.t.error(refusal))
        return
    await talk.replace(describe_presence(event, talk.t))


async def come_by_link(talk: Talk, token: str) -> None:
    """`/start evt_...`: whoever scanned the code at the door is present; the screen stays what it was."""
    try:
        event = await talk.act(attend_by_token, actor=talk.actor, token=token)
    except (*REFUSALS, NotFound, NotAllowed) as refusal:
        await talk.show(_say_refusal(talk, refusal))
        return
    await talk.show(describe_presence(event, talk.t).text)


def _say_refusal(talk: Talk, refusal: DomainError) -> str:
    if isinstance(refusal, NotFound) and talk.place.person_id is None:
        return talk.t("I do not know you yet: first open your personal link or type the code of your school.")
    if isinstance(refusal, (NotFound, NotAllowed)):
        return talk.t("I do not know this event: please ask the curator to note that you are here.")
    return talk.t.error(refusal)


async def _answer(talk: Talk, event_id: int, answer: GuestAnswer) -> None:
    try:
        event = await talk.act(answer_invitation, actor=talk.actor, event_id=event_id, answer=answer)
    except (EventCancelled, EventOver) as refusal:
        await talk.replace(Letter(talk.t.error(refusal)))
        return
    await talk.replace(describe_invitation(event, answer, talk.t))
