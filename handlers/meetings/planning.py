"""Proposing a time: kind, day, time, one card to check, sent. Each step is computed from what is chosen."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any

from aiogram import Router
from aiogram.types import Message
from sqlalchemy.orm import Session

from handlers.filters import Flow, Typed
from handlers.meetings.calendars import day_rows, draw_calendar
from handlers.replies import open_below
from handlers.talk import Talk
from handlers.taps import Taps
from models.meetings import OPEN, Meeting, MeetingKind
from models.pairs import Pair
from notices.buttons import MeetingDo, MeetingTap, PlanDo, PlanTap
from notices.language import Translator, capitalised, escape
from notices.letters import Action, Letter, in_rows
from notices.meetings import describe_kind, describe_when, read_card
from services.access.actors import Actor
from services.access.errors import NotFound
from services.delivery.conversations import Participant
from services.meetings.cards import read_meeting
from services.meetings.kinds import list_kinds
from services.meetings.moments import find_overlaps, span_of
from services.meetings.planning import MeetingProposed, TimePassed, move_meeting, propose_meeting
from services.meetings.slots import (
    TimeNotUnderstood,
    check_day,
    draw_month,
    find_last_day,
    propose_days,
    propose_times,
    read_slot,
)
from services.messages_read.drafts.answers import ChooseByButton, read_answer
from services.messages_read.drafts.contents import Field, Purpose
from services.organizations.days import day_of
from services.organizations.school_days import read_calendar
from services.pairs.cards import read_pair
from services.programmes.running import settings_of

FLOW = "plan"

router = Router(name="meeting planning")
on_meeting = Taps(router, MeetingTap)
on_plan = Taps(router, PlanTap, flow=FLOW)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is chosen so far, kept in the chat's state: ids and codes only."""

    pair_id: int = 0
    kind: str | None = None
    day: str | None = None
    clock: str | None = None
    month: str | None = None  # the calendar is open at this month
    old_id: int | None = None  # the meeting that moves
    choices: tuple[str, ...] = ()  # what typed words may mean: days or times

    @property
    def meeting_kind(self) -> MeetingKind:
        return MeetingKind(self.kind or "")

    @property
    def local_start(self) -> datetime:
        return datetime.combine(date.fromisoformat(self.day or ""), time.fromisoformat(self.clock or ""))


@on_meeting(MeetingDo.PLAN)
async def begin(tap: MeetingTap, talk: Talk) -> None:
    pair_id = tap.pair_id
    kinds = await talk.read(_read_kinds, actor=talk.actor, pair_id=pair_id, now=talk.now)
    if not kinds:
        await talk.show(talk.t("No further meeting can be planned in this pair now."))
        return
    kind = kinds[0].value if len(kinds) == 1 else None
    await open_below(talk, FLOW, **asdict(Plan(pair_id, kind=kind)))


@on_plan(PlanDo.KIND)
async def choose_kind(tap: PlanTap, talk: Talk) -> None:
    await _go(talk, kind=tap.kind.value)


@on_plan(PlanDo.DAY)
async def choose_day(tap: PlanTap, talk: Talk) -> None:
    _check_day(talk, tap.day)
    await _go(talk, day=tap.day.isoformat(), month=None, clock=None, choices=())


@on_plan(PlanDo.MONTH)
async def turn_month(tap: PlanTap, talk: Talk) -> None:
    await _go(talk, month=tap.month.isoformat(), day=None)


@on_plan(PlanDo.TIME)
async def choose_time(tap: PlanTap, talk: Talk) -> None:
    await _choose_clock(talk, read_slot(tap.clock))


@router.message(Flow(FLOW), Typed())
async def take_words(message: Message, talk: Talk) -> None:
    """A day, a time or both, "в четверг в 15:00": read once, and echoed on the card before it is sent.

    On that card it is a correction.
    """
    plan = talk.chat.load(Plan)
    if plan.kind is None:
        raise ChooseByButton
    try:
        answer = read_answer(
            Field.DAY if plan.day is None else Field.START,
            message.text or "",
            purpose=Purpose.PLAN,
            local_now=talk.now.astimezone(talk.chat.zone),
        )
    except TimeNotUnderstood:
        if plan.clock is None:
            raise
        raise ChooseByButton from None
    day, clock = answer.changes.get("day"), answer.changes.get("start")
    if day is not None:
        _check_day(talk, day)
    chosen = {} if day is None else {"day": day.isoformat()}
    if answer.choices:
        await _go(talk, choices=answer.choices, month=None, clock=None, **chosen)
    elif clock is not None or plan.clock is not None:
        await _choose_clock(talk, clock or time.fromisoformat(plan.clock or ""), day)
    elif day is not None:
        await _go(talk, month=None, choices=(), **chosen)


