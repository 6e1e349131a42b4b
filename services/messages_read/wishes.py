"""Wishes in plain language, known before anything else is made of a text (docs/design.md#wishes).

A wish is a whole message: a phrase of wish_requests.py or wish_remarks.py with polite words around it. More
words than the phrase allows, a length, or a verb that tells of a meeting make it an answer, or a log.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.dates.day_meanings import resolve
from services.dates.days import FoundDay, find_days
from services.dates.folding import Scan, fold, scan_of, tidy
from services.dates.lengths import find_lengths
from services.dates.readings import Problem
from services.messages_read.wish_remarks import REMARKS
from services.messages_read.wish_requests import REQUESTS
from services.messages_read.wish_words import (
    AROUND,
    LONGEST_WISH,
    NO_WISH,
    NOT_AFTER,
    RANGE_OF_DAYS,
    Phrase,
)


class WishKind(StrEnum):
    WITHDRAW = "withdraw"  # the consent, or have the data deleted
    STOP = "stop"  # no more messages
    LEAVE = "leave"  # out of the programme
    PARTNER = "partner"  # another mentor or mentee
    ABSENCE = "absence"  # ill, on leave, away
    RENAMED = "renamed"
    LATE = "late"  # for the partner
    REMIND = "remind"
    HELP = "help"  # of a person
    HOWTO = "howto"  # how something is done here
    MEETINGS = "meetings"  # when the next one is
    MENU = "menu"
    CANCEL = "cancel"
    THANKS = "thanks"
    GREETING = "greeting"


@dataclass(frozen=True, slots=True)
class Wish:
    """`since` and `until` are the days of an absence that the text names without doubt."""

    kind: WishKind
    since: date | None = None
    until: date | None = None


PHRASES = REQUESTS | REMARKS
"""In the order of asking: what asks for something comes before what is only polite."""
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


def find_wish(text: str, *, now: datetime) -> Wish | None:
    """The wish that the whole text is, or None. `now` is the present moment in the author's zone."""
    folded = fold(tidy(text))
    said = " ".join(_WORD.findall(folded))
    if not said or len(said.split()) > LONGEST_WISH:
        return None
    is_question = folded.rstrip().endswith("?")
    for name, phrases in PHRASES.items():
        if any(_is_said(phrase, said, is_question=is_question) for phrase in phrases):
            kind = WishKind(name)
            if kind is WishKind.LATE or not _tells_a_meeting(folded, said):
                return Wish(kind, *(_days_of(folded, now) if kind is WishKind.ABSENCE else (None, None)))
    return None


def _is_said(phrase: Phrase, said: str, *, is_question: bool) -> bool:
    if phrase.only_asked and not is_question:
        return False
    if phrase.unless is not None and phrase.unless.search(said):
        return False
    for match in phrase.words.finditer(said):
        before, after = said[: match.start()], said[match.end() :]
        if NOT_AFTER.search(before):
            continue
        others = [word for word in AROUND.sub(" ", f"{before} \n {after}").split() if len(word) > 1]
        if len(others) <= phrase.spare:
            return True
    return False


def _tells_a_meeting(folded: str, said: str) -> bool:
    """Whether it tells of something done or of how long: a log or an answer that merely holds the words."""
    return bool(NO_WISH.search(said)) or any(one.minutes for one in find_lengths(scan_of(folded)))


def _days_of(folded: str, now: datetime) -> tuple[date | None, date | None]:
    span = RANGE_OF_DAYS.search(folded)
    if span:
        until = _day_ahead(span["until"], now, span["month"])
        since = _day_ahead(span["since"], now, span["since_month"] or span["month"])
        return (since, until) if since and until and since <= until else (None, None)
    since = until = None
    for day in find_days(scan_of(folded)):
        reading = resolve(day.meaning, now, "future")
        if reading.date is None or reading.problem is Problem.AMBIGUOUS:
            continue
        if _ends(day):
            until = reading.date
        else:
            since = reading.date
    return since, until


def _ends(day: FoundDay) -> bool:
    return day.preposition in {"до", "по", "к", "ко"}


def _day_ahead(number: str, now: datetime, month: str | None) -> date | None:
    scan: Scan = scan_of(f"{number} {month}" if month else f"{number}-го")
    found = find_days(scan)
    return resolve(found[0].meaning, now, "future").date if found else None
