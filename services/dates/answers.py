"""Typed answers to one question: a day, a time, a length.

Never a guess: what is not clear comes back as choices.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime

from services.dates.day_meanings import DayMeaning, DayOfMonth, resolve
from services.dates.days import FoundDay, find_days
from services.dates.folding import Scan, scan_of, tidy
from services.dates.lengths import FoundLength, find_lengths
from services.dates.other_numbers import find_other_numbers
from services.dates.readings import DateReading, MinutesReading, Problem, TimeReading, Towards
from services.dates.times import Clock, FoundTime, find_times

_DENIED = re.compile(r"(?<!\w)(?:не|кроме)(?!\w)")
_BARE_DAY = re.compile(r"([0-3]?\d)(?:[ ./-]{1,2}(0?[1-9]|1[0-2]))?[ .]{0,2}")
_BARE_TIME = re.compile(r"(\d{1,2})(?:[ .:-]{0,2}(\d\d))?")
_BARE_MINUTES = re.compile(r"\d{1,4}")
_HOURS_AND_MINUTES = re.compile(r"(\d):([0-5]\d)")
_LOOSE_ENDS = " ,.;:-–—()"
_MAYBE_HOURS = 4  # «2» as a length is hardly two minutes: ask


def _scan(text: str) -> tuple[str, Scan]:
    tidied = tidy(text).strip(" .,!?\n")
    return tidied, scan_of(tidied)


def read_date(text: str, now_local: datetime, towards: Towards = None) -> DateReading:
    """The day that a typed answer names. `now_local` is the present moment in the organisation's zone.

    Choices come back when the words fit several days, a problem when they fit none.
    """
    tidied, scan = _scan(text)
    if _DENIED.search(scan.folded):
        return DateReading(problem=Problem.UNKNOWN)
    bare = _BARE_DAY.fullmatch(scan.text.strip())
    if bare:
        day, month = int(bare[1]), int(bare[2]) if bare[2] else None
        return resolve(DayOfMonth(day, month), now_local, towards)
    find_other_numbers(scan, tidied)
    found = find_days(scan)
    times = find_times(scan)
    if any(one.is_every for one in found):
        return DateReading(problem=Problem.UNKNOWN)
    if len(found) != 1:
        return _several(found, now_local, towards)
    at = start_of(times)
    return resolve(found[0].meaning, now_local, towards, at.choices[0] if at and at.is_sure else None)


def split_off_day(text: str, now_local: datetime) -> tuple[str, date | None]:
    """The words without the one coming day that they name, and that day: «посетить урок 15 января»."""
    tidied = tidy(text)
    scan = scan_of(tidied)
    find_other_numbers(scan, tidied)
    found = find_days(scan)
    if len(found) != 1:
        return tidied.strip(), None
    day = resolve(found[0].meaning, now_local, "future").date
    if day is None:
        return tidied.strip(), None
    left = f"{tidied[: found[0].start].rstrip(_LOOSE_ENDS)}{tidied[found[0].end :]}"
    return left.strip(_LOOSE_ENDS), day


def _several(found: Sequence[FoundDay], now: datetime, towards: Towards) -> DateReading:
    readings = [resolve(one.meaning, now, towards) for one in found]
    days: list[date] = [
        day for reading in readings for day in ((reading.date,) if reading.date else reading.choices)
    ]
    if not days:
        return DateReading(problem=next((one.problem for one in readings if one.problem), Problem.UNKNOWN))
    return DateReading(choices=tuple(sorted(set(days))), problem=Problem.AMBIGUOUS)


def start_of(times: Sequence[FoundTime]) -> Clock | None:
    """The first start among the times found."""
    return next((one.first for one in times if one.first), None)


def read_time(text: str) -> TimeReading:
    """The time, or the span, that a typed answer names: «15:00», «в 15», «с 15 до 16.15», «полтретьего»."""
    tidied, scan = _scan(text)
    if _DENIED.search(scan.folded):
        return TimeReading(problem=Problem.UNKNOWN)
    bare = _BARE_TIME.fullmatch(scan.text.strip())
    if bare:
        scan = scan_of(f"в {bare[1]}:{bare[2] or '00'}")
    else:
        find_other_numbers(scan, tidied)
        if not re.search(r"\d[.:]\d\d[ ]*-", scan.text):
            scan = _without_days(scan)
    return _time_reading(find_times(scan))


def _without_days(scan: Scan) -> Scan:
    """A day may stand beside the time («в четверг в 15»), but 12.12 in an answer to "when" is a time here."""
    probe = Scan(scan.text, scan.folded)
    for day in find_days(probe):
        if not re.fullmatch(r"[\d.]+", scan.text[day.start : day.end]):
            scan.take(day.start, day.end)
    return Scan(re.sub(r"(?<![\d.])(\d{1,2})\.(\d\d)(?![\d.])", r"\1:\2", scan.text), scan.folded)


def _time_reading(found: Sequence[FoundTime]) -> TimeReading:
    told = [one for one in found if one.first or one.second or one.problem]
    if len(told) != 1:
        return TimeReading(problem=Problem.AMBIGUOUS if told else Problem.UNKNOWN)
    one = told[0]
    if one.problem:
        return TimeReading(problem=one.problem)
    if one.first is None or not one.first.is_sure:
        choices = one.first.choices if one.first else ()
        return TimeReading(choices=choices, problem=Problem.AMBIGUOUS if choices else Problem.UNKNOWN)
    end = one.second.choices[0] if one.second else None
    return TimeReading(start=one.first.choices[0], end=end)


def read_minutes(text: str) -> MinutesReading:
    """The length that a typed answer names, in minutes: «40», «час десять», «1ч 20м», «с 15 до 16.15»."""
    tidied, scan = _scan(text)
    plain = scan.text.strip()
    if _DENIED.search(
        scan.folded.replace("не больше", "")
        .replace("не меньше", "")
        .replace("не более", "")
        .replace("не менее", "")
    ):
        return MinutesReading(problem=Problem.UNKNOWN)
    if _BARE_MINUTES.fullmatch(plain):
        return _bare_minutes(int(plain))
    clock = _HOURS_AND_MINUTES.fullmatch(plain)
    if clock:
        return MinutesReading(minutes=int(clock[1]) * 60 + int(clock[2]))
    find_other_numbers(scan, tidied)
    spans = [one.length for one in find_times(scan) if one.length]
    lengths = find_lengths(scan)
    if spans and not lengths:
        return MinutesReading(minutes=spans[0])
    return minutes_of(lengths)


def _bare_minutes(number: int) -> MinutesReading:
    if number == 0:
        return MinutesReading(problem=Problem.ZERO)
    if number <= _MAYBE_HOURS:
        return MinutesReading(choices=(number, number * 60), problem=Problem.AMBIGUOUS)
    return MinutesReading(minutes=number)


def minutes_of(lengths: Sequence[FoundLength]) -> MinutesReading:
    """One length out of what was found; two different ones are not added up, but asked about."""
    if not lengths:
        return MinutesReading(problem=Problem.UNKNOWN)
    first = lengths[0]
    if len({(one.minutes, one.problem) for one in lengths}) > 1:
        choices = tuple(one.minutes for one in lengths if one.minutes)
        return MinutesReading(choices=choices, problem=Problem.AMBIGUOUS)
    if first.problem:
        return MinutesReading(choices=first.choices, problem=first.problem)
    return MinutesReading(minutes=first.minutes, approximate=any(one.approximate for one in lengths))


__all__ = ["DayMeaning", "minutes_of", "read_date", "read_minutes", "read_time", "start_of"]
