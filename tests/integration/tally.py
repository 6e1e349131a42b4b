"""A very small conversation for tests of the wiring: it counts. Each count is a row of the audit trail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import BotCommand, Message
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.context import Conversation
from bot.dispatcher import make_dispatcher
from handlers.filters import Flow, Typed
from handlers.talk import Talk
from handlers.taps import Taps
from models import audit
from models.audit import Audited, AuditEntry
from models.messages import NoticeKind
from notices.buttons import OfferDo, OfferTap
from notices.catalogue import Notice, NoticeClass
from notices.language import Translator
from notices.letters import Action, Letter, Skip
from notices.taps import Do, Tap
from services.access.actors import Channel, system
from services.access.audit import record
from services.access.errors import DomainError
from services.delivery.conversations import ChatState

SECRET_WORDS = "слова-которых-нет-в-журнале"


LONG = "<blockquote>" + "".join(f"<b>Строка {n}</b> 😀 &lt;конец&gt;\n" for n in range(500)) + "</blockquote>"
"""Three messages' worth, in tags and signs beyond the first plane."""


class TooMuch(DomainError):
    text = "You do not have the right to do this."


class TallyDo(Do):
    ADD = "add", "step"


class TallyTap(Tap, screen="tally"):
    do: TallyDo
    step: int = 0


ACCEPT = OfferTap(OfferDo.ACCEPT, pair_id=1)
"""Of a class that works from any message."""


class Tally(Audited):
    """Something without a table, to be recorded about."""

    audited_as = "tally"
    audited_in = None
    id = 1


def count(session: Session, *, now: datetime, step: int = 1) -> int:
    for _ in range(step):
        record(session, system(Channel.BOT), audit.Action.TASK_CLOSED, Tally(), now=now)
    session.flush()
    return counted(session)


def refuse(session: Session, *, now: datetime) -> None:
    count(session, now=now)
    raise TooMuch


def counted(session: Session) -> int:
    return session.scalar(select(func.count()).where(AuditEntry.subject_kind == "tally")) or 0


def screen(session: Session, chat: ChatState, t: Translator, now: datetime) -> Letter:
    if chat.flow == "broken":
        raise RuntimeError(SECRET_WORDS)
    if chat.flow == "long":
        return Letter(LONG, ((Action("Ещё один, " + "и ещё " * 100, TallyTap(TallyDo.ADD, 1)),),))
    row = (Action("Ещё один", TallyTap(TallyDo.ADD, 1)), Action("Ещё два", TallyTap(TallyDo.ADD, 2)))
    return Letter(f"Сейчас {counted(session)}, шаг {chat.flow or 'дом'}", (row,))


router = Router(name="tally")
on_tally = Taps(router, TallyTap)
on_offer = Taps(router, OfferTap)


@router.message(Command("add"))
async def add(message: Message, talk: Talk) -> None:
    await talk.act(count)
    await talk.show()


@router.message(Command("peek"))
async def peek(message: Message, talk: Talk) -> None:
    await talk.show("Смотрим")


@router.message(Command("note"))
async def note(message: Message, talk: Talk) -> None:
    talk.go("note.text", pair=1)
    await talk.act()
    await talk.show()


@router.message(Flow("note"), Typed())
async def take_note(message: Message, talk: Talk) -> None:
    talk.go(None)
    await talk.act(count)
    await talk.show("Записано")


@router.message(Command("refuse"))
async def refused(message: Message, talk: Talk) -> None:
    await talk.act(refuse)
    await talk.show()


@router.message(Command("crash"))
async def crash(message: Message, talk: Talk) -> None:
    raise RuntimeError(SECRET_WORDS + (message.text or ""))


@router.message(Command("break"))
async def break_screen(message: Message, talk: Talk) -> None:
    talk.go("broken")
    await talk.act()
    await talk.show()


@router.message(Command("long"))
async def show_long(message: Message, talk: Talk) -> None:
    talk.go("long")
    await talk.act()
    await talk.show("Сначала это")


@router.message(Command("forget"))
async def forget_to_answer(message: Message, talk: Talk) -> None:
    await talk.act(count)


@on_tally(TallyDo.ADD)
async def tapped(tap: TallyTap, talk: Talk) -> None:
    await talk.act(count, step=tap.step)
    await talk.show()


@on_offer(OfferDo.ACCEPT)
async def accepted(_tap: OfferTap, talk: Talk) -> None:
    await talk.act(count)
    await talk.replace(Letter("Принято"))


@router.message(F.text == "кнопка извещения")
async def say_notice(message: Message, talk: Talk) -> None:
    await talk.replace(Letter("Извещение", ((Action("Принять", ACCEPT),),)))


def words(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    if facts.get("is_over"):
        return Skip("no longer true")
    if facts.get("is_broken"):
        raise RuntimeError(SECRET_WORDS)
    if facts.get("is_long"):
        return Letter(LONG, ((Action("Принять", ACCEPT),),))
    if facts.get("is_unsendable"):
        return Letter("<b>unclosed")
    return Letter(f"Весть {facts.get('number', 0)}", ((Action("Принять", ACCEPT),),))


# Kinds of the product, each under the words of this conversation and in a class of its own.
ANSWER = NoticeKind.JOINING_RECOGNISED
ACT = NoticeKind.PAIR_ENDED
MEETING = NoticeKind.MEETING_REMINDER
NEWS = NoticeKind.MEMO_SENT
LASTING = NoticeKind.EVENT_MATERIALS
UNHEARD_OF = NoticeKind.CYCLE_CLOSED

NOTICES: Mapping[str, Notice] = {
    ANSWER: Notice(NoticeClass.ANSWER, words),
    ACT: Notice(NoticeClass.ACT, words),
    MEETING: Notice(NoticeClass.MEETING, words),
    NEWS: Notice(NoticeClass.BUDGETED, words),
    LASTING: Notice(NoticeClass.BUDGETED, words, is_lasting=True),
}

_made: list[Conversation] = []


def tally_conversation() -> Conversation:
    """Once a process: a router belongs to one dispatcher for good."""
    if not _made:
        _made.append(
            Conversation(
                dispatcher=make_dispatcher([router]),
                current_screen=screen,
                is_deciding=lambda _flow: False,
                notices=NOTICES,
                commands=lambda t: [BotCommand(command="add", description=t.label("Mentoring"))],
            )
        )
    return _made[0]
