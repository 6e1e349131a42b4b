"""A very small conversation for tests of the wiring: it counts. Each count is a row of the audit trail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.filters.callback_data import CallbackData
from aiogram.types import BotCommand, CallbackQuery, Message
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.context import Conversation
from bot.dispatcher import make_dispatcher
from handlers.filters import Flow, Typed
from handlers.talk import Talk
from models import audit
from models.audit import Audited, AuditEntry
from models.messages import NoticeKind
from notices.catalogue import Notice, NoticeClass
from notices.language import Translator
from notices.letters import Action, Letter, Skip
from services.access.actors import Channel, system
from services.access.audit import record
from services.access.errors import DomainError
from services.delivery.conversations import Place

SECRET_WORDS = "слова-которых-нет-в-журнале"


LONG = "<blockquote>" + "".join(f"<b>Строка {n}</b> 😀 &lt;конец&gt;\n" for n in range(500)) + "</blockquote>"
"""Three messages' worth, in tags and signs beyond the first plane."""


class TooMuch(DomainError):
    text = "You do not have the right to do this."


class Add(CallbackData, prefix="tally.add"):
    step: int


class Anywhere(CallbackData, prefix="offer.accept"):
    pair_id: int


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


def screen(session: Session, place: Place, t: Translator, now: datetime) -> Letter:
    if place.flow == "broken":
        raise RuntimeError(SECRET_WORDS)
    if place.flow == "long":
        return Letter(LONG, ((Action("Ещё один, " + "и ещё " * 100, "tally.add", (1,)),),))
    row = (Action("Ещё один", "tally.add", (1,)), Action("Ещё два", "tally.add", (2,)))
    return Letter(f"Сейчас {counted(session)}, шаг {place.flow or 'дом'}", (row,))


router = Router(name="tally")


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


@router.callback_query(Add.filter())
async def tapped(query: CallbackQuery, callback_data: Add, talk: Talk) -> None:
    await talk.act(count, step=callback_data.step)
    await talk.show()


@router.callback_query(Anywhere.filter())
async def accepted(query: CallbackQuery, callback_data: Anywhere, talk: Talk) -> None:
    await talk.act(count)
    await talk.replace(Letter("Принято"))


@router.message(F.text == "кнопка извещения")
async def say_notice(message: Message, talk: Talk) -> None:
    await talk.replace(Letter("Извещение", ((Action("Принять", "offer.accept", (1,)),),)))


def words(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    if facts.get("is_over"):
        return Skip("no longer true")
    if facts.get("is_broken"):
        raise RuntimeError(SECRET_WORDS)
    if facts.get("is_long"):
        return Letter(LONG, ((Action("Принять", "offer.accept", (1,)),),))
    if facts.get("is_unsendable"):
        return Letter("<b>unclosed")
    return Letter(f"Весть {facts.get('number', 0)}", ((Action("Принять", "offer.accept", (1,)),),))


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
                notices=NOTICES,
                anywhere=frozenset({"offer"}),
                commands=lambda t: [BotCommand(command="add", description=t.label("Mentoring"))],
            )
        )
    return _made[0]
