"""A message cut into clauses, and which of them speak of what comes next."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.messages_read.reading.words import AGREED, FUTURE, HELD, MEETING, NEXT, PAST

_CUT = re.compile(
    r"(?<!\w)\d{1,2}\)|[,.;:!?\n()/|]+|[ ](?:-{1,2}|\+)[ ]|[ ](?=(?:а|но|потом|затем|после чего|а потом)[ ])"
    r"|[ ]и[ ](?=(?:мы[ ]|я[ ])?\w+[аеиоуыя]л(?:и|ись|а|ась)(?!\w))|[ ](?=(?:дальше|далее"
    r"|в следующ(?:ий|ую) )\w*)"
)
_SUBORDINATE = re.compile(r"[ ]{0,3}(?:что|чтобы|как|котор\w+|если|где|когда|почему|зачем|которые)(?!\w)")
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


def cut(scanned: str) -> list[Clause]:
    """Clauses of the scanned text; a subordinate clause stays with its main one."""
    spans, start = [], 0
    for match in _CUT.finditer(scanned):
        is_label = match.group() == ":" and _LABEL.search(scanned[max(0, match.start() - 6) : match.start()])
        if not is_label and not _SUBORDINATE.match(scanned, match.end()):
            spans.append((start, match.start()))
            start = match.end() if match.group().strip() else match.start()
    spans.append((start, len(scanned)))
    return [_clause(scanned, *span) for span in spans if scanned[slice(*span)].strip()]


def _clause(scanned: str, start: int, end: int) -> Clause:
    text = scanned[start:end]
    told = AGREED.sub(lambda match: " " * len(match.group()), text)
    is_future = bool(FUTURE.search(text) or NEXT.search(text) or (told != text and not HELD.search(told)))
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
