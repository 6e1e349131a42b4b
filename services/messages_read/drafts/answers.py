"""A typed answer to one question of a card: one value, or the choices it leaves; never a guess."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from services.access.errors import N_, DomainError
from services.dates.answers import read_date, read_minutes, read_time
from services.dates.day_meanings import school_year_start
from services.dates.readings import Problem, Towards
from services.meetings.outcomes import DayNotPast
from services.meetings.slots import DayOutOfRange, TimeNotUnderstood
from services.messages_read.drafts.contents import Field, Purpose
from services.messages_read.reading.told import leave_out_private

TOWARDS: dict[Purpose, Towards] = {
    Purpose.LOG: "past",
    Purpose.CORRECT: "past",
    Purpose.PLAN: "future",
    Purpose.MOVE: "future",
}
MOST_CHOICES = 6
_BARE_DATE = re.compile(r"[\d\s./-]+")  # "13.10" is no time of day where a day is asked
_WORD = re.compile(r"[^\W\d_]{3}")


class DayNotRead(DomainError):
    text = N_(
        "I could not read this as a day. Please write it in Russian, like «сегодня», «четверг» or «13.10»."
    )


class DayImpossible(DomainError):
    text = N_("There is no such day. Please write it in Russian, like «сегодня», «четверг» or «13.10».")


class TimeImpossible(DomainError):
    text = N_("There is no such time.")


class LengthNotRead(DomainError):
    text = N_("I could not read this as a length. Please write it like «45» or, in Russian, «полтора часа».")


class ChooseByButton(DomainError):
    text = N_("Please choose with the buttons below.")


@dataclass(frozen=True, slots=True)
class Answer:
    """`changes` by the names of Item; `choices` to offer as buttons."""

    changes: dict[str, Any] = field(default_factory=dict)
    choices: tuple[str, ...] = ()


def read_answer(asked: Field, text: str, *, purpose: Purpose, local_now: datetime) -> Answer:
    """Raises DayNotRead, DayImpossible, DayNotPast, DayOutOfRange, TimeNotUnderstood, TimeImpossible,
    LengthNotRead, or ChooseByButton.
    """
    match asked:
        case Field.DAY:
            return _read_day(text, purpose, local_now)
        case Field.START:
            return _read_start(text, purpose, local_now)
        case Field.MINUTES:
            return _read_length(text)
        case Field.TOPIC | Field.NEXT_STEP | Field.PLACE:
            name = "next_step" if asked is Field.NEXT_STEP else asked.value
            return Answer({name: leave_out_private(text)[0] or None})
        case _:
            raise ChooseByButton


def _read_day(text: str, purpose: Purpose, local_now: datetime) -> Answer:
    found, today = read_date(text, local_now, TOWARDS.get(purpose)), local_now.date()
    if found.date is not None:
        has_time = purpose in {Purpose.PLAN, Purpose.MOVE} and not _BARE_DATE.fullmatch(text)
        at = read_time(text) if has_time else None
        return Answer({"day": found.date, **({"start": at.start, "end": at.end} if at and at.start else {})})
    if found.choices:
        return Answer(choices=tuple(day.isoformat() for day in _list_possible(found.choices, purpose, today)))
    if found.problem is Problem.IMPOSSIBLE:
        raise DayImpossible
    side = TOWARDS.get(purpose)
    if side and found.problem in {Problem.WRONG_SIDE, Problem.TOO_FAR}:
        raise DayNotPast if side == "past" else DayOutOfRange
    raise DayNotRead


def _list_possible(days: Sequence[date], purpose: Purpose, today: date) -> list[date]:
    """The days that the purpose allows. Raises DayNotPast, DayOutOfRange when none of them is."""
    side = TOWARDS.get(purpose)
    if side == "past":
        possible = [day for day in days if school_year_start(today) <= day <= today]
    else:
        possible = [day for day in days if side is None or day >= today]
    if not possible:
        raise DayNotPast if side == "past" else DayOutOfRange
    return possible[:MOST_CHOICES]


def _read_start(text: str, purpose: Purpose, local_now: datetime) -> Answer:
    """A time, and the day where one is named beside it: a day is never left out in silence."""
    day = _read_day_beside(text, purpose, local_now)
    named = {"day": day} if day else {}
    found = read_time(text)
    if found.start is not None:
        return Answer({"start": found.start, "end": found.end, **named})
    if found.choices:
        return Answer(named, choices=tuple(f"{one:%H%M}" for one in found.choices[:MOST_CHOICES]))
    if found.problem is Problem.IMPOSSIBLE:
        raise TimeImpossible
    if not named:
        raise TimeNotUnderstood
    return Answer(named)


def _read_day_beside(text: str, purpose: Purpose, local_now: datetime) -> date | None:
    """None when no day is named: "12.12" answers what was asked, the time."""
    if not _WORD.search(text):
        return None
    found = read_date(text, local_now, TOWARDS.get(purpose))
    if found.date is None and found.problem is not Problem.UNKNOWN:
        if found.problem is Problem.IMPOSSIBLE:
            raise DayImpossible
        raise DayOutOfRange if found.problem in {Problem.WRONG_SIDE, Problem.TOO_FAR} else DayNotRead
    return found.date


def _read_length(text: str) -> Answer:
    found = read_minutes(text)
    if found.minutes is not None:
        return Answer({"minutes": found.minutes, "is_about": found.approximate})
    if found.choices:
        return Answer(choices=tuple(str(one) for one in found.choices[:MOST_CHOICES]))
    raise LengthNotRead
