"""What a message says, as the contract of `nastavnik read` has it."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

MeetingFormat = Literal["in_person", "online"]
Kind = Literal["intro", "trial", "planning", "regular", "final", "group_final"]
AuthorRole = Literal["mentor", "mentee"]


class Intent(StrEnum):
    LOG = "log"
    PLAN = "plan"
    MISSED = "missed"
    MOVED = "moved"
    LATE = "late"
    CORRECTION = "correction"
    DELETE = "delete"
    RESIGNATION = "resignation"
    REPLACEMENT = "replacement"
    EXTENSION = "extension"
    NOTE = "note"
    HELP = "help"
    WITHDRAW = "withdraw"
    UNCLEAR = "unclear"


class Warned(StrEnum):
    """What the person is told beside the card; each code has its sentence in the chat."""

    SUNDAY = "sunday"
    IMPOSSIBLE_DATE = "impossible_date"
    IMPOSSIBLE_TIME = "impossible_time"
    DATE_AGAINST_TENSE = "date_against_tense"  # "встретились 17.10", written on 15.10
    WEEKDAY_AGAINST_DATE = "weekday_against_date"
    PREVIOUS_SCHOOL_YEAR = "previous_school_year"
    LONG_MEETING = "over_480_minutes"
    NO_MINUTES = "zero_minutes"
    SPAN_AGAINST_MINUTES = "span_against_minutes"
    SEVERAL_MEETINGS = "several_meetings"  # a count without dates: nothing is made of it
    LESSON_VISIT = "lesson_visit"  # whether the lesson itself counts is asked
    UNKNOWN_PERSON = "unknown_person"
    HEALTH_DROPPED = "health_dropped"
    PUPIL_NAME_DROPPED = "pupil_name_dropped"
    RECURRENCE = "recurrence"  # a series is spoken of: only its nearest meeting is read
    AFTER_MIDNIGHT = "after_midnight"  # "today 40 minutes", written at 00:30
    FAR_DAY = "far_day"  # more than half a year ago, or a year ahead: hardly meant
    NOT_RUSSIAN = "not_russian"  # mostly Latin words: nothing is made of it


@dataclass(frozen=True, slots=True)
class Entry:
    """One meeting as the text tells it; None is what it does not say."""

    date: dt.date | None = None
    start: dt.time | None = None
    end: dt.time | None = None
    minutes: int | None = None
    approximate: bool | None = None
    kind: Kind | None = None
    format: MeetingFormat | None = None
    place: str | None = None
    topic: str | None = None
    next_step: str | None = None
    participants: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """`questions` are names of Entry's fields to ask for, in the order to ask."""

    intent: Intent
    entries: tuple[Entry, ...] = ()
    questions: tuple[str, ...] = ()
    warnings: tuple[Warned, ...] = ()


def to_json(reading: Reading) -> dict[str, Any]:
    return {
        "intent": reading.intent.value,
        "entries": [_entry_to_json(entry) for entry in reading.entries],
        "questions": list(reading.questions),
        "warnings": [warned.value for warned in reading.warnings],
    }


def _entry_to_json(entry: Entry) -> dict[str, Any]:
    return {
        "date": entry.date.isoformat() if entry.date else None,
        "start": f"{entry.start:%H:%M}" if entry.start else None,
        "end": f"{entry.end:%H:%M}" if entry.end else None,
        "minutes": entry.minutes,
        "approximate": entry.approximate,
        "kind": entry.kind,
        "format": entry.format,
        "place": entry.place,
        "topic": entry.topic,
        "next_step": entry.next_step,
        "participants": list(entry.participants) if entry.participants is not None else None,
    }
