"""Everything that a message tells, found once and kept in place: days, times, lengths, people, clauses."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.dates.day_meanings import ExactDay, resolve
from services.dates.days import FoundDay, find_days
from services.dates.folding import Scan, scan_of, tidy
from services.dates.lengths import FoundLength, find_lengths
from services.dates.other_numbers import find_other_numbers
from services.dates.readings import Problem
from services.dates.soon import find_soon
from services.dates.times import Clock, FoundTime, find_times
from services.messages_read.reading import intents
from services.messages_read.reading.clauses import Clause, cut, next_steps
from services.messages_read.reading.contrasts import carry_units
from services.messages_read.reading.leftovers import Leftover, find_leftovers
from services.messages_read.reading.names import members_of
from services.messages_read.reading.people import People, find_people
from services.messages_read.reading.privacy import Hidden, find_private
from services.messages_read.reading.readings import Kind, MeetingFormat, Warned
from services.messages_read.reading.spelling import mend_spelling
from services.messages_read.reading.words import (
    FUTURE,
    HELD,
    IN_PERSON,
    KINDS,
    LESSON_VISIT,
    MEETING,
    ONLINE,
    PAST,
    PLACE,
    PLACE_ALONE,
    PLACES,
    ROOM,
    WILL_DO,
)

_Span = tuple[int, int]
_STEP_LABEL = re.compile(
    r"^(?:(?:и|а|но|потом|затем|также)[ ]+)?(?:(?:следующий[ ]шаг|дальше|далее"
    r"|домашнее[ ]задание|дз|задание[ ]на[ ]дом|задание|домашка)[ ]*[:,-][ ]*)?",
    re.IGNORECASE,
)
_THING = re.compile(
    r"[ ]{1,3}(?!(?:встреч|запис|созвон|бесед|консульт|занят|лог|карточк|был|не|прош|состоял"
    r"|перен|отмен|длил|на|с|в|мы|я)\w*)\w+"
)
_AT_WHOM = frozenset(["меня", "нее", "него", "нас", "них"])  # «у меня в кабинете»
_STEP_TRIM = " ,.;:!?-—–\n\t"
_LONGEST_STEP = 300


@dataclass(frozen=True, slots=True)
class Told:
    """What the message tells. Days, times and lengths are those of the meeting, not of what comes next."""

    text: str
    folded: str
    main: tuple[Clause, ...]
    steps: tuple[Clause, ...]
    days: tuple[FoundDay, ...]
    limits: tuple[FoundDay, ...]  # «до 1 июня», «с 1 ноября»
    times: tuple[FoundTime, ...]
    lengths: tuple[FoundLength, ...]
    people: People
    hidden: tuple[Hidden, ...]
    privacy_warnings: tuple[Warned, ...]
    kind: Kind | None
    format: MeetingFormat | None
    place: str | None
    is_visit: bool
    gone: tuple[_Span, ...]  # spans that tell no topic
    leftovers: tuple[Leftover, ...]  # of the meeting, beside what was read: asked about

    @property
    def is_held(self) -> bool:
        return any(clause.is_held for clause in self.main)

    @property
    def is_past(self) -> bool:
        return any(clause.is_past for clause in self.main)

    @property
    def is_future(self) -> bool:
        return any(clause.is_future for clause in self.main)

    @property
    def has_length(self) -> bool:
        return any(one.minutes or one.choices or one.problem is Problem.RANGE for one in self.lengths) or any(
            one.length for one in self.times
        )

    def words_of(self, clause: Clause) -> str:
        """The clause as written, without what was read apart and what may not be kept."""
        return _without_spans(self.text, clause.start, clause.end, self.gone, self.hidden)

    def step(self) -> str | None:
        """What comes next, in the author's words, with its day."""
        texts = [
            _without_spans(self.text, clause.start, clause.end, (), self.hidden) for clause in self.steps
        ]
        kept = [re.sub(r"[ \x01]+", " ", text).strip(_STEP_TRIM) for text in texts]
        joined = ", ".join(text for text in kept if text)
        step = _STEP_LABEL.sub("", joined).strip(_STEP_TRIM)
        return step[:_LONGEST_STEP].rstrip(_STEP_TRIM) or None


