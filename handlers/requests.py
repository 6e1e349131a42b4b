"""What somebody of a pair asks for: chosen by two taps, told in own words (E6, E27 to E29, E35)."""

from datetime import date

from aiogram import Router
from aiogram.types import Message

from handlers.filters import Flow, Typed
from handlers.replies import conclude, open_below
from handlers.talk import Talk
from handlers.taps import Taps
from models.requests import RequestKind
from notices.buttons import AskedDo, AskedTap, RequestDo, RequestTap
from notices.language import Translator
from notices.letters import Letter
from services.access.errors import N_, DomainError
from services.messages_read.drafts.answers import ChooseByButton, DayNotRead, read_answer
from services.messages_read.drafts.contents import Field, Purpose
from services.organizations.days import day_of
from services.pairs.requests.answering import answer_consent, answer_question
from services.pairs.requests.rules import RULES
from services.pairs.requests.sending import (
    RequestSent,
    add_reason,
    send_request,
    withdraw_request,
)

router = Router(name="requests")
on_request = Taps(router, RequestTap)
on_asked = Taps(router, AskedTap)
on_request.opens(RequestDo.OPEN, "request", here=True)


@on_request(RequestDo.CHOOSE)
async def choose_kind(tap: RequestTap, talk: Talk) -> None:
    """The second tap. That the pair does not fit counts at once; its reason is asked afterwards."""
    if tap.kind is RequestKind.UNFIT:
        try:
            sent = await talk.act(
                send_request,
                actor=talk.actor,
                kind=tap.kind,
                pair_id=tap.pair_id,
                text="",
                then=lambda sent: ("request.reason", {"request_id": sent.request_id}),
            )
        except DomainError as error:
            await talk.show(talk.t.error(error), here=True)
            return
        await talk.show(_thank(sent, talk.t), here=True)
        return
    step = "request.day" if RULES[tap.kind].wants_day else "request.text"
    await talk.enter(step, here=True, pair_id=tap.pair_id, kind=tap.kind.value)


@on_request(RequestDo.DAY)
async def choose_day(tap: RequestTap, talk: Talk) -> None:
    await _take_day(talk, tap.day, here=True)


@router.message(Flow("request.day"), Typed())
async def type_day(message: Message, talk: Talk) -> None:
    local_now = talk.now.astimezone(talk.chat.zone)
    answer = read_answer(Field.DAY, message.text or "", purpose=Purpose.EXTEND, local_now=local_now)
    day = answer.changes.get("day")
    if day is None:
        raise DayNotRead
    await _take_day(talk, day, here=False)


async def _take_day(talk: Talk, day: date, *, here: bool) -> None:
    data = talk.chat.data
    if talk.chat.flow not in {"request.day", "request.text"}:
        raise ChooseByButton
    facts = {"pair_id": data["pair_id"], "kind": data["kind"]}
    if day < day_of(talk.now, talk.chat.zone):
        await talk.enter("request.day", note=talk.t("This day has passed already."), here=here, **facts)
        return
    await talk.enter("request.text", here=here, **facts, day=day.isoformat())


@on_request(RequestDo.NO_REASON)
async def send_plain(_tap: RequestTap, talk: Talk) -> None:
    if talk.chat.flow == "request.reason":
        await talk.enter("pair", here=True)
        return
    if talk.chat.flow != "request.text":
        await talk.show()
        return
    await _send(talk, "")


@router.message(Flow("request.text"), Typed())
async def take_text(message: Message, talk: Talk) -> None:
    await _send(talk, message.text or "")


@router.message(Flow("request.reason"), Typed())
async def take_reason(message: Message, talk: Talk) -> None:
    request_id = int(talk.chat.data["request_id"])
    talk.go("pair")
    await talk.act(add_reason, actor=talk.actor, request_id=request_id, text=message.text or "")
    await talk.show(talk.t("Thank you. Only the curator reads it."))


@on_request(RequestDo.WITHDRAW)
async def withdraw(tap: RequestTap, talk: Talk) -> None:
    talk.go("pair")
    await talk.act(withdraw_request, actor=talk.actor, request_id=tap.request_id)
    await talk.show(talk.t("Taken back. Nothing changes."), here=True)


@on_asked(AskedDo.AGREE, AskedDo.REFUSE)
async def give_consent(tap: AskedTap, talk: Talk) -> None:
    agrees = tap.do is AskedDo.AGREE
    try:
        await talk.act(answer_consent, actor=talk.actor, request_id=tap.request_id, agrees=agrees)
    except DomainError as error:
        await conclude(talk, Letter(talk.t.error(error)))
        return
    said = N_("Thank you: you agree. The curator decides.")
    if not agrees:
        said = N_("Thank you: you do not agree. The curator speaks with both of you.")
    await conclude(talk, Letter(talk.t(said)))


@on_asked(AskedDo.REPLY)
async def begin_reply(tap: AskedTap, talk: Talk) -> None:
    await open_below(talk, "asked.reply", request_id=tap.request_id)


@router.message(Flow("asked.reply"), Typed())
async def take_reply(message: Message, talk: Talk) -> None:
    request_id = int(talk.chat.data["request_id"])
    talk.go(None)
    await talk.act(answer_question, actor=talk.actor, request_id=request_id, text=message.text or "")
    await talk.show(talk.t("Your answer is on its way."))


async def _send(talk: Talk, text: str) -> None:
    """The request goes off; what cannot be taken is said, and what was chosen stays."""
    data = talk.chat.data
    kind, day = RequestKind(data["kind"]), data.get("day")
    talk.go("pair")
    sent = await talk.act(
        send_request,
        actor=talk.actor,
        kind=kind,
        pair_id=int(data["pair_id"]),
        text=text,
        wanted_on=date.fromisoformat(day) if day else None,
    )
    await talk.show(_thank_for(kind, sent, talk.t))


def _thank_for(kind: RequestKind, sent: RequestSent, t: Translator) -> str:
    if RULES[kind].is_of_two:
        return t("Your question is on its way. I will write when there is an answer.")
    return _thank(sent, t)


def _thank(sent: RequestSent, t: Translator) -> str:
    """Who decides, and by when."""
    lines = []
    if sent.owner:
        lines.append(
            t(
                "Passed on to {owner}, who answers by {day}. I will write what is decided.",
                owner=sent.owner,
                day=t.month_day(sent.due_on),
            )
        )
    else:
        lines.append(t("Passed on to the curator. I will write what is decided."))
    if sent.effective_on is not None:
        lines.append(
            t(
                "Your duties end on {day} even without an answer.",
                day=t.day(sent.effective_on, with_year=True),
            )
        )
    return "\n".join(lines)