@on_plan(PlanDo.BACK)
async def step_back(_tap: PlanTap, talk: Talk) -> None:
    plan = talk.chat.load(Plan)
    if plan.choices:
        await _go(talk, choices=())
    elif plan.clock is not None:
        await _go(talk, clock=None)
    elif plan.day is not None or plan.month is not None:
        await _go(talk, day=None, month=None)
    else:
        await _go(talk, kind=None)


@on_plan(PlanDo.STOP)
async def stop(_tap: PlanTap, talk: Talk) -> None:
    await talk.enter(None, note=talk.t("Nothing was sent."))


@on_plan(PlanDo.SEND)
async def send(_tap: PlanTap, talk: Talk) -> None:
    plan = talk.chat.load(Plan)
    if plan.day is None or plan.clock is None or plan.kind is None:
        await talk.show()
        return

    def then(proposed: MeetingProposed) -> tuple[str, dict[str, Any]]:
        return "meeting", {"meeting_id": proposed.meeting_id}

    if plan.old_id is not None:
        await talk.act(
            move_meeting, actor=talk.actor, meeting_id=plan.old_id, local_start=plan.local_start, then=then
        )
    else:
        await talk.act(
            propose_meeting,
            actor=talk.actor,
            pair_id=plan.pair_id,
            kind=plan.meeting_kind,
            local_start=plan.local_start,
            then=then,
        )
    await talk.show()


async def begin_move(talk: Talk, meeting_id: int) -> bool:
    """Open the choice of another time for a meeting; False when it can no longer be moved."""
    card = await talk.read(read_meeting, actor=talk.actor, meeting_id=meeting_id)
    if card.status not in OPEN:
        return False
    await talk.enter(FLOW, **asdict(Plan(card.pair_id, kind=card.kind.value, old_id=meeting_id)), here=True)
    return True


async def begin_again(talk: Talk, pair_id: int, kind: MeetingKind) -> None:
    """Plan a meeting of the same kind anew, or of another when that kind is not due."""
    kinds = await talk.read(_read_kinds, actor=talk.actor, pair_id=pair_id, now=talk.now)
    chosen = kind.value if kind in kinds else None
    await talk.enter(FLOW, **asdict(Plan(pair_id, kind=chosen)), here=True)


async def _choose_clock(talk: Talk, clock: time, day: date | None = None) -> None:
    """Refuse at once what could not be sent: a time that has passed or that a clock change leaves out."""
    plan = talk.chat.load(Plan)
    if day is None and plan.day is None:
        await talk.show()
        return
    day = day or date.fromisoformat(plan.day or "")
    if span_of(datetime.combine(day, clock), talk.chat.timezone, 1).starts_at <= talk.now:
        raise TimePassed
    await _go(talk, day=day.isoformat(), clock=clock.strftime("%H:%M"), month=None, choices=())


def _check_day(talk: Talk, day: date) -> None:
    today = day_of(talk.now, talk.chat.zone)
    check_day(day, first_day=today, last_day=find_last_day(today))


async def _go(talk: Talk, **chosen: str | tuple[str, ...] | None) -> None:
    await talk.enter(FLOW, **{**talk.chat.data, **chosen})


def _read_kinds(session: Session, *, actor: Actor, pair_id: int, now: datetime) -> list[MeetingKind]:
    read_pair(session, actor=actor, pair_id=pair_id)
    return list_kinds(session, pair=session.get_one(Pair, pair_id), now=now)


def plan_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    """The next thing to choose; None when the pair or the moved meeting is gone."""
    plan = chat.load(Plan)
    actor = chat.actor
    try:
        partner = read_pair(session, actor=actor, pair_id=plan.pair_id).partner_of(chat.person_id)
    except NotFound:
        return None
    if plan.kind is None:
        letter = _ask_kind(session, plan, t, now)
    elif plan.choices:
        letter = _ask_meaning(plan, t)
    elif plan.day is None:
        letter = _ask_day(session, plan, chat, t, now)
    elif plan.clock is None:
        letter = _ask_time(session, plan, chat, t, now)
    else:
        return _ask_to_send(session, plan, chat, t, partner.chat_name)
    return Letter(letter.text, (*letter.rows, _tail(session, plan, t, _stop(plan, t), now)))


def _stop(plan: Plan, t: Translator) -> Action:
    """The way out: nothing new is planned, or the meeting stays where it was."""
    return Action(
        t.label("Do not plan") if plan.old_id is None else t.label("Do not move"), PlanTap(PlanDo.STOP)
    )


def _tail(session: Session, plan: Plan, t: Translator, stop: Action, now: datetime) -> tuple[Action, ...]:
    """Back, where there is something to go back to, and the way out."""
    has_choice = (
        plan.old_id is None
        and len(list_kinds(session, pair=session.get_one(Pair, plan.pair_id), now=now)) > 1
    )
    is_inside = bool(plan.choices) or plan.day is not None or plan.month is not None
    can_go_back = is_inside or (plan.kind is not None and has_choice)
    return (Action(t.label("‹ Back"), PlanTap(PlanDo.BACK)), stop) if can_go_back else (stop,)


