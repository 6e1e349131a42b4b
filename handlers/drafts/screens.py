"""The card of a draft as a screen: whole, with its next question, or with the fields to change."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from handlers.drafts.wording import (
    QUESTIONS,
    REFUSES,
    REFUSES_ELSE,
    describe_draft,
    label_save,
)
from handlers.meetings.calendars import day_rows, draw_calendar
from handlers.menu import MenuPart
from models.meetings import MeetingFormat
from models.programmes import Cycle
from notices.buttons import DraftDo, DraftTap
from notices.language import Translator, capitalised
from notices.letters import Action, Letter, Rows, in_rows
from notices.meetings import describe_kind, describe_when
from services.access.errors import DomainError
from services.delivery.conversations import Participant
from services.documents.words import MEETING_FORMATS
from services.meetings.slots import draw_month, find_last_day, propose_days, propose_times
from services.messages_read.drafts.cards import DraftCard, find_open_draft, read_draft
from services.messages_read.drafts.contents import Field, Purpose

FLOW = "draft"
LENGTHS = (30, 45, 60, 90)
LESSON = 45
EDITED = {
    Purpose.LOG: (
        Field.DAY,
        Field.MINUTES,
        Field.TOPIC,
        Field.NEXT_STEP,
        Field.KIND,
        Field.FORMAT,
        Field.PLACE,
    ),
    Purpose.PLAN: (Field.DAY, Field.START, Field.MINUTES, Field.TOPIC, Field.KIND),
    Purpose.MOVE: (Field.DAY, Field.START),
    Purpose.CORRECT: (Field.DAY, Field.MINUTES, Field.TOPIC, Field.KIND),
    Purpose.RESIGN: (Field.DAY,),
    Purpose.EXTEND: (Field.DAY,),
}
"""Which fields "Change" offers."""
AHEAD = frozenset({Purpose.PLAN, Purpose.MOVE, Purpose.RESIGN, Purpose.EXTEND})
MAY_BE_EMPTY = frozenset({Field.TOPIC, Field.NEXT_STEP, Field.PLACE, Field.FORMAT})


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the chat stands with its card: ids and codes only."""

    draft_id: int = 0
    is_editing: bool = False
    field: str | None = None  # asked by choice, not because it is missing
    month: str | None = None
    choices: tuple[str, ...] = ()  # what a typed answer may mean
    is_asked_again: bool = False  # more than eight hours: one more yes


def asked_of(card: DraftCard, standing: Standing) -> Field | None:
    """The question of the screen: the field chosen to change, or the one that is missing."""
    return Field(standing.field) if standing.field in set(Field) else card.question


def draft_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    """None when the card is closed, or its pair or meeting is gone."""
    standing = chat.load(Standing)
    actor = chat.actor
    try:
        card = read_draft(session, actor=actor, draft_id=standing.draft_id, now=now)
    except DomainError:
        return None
    text = describe_draft(session, card, t)
    asked = asked_of(card, standing)
    if asked is not None:
        return _ask(session, card, asked, standing, chat, t, now, text)
    return _offer(card, standing, t, text)


def _offer(card: DraftCard, standing: Standing, t: Translator, text: str) -> Letter:
    """A card without a question: to be changed, or confirmed where there is something to confirm."""
    if standing.is_editing:
        return Letter(f"{text}\n\n" + t("What shall be changed?"), _edit_rows(card, t))
    if card.changes_nothing:
        if card.item.purpose is Purpose.MOVE:
            text += "\n\n" + t("The meeting stands at this time already: please choose another one.")
        return Letter(text, _edit_rows(card, t, leaves=True))
    if standing.is_asked_again:
        return Letter(text + "\n\n" + t("Is the length right?"), _sure_rows(card, t))
    return Letter(text, _card_rows(card, t))


def menu_part(session: Session, chat: Participant, t: Translator, now: datetime) -> MenuPart:
    """The card that was left without a decision."""
    actor = chat.actor
    draft_id = find_open_draft(session, actor=actor)
    if draft_id is None:
        return MenuPart()
    try:
        read_draft(session, actor=actor, draft_id=draft_id, now=now)
    except DomainError:
        return MenuPart()
    return MenuPart(
        [t("What you wrote about a meeting is not saved yet.")],
        [Action(t.label("Back to what I wrote"), DraftTap(DraftDo.OPEN, draft_id))],
    )


