"""After a meeting: "did it take place?", its length and topic, and on to the feedback (A18, B14; DC18)."""

from dataclasses import asdict
from datetime import date
from typing import Any

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import Message

from handlers.commands import HasPerson
from handlers.filters import Flow, Typed
from handlers.meetings.cards import tell_state
from handlers.meetings.journal_screens import FLOW, Log, list_mentored_pairs
from handlers.meetings.planning import begin_again
from handlers.replies import conclude, is_on_screen
from handlers.talk import Talk
from handlers.taps import Taps
from notices.buttons import HeldDo, HeldTap, LogDo, LogTap, MeetingDo, MeetingTap
from notices.feedback import describe_feedback, describe_logged
from notices.letters import Action, Letter
from services.meetings.cards import read_meeting
from services.meetings.outcomes import (
    DayNotPast,
    LoggedAlready,
    MeetingLogged,
    Next,
    Reported,
    check_minutes,
    log_meeting,
    log_past_meeting,
    report_held,
)
from services.meetings.planning import MeetingChanged
from services.messages_read.drafts.answers import ChooseByButton, read_answer
from services.messages_read.drafts.contents import Field, Purpose
from services.organizations.days import day_of
from services.surveys.feedback import read_feedback

router = Router(name="meeting journal")
on_held = Taps(router, HeldTap)
on_meeting = Taps(router, MeetingTap)
on_log = Taps(router, LogTap, flow=FLOW)


@on_held(HeldDo.YES)
async def answer_held(tap: HeldTap, talk: Talk) -> None:
    meeting_id = tap.meeting_id
    was_on_screen = is_on_screen(talk)
    here = talk.chat

    def then(said: Reported) -> tuple[str | None, dict[str, Any]]:
        if said.next is Next.LOG:
            return FLOW, asdict(Log(meeting_id=meeting_id))
        if was_on_screen:
            return ("feedback", {"run_id": said.run_id}) if said.run_id else (None, {})
        return here.flow, here.data

    try:
        said = await talk.act(
            report_held, actor=talk.actor, meeting_id=meeting_id, took_place=True, then=then
        )
    except MeetingChanged as error:
        await tell_state(talk, meeting_id, error)
        return
    if said.next is Next.LOG:
        await talk.show(here=True)
    elif was_on_screen:
        await talk.show()
    elif said.run_id is not None:
        feedback = await talk.read(read_feedback, actor=talk.actor, run_id=said.run_id, now=talk.now)
        await talk.replace(describe_feedback(feedback, talk.t))
    else:
        await talk.replace(Letter(talk.t("Thank you, noted: the meeting took place.")))


@on_held(HeldDo.NO)
async def answer_not_held(tap: HeldTap, talk: Talk) -> None:
    meeting_id = tap.meeting_id
    if is_on_screen(talk):
        talk.go("meeting", meeting_id=meeting_id)
    try:
        await talk.act(report_held, actor=talk.actor, meeting_id=meeting_id, took_place=False)
    except MeetingChanged as error:
        await tell_state(talk, meeting_id, error)
        return
    t = talk.t
    again = Action(t.label("Choose another time"), HeldTap(HeldDo.PLAN_AGAIN, meeting_id))
    await conclude(
        talk,
        Letter(t("Noted: the meeting did not take place. Shall I help to find another time?"), ((again,),)),
    )


@on_held(HeldDo.PLAN_AGAIN)
async def plan_again(tap: HeldTap, talk: Talk) -> None:
    card = await talk.read(read_meeting, actor=talk.actor, meeting_id=tap.meeting_id)
    await begin_again(talk, card.pair_id, card.kind)


@on_meeting(MeetingDo.LOG)
async def begin_with_meeting(tap: MeetingTap, talk: Talk) -> None:
    card = await talk.read(read_meeting, actor=talk.actor, meeting_id=tap.meeting_id)
    if not card.can_be_logged(talk.now) or card.mentor.person_id != talk.actor.id:
        await tell_state(talk, card.id, LoggedAlready() if card.is_logged else MeetingChanged())
        return
    await talk.enter(FLOW, **asdict(Log(meeting_id=card.id)), here=True)


@router.message(Command("log"), HasPerson())
async def begin(_message: Message, talk: Talk) -> None:
    pairs = await talk.read(list_mentored_pairs, actor=talk.actor)
    if not pairs:
        await talk.show(talk.t("A meeting is logged by the mentor. You have no pair in that role now."))
        return
    await talk.enter(FLOW, **asdict(Log(pair_id=pairs[0].id if len(pairs) == 1 else None)))


