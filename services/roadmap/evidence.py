"""Which facts prove which row of the roadmap.

A rule gives the day of each fact and how many there should be; it proves nothing while there is nobody to
count: a school without mentees has not collected their consents. A row is proven by the facts of
its own window, and one fact of the kind of which one is enough proves one row (docs/design.md#evidence).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.programmes import Cycle
from models.roadmap import RoadmapEntry
from services.access.errors import NotFound
from services.programmes.roadmaps import Evidence, Row
from services.roadmap.entries import school_year_of
from services.roadmap.facts import RULES, Counted, scope_of

EARLY = timedelta(days=14)
"""What is done so long before a row's window opens is still done for it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was counted for one row. `reached_on` is the day of the fact that made it enough."""

    rule: Evidence
    have: int
    need: int | None = None
    reached_on: date | None = field(default=None, compare=False)

    @property
    def is_proven(self) -> bool:
        return self.have >= enough(self.need)


def enough(need: int | None) -> int:
    return 1 if need is None else max(need, 1)


IN_THE_WINDOW: frozenset[Evidence] = frozenset(
    {
        "training_held",
        "council_held",
        "round_table_held",
        "minutes_kept",
        "final_event_held",
        "group_final_held",
        "themed_events",
        "best_practices",
        "publications",
        "results_published",
        "quality_assessed",
        "satisfaction_asked",
    }
)
"""What happens again and again: only what happened in a row's own window proves it. The rest is a state of
this school year, whenever it was reached.
"""


def read_evidence(session: Session, cycle: Cycle) -> dict[int, tuple[Found, ...]]:
    """What data say of each entry of the roadmap that they may prove, by its number, in the order of its row.

    A key that is missing has no rule: its row is ticked by hand.
    """
    try:
        scope = scope_of(session, organization_id=cycle.organization_id, cycle_id=cycle.id)
    except NotFound:
        return {}
    rows = {row.id: row for row in scope.pack.pack.rows()}
    entries = [
        entry
        for entry in session.scalars(select(RoadmapEntry).where(RoadmapEntry.cycle_id == cycle.id))
        if entry.row_id in rows and _is_counted(entry, rows[entry.row_id], cycle)
    ]
    places = {row_id: place for place, row_id in enumerate(rows)}
    entries.sort(key=lambda one: (one.planned_to or date.max, places[one.row_id], one.turn))
    named: defaultdict[Evidence, list[RoadmapEntry]] = defaultdict(list)
    for entry in entries:
        for key in _named(rows[entry.row_id]):
            named[key].append(entry)
    found = {
        key: _share(key, RULES[key](session, scope), rows, of_key, scope.first)
        for key, of_key in named.items()
    }
    return {entry.id: tuple(found[key][entry.id] for key in _named(rows[entry.row_id])) for entry in entries}


def _named(row: Row) -> list[Evidence]:
    return [key for key in dict.fromkeys((*row.evidence, *row.shows)) if key in RULES]


def proven_on(row: Row, found: Sequence[Found]) -> date | None:
    """The day on which everything that a row names was there; None while something is missing, and for a row
    that names nothing.
    """
    reached = {one.rule: one.reached_on for one in found}
    days = [reached.get(key) for key in row.evidence]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def _is_counted(entry: RoadmapEntry, row: Row, cycle: Cycle) -> bool:
    """Dates of earlier years prove nothing. Of a row that is due several times a year a state proves the
    first time; what happens again proves each.
    """
    if entry.year != school_year_of(cycle.starts_on):
        return False
    if not IN_THE_WINDOW.isdisjoint(row.evidence):
        return True
    dues = row.dates_in(cycle.starts_on, cycle.ends_on)
    return entry.turn == next((turn for turn, due in enumerate(dues) if due.end >= cycle.starts_on), 0)


def _share(
    key: Evidence, counted: Counted, rows: Mapping[str, Row], entries: Sequence[RoadmapEntry], first: date
) -> dict[int, Found]:
    if key not in IN_THE_WINDOW:
        return {entry.id: _found(key, counted.need, counted.days.values()) for entry in entries}
    opens = {entry.id: _opens(entry, first) for entry in entries}
    if counted.need is not None:
        until = _next_turns(entries, opens)
        return {
            entry.id: _found(
                key,
                counted.need,
                (day for day in counted.days.values() if opens[entry.id] <= day < until[entry.id]),
            )
            for entry in entries
        }
    days = sorted(counted.days.values())
    given: dict[int, list[date]] = {entry.id: [] for entry in entries}
    single = [entry for entry in entries if not rows[entry.row_id].is_continuous]
    for day in days:
        begun = [entry for entry in single if opens[entry.id] <= day]
        within = [one for one in begun if one.planned_to is None or day <= one.planned_to]
        open_ones = [one for one in (*within, *begun) if not given[one.id]]
        for entry in (open_ones or within)[:1]:
            given[entry.id].append(day)
    for entry in entries:
        if rows[entry.row_id].is_continuous:
            given[entry.id] = [day for day in days if day >= opens[entry.id]]
    return {entry.id: _found(key, None, given[entry.id]) for entry in entries}


def _opens(entry: RoadmapEntry, first: date) -> date:
    """From which day on facts are the row's; one that is only due by a day has the school year before it."""
    return entry.planned_from - EARLY if entry.planned_from is not None else first


def _next_turns(entries: Sequence[RoadmapEntry], opens: Mapping[int, date]) -> dict[int, date]:
    """The day from which facts belong to the next time that the same row is due."""
    until = dict.fromkeys(opens, date.max)
    turns = sorted(entries, key=lambda entry: (entry.row_id, entry.turn))
    for entry, after in pairwise(turns):
        if entry.row_id == after.row_id and opens[after.id] > opens[entry.id]:
            until[entry.id] = opens[after.id]
    return until


def _found(key: Evidence, need: int | None, days: Iterable[date]) -> Found:
    known = sorted(days)
    wanted = enough(need)
    return Found(key, len(known), need, known[wanted - 1] if len(known) >= wanted else None)
