"""Answers to invitations, and being present by a tap or by the link of a QR code (DC28; C15, C33)."""

from aiogram import Router

from handlers.talk import Talk
from handlers.taps import Taps
from models.events import GuestAnswer
from notices.buttons import EventDo, EventTap
from notices.events import describe_invitation, describe_presence
from notices.letters import Letter
from services.access.errors import DomainError, NotAllowed, NotFound
from services.roadmap.events.guests import EventNotNow, EventOver, answer_invitation, attend, attend_by_token
from services.roadmap.events.planning import EventCancelled

router = Router(name="events")
on_event = Taps(router, EventTap)

REFUSALS = (EventNotNow, EventOver, EventCancelled)


@on_event(EventDo.COMES, EventDo.CANNOT)
async def answer(tap: EventTap, talk: Talk) -> None:
    reply = GuestAnswer.COMES if tap.do is EventDo.COMES else GuestAnswer.CANNOT
    try:
        event = await talk.act(answer_invitation, actor=talk.actor, event_id=tap.event_id, answer=reply)
    except (EventCancelled, EventOver) as refusal:
        await talk.replace(Letter(talk.t.error(refusal)))
        return
    await talk.replace(describe_invitation(event, reply, talk.t))


@on_event(EventDo.HERE)
async def be_here(tap: EventTap, talk: Talk) -> None:
    try:
        event = await talk.act(attend, actor=talk.actor, event_id=tap.event_id)
    except REFUSALS as refusal:
        await talk.send_text(talk.t.error(refusal))
        return
    await talk.replace(describe_presence(event, talk.t))


async def come_by_link(talk: Talk, token: str) -> None:
    """`/start evt_...`: whoever scanned the code at the door is present; the screen stays what it was."""
    try:
        event = await talk.act(attend_by_token, actor=talk.actor, token=token)
    except (*REFUSALS, NotFound, NotAllowed) as refusal:
        await talk.show(_describe_refusal(talk, refusal))
        return
    await talk.show(describe_presence(event, talk.t).text)


def _describe_refusal(talk: Talk, refusal: DomainError) -> str:
    if isinstance(refusal, NotFound) and talk.chat.person_id is None:
        return talk.t("I do not know you yet: first open your personal link or type the code of your school.")
    if isinstance(refusal, (NotFound, NotAllowed)):
        return talk.t("I do not know this event: please ask the curator to note that you are here.")
    return talk.t.error(refusal)