def _without_spans(text: str, start: int, end: int, gone: Sequence[_Span], hidden: Sequence[Hidden]) -> str:
    """Characters of [start, end) outside the spans; a hidden one leaves its neutral words, another a gap."""
    instead = {one.start: one.instead for one in hidden if start <= one.start < end}
    gaps = sorted([*gone, *((one.start, one.end) for one in hidden)])
    parts, place = [], start
    for gap_start, gap_end in gaps:
        if gap_end <= place or gap_start >= end:
            continue
        parts.append(text[place : max(gap_start, place)])
        parts.append(instead.get(gap_start) or "\x01")
        place = max(place, gap_end)
    return "".join(parts) + text[place:end] if place < end else "".join(parts)


def leave_out_private(text: str) -> tuple[str, tuple[Warned, ...]]:
    """A text as it may be kept, without health and pupils' names, and what was left out of it."""
    tidied = tidy(text)
    private = find_private(tidied, scan_of(tidied).folded)
    kept = _without_spans(tidied, 0, len(tidied), (), private.hidden)
    return re.sub(r"[ \x01]+", " ", kept).strip(_STEP_TRIM), private.warnings


def gather(text: str, now: datetime, members: Sequence[str]) -> Told:
    tidied = carry_units(mend_spelling(tidy(text)))
    scan = scan_of(tidied)
    private = find_private(tidied, scan.folded)
    closed = [(one.start, one.end) for one in private.hidden if not one.is_health]
    people = find_people(tidied, scan.folded, members_of(members), closed)
    wrong = intents.wrong_spans(scan.folded)
    for span in [*closed, *private.health_words, *people.spans, *wrong]:
        scan.take(*span)
    room, room_spans = _find_room(scan.text)
    for span in room_spans:
        scan.take(*span)
    find_other_numbers(scan, tidied)
    soon_days, soon_times = _read_soon(scan, now)
    days = [day for day in find_days(scan) if not _qualifies_a_thing(day, scan.folded)]
    if any(day.is_every for day in days):  # «через неделю по вторникам» tells how often
        days = [day for day in days if day.is_every or not scan.folded.startswith("через недел", day.start)]
    days = sorted([*days, *soon_days], key=lambda day: day.start)
    times = sorted([*find_times(scan), *soon_times], key=lambda one: one.start)
    lengths = find_lengths(scan)
    of_clocks: list[_Span] = [
        *((one.start, one.end) for one in times),
        *((one.start, one.end) for one in lengths),
    ]
    clauses = cut(scan.text, of_clocks)
    steps = _steps(clauses, days, times, lengths, now)
    main = tuple(clause for clause in clauses if clause not in steps)

    def is_main(start: int) -> bool:
        return not any(clause.holds(start) for clause in steps)

    form, form_spans = _find_format(scan.text, is_main)
    place, place_spans = (
        (room, room_spans) if room and is_main(room_spans[0][0]) else _find_place(scan.text, is_main)
    )
    own_days = [day for day in days if is_main(day.start)]
    of_days: list[_Span] = [(day.start, day.end) for day in days]
    leftovers = find_leftovers(scan.text, of_days, of_clocks)
    read = [*of_days, *of_clocks, *((one.start, one.end) for one in leftovers)]
    found = [scan.widen(*span) for span in read]
    found += [*people.spans, *wrong, *place_spans, *form_spans]
    main_text = " ".join(clause.text for clause in main)
    return Told(
        text=tidied,
        folded=scan.folded,
        main=main,
        steps=tuple(steps),
        days=tuple(day for day in own_days if not day.is_bound),
        limits=tuple(day for day in own_days if day.is_bound),
        times=tuple(one for one in times if is_main(one.start)),
        lengths=tuple(one for one in lengths if is_main(one.start)),
        people=people,
        hidden=private.hidden,
        privacy_warnings=private.warnings,
        kind=_kind_of(main_text),
        format=form or ("in_person" if place else None),
        place=place,
        is_visit=any(LESSON_VISIT.search(clause.text) for clause in main),
        gone=tuple(found),
        leftovers=tuple(one for one in leftovers if is_main(one.start)),
    )


def _read_soon(scan: Scan, now: datetime) -> tuple[list[FoundDay], list[FoundTime]]:
    """«через полчаса» is a day and an hour, where nothing tells of the past."""
    if HELD.search(scan.text) or PAST.search(scan.text):
        return [], []
    days, times = [], []
    for one in find_soon(scan):
        moment = now + timedelta(minutes=one.minutes)
        days.append(FoundDay(one.start, one.end, ExactDay(moment.date())))
        times.append(FoundTime(one.start, one.end, Clock(moment.hour, moment.minute)))
    return days[:1], times[:1]


