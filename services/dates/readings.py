"""What reading a date, a time or a length gave: one value, or choices to offer, or a problem to name."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Towards = Literal["past", "future"] | None

LONGEST_USUAL_MINUTES = 480  # as much or more needs a second confirmation (docs/domain.md#meeting-messages)


class Problem(StrEnum):
    UNKNOWN = "unknown"  # nothing of this kind is said
    IMPOSSIBLE = "impossible"  # 31.09, 25:00
    AMBIGUOUS = "ambiguous"  # choices hold what it may mean
    RANGE = "range"  # "13-17 октября", "30-40 минут": no single value
    WRONG_SIDE = "wrong_side"  # the words speak of the past and the date lies ahead, or the reverse
    WRONG_WEEKDAY = "wrong_weekday"  # "среда, 16 октября" in a year where it is a Thursday
    TOO_FAR = "too_far"  # more than a year away
    ZERO = "zero"  # no minutes at all is no meeting


@dataclass(frozen=True, slots=True)
class DateReading:
    date: dt.date | None = None
    choices: tuple[dt.date, ...] = ()
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class TimeReading:
    start: dt.time | None = None
    end: dt.time | None = None
    choices: tuple[dt.time, ...] = ()
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class MinutesReading:
    minutes: int | None = None
    approximate: bool = False
    choices: tuple[int, ...] = ()
    problem: Problem | None = None

    @property
    def is_long(self) -> bool:
        return self.minutes is not None and self.minutes >= LONGEST_USUAL_MINUTES
