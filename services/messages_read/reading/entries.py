"""The meetings of a message: one for each day it names, with what it says of them and nothing more."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import pairwise

from services.dates.day_meanings import LONG_AGO, resolve, school_year_start
from services.dates.days import FoundDay
from services.dates.lengths import FoundLength
from services.dates.readings import LONGEST_USUAL_MINUTES, DateReading, Problem, Towards
from services.dates.times import FoundTime
from services.messages_read.reading import intents
from services.messages_read.reading.clauses import Clause
from services.messages_read.reading.leftovers import Leftover
from services.messages_read.reading.readings import Entry, Intent, Warned
from services.messages_read.reading.told import Told
from services.messages_read.reading.topics import topic_of

_EACH = re.compile(r"(?<!\w)(?:кажд(?:ая|ый|ую|ое|ой)|обе|оба|все по|ежедневно)(?!\w)")
_OR = re.compile(r"[ ,]{0,3}(?:или|либо)[ ]{1,3}(?:может[ ])?")
_PROBLEM_WARNINGS = {
    Problem.IMPOSSIBLE: Warned.IMPOSSIBLE_DATE,
    Problem.TOO_FAR: Warned.FAR_DAY,
    Problem.WRONG_SIDE: Warned.DATE_AGAINST_TENSE,
    Problem.WRONG_WEEKDAY: Warned.WEEKDAY_AGAINST_DATE,
}


@dataclass(slots=True)
class Draft:
    """Entries being made, with the questions and warnings met on the way."""

    entries: list[Entry]
    questions: list[str]
    warnings: list[Warned]

    def ask(self, *fields: str) -> None:
        self.questions += [field for field in fields if field not in self.questions]

    def warn(self, *warned: Warned) -> None:
        self.warnings += [one for one in warned if one not in self.warnings]


@dataclass(frozen=True, slots=True)
class _Part:
    """What belongs to one day of the message."""

    day: FoundDay | None
    times: Sequence[FoundTime]
    lengths: Sequence[FoundLength]
    clauses: Sequence[Clause]
    is_shared: bool = False  # one length stands for several days
    participants: tuple[str, ...] | None = None  # None: those of the whole message
    leftovers: Sequence[Leftover] = ()


def make_entries(told: Told, now: datetime, towards: Towards, intent: Intent, draft: Draft) -> None:
    """Entries of a log, a plan, or of what is still unclear."""
    for part in _parts(told, now, towards):
        entry = _entry(part, told, now, towards, intent, draft)
        if entry not in draft.entries:
            draft.entries.append(entry)


def _parts(told: Told, now: datetime, towards: Towards) -> list[_Part]:
    days = _different(told.days, now, towards)
    if len(days) < 2:  # noqa: PLR2004
        day = days[0] if days else None
        if is_alternative(told):
            day = None
        return _split_by_people(told, day) or [
            _Part(day, told.times, told.lengths, told.main, leftovers=told.leftovers)
        ]
    if is_alternative(told):
        return [_Part(None, told.times, told.lengths, told.main, leftovers=told.leftovers)]
    values = max(len(told.lengths), len(told.times))
    if values >= len(days) or _each_on_its_line(told, days):
        return _split(told, days)
    return [
        _Part(day, told.times, told.lengths, told.main, is_shared=True, leftovers=told.leftovers)
        for day in days
    ]


def is_alternative(told: Told) -> bool:
    """«в пятницу или в понедельник»: which of the two is asked."""
    return any(_OR.fullmatch(told.folded[one.end : other.start]) for one, other in pairwise(told.days))


def _split_by_people(told: Told, day: FoundDay | None) -> list[_Part]:
    """«с Олегом 30 минут, с Катей 25»: as many meetings of one day as people with a length of their own."""
    named, lengths = told.people.places, told.lengths
    if len(named) < 2 or len(named) != len(lengths) or len({name for _, name in named}) != len(named):  # noqa: PLR2004
        return []
    clause_starts = [
        max((clause.start for clause in told.main if clause.holds(start)), default=start)
        for start, _ in named
    ]
    starts = [0, *clause_starts[1:]]
    ends = [*starts[1:], len(told.text)]
    parts = [
        _Part(
            day,
            [one for one in told.times if start <= one.start < end],
            [one for one in lengths if start <= one.start < end],
            [clause for clause in told.main if start <= clause.start < end],
            participants=(name,),
            leftovers=[one for one in told.leftovers if start <= one.start < end],
        )
        for start, end, (_, name) in zip(starts, ends, named, strict=True)
    ]
    return parts if all(len(part.lengths) == 1 for part in parts) else []


def _different(days: Sequence[FoundDay], now: datetime, towards: Towards) -> list[FoundDay]:
    """Days without a repetition («вчера ... вчера»); a vague one only where there is no other."""
    seen: list[tuple[FoundDay, DateReading]] = []
    for day in days:
        reading = resolve(day.meaning, now, towards)
        if not any(reading == other for _, other in seen):
            seen.append((day, reading))
    named = [day for day, reading in seen if reading.problem is not Problem.UNKNOWN]
    if towards == "past" and any(reading.date for _, reading in seen):  # «вчера готовили урок на 20 октября»
        named = [day for day, reading in seen if day in named and reading.problem is not Problem.WRONG_SIDE]
    return named or [day for day, _ in seen[:1]]


def _each_on_its_line(told: Told, days: Sequence[FoundDay]) -> bool:
    return all(
        any(sign in told.text[one.end : other.start] for sign in "\n;") for one, other in pairwise(days)
    )


def _split(told: Told, days: Sequence[FoundDay]) -> list[_Part]:
    """From each day to the next one; what stands before the first belongs to it."""
    starts = [0, *(_part_start(told, last, day) for last, day in pairwise(days))]
    ends = [*starts[1:], len(told.text)]
    people = [
        tuple(dict.fromkeys(name for place, name in told.people.places if start <= place < end))
        for start, end in zip(starts, ends, strict=True)
    ]
    is_apart = all(people)
    return [
        _Part(
            day,
            [one for one in told.times if start <= one.start < end],
            [one for one in told.lengths if start <= one.start < end],
            [clause for clause in told.main if start <= clause.start < end or clause.holds(start)],
            participants=people[place] if is_apart else None,
            leftovers=[one for one in told.leftovers if start <= one.start < end],
        )
        for place, (day, start, end) in enumerate(zip(days, starts, ends, strict=True))
    ]


def _part_start(told: Told, last: FoundDay, day: FoundDay) -> int:
    """Where the clause of this day begins, or the day itself when the last one stands in the same clause."""
    clause_start = next((clause.start for clause in told.main if clause.holds(day.start)), day.start)
    return day.start if clause_start <= last.start else clause_start


def _entry(part: _Part, told: Told, now: datetime, towards: Towards, intent: Intent, draft: Draft) -> Entry:
    start, end, span_minutes = read_clock(part.times, draft)
    draft.ask(*(["start"] if any(one.field == "start" for one in part.leftovers) else []))
    reading = resolve(part.day.meaning, now, towards, start) if part.day else DateReading()
    note_date_problem(reading, draft)
    minutes, is_about = _minutes(part, told, span_minutes, draft)
    day = _doubted_day(reading.date, part, minutes, now, intent, draft)
    return Entry(
        date=day,
        start=start,
        end=end,
        minutes=minutes,
        approximate=is_about if minutes else None,
        kind=told.kind,
        format=told.format,
        place=told.place,
        topic=topic_of((told.words_of(clause) for clause in part.clauses), is_visit=told.is_visit),
        next_step=told.step(),
        participants=part.participants,
    )


def _doubted_day(
    day: date | None, part: _Part, minutes: int | None, now: datetime, intent: Intent, draft: Draft
) -> date | None:
    """The day, unless what is said of it can hardly be so; then it is asked."""
    if day is None or intent is not Intent.LOG:
        return None if any(one.field == "date" for one in part.leftovers) else day
    if any(one.field == "date" for one in part.leftovers) or (part.day and part.day.is_every):
        return None
    if now.date() - day > LONG_AGO and school_year_start(day) != school_year_start(now.date()):
        draft.warn(Warned.FAR_DAY)
        return None
    since_midnight = now.hour * 60 + now.minute
    if day == now.date() and minutes and minutes > since_midnight:
        draft.warn(Warned.AFTER_MIDNIGHT)
        return None
    return day


def note_date_problem(reading: DateReading, draft: Draft) -> None:
    if reading.problem in _PROBLEM_WARNINGS:
        draft.warn(_PROBLEM_WARNINGS[reading.problem])


def read_clock(times: Sequence[FoundTime], draft: Draft) -> tuple[time | None, time | None, int | None]:
    """Start, end and the minutes between; what may be night or day, and two different starts, are asked."""
    spans = [one for one in times if one.first and one.second] or [
        one for one in times if one.first or one.second
    ]
    if any(one.problem for one in times):
        draft.warn(Warned.IMPOSSIBLE_TIME)
        draft.ask("start")
    if not spans:
        return None, None, None
    one = spans[0]
    if len({(other.first, other.second) for other in spans}) > 1:
        draft.ask("start")
        return None, None, None
    start = one.first.choices[0] if one.first and one.first.is_sure else None
    end = one.second.choices[0] if one.second and (one.second.is_sure or start) else None
    if one.first and start is None:
        draft.ask("start")
        end = None
    return start, end, one.length


def _minutes(part: _Part, told: Told, span: int | None, draft: Draft) -> tuple[int | None, bool]:
    found = [one for one in part.lengths if one.problem is not Problem.ZERO]
    if any(one.field == "minutes" for one in part.leftovers):
        draft.ask("minutes")
        return None, False
    values = {one.minutes for one in found}
    if part.is_shared and found and not (any(one.is_each for one in found) or _EACH.search(told.folded)):
        return None, False  # "5.10 и 12.10, час": of each, or of both together
    is_of_each = not part.is_shared and len(told.days) < 2 and any(one.is_each for one in found)  # noqa: PLR2004
    if is_of_each:
        return None, False  # "два урока по 40 минут": of each, and how long in all is not said
    if len(values) > 1 or any(one.problem for one in found):
        return None, False
    said = found[0].minutes if found else None
    if said and span and said != span and not any(one.approximate for one in found):
        draft.warn(Warned.SPAN_AGAINST_MINUTES)
        return None, False
    minutes = span if span and not (said and not found[0].approximate) else said
    if minutes and minutes >= LONGEST_USUAL_MINUTES:
        draft.warn(Warned.LONG_MEETING)
    is_about = bool(found) and any(one.approximate for one in found) and minutes == said and not span
    return minutes, is_about


def make_moved(told: Told, now: datetime, draft: Draft) -> None:
    """The new day and time of a moved meeting: what stands after «на», or after the word of moving."""
    word = intents.offered_from(told.folded)
    named = [day for day in told.days if day.preposition == "на"]
    after = [day for day in told.days if day.start >= word and "шн" not in told.folded[day.start : day.end]]
    day = next(iter(named or after), None)
    times = [one for one in told.times if _follows_on(told, one)] or [
        one for one in told.times if one.start >= word
    ]
    start, end, span = read_clock(times[-1:], draft)
    reading = resolve(day.meaning, now, "future", start) if day else DateReading()
    note_date_problem(reading, draft)
    draft.entries.append(
        Entry(date=reading.date, start=start, end=end, minutes=span, approximate=False if span else None,
              kind=told.kind, format=told.format, place=told.place)
    )  # fmt: skip
    keeps_time = start is None and bool(intents.SAME_TIME.search(told.folded))
    draft.ask(*(["date"] if reading.date is None else []))
    draft.ask(*(["start"] if start is None and not keeps_time else []))


def _follows_on(told: Told, found: FoundTime) -> bool:
    return told.folded[found.start : found.end].startswith("на ") or told.folded[: found.start].endswith(
        "на "
    )


def make_missed(told: Told, now: datetime, draft: Draft) -> None:
    """The day that was named, past or to come; nothing more is told of a meeting that was not."""
    start, end, _ = read_clock(told.times, draft)
    towards: Towards = "past" if told.is_past or not told.is_future else "future"
    reading = resolve(told.days[0].meaning, now, towards, start) if told.days else DateReading()
    if reading.problem is Problem.WRONG_SIDE:
        reading = resolve(told.days[0].meaning, now, None, start)
    note_date_problem(reading, draft)
    draft.entries.append(Entry(date=reading.date, start=start, end=end, kind=told.kind))
    draft.ask(*([] if reading.date else ["date"]))


def make_correction(told: Told, now: datetime, draft: Draft) -> None:
    """What the message says anew; what it takes back was left out before."""
    make_entries(told, now, "past" if told.is_past and not told.is_future else None, Intent.CORRECTION, draft)
    entry = replace(draft.entries[0], topic=draft.entries[0].topic if "тем" in told.folded else None)
    draft.entries[:] = [entry]
    draft.ask(*([] if entry.date else ["date"]))


def make_day_only(told: Told, now: datetime, draft: Draft, towards: Towards) -> None:
    """A request's day: since when the mentor leaves, until when the programme goes on."""
    days = [*told.limits, *told.days]
    reading = resolve(days[0].meaning, now, towards) if days else DateReading()
    note_date_problem(reading, draft)
    draft.entries.append(Entry(date=reading.date))
    draft.ask(*([] if reading.date else ["date"]))
