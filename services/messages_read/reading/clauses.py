"""A message cut into clauses, and which of them speak of what comes next."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.dates.folding import TAKEN
from services.messages_read.reading.words import AGREED, FUTURE, HELD, MEETING, NEXT, PAST, WILL_DO

_CUT = re.compile(
    r"(?<!\w)\d{1,2}\)|[,.;:!?\n()/|]+|[ ](?:-{1,2}|\+)[ ]|[ ](?=(?:а|но|потом|затем|после чего|а потом)[ ])"
    r"|[ ]и[ ](?=(?:мы[ ]|я[ ])?\w+[аеиоуыя]л(?:и|ись|а|ась)(?!\w))|[ ](?=(?:дальше|далее"
    r"|в следующ(?:ий|ую) )\w*)"
)
_SUBORDINATE = re.compile(r"[ ]{0,3}(?:что|чтобы|как|котор\w+|если|где|когда|почему|зачем|которые)(?!\w)")
_VALUE = "="  # stands for an hour or a length among the words
_TOKEN = re.compile(rf"[\w-]+|{TAKEN}+")
_BEGINS = frozenset(
    ["я", "мы", "она", "он", "они", "и", "не", "потом", "затем", "ей", "ему", "мне", "нам", "сама", "сам"]
)
_WORDS_BEFORE = """
в во на к ко с со у до что все еще раз ней нему ним обязательно тоже также снова опять вместе уже тогда
следующий следующую следующей следующем неделе
"""
_LEADS_TO_WILL = _BEGINS | frozenset(_WORDS_BEFORE.split())
_SUBORDINATES = frozenset(
    [
        "что",
        "чтобы",
        "как",
        "если",
        "где",
        "когда",
        "почему",
        "зачем",
        "который",
        "которая",
        "которую",
        "которые",
    ]
)
_SUBORDINATE_REACH = 3  # words after «как» that still belong to it
_LABEL = re.compile(r"(?<!\w)тем[аы][ ]*$")


@dataclass(frozen=True, slots=True)
class Clause:
    start: int
    end: int
    text: str  # folded, with what was read blanked out
    is_past: bool
    is_future: bool
    is_held: bool  # it tells of a meeting that took place

    def holds(self, place: int) -> bool:
        return self.start <= place < self.end


def cut(scanned: str, values: Sequence[tuple[int, int]] = ()) -> list[Clause]:
    """Clauses of the scanned text; a subordinate clause stays with its main one.

    `values` are the spans of hours and lengths: they belong to what was done before them.
    """
    spans, start = [], 0
    for match in _CUT.finditer(scanned):
        is_label = match.group() in {":", " - "} and _LABEL.search(
            scanned[max(0, match.start() - 6) : match.start()]
        )
        if not is_label and not _SUBORDINATE.match(scanned, match.end()):
            spans.append((start, match.start()))
            start = match.end() if match.group().strip() else match.start()
    spans.append((start, len(scanned)))
    spans = [part for span in spans for part in _cut_without_signs(scanned, values, *span)]
    return [_clause(scanned, *span) for span in spans if scanned[slice(*span)].strip()]


def _cut_without_signs(
    scanned: str, values: Sequence[tuple[int, int]], start: int, end: int
) -> list[tuple[int, int]]:
    """A clause of a voice-typed text parted before each further verb: what was done, and what is to come."""
    tokens = list(_TOKEN.finditer(scanned, start, end))
    words = [
        _VALUE if any(first <= token.start() < last for first, last in values) else token.group()
        for token in tokens
    ]
    places, has_verb = [], False
    for at, word in enumerate(words):
        is_past = bool(HELD.fullmatch(word) or PAST.fullmatch(word))
        is_ahead = bool(
            AGREED.fullmatch(word) or WILL_DO.fullmatch(word) or _begins_next(scanned, tokens[at])
        )
        if (is_past or is_ahead) and has_verb and not AGREED.fullmatch(words[at - 1]):
            first = _first_of(words, at, _LEADS_TO_WILL if is_ahead and not is_past else _BEGINS)
            if first is not None and first > 0:
                places.append(tokens[first].start())
        has_verb = has_verb or is_past
    edges = sorted({start, *places, end})
    return list(pairwise(edges))


def _begins_next(scanned: str, token: re.Match[str]) -> bool:
    match = NEXT.match(scanned, token.start())
    return match is not None and match.group() != token.group()


def _first_of(words: Sequence[str], at: int, leading: frozenset[str]) -> int | None:
    """The first word of the clause whose verb stands at this place; None inside a subordinate clause."""
    first = at
    while first > 0 and (
        words[first - 1] in leading or (words[first - 1][0] == TAKEN and leading is _LEADS_TO_WILL)
    ):
        first -= 1
    while first > 0 and AGREED.fullmatch(words[first - 1]):
        first -= 1
    if (
        first < len(words)
        and words[first] in _SUBORDINATES
        and not (first and AGREED.fullmatch(words[first - 1]))
    ):
        return None
    reach = words[max(0, first - _SUBORDINATE_REACH) : first]
    return None if any(word in _SUBORDINATES for word in reach) else first


def _clause(scanned: str, start: int, end: int) -> Clause:
    text = scanned[start:end]
    told = AGREED.sub(lambda match: " " * len(match.group()), text)
    is_future = bool(
        FUTURE.search(text)
        or WILL_DO.search(text)
        or NEXT.search(text)
        or (told != text and not HELD.search(told))
    )
    held = [match for match in HELD.finditer(told) if not told[: match.start()].endswith("не ")]
    return Clause(start, end, text, bool(HELD.search(told) or PAST.search(told)), is_future, bool(held))


def next_steps(
    clauses: Sequence[Clause], *, logs: Sequence[int], ahead: Sequence[bool], valued: Sequence[bool]
) -> list[Clause]:
    """Clauses about what comes next, in a message that tells of a held meeting; none in a mere plan.

    `logs` are the places of clauses that tell of something done, `ahead` whether a clause's day lies ahead,
    `valued` whether it holds a length or a past day.
    """
    found: list[Clause] = []
    is_open = False
    for place, clause in enumerate(clauses):
        starts = (clause.is_future and not clause.is_held) or ahead[place]
        has_log_elsewhere = len(logs) > 1 or (len(logs) == 1 and logs[0] != place)
        if starts and has_log_elsewhere and not (valued[place] and clause.is_past):
            is_open = True
        elif clause.is_past or valued[place]:
            is_open = False
        if is_open:
            found.append(clause)
    return found


def mentions_meeting(clauses: Sequence[Clause]) -> bool:
    return any(MEETING.search(clause.text) for clause in clauses)