def _ask_kind(session: Session, plan: Plan, t: Translator, now: datetime) -> Letter:
    pair = session.get_one(Pair, plan.pair_id)
    rows = tuple(
        (Action(describe_kind(session, pair.cycle_id, kind, t), PlanTap(PlanDo.KIND, kind)),)
        for kind in list_kinds(session, pair=pair, now=now)
    )
    return Letter(t("Which meeting is it? The next one of the programme stands first."), rows)


def _ask_day(session: Session, plan: Plan, chat: Participant, t: Translator, now: datetime) -> Letter:
    local_now = now.astimezone(chat.zone)
    if plan.month is not None:
        today = local_now.date()
        month = draw_month(date.fromisoformat(plan.month), first_day=today, last_day=find_last_day(today))
        return draw_calendar(month, t, choose=_choose_day, turn=_turn_to)
    pair = session.get_one(Pair, plan.pair_id)
    school = read_calendar(session, organization_id=pair.organization_id)
    days = propose_days(local_now, settings_of(session, cycle_id=pair.cycle_id).day_slots, school)
    rows = day_rows(days, t, choose=_choose_day)
    other = Action(t.label("Another day"), _turn_to(local_now.date().replace(day=1)))
    return Letter(_with_title(session, plan, t, t("On which day?")), (*rows, (other,)))


def _choose_day(day: date) -> PlanTap:
    return PlanTap(PlanDo.DAY, day=day)


def _turn_to(month: date) -> PlanTap:
    return PlanTap(PlanDo.MONTH, month=month)


def _ask_time(session: Session, plan: Plan, chat: Participant, t: Translator, now: datetime) -> Letter:
    day = date.fromisoformat(plan.day or "")
    settings = settings_of(session, cycle_id=session.get_one(Pair, plan.pair_id).cycle_id)
    slots = propose_times(now.astimezone(chat.zone), day, settings.day_slots)
    rows = in_rows(
        [Action(t.clock(slot), PlanTap(PlanDo.TIME, clock=slot.strftime("%H%M"))) for slot in slots], width=3
    )
    text = t(
        "<b>{day}</b>. At what time? You may also write your own, like 15:30.", day=capitalised(t.day(day))
    )
    return Letter(_with_title(session, plan, t, text), rows)


def _ask_meaning(plan: Plan, t: Translator) -> Letter:
    """What was written fits several days or times: buttons tell which."""
    if plan.day is None:
        actions = [
            Action(t.day(date.fromisoformat(one), with_year=True), _choose_day(date.fromisoformat(one)))
            for one in plan.choices
        ]
    else:
        actions = [Action(t.clock(read_slot(one)), PlanTap(PlanDo.TIME, clock=one)) for one in plan.choices]
    return Letter(t("It may be read in several ways. Which one is right?"), in_rows(actions, 1))


def _ask_to_send(session: Session, plan: Plan, chat: Participant, t: Translator, partner: str) -> Letter:
    pair = session.get_one(Pair, plan.pair_id)
    minutes = _length(session, plan, pair)
    text = t(
        "<b>{when}</b>, {minutes}\n{kind}, {partner}.\n\nIs this right?",
        when=capitalised(f"{t.day(plan.local_start.date())}, {t.clock(plan.local_start.time())}"),
        minutes=t.minutes(minutes),
        kind=describe_kind(session, pair.cycle_id, plan.meeting_kind, t),
        partner=partner,
    )
    if _has_overlap(session, plan, chat, minutes):
        text += "\n\n" + t("Mind: you already have another meeting at that time.")
    return Letter(
        text,
        (
            (Action(t.label("Propose"), PlanTap(PlanDo.SEND)),),
            (Action(t.label("Another time"), PlanTap(PlanDo.BACK)), _stop(plan, t)),
        ),
    )


def _length(session: Session, plan: Plan, pair: Pair) -> int:
    """A moved meeting keeps its length."""
    old = session.get(Meeting, plan.old_id) if plan.old_id is not None else None
    return old.minutes if old else settings_of(session, cycle_id=pair.cycle_id).meeting_minutes


def _has_overlap(session: Session, plan: Plan, chat: Participant, minutes: int) -> bool:
    span = span_of(plan.local_start, chat.timezone, minutes)
    return bool(
        find_overlaps(
            session,
            person_id=chat.person_id,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            except_id=plan.old_id,
        )
    )


def _with_title(session: Session, plan: Plan, t: Translator, text: str) -> str:
    pair = session.get_one(Pair, plan.pair_id)
    title = escape(describe_kind(session, pair.cycle_id, plan.meeting_kind, t))
    old = read_card(session, {"meeting_id": plan.old_id}) if plan.old_id is not None else None
    if old is not None:
        title += "\n" + t("Instead of: {when}", when=describe_when(session, old, t))
    return f"{title}\n\n{text}"