def _steps(
    clauses: Sequence[Clause],
    days: Sequence[FoundDay],
    times: Sequence[FoundTime],
    lengths: Sequence[FoundLength],
    now: datetime,
) -> list[Clause]:
    def day_side(clause: Clause) -> int:
        """1 when the clause's day lies ahead, -1 when it is past or today, 0 without a day of one side."""
        for day in days:
            if clause.holds(day.start):
                known = resolve(day.meaning, now, None).date
                return 0 if known is None else (1 if known > now.date() else -1)
        return 0

    def has_length(clause: Clause) -> bool:
        return any(clause.holds(one.start) and one.minutes for one in lengths) or any(
            clause.holds(one.start) and one.length for one in times
        )

    sides = [day_side(clause) for clause in clauses]
    valued = [has_length(clause) or side < 0 for clause, side in zip(clauses, sides, strict=True)]
    logs = [
        place
        for place, clause in enumerate(clauses)
        if clause.is_held
        or (valued[place] and not clause.is_future and not intents.NOT_COMING.search(clause.text))
    ]
    ahead = [side > 0 and not clause.is_held for clause, side in zip(clauses, sides, strict=True)]
    for place, clause in enumerate(clauses[:-1]):
        following = clauses[place + 1]
        is_lone_day = sides[place] == 0 and _is_lone_day(clause, days) and not valued[place]
        ahead[place] |= is_lone_day and following.is_future and not following.is_held and -1 in sides
    return next_steps(clauses, logs=logs, ahead=ahead, valued=valued)


def _is_lone_day(clause: Clause, days: Sequence[FoundDay]) -> bool:
    """«в четверг, посещу урок»: a clause of nothing but a day."""
    rest = re.sub(r"(?<!\w)(?:в|во|на|к)(?!\w)", "", clause.text)
    return not re.search(r"\w{2,}", rest) and any(clause.holds(day.start) for day in days)


def _qualifies_a_thing(day: FoundDay, folded: str) -> bool:
    """«вчерашний урок» dates the lesson that was spoken of, «вчерашняя встреча» the meeting."""
    return "шн" in folded[day.start : day.end] and bool(_THING.match(folded, day.end))


def _find_room(scanned: str) -> tuple[str | None, list[_Span]]:
    room = ROOM.search(scanned)
    if not room:
        return None, []
    word = "ауд." if (room["word"] or room["word2"]).startswith("ауд") else "каб."
    return f"{word} {room['number'] or room['number2']}", [room.span()]


def _find_place(scanned: str, is_main: Callable[[int], bool]) -> tuple[str | None, list[_Span]]:
    for match in PLACE_ALONE.finditer(scanned):
        return match["place"], [match.span("place")]
    for match in PLACE.finditer(scanned):
        if not is_main(match.start()):
            continue
        before = scanned[: match.start()].rstrip(" ")
        last_word = re.search(r"\w+$", before)
        # «дисциплина в столовой» is a topic; after a pause, a date or a verb it is where the meeting was
        if (
            not before
            or before[-1] in ",.;:!?\n(-/\0"
            or (last_word and (_is_done(last_word.group()) or last_word.group() in _AT_WHOM))
        ):
            return PLACES[match["place"]], [match.span()]
    return None, []


def _is_done(word: str) -> bool:
    """Whether a verb of meeting, or the word for a meeting, so that what follows is where it is held."""
    return any(pattern.fullmatch(word) for pattern in (PAST, FUTURE, WILL_DO, MEETING))


_USED = re.compile(
    r"(?<!\w)(?:работ\w*|пользова\w*|настро\w*|осво\w*|урок\w*|журнал\w*|возможност\w*|регистр\w*"
    r"|задани\w*)[ ]$"
)


def _find_format(scanned: str, is_main: Callable[[int], bool]) -> tuple[MeetingFormat | None, list[_Span]]:
    online, in_person = (
        [
            match.span()
            for match in pattern.finditer(scanned)
            if is_main(match.start()) and not _USED.search(scanned, max(0, match.start() - 16), match.start())
        ]
        for pattern in (ONLINE, IN_PERSON)
    )
    if online and in_person:
        return None, [*online, *in_person]  # both are said: nobody guesses
    return ("online" if online else "in_person" if in_person else None), [*online, *in_person]


def _kind_of(scanned: str) -> Kind | None:
    for kind, pattern in KINDS:
        if pattern.search(scanned):
            return kind
    return None