def _card_rows(card: DraftCard, t: Translator) -> Rows:
    purpose = card.item.purpose
    rows: list[tuple[Action, ...]] = [(Action(label_save(card, t), DraftTap(DraftDo.SAVE, at=card.at)),)]
    if card.twin is not None and card.planned is None:
        rows.append(
            (
                Action(
                    t.label("Correct that one instead"),
                    DraftTap(DraftDo.CORRECT_TWIN, meeting_id=card.twin.id),
                ),
            )
        )
    if card.can_join:
        rows.append((Action(t.label("These are two meetings"), DraftTap(DraftDo.BOTH_MEETINGS)),))
    refuse = Action(t.label(REFUSES.get(purpose, REFUSES_ELSE)), DraftTap(DraftDo.REFUSE, at=card.at))
    if purpose in EDITED:
        rows.append((Action(t.label("Change"), DraftTap(DraftDo.EDIT)), refuse))
    else:
        rows.append((refuse,))
    return tuple(rows)


def _sure_rows(card: DraftCard, t: Translator) -> Rows:
    label = t.label("Yes, {minutes}", minutes=t.minutes(card.item.minutes or 0))
    return (
        (Action(label, DraftTap(DraftDo.SAVE_LONG, at=card.at)),),
        (Action(t.label("Change"), DraftTap(DraftDo.FIELD, field=Field.MINUTES)),),
    )


def _edit_rows(card: DraftCard, t: Translator, *, leaves: bool = False) -> Rows:
    """The fields to change, and the way back to the card, or out of it."""
    names = {
        Field.DAY: t.label("Day"),
        Field.START: t.label("Time"),
        Field.MINUTES: t.label("Length"),
        Field.TOPIC: t.label("Topic"),
        Field.NEXT_STEP: t.label("Next step"),
        Field.KIND: t.label("Kind of meeting"),
        Field.FORMAT: t.label("In person or online"),
        Field.PLACE: t.label("Place"),
    }
    actions = [
        Action(names[one], DraftTap(DraftDo.FIELD, field=one))
        for one in EDITED.get(card.item.purpose, ())
        # a planned meeting keeps its kind
        if one is not Field.KIND or card.planned is None
    ]
    if len(card.candidates) > 1 and card.item.purpose in {Purpose.LOG, Purpose.PLAN}:
        actions.append(Action(t.label("With whom"), DraftTap(DraftDo.FIELD, field=Field.PAIR)))
    rows = list(in_rows(actions, 2))
    if card.planned is not None:
        rows.append((Action(t.label("It was another meeting"), DraftTap(DraftDo.ANOTHER_MEETING)),))
    if leaves:
        refuse = t.label(REFUSES.get(card.item.purpose, REFUSES_ELSE))
        return (*rows, (Action(refuse, DraftTap(DraftDo.REFUSE, at=card.at)),))
    return (*rows, (Action(t.label("‹ Back"), DraftTap(DraftDo.SHOW)),))


def _ask(
    session: Session,
    card: DraftCard,
    asked: Field,
    standing: Standing,
    chat: Participant,
    t: Translator,
    now: datetime,
    text: str,
) -> Letter:
    """The question under what is known, with its buttons and a way out."""
    local_now = now.astimezone(chat.zone)
    if standing.month is not None and asked is Field.DAY:
        first_day, last_day = _bounds(session, card, local_now.date())
        month = draw_month(date.fromisoformat(standing.month), first_day=first_day, last_day=last_day)
        letter = draw_calendar(month, t, choose=_choose_day, turn=_turn_to)
        return Letter(letter.text, (*letter.rows, (Action(t.label("‹ Back"), DraftTap(DraftDo.SHOW)),)))
    is_visit = Field.MINUTES in card.item.asks and asked is Field.MINUTES
    question = t("You visited a lesson: how long was it in all?") if is_visit else t(QUESTIONS[asked])
    rows = _choice_rows(asked, standing, t) or _answer_rows(session, card, asked, t, local_now)
    if standing.choices:
        question = t("It may be read in several ways. Which one is right?")
    out = (
        Action(t.label("‹ Back"), DraftTap(DraftDo.SHOW))
        if standing.field or standing.choices
        else Action(
            t.label(REFUSES.get(card.item.purpose, REFUSES_ELSE)), DraftTap(DraftDo.REFUSE, at=card.at)
        )
    )
    return Letter(f"{text}\n\n{question}", (*rows, (out,)))


