"""Wishes in plain language, before every flow: each leads to its screen, or may be passed on to the curator.

Where a question takes own words, what sounds like a wish is asked about before it is an answer.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from aiogram import Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import Filter
from aiogram.types import Message
from sqlalchemy.orm import Session

from handlers.filters import Typed
from handlers.survey_screens import read_own_step
from handlers.surveys import answer
from handlers.talk import Talk
from handlers.taps import Taps
from models.tasks import WORDS_LIMIT
from notices.buttons import WishDo, WishTap
from notices.language import Translator, escape
from notices.letters import Action, Letter
from services.access.errors import N_, NotFound
from services.consents.states import has_consent
from services.delivery.conversations import Participant
from services.messages_read.drafts.authors import read_author
from services.messages_read.passing_on import pass_on
from services.messages_read.wishes import Wish, WishKind, find_wish
from services.programmes.answers import AnswerRefused, check_answer
from services.programmes.surveys import TEXT_KINDS
from services.surveys import runs
from services.surveys.steps import read_step

router = Router(name="wishes")
FLOW = "wish"
on_wish = Taps(router, WishTap, flow=FLOW)

UNKNOWN = "unknown"  # in place of a kind: words that nothing understood
SERIOUS = frozenset({WishKind.WITHDRAW, WishKind.STOP})
"""Meant so wherever they are typed."""
ANYWHERE = SERIOUS | {WishKind.MENU, WishKind.HELP, WishKind.HOWTO}
DRAFT = "draft"
COMMANDS = frozenset({"меню", "в меню", "главное меню", "отмена", "отменить", "menu", "cancel"})
"""Words that no field of own words takes for an answer."""
OWN_WORDS = frozenset(
    {"offer.reasons", "offer.note", "request.text", "request.reason", "asked.reply", "joining.identity"}
)
FLOWS = {
    WishKind.MENU: None,
    WishKind.CANCEL: None,
    WishKind.MEETINGS: "meetings",
    WishKind.HOWTO: "help",
}
ASKS = {
    WishKind.STOP: N_(
        "While you take part I write about meetings and questionnaires. I can tell the curator that it is "
        "too much, or you take your consent back: then I stop at once."
    ),
    WishKind.LEAVE: N_(
        "Do you want to leave the programme? I can pass it on to the curator, who will speak with you. If "
        "you take your consent back, your participation ends at once."
    ),
    WishKind.PARTNER: N_("Shall I pass this on to the curator? I tell nobody else."),
    WishKind.ABSENCE: N_(
        "Shall I tell the curator that you are away? A meeting that is set stays set: to move it write, "
        "like: «перенесём на пятницу в 15:00»."
    ),
    WishKind.RENAMED: N_("Your name stands in the curator's list. Shall I pass this on to the curator?"),
    WishKind.HELP: N_("Shall I pass this on to the curator? Nobody else will see it."),
    UNKNOWN: N_(
        "I did not understand this, and nothing is saved. Shall I pass it on to the curator? A meeting may "
        "be told like this: «вчера 40 минут, план урока в 5Б» or «в четверг в 15:00»."
    ),
}
NOTES: dict[WishKind, str] = {
    WishKind.THANKS: N_("You are welcome!"),
    WishKind.GREETING: N_("Hello!"),
    WishKind.LATE: N_("I do not pass this on to the other side: please call or write to them yourself."),
    WishKind.REMIND: N_("I remind you of the meetings that are set by myself."),
    WishKind.CANCEL: N_("Stopped. Nothing is lost: what you answered is kept."),
}


class IsWish(Filter):
    """Passes a typed message of a person that is a wish, and hands the wish on."""

    async def __call__(self, message: Message, talk: Talk) -> bool | dict[str, Any]:
        if not isinstance(talk.chat, Participant):
            return False
        wish = find_wish(message.text or "", now=talk.now.astimezone(talk.chat.zone))
        return {"wish": wish} if wish else False


@dataclass(frozen=True, slots=True)
class Told:
    """What the chat keeps while it asks: the words, and where the person was."""

    kind: str = UNKNOWN
    words: str = ""
    message_id: int = 0
    wanted_on: str | None = None
    run_id: int | None = None  # of the questionnaire that the words may answer


@router.message(Typed(), IsWish())
async def take_wish(message: Message, talk: Talk, wish: Wish) -> None:
    text = message.text or ""
    is_meant = wish.kind in SERIOUS or text.strip(" .!").casefold() in COMMANDS
    run_id = await _find_run(talk, text)
    if run_id is not None and not is_meant:
        await _ask(talk, message, wish, run_id=run_id)
        return
    if talk.chat.flow in OWN_WORDS and not is_meant:
        raise SkipHandler
    if talk.is_deciding and talk.chat.flow != DRAFT and wish.kind not in ANYWHERE:
        raise SkipHandler  # "я передумала" under a decision is pointed to its buttons
    await _follow(talk, message, wish)


async def _find_run(talk: Talk, text: str) -> int | None:
    """The questionnaire whose question takes own words now. Raises SkipHandler where the text is an answer
    that is offered there.
    """
    if talk.chat.flow != "survey":
        return None
    step = await talk.read(read_own_step, chat=talk.participant, now=talk.now)
    if step is None or step.question is None:
        return None
    question = step.question
    if question.kind in TEXT_KINDS or question.kind in {"multi", "person_rank"}:
        return step.run_id
    try:
        check_answer(question, text)
    except AnswerRefused:
        return None
    raise SkipHandler


async def _follow(talk: Talk, message: Message, wish: Wish) -> None:
    """Where a wish leads that is surely one."""
    kind = wish.kind
    if kind is WishKind.WITHDRAW:
        await _open_withdrawal(talk, message)
    elif kind in {WishKind.PARTNER, WishKind.LEAVE} and await _has_card(talk, kind):
        raise SkipHandler  # the grammar of messages makes a card of it
    elif kind in ASKS:
        await _ask(talk, message, wish)
    elif kind in FLOWS:
        is_left = kind is WishKind.CANCEL and talk.chat.flow is not None
        await talk.enter(FLOWS[kind], note=talk.t(NOTES[kind]) if is_left else None)
    elif kind is WishKind.REMIND:
        await talk.enter("meetings", note=talk.t(NOTES[kind]))
    else:
        await talk.show(talk.t(NOTES[kind]))


async def _has_card(talk: Talk, kind: WishKind) -> bool:
    try:
        author = await talk.read(read_author, actor=talk.actor)
    except NotFound:
        return False
    return kind is WishKind.PARTNER or author.role == "mentor"


async def _open_withdrawal(talk: Talk, message: Message) -> None:
    """The screen with its two taps; the curator hears of it whatever is tapped there."""
    has_given = await talk.read(lambda session: has_consent(session, talk.participant.person_id))
    talk.go("privacy.confirm" if has_given else "privacy")
    await talk.act(pass_on, actor=talk.actor, words=message.text or "", occasion=str(message.message_id))
    await talk.show(talk.t("I have told the curator what you wrote."))


async def _ask(talk: Talk, message: Message, wish: Wish, *, run_id: int | None = None) -> None:
    since = wish.since.isoformat() if wish.since else None
    await talk.enter(
        FLOW,
        kind=wish.kind.value,
        words=await _text_if_consented(talk, message),
        message_id=message.message_id,
        wanted_on=since,
        run_id=run_id,
    )


async def ask_about_unknown(talk: Talk, message: Message) -> None:
    """What nothing understood may be passed on."""
    words = await _text_if_consented(talk, message)
    await talk.enter(FLOW, kind=UNKNOWN, words=words, message_id=message.message_id)


async def _text_if_consented(talk: Talk, message: Message) -> str:
    """What was typed, until the question about it is answered; nothing of it before a consent."""
    has_given = await talk.read(lambda session: has_consent(session, talk.participant.person_id))
    return (message.text or "")[:WORDS_LIMIT] if has_given else ""


@on_wish(WishDo.TELL)
async def tell_curator(_tap: WishTap, talk: Talk) -> None:
    told = talk.chat.load(Told)
    _leave(talk, told)
    await talk.act(
        pass_on,
        actor=talk.actor,
        words=told.words,
        occasion=str(told.message_id),
        wanted_on=date.fromisoformat(told.wanted_on) if told.wanted_on else None,
    )
    await talk.show(talk.t("Passed on to the curator, who will write or call you."))


@on_wish(WishDo.ANSWER)
async def take_as_answer(_tap: WishTap, talk: Talk) -> None:
    """It was an answer after all."""
    told = talk.chat.load(Told)
    step = await talk.read(read_step, run_id=told.run_id) if told.run_id else None
    if step is None or step.question is None:
        await _go_back(talk, told)
        return
    question = step.question
    if question.kind in {"multi", "person_rank"}:
        await answer(talk, step.run_id, runs.add_typed, question_id=question.id, typed=told.words)
    else:
        await answer(talk, step.run_id, runs.record_answer, question_id=question.id, raw=told.words)


@on_wish(WishDo.WITHDRAW)
async def open_consent(_tap: WishTap, talk: Talk) -> None:
    await talk.enter("privacy.confirm")


@on_wish(WishDo.LEAVE)
async def leave(_tap: WishTap, talk: Talk) -> None:
    await _go_back(talk, talk.chat.load(Told))


async def _go_back(talk: Talk, told: Told) -> None:
    _leave(talk, told)
    await talk.act()
    await talk.show()


def _leave(talk: Talk, told: Told) -> None:
    if told.run_id is not None:
        talk.go("survey", run_id=told.run_id)
    else:
        talk.go(None)


def wish_screen(_session: Session, chat: Participant, t: Translator, _now: datetime) -> Letter | None:
    told = chat.load(Told)
    asked = ASKS.get(told.kind if told.kind == UNKNOWN else WishKind(told.kind))
    rows = []
    parts = [f"«{escape(told.words)}»"] if told.words else []
    if told.run_id is not None:
        parts.append(t("Is this your answer to the question, or do you want something else?"))
        rows.append((Action(t.label("It is my answer"), WishTap(WishDo.ANSWER)),))
    elif asked is not None:
        parts.append(t(asked))
    rows.append((Action(t.label("Pass it on to the curator"), WishTap(WishDo.TELL)),))
    if told.kind in {WishKind.STOP, WishKind.LEAVE}:
        rows.append((Action(t.label("Take my consent back"), WishTap(WishDo.WITHDRAW)),))
    back = t.label("Back to the question") if told.run_id is not None else t.label("Not needed")
    rows.append((Action(back, WishTap(WishDo.LEAVE)),))
    return Letter("\n\n".join(parts), tuple(rows))
