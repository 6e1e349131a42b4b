"""What stands on a card: its meetings, one after another, and what is still to be asked."""

import datetime as dt
from collections.abc import Iterator
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

from models.meetings import MeetingFormat, MeetingKind
from services.messages_read.reading.readings import Entry, Intent, Reading, Warned

MOST_ITEMS = 10
LONGEST_TEXT = 500
LONGEST_PLACE = 200


class Purpose(StrEnum):
    """What one tap would do."""

    LOG = "log"
    HELD = "held"  # a mentee says that they met: the log is the mentor's
    PLAN = "plan"
    MOVE = "move"
    MISS = "miss"
    CORRECT = "correct"
    DELETE = "delete"
    RESIGN = "resign"
    REPLACE = "replace"
    EXTEND = "extend"
    UNSURE = "unsure"  # held or planned? asked before anything else


class Field(StrEnum):
    TENSE = "tense"
    PAIR = "pair"
    MEETING = "meeting"
    DAY = "day"
    START = "start"
    MINUTES = "minutes"
    TOPIC = "topic"
    NEXT_STEP = "step"
    KIND = "kind"
    FORMAT = "format"
    PLACE = "place"


PURPOSES = {
    Intent.LOG: Purpose.LOG,
    Intent.PLAN: Purpose.PLAN,
    Intent.MOVED: Purpose.MOVE,
    Intent.MISSED: Purpose.MISS,
    Intent.CORRECTION: Purpose.CORRECT,
    Intent.DELETE: Purpose.DELETE,
    Intent.RESIGNATION: Purpose.RESIGN,
    Intent.REPLACEMENT: Purpose.REPLACE,
    Intent.EXTENSION: Purpose.EXTEND,
    Intent.UNCLEAR: Purpose.UNSURE,
}
OF_A_MEETING = frozenset({Purpose.HELD, Purpose.MOVE, Purpose.MISS, Purpose.CORRECT, Purpose.DELETE})
"""Purposes that concern a meeting which is in the tables already."""


class Item(BaseModel):
    """One meeting of a card. None is what nobody has said; `asks` are fields that may stay empty."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    purpose: Purpose
    day: dt.date | None = None
    start: dt.time | None = None
    end: dt.time | None = None
    minutes: int | None = None
    is_about: bool = False
    kind: MeetingKind | None = None
    format: MeetingFormat | None = None
    place: str | None = None
    topic: str | None = None
    next_step: str | None = None
    pair_ids: tuple[int, ...] = ()
    absent: tuple[int, ...] = ()  # people of a group who were not there
    meeting_id: int | None = None
    is_another: bool = False  # not the meeting that was planned for that day
    has_lost_meeting: bool = False  # it speaks of moving, and nothing is planned
    keeps_time: bool = False  # moved to another day «в то же время»
    asks: tuple[Field, ...] = ()

    @field_validator("topic", "next_step", "place")
    @classmethod
    def cut(cls, value: str | None, info: ValidationInfo) -> str | None:
        """To what the tables hold: a long story is kept by its beginning."""
        limit = LONGEST_PLACE if info.field_name == "place" else LONGEST_TEXT
        return (value or "").strip()[:limit] or None


class Contents(BaseModel):
    """`earlier` is the card that this one replaced, where both may be meant."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    items: tuple[Item, ...]
    at: int = 0
    warnings: tuple[Warned, ...] = ()
    earlier: tuple[Item, ...] = ()

    @property
    def current(self) -> Item:
        return self.items[self.at]

    def with_current(self, item: Item) -> "Contents":
        items = (*self.items[: self.at], item, *self.items[self.at + 1 :])
        return self.model_copy(update={"items": items})


def is_worth_a_card(reading: Reading) -> bool:
    """Whether there is anything to confirm; a note and an empty guess are answered by a sentence."""
    if reading.intent in {Intent.DELETE, Intent.REPLACEMENT, Intent.RESIGNATION, Intent.EXTENSION}:
        return True
    return reading.intent in PURPOSES and bool(reading.entries)


def make_items(reading: Reading, pairs_of: dict[str, tuple[int, ...]]) -> tuple[Item, ...]:
    """`pairs_of` gives the pairs behind a member's name; a name that fits several pairs is asked about."""
    entries = reading.entries[:MOST_ITEMS] or (Entry(),)
    return tuple(_make_item(entry, reading, pairs_of) for entry in entries)


