"""Every table of words is complete: its keys are the members of what it words, neither more nor fewer."""

import csv
import importlib
import io
import pkgutil
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from itertools import combinations
from typing import get_args

import pytest

from admin import roadmap_words, survey_words
from models.consents import ConsentKind
from models.pairs import PairStatus, WaitsFor
from models.requests import RequestKind
from notices.language import LOCALES, load_translators
from services.accounts.news import TOLD
from services.documents import words
from services.documents.exports.tables import Column
from services.documents.exports.writers import CsvWriter, Head
from services.joining.entering import InvitationState
from services.messages_read.drafts.contents import Purpose
from services.messages_read.reading.readings import Warned
from services.messages_read.wishes import WishKind
from services.programmes.regulations import Occasion
from services.programmes.roadmaps import Evidence, WindowKind
from services.programmes.surveys import Kind
from services.roadmap.reading import RowState
from services.surveys.respondents import Reach

STATES = {name: table for name, table in vars(words).items() if name.isupper() and isinstance(table, dict)}
"""What the pages translate by `word(states.PAIRS, ...)`."""


PARTIAL: dict[str, frozenset[StrEnum]] = {
    "admin.account_words.EVENTS": TOLD,
    "notices.accounts.WORDS": TOLD,
    "admin.pair_words.AWAITED": frozenset(WaitsFor) - {WaitsFor.NOBODY},
    "admin.roadmap_words.TAGS": frozenset(RowState) - {RowState.COMING, RowState.UNDATED},
    "admin.survey_words.REACH": frozenset(Reach) - {Reach.CHAT, Reach.NO_CHAT},
    "notices.pairs.WORK": frozenset({PairStatus.ORDERED, PairStatus.ACTIVE, PairStatus.PAUSED}),
    "handlers.joining.REFUSALS": frozenset(InvitationState) - {InvitationState.OPEN, InvitationState.MINE},
    "handlers.drafts.wording.SAVES": frozenset(Purpose) - {Purpose.UNSURE},
    "handlers.drafts.wording.REFUSES": frozenset({Purpose.LOG, Purpose.PLAN}),
    "handlers.drafts.wording.SENTENCES": frozenset(Warned)
    - {
        Warned.LESSON_VISIT,
        Warned.PREVIOUS_SCHOOL_YEAR,
        Warned.SUNDAY,
        Warned.LONG_MEETING,
        Warned.NO_MINUTES,
        Warned.NOT_RUSSIAN,
    },
    "handlers.wishes.NOTES": frozenset(
        {WishKind.THANKS, WishKind.GREETING, WishKind.LATE, WishKind.REMIND, WishKind.CANCEL}
    ),
    "handlers.request_screens.ASKS": frozenset(RequestKind) - {RequestKind.UNFIT},
    "handlers.request_screens.ASKS_DAY": frozenset(
        {RequestKind.RELEASE, RequestKind.EXTENSION, RequestKind.LESSON}
    ),
    "notices.requests.GRANTED": frozenset(RequestKind)
    - {RequestKind.ENCOURAGE, RequestKind.CONTEST, RequestKind.QUESTION},
    "handlers.privacy.STOPS": frozenset(
        {ConsentKind.DISSEMINATION, ConsentKind.PHOTO_VIDEO, ConsentKind.LONG_TERM_BANK}
    ),
}
"""Tables that word some members on purpose: the rest has no word, or none of its own."""


def tables() -> Iterator[tuple[str, Mapping[StrEnum, str]]]:
    """Each constant of a module that gives texts to members of an enumeration."""
    for name in ("admin", "notices", "handlers", "services.documents.words"):
        package = importlib.import_module(name)
        found = [one.name for one in pkgutil.walk_packages(getattr(package, "__path__", []), f"{name}.")]
        for module in found or [name]:
            for constant, table in vars(importlib.import_module(module)).items():
                if constant.isupper() and isinstance(table, dict) and is_of_words(table):
                    yield f"{module}.{constant}", table


def is_of_words(table: Mapping[object, object]) -> bool:
    return bool(table) and all(isinstance(k, StrEnum) and isinstance(v, str) for k, v in table.items())


def test_every_table_of_words_has_exactly_the_members_of_what_it_words() -> None:
    found = dict(tables())
    assert {"admin.journal_words.ACTIONS", "services.documents.words.NOTICES"} <= set(found)
    wrong = {}
    for where, table in found.items():
        imported = {name for name, expected in PARTIAL.items() if set(table) == set(expected)}
        expected = PARTIAL.get(where, frozenset(type(next(iter(table)))))
        if set(table) != set(expected) and not imported:
            wrong[where] = set(table) ^ set(expected)
    assert wrong == {}


@pytest.mark.parametrize(
    ("table", "named"),
    [
        (survey_words.OCCASIONS, Occasion),
        (survey_words.QUESTION_KINDS, Kind),
        (roadmap_words.EVIDENCE, Evidence),
        (words.WINDOWS, WindowKind),
    ],
)
def test_words_of_what_a_pack_may_name_are_complete(table: Mapping[str, str], named: object) -> None:
    assert set(table) == set(get_args(named))


def test_no_table_of_words_is_written_twice() -> None:
    found = {id(table): (where, table) for where, table in tables()}
    assert len(found) > 60
    twice = [
        (where, other)
        for (where, table), (other, same) in combinations(found.values(), 2)
        if table == same and type(next(iter(table))) is type(next(iter(same)))
    ]
    assert twice == []


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", STATES)
def test_a_file_says_for_each_state_what_the_page_says(name: str, locale: str, now: datetime) -> None:
    """The cell of a spreadsheet beside the text that a template makes of the same table."""
    t = load_translators()[locale]
    column = Column("state", "State", str, "code", STATES[name]).translated(t)
    out = io.BytesIO()
    writer = CsvWriter(Head("states", "States", 1, "Школа", "Europe/Moscow", t, now, (column,), {}, ""), out)
    for state in STATES[name]:
        writer.add([str(state)])
    cells = [row[0] for row in csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig")), delimiter=";")]
    assert cells[1:] == [t.label(word) for word in STATES[name].values()]
    assert not [cell for cell in cells if "_" in cell]