@on_log(LogDo.PAIR, LogDo.MONTH)
async def choose(tap: LogTap, talk: Talk) -> None:
    await _go(talk, **tap.data)


@on_log(LogDo.DAY)
async def choose_day(tap: LogTap, talk: Talk) -> None:
    await _choose_day(talk, tap.day)


@on_log(LogDo.MINUTES)
async def choose_minutes(tap: LogTap, talk: Talk) -> None:
    await _choose_length(talk, tap.minutes)


@on_log(LogDo.OWN_LENGTH)
async def ask_own_length(_tap: LogTap, talk: Talk) -> None:
    await _go(talk, is_own_length=True)


@on_log(LogDo.BACK)
async def step_back(_tap: LogTap, talk: Talk) -> None:
    log = talk.chat.load(Log)
    if log.choices:
        await _go(talk, choices=())
    elif log.minutes is not None or log.is_own_length:
        await _go(talk, minutes=None, is_own_length=False)
    elif log.day is not None or log.month is not None:
        await _go(talk, day=None, month=None)
    else:
        await _go(talk, pair_id=None)


@on_log(LogDo.STOP)
async def stop(_tap: LogTap, talk: Talk) -> None:
    await talk.enter(None, note=talk.t("Nothing was logged. You can come back to it in /meetings or /log."))


@on_log(LogDo.SKIP_TOPIC)
async def skip_topic(_tap: LogTap, talk: Talk) -> None:
    await _save(talk, topic=None)


@router.message(Flow(FLOW), Typed())
async def take_text(message: Message, talk: Talk) -> None:
    """A length or a topic, whichever is asked now."""
    log = talk.chat.load(Log)
    if log.minutes is not None:
        await _save(talk, topic=message.text)
    elif log.meeting_id is not None or log.day is not None:
        await _take_answer(talk, Field.MINUTES, message.text or "")
    elif log.pair_id is not None:
        await _take_answer(talk, Field.DAY, message.text or "")
    else:
        raise ChooseByButton


async def _take_answer(talk: Talk, asked: Field, text: str) -> None:
    """What is typed is read by the words of services.dates; what it leaves open becomes buttons."""
    local_now = talk.now.astimezone(talk.chat.zone)
    answer = read_answer(asked, text, purpose=Purpose.LOG, local_now=local_now)
    if answer.choices:
        await _go(talk, choices=answer.choices, month=None)
    elif asked is Field.MINUTES:
        await _choose_length(talk, answer.changes["minutes"])
    else:
        await _choose_day(talk, answer.changes["day"])


async def _choose_day(talk: Talk, day: date) -> None:
    if day > day_of(talk.now, talk.chat.zone):
        raise DayNotPast
    await _go(talk, day=day.isoformat(), month=None, choices=())


async def _choose_length(talk: Talk, minutes: int) -> None:
    # refused before it is kept
    check_minutes(minutes, is_sure=False)
    await _go(talk, minutes=minutes, is_own_length=False, choices=())


async def _save(talk: Talk, topic: str | None) -> None:
    log = talk.chat.load(Log)

    def then(logged: MeetingLogged) -> tuple[str | None, dict[str, Any]]:
        if logged.is_group:
            return "meeting.who", {"meeting_id": logged.meeting_id}
        return ("feedback", {"run_id": logged.run_id}) if logged.run_id else (None, {})

    if log.minutes is None:
        await talk.show()
        return
    if log.meeting_id is not None:
        logged = await talk.act(
            log_meeting,
            actor=talk.actor,
            meeting_id=log.meeting_id,
            minutes=log.minutes,
            topic=topic,
            then=then,
        )
    else:
        logged = await talk.act(
            log_past_meeting,
            actor=talk.actor,
            pair_id=log.pair_id,
            day=date.fromisoformat(log.day or ""),
            minutes=log.minutes,
            topic=topic,
            then=then,
        )
    card = await talk.read(read_meeting, actor=talk.actor, meeting_id=logged.meeting_id)
    await talk.show(describe_logged(card, talk.t))


async def _go(talk: Talk, **chosen: Any) -> None:
    await talk.enter(FLOW, **{**talk.chat.data, **chosen})