def _choice_rows(asked: Field, standing: Standing, t: Translator) -> Rows:
    actions = []
    for one in standing.choices:
        if asked is Field.DAY:
            day = date.fromisoformat(one)
            actions.append(Action(t.day(day, with_year=True), _choose_day(day)))
        elif asked is Field.START:
            actions.append(Action(f"{one[:2]}:{one[2:]}", DraftTap(DraftDo.TIME, clock=one)))
        else:
            actions.append(Action(t.minutes(int(one)), DraftTap(DraftDo.MINUTES, minutes=int(one))))
    return tuple((action,) for action in actions)


def _answer_rows(session: Session, card: DraftCard, asked: Field, t: Translator, local_now: datetime) -> Rows:
    if asked is Field.START:
        slots = propose_times(local_now, card.item.day or local_now.date(), card.day_slots)
        return in_rows(
            [Action(t.clock(one), DraftTap(DraftDo.TIME, clock=one.strftime("%H%M"))) for one in slots], 3
        )
    if asked is Field.DAY:
        return _day_rows(card, t, local_now)
    if asked is Field.MINUTES:
        return _length_rows(card, t)
    if asked in MAY_BE_EMPTY:
        formats = tuple(
            Action(capitalised(t.label(MEETING_FORMATS[one])), DraftTap(DraftDo.FORMAT, format=one))
            for one in MeetingFormat
        )
        return (*((formats,) if asked is Field.FORMAT else ()), (_skip(asked, t),))
    return tuple((action,) for action in _list_answers(session, card, asked, t))


def _list_answers(session: Session, card: DraftCard, asked: Field, t: Translator) -> list[Action]:
    if asked is Field.PAIR:
        return [Action(one.chat_name, DraftTap(DraftDo.PAIR, pair_id=one.pair_id)) for one in card.candidates]
    if asked is Field.MEETING:
        return [
            Action(_name_meeting(session, card, one.id, t), DraftTap(DraftDo.MEETING, meeting_id=one.id))
            for one in card.choices
        ]
    if asked is Field.KIND:
        return [
            Action(describe_kind(session, card.cycle_id, one, t), DraftTap(DraftDo.KIND, kind=one))
            for one in card.kinds
        ]
    return [
        Action(t.label("We have met"), DraftTap(DraftDo.TENSE, purpose=Purpose.LOG)),
        Action(t.label("It is planned"), DraftTap(DraftDo.TENSE, purpose=Purpose.PLAN)),
    ]


def _day_rows(card: DraftCard, t: Translator, local_now: datetime) -> Rows:
    today = local_now.date()
    other = Action(t.label("Another day"), _turn_to(today.replace(day=1)))
    if card.item.purpose in AHEAD:
        days = propose_days(local_now, card.day_slots, card.school)
        return (*day_rows(days, t, choose=_choose_day), (other,))
    near = (
        Action(t.label("Today"), _choose_day(today)),
        Action(t.label("Yesterday"), _choose_day(today - timedelta(days=1))),
    )
    earlier = day_rows([today - timedelta(days=back) for back in range(2, 6)], t, choose=_choose_day)
    return (near, *earlier, (other,))


def _choose_day(day: date) -> DraftTap:
    return DraftTap(DraftDo.DAY, day=day)


def _turn_to(month: date) -> DraftTap:
    return DraftTap(DraftDo.MONTH, month=month)


def _length_rows(card: DraftCard, t: Translator) -> Rows:
    told = card.item.minutes
    lengths = set(LENGTHS)
    if told is not None and Field.MINUTES in card.item.asks:
        lengths = {told, told + LESSON, *LENGTHS}
    actions = [Action(t.minutes(one), DraftTap(DraftDo.MINUTES, minutes=one)) for one in sorted(lengths)]
    return in_rows(actions, 2)


def _skip(asked: Field, t: Translator) -> Action:
    label = t.label("Without a topic") if asked is Field.TOPIC else t.label("Leave it empty")
    return Action(label, DraftTap(DraftDo.SKIP, field=asked))


def _name_meeting(session: Session, card: DraftCard, meeting_id: int, t: Translator) -> str:
    meeting = next(one for one in card.choices if one.id == meeting_id)
    names = [one.chat_name for one in card.candidates if one.pair_id == meeting.pair_id]
    when = describe_when(session, meeting, t)
    return f"{when}, {names[0]}" if len(card.candidates) > 1 and names else when


def _bounds(session: Session, card: DraftCard, today: date) -> tuple[date, date]:
    if card.item.purpose in AHEAD:
        return today, find_last_day(today)
    return session.get_one(Cycle, card.cycle_id).starts_on, today
