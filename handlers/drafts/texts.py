"""Texts about meetings: read into a card, completed by what is written next, mended by an edit."""

import asyncio
import re
from dataclasses import asdict, replace
from typing import Any

from aiogram import Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.types import Message

from handlers.drafts.screens import FLOW, Standing, asked_of
from handlers.drafts.tapping import save
from handlers.filters import Flow, Typed
from handlers.talk import Talk
from handlers.wishes import ask_about_unknown
from models.drafts import DraftStatus
from notices.language import Translator
from services.access.errors import DomainError, NotFound
from services.messages_read.drafts.answers import Answer, ChooseByButton, read_answer
from services.messages_read.drafts.authors import read_author, read_text
from services.messages_read.drafts.cards import DraftCard, read_draft
from services.messages_read.drafts.contents import Field, is_worth_a_card
from services.messages_read.drafts.writing import fill_draft, find_by_message, open_draft, reread_draft
from services.messages_read.reading.readings import Intent, Reading, Warned
from services.programmes.answers import YES

router = Router(name="texts about meetings")

SAVE = YES | {"верно", "всё верно", "все верно", "сохранить", "сохрани", "сохраните", "ок", "ok"}
REPLY = re.compile(
    "да|нет|ага|угу|неа|ок|окей|хорошо|ладно|ой|ну|наверное?|возможно|может|быть|не|знаю|конечно|соглас(?:ен|на)"
    "|принято|подтверждаю|приду|буду|смогу|yes|no|ok|okay|maybe"
)
"""A word that answers a button's question: alone it says nothing of a meeting."""
TEXTS = frozenset({Field.TOPIC, Field.NEXT_STEP, Field.PLACE})


@router.message(Flow(FLOW), Typed())
async def take_under_card(message: Message, talk: Talk) -> None:
    """An answer to what the card asks, a yes, a correction, or another meeting."""
    text = message.text or ""
    standing = talk.chat.load(Standing)
    try:
        card = await talk.read(read_draft, actor=talk.actor, draft_id=standing.draft_id, now=talk.now)
    except DomainError:
        await _take(message, talk, is_beside_card=False)
        return
    asked = asked_of(card, standing)
    if asked is None and text.strip(" .!").casefold() in SAVE:
        await save(talk, at=card.at, is_sure=standing.is_asked_again)
    elif asked is None or await _tells_a_meeting(talk, text, asked):
        await _take(message, talk, is_beside_card=True)
    else:
        await _answer(talk, card, asked, text)


@router.message(Typed())
async def take_text(message: Message, talk: Talk) -> None:
    """Plain text of somebody with a pair while nothing else asks for text."""
    if talk.chat.person_id is None:
        raise SkipHandler
    await _take(message, talk, is_beside_card=False)


@router.edited_message(Typed())
async def take_edit(message: Message, talk: Talk) -> None:
    """The message of an open card is read again; a saved one is corrected by a new message."""
    if talk.chat.person_id is None:
        raise SkipHandler
    found = await talk.read(find_by_message, actor=talk.actor, message_id=message.message_id)
    if found is None or found[1] is DraftStatus.REFUSED:
        raise SkipHandler
    draft_id, status = found
    if status is DraftStatus.SAVED:
        await talk.show(
            talk.t(
                "This is saved already, and an edit does not change it. Please write what is right instead, "
                "in Russian, like: «исправьте: 50 минут»."
            )
        )
        return
    text = message.text or ""
    reading = await _read(talk, text)
    talk.go(FLOW, draft_id=draft_id)
    await talk.act(reread_draft, actor=talk.actor, draft_id=draft_id, text=text, reading=reading)
    await talk.show(None if is_worth_a_card(reading) else describe_unread(reading, talk.t))


async def _take(message: Message, talk: Talk, *, is_beside_card: bool) -> None:
    text = message.text or ""
    reading = await _read(talk, text)
    if not is_worth_a_card(reading):
        is_reply = reading.intent is Intent.UNCLEAR and is_mere_reply(text)
        if is_reply or (talk.is_deciding and talk.chat.flow != FLOW):
            raise ChooseByButton
        if is_plainly_unread(text, reading) and talk.chat.flow != FLOW:
            await ask_about_unknown(talk, message)
        else:
            await talk.show(describe_unread(reading, talk.t))
        return

    def then(draft_id: int) -> tuple[str, dict[str, Any]]:
        return FLOW, {"draft_id": draft_id}

    await talk.act(
        open_draft,
        actor=talk.actor,
        text=text,
        reading=reading,
        message_id=message.message_id,
        is_beside_card=is_beside_card,
        then=then,
    )
    await talk.show()