def _make_item(entry: Entry, reading: Reading, pairs_of: dict[str, tuple[int, ...]]) -> Item:
    purpose = PURPOSES[reading.intent]
    found = [pairs_of.get(name, ()) for name in entry.participants or ()]
    own = {pair_id for ids in pairs_of.values() for pair_id in ids}
    if entry.participants is None and len(own) == 1 and not _names_others(reading, len(pairs_of)):
        found = [tuple(own)]
    is_clear = all(len(ids) == 1 for ids in found)
    asks = []
    if purpose is Purpose.LOG:
        if Warned.LESSON_VISIT in reading.warnings:
            asks.append(Field.MINUTES)
        if "topic" in reading.questions and entry.topic is None:
            asks.append(Field.TOPIC)
    return Item(
        purpose=purpose,
        day=entry.date,
        start=entry.start,
        end=entry.end,
        minutes=entry.minutes,
        is_about=bool(entry.approximate),
        kind=MeetingKind(entry.kind) if entry.kind not in {None, "regular"} else None,
        format=MeetingFormat(entry.format) if entry.format else None,
        place=entry.place,
        topic=entry.topic,
        next_step=entry.next_step,
        pair_ids=tuple(dict.fromkeys(ids[0] for ids in found)) if is_clear else (),
        keeps_time=purpose is Purpose.MOVE and entry.start is None and "start" not in reading.questions,
        asks=tuple(asks),
    )


def _names_others(reading: Reading, members: int) -> bool:
    """Whether somebody took part who is not of the author's only pair, or must not be guessed. A group is one
    pair, whoever was there.
    """
    is_open = members == 1 and "participants" in reading.questions
    return is_open or reading.intent is Intent.CORRECTION or Warned.UNKNOWN_PERSON in reading.warnings


def find_question(item: Item) -> Field | None:
    """What to ask next; None when the card is whole."""
    return next((field for field, is_due in _questions(item) if is_due), None)


def _questions(item: Item) -> Iterator[tuple[Field, bool]]:
    """In the order of asking."""
    is_log = item.purpose is Purpose.LOG
    is_time_due = item.purpose in {Purpose.PLAN, Purpose.MOVE}
    yield Field.TENSE, item.purpose is Purpose.UNSURE
    yield Field.MEETING, item.purpose in OF_A_MEETING and item.meeting_id is None
    yield Field.PAIR, item.purpose not in OF_A_MEETING and not item.pair_ids
    yield Field.DAY, (is_log or is_time_due) and item.day is None
    yield Field.START, is_time_due and item.start is None
    yield Field.MINUTES, is_log and (item.minutes is None or Field.MINUTES in item.asks)
    yield Field.TOPIC, is_log and Field.TOPIC in item.asks


ANSWERS = {
    Field.DAY: "day",
    Field.START: "start",
    Field.MINUTES: "minutes",
    Field.TOPIC: "topic",
    Field.NEXT_STEP: "next_step",
    Field.KIND: "kind",
    Field.FORMAT: "format",
    Field.PLACE: "place",
}
"""The attribute of Item behind a field that a person fills."""


def is_addition(reading: Reading) -> bool:
    """Whether a text is an addition to the open card rather than a meeting of its own."""
    if reading.intent is Intent.CORRECTION:
        return True
    if reading.intent not in {Intent.LOG, Intent.PLAN, Intent.UNCLEAR} or len(reading.entries) != 1:
        return False
    entry = reading.entries[0]
    said = (entry.date, entry.minutes or entry.start, entry.topic)
    return sum(value is not None for value in said) == 1


def merge(item: Item, told: Item) -> Item:
    """The card with what was said anew; a new length puts an old span of hours out of force."""
    changes = {
        name: value
        for name in ("day", "start", "end", "minutes", "kind", "format", "place", "topic", "next_step")
        if (value := getattr(told, name)) is not None
    }
    if "minutes" in changes:
        changes.update(is_about=told.is_about, end=told.end)
    if told.pair_ids and set(told.pair_ids) != set(item.pair_ids):
        changes.update(pair_ids=told.pair_ids, is_another=False)
    answered = {field for field, name in ANSWERS.items() if name in changes}
    changes["asks"] = tuple(field for field in item.asks if field not in answered)
    return item.model_copy(update=changes)
