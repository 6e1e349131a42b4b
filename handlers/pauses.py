"""A pause of one's pair: until when, by a tap or a typed day; and its early end."""

from datetime import date, datetime, timedelta

from aiogram import Router
from aiogram.types import Message
from sqlalchemy.orm import Session

from handlers.filters import Flow, Typed
from handlers.talk import Talk
from handlers.taps import Taps
from notices.buttons import PairDo, PairTap
from notices.language import Translator
from notices.letters import Action, Letter
from services.access.errors import N_, NotAllowed, NotFound
from services.delivery.conversations import Participant
from services.messages_read.drafts.answers import read_answer
from services.messages_read.drafts.contents import Field, Purpose
from services.organizations.days import day_of
from services.pairs.cards import read_pair
from services.pairs.pauses import NotPaused, PauseNotPossible, SomebodyAway, pause_pair, resume_pair

FLOW = "pair.pause"
SPANS = {N_("For a week"): 7, N_("For two weeks"): 14, N_("For a month"): 30, N_("For two months"): 61}

router = Router(name="pauses of pairs")
on_pair = Taps(router, PairTap)


@on_pair(PairDo.ASK_PAUSE)
async def ask(tap: PairTap, talk: Talk) -> None:
    await talk.enter(FLOW, pair_id=tap.pair_id, here=True)


@on_pair(PairDo.PAUSE)
async def pause(tap: PairTap, talk: Talk) -> None:
    await _pause(talk, tap.pair_id, tap.day)


@router.message(Flow(FLOW), Typed())
async def take_day(message: Message, talk: Talk) -> None:
    """A day in one's own words: "до 15 января"."""
    answer = read_answer(
        Field.DAY,
        message.text or "",
        purpose=Purpose.PLAN,
        local_now=talk.now.astimezone(talk.chat.zone),
    )
    pair_id = int(talk.chat.data["pair_id"])
    if answer.choices:
        await talk.enter(FLOW, pair_id=pair_id, choices=answer.choices)
        return
    await _pause(talk, pair_id, answer.changes["day"])


@on_pair(PairDo.RESUME)
async def resume(tap: PairTap, talk: Talk) -> None:
    talk.go("pair")
    try:
        await talk.act(resume_pair, actor=talk.actor, pair_id=tap.pair_id)
    except (NotPaused, SomebodyAway) as error:
        await talk.show(talk.t.error(error))
        return
    await talk.show(talk.t("The pair goes on."))


async def _pause(talk: Talk, pair_id: int, day: date) -> None:
    talk.go("pair")
    try:
        await talk.act(pause_pair, actor=talk.actor, pair_id=pair_id, resumes_on=day)
    except PauseNotPossible as error:
        await talk.show(talk.t.error(error))
        return
    words = talk.t("The pair is paused until {day}. On that day it goes on by itself.", day=talk.t.day(day))
    await talk.show(words)


def pause_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    pair_id = int(chat.data["pair_id"])
    try:
        card = read_pair(session, actor=chat.actor, pair_id=pair_id)
    except (NotAllowed, NotFound):
        return None
    today = day_of(now, chat.zone)
    days = [date.fromisoformat(one) for one in chat.data.get("choices", ())]
    if days:
        rows = [(Action(t.day(day, with_year=True), _choose(pair_id, day)),) for day in days]
    else:
        rows = [
            (Action(t.label(words), _choose(pair_id, today + timedelta(days=span))),)
            for words, span in SPANS.items()
        ]
    back = (Action(t.label("Back to the pair"), PairTap(PairDo.SHOW)),)
    text = t(
        "Until when do you pause ({partner})? Choose or write a day, like: <i>15 January</i>. Meetings to "
        "come are cancelled, and I remind you of nothing until then.",
        partner=card.partner_of(chat.person_id).chat_name,
    )
    return Letter(text, (*rows, back))


def _choose(pair_id: int, day: date) -> PairTap:
    return PairTap(PairDo.PAUSE, pair_id, day=day)