async def _read(talk: Talk, text: str) -> Reading:
    """In a thread: four thousand characters take a tenth of a second. Raises SkipHandler for non-members."""
    try:
        author = await talk.read(read_author, actor=talk.actor)
    except NotFound:
        raise SkipHandler from None
    return await asyncio.to_thread(read_text, author, text, now=talk.now)


async def tells_of_meeting(talk: Talk, text: str) -> bool:
    """Whether a text typed where something else is asked is surely about a meeting all the same."""
    try:
        reading = await _read(talk, text)
    except SkipHandler:
        return False
    return reading.intent not in {Intent.NOTE, Intent.UNCLEAR} and is_worth_a_card(reading)


async def _tells_a_meeting(talk: Talk, text: str, asked: Field) -> bool:
    """Whether a text under a question is a meeting of its own: it has a day and a length, or another wish."""
    reading = await _read(talk, text)
    if asked is Field.TOPIC and [(bool(one.minutes), one.topic) for one in reading.entries] == [(True, None)]:
        return True  # "50 минут" is no topic: it corrects the length
    if reading.intent in {Intent.LOG, Intent.PLAN, Intent.UNCLEAR}:
        is_whole = any(one.date and (one.minutes or one.start) for one in reading.entries)
        return is_whole and asked not in {Field.START, Field.NEXT_STEP}
    return is_worth_a_card(reading) and asked not in TEXTS


async def _answer(talk: Talk, card: DraftCard, asked: Field, text: str) -> None:
    local_now = talk.now.astimezone(talk.chat.zone)
    answer: Answer = read_answer(asked, text, purpose=card.item.purpose, local_now=local_now)
    standing = replace(talk.chat.load(Standing), month=None, choices=())
    if answer.choices:
        talk.go(FLOW, **asdict(replace(standing, choices=answer.choices)))
        if answer.changes:
            await talk.act(fill_draft, actor=talk.actor, draft_id=card.id, changes=answer.changes)
        else:
            await talk.act()
        await talk.show()
        return
    if not answer.changes:
        raise ChooseByButton
    talk.go(FLOW, **asdict(replace(standing, field=None, is_editing=False)))
    await talk.act(fill_draft, actor=talk.actor, draft_id=card.id, changes=answer.changes)
    await talk.show()


def is_mere_reply(text: str) -> bool:
    words = re.findall(r"[^\W\d_]+|\d+", text.casefold())
    return bool(words) and all(REPLY.fullmatch(word) for word in words)


def is_plainly_unread(text: str, reading: Reading) -> bool:
    """Whether these are words, and nothing at all of them was understood."""
    return bool(re.search(r"[^\W\d_]{2}", text)) and reading.intent is Intent.UNCLEAR and not reading.warnings


def describe_unread(reading: Reading, t: Translator) -> str:
    """A short honest sentence with an example: nothing is saved."""
    if Warned.NO_MINUTES in reading.warnings:
        return t(
            "A meeting of no length does not go into the journal, so I wrote nothing down. "
            "If you did speak for a while, tell me the minutes in Russian, like: «сегодня 15 минут, журнал»."
        )
    if Warned.SEVERAL_MEETINGS in reading.warnings:
        return t(
            "Several meetings: please write each in Russian with its day and length, "
            "like: «в понедельник 40 минут, план урока; в четверг час, журнал». "
            "Nothing is saved yet."
        )
    if Warned.NOT_RUSSIAN in reading.warnings:
        return t(
            "I read messages about meetings in Russian only, so nothing is saved. "
            "Please write like: «вчера 40 минут, план урока в 5Б» or «в четверг в 15:00»."
        )
    if reading.intent is Intent.NOTE:
        return t("I keep no notes beside meetings, so nothing is saved.")
    return t(
        "I did not understand this as a word about a meeting, so nothing is saved. "
        "Please write in Russian, like: «вчера 40 минут, план урока в 5Б» or «в четверг в 15:00»."
    )
