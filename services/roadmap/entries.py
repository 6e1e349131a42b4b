"""Rows of the roadmap in a school year: laid out from the pack, planned, put off, given to somebody.

What the regulation says stays in the pack; an entry keeps what the school plans and when it really happened.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.audit import Action
from models.people import Person
from models.programmes import Cycle, Programme
from models.roadmap import RoadmapEntry
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.organizations.days import day_of, today_of, zone_of
from services.organizations.school_days import read_calendar
from services.programmes.roadmaps import Due, Row
from services.programmes.running import SCHOOL_YEAR_STARTS, pack_of
from services.roadmap.moments import schedule

FARTHEST = timedelta(days=3650)  # a date ten years off is a slip of the finger
PUT_OFF_DAYS = 7


class DatesReversed(DomainError):
    text = N_("The first day is later than the last one: please swap them.")


class EndMissing(DomainError):
    text = N_("Please name the last day too: the row is due by it.")


class DateTooFar(DomainError):
    text = N_("This date is more than ten years away: please check the year.")


class RowDone(DomainError):
    text = N_("This row is marked as done. Open it again first.")


@dataclass(frozen=True, slots=True)
class EntryPlanned:
    entry_id: int
    planned_from: date | None
    planned_to: date | None


@dataclass(frozen=True, slots=True)
class DatesShifted:
    """How many rows moved into this school year."""

    rows: int


def school_year_of(day: date) -> int:
    """The first of the two years of the school year.

    See docs/domain.md#meeting-messages: it runs from 1 September.
    """
    return day.year if day.month >= SCHOOL_YEAR_STARTS else day.year - 1


def lay_out(session: Session, *, cycle_id: int, now: datetime) -> int:
    """Make the entries that the cycle lacks and give how many: all of its first school year and, while the
    cycle stays open, of each one that has begun since, so that yearly rows return by themselves.
    """
    cycle = session.get(Cycle, cycle_id)
    if cycle is None or session.scalar(select(Programme.id).where(Programme.cycle_id == cycle_id)) is None:
        return 0
    zone = zone_of(session, cycle.organization_id)
    days = read_calendar(session, organization_id=cycle.organization_id)
    keys = select(RoadmapEntry.row_id, RoadmapEntry.year, RoadmapEntry.turn)
    rows = session.execute(keys.where(RoadmapEntry.cycle_id == cycle_id))
    known = {(row_id, year, turn) for row_id, year, turn in rows}
    made = 0
    for row in pack_of(session, cycle_id=cycle_id).pack.rows():
        for year, turn, due in find_occurrences(row, cycle, school_year_of(day_of(now, zone))):
            if (row.id, year, turn) in known:
                continue
            entry = RoadmapEntry(
                organization_id=cycle.organization_id,
                cycle_id=cycle_id,
                row_id=row.id,
                year=year,
                turn=turn,
                planned_from=due.start if due else None,
                planned_to=due.end if due else None,
            )
            schedule(entry, starts_on=cycle.starts_on, zone=zone, days=days, now=now)
            session.add(entry)
            made += 1
    if made:
        session.flush()
    return made


def find_occurrences(row: Row, cycle: Cycle, this_year: int) -> Iterator[tuple[int, int, Due | None]]:
    """School year, turn in it and dates of every time that the row is due; None for dates means any time."""
    first = school_year_of(cycle.starts_on)
    for turn, due in enumerate(row.dates_in(cycle.starts_on, cycle.ends_on) or (None,)):
        yield first, turn, due
    returns = [window for window in row.windows if window.kind == "yearly"]
    for year in range(first + 1, this_year + 1):
        begins, ends = date(year, SCHOOL_YEAR_STARTS, 1), date(year + 1, 8, 31)
        dues = sorted({due for window in returns for due in window.dates_in(begins, ends)}, key=_by_end)
        for turn, due in enumerate(dues):
            yield year, turn, due


def _by_end(due: Due) -> tuple[date, date]:
    return due.end, due.start or due.end


def plan_entry(
    session: Session,
    *,
    actor: Actor,
    entry_id: int,
    planned_from: date | None,
    planned_to: date | None,
    responsible_id: int | None,
    now: datetime,
) -> EntryPlanned:
    """Give a row its dates and the person who answers for it (None: whoever plays the part that it names).

    Raises NotFound, NotAllowed, EndMissing, DatesReversed, DateTooFar.
    """
    entry = find(session, RoadmapEntry, entry_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, entry.organization_id)
    _check_dates(planned_from, planned_to, now.date())
    if responsible_id is not None:
        _check_colleague(session, responsible_id, entry.organization_id)
    before = _facts(entry)
    is_moved = (entry.planned_from, entry.planned_to) != (planned_from, planned_to)
    if not is_moved and entry.responsible_id == responsible_id:
        return EntryPlanned(entry.id, planned_from, planned_to)
    entry.is_replanned = entry.is_replanned or is_moved
    entry.planned_from, entry.planned_to = planned_from, planned_to
    entry.responsible_id = responsible_id
    if is_moved:
        entry.quiet_until = None
    reschedule(session, entry, now=now)
    record(session, actor, Action.ROADMAP_PLANNED, entry, now=now, before=before, after=_facts(entry))
    return EntryPlanned(entry.id, entry.planned_from, entry.planned_to)


def shift_old_dates(session: Session, *, actor: Actor, cycle_id: int, now: datetime) -> DatesShifted:
    """Move rows planned for years before this cycle into it: day and month stay (a pack may name 2022), and
    what returned every year until 2024 returns this year. Rows that are done or were planned by hand stay.

    Raises NotFound, NotAllowed.
    """
    cycle = find(session, Cycle, cycle_id)
    actor.check_right(Right.MANAGE_PAIRS, cycle.organization_id)
    entries = find_old(session, cycle)
    for entry in entries:
        if entry.planned_to is None:
            _return_again(session, entry, cycle, now)
            continue
        years = school_year_of(cycle.starts_on) - school_year_of(entry.planned_to)
        entry.planned_from = _add_years(entry.planned_from, years) if entry.planned_from else None
        entry.planned_to = _add_years(entry.planned_to, years)
        entry.is_replanned = True
        reschedule(session, entry, now=now)
    if entries:
        record(session, actor, Action.ROADMAP_SHIFTED, cycle, now=now, after={"rows": len(entries)})
    return DatesShifted(len(entries))


def find_old(session: Session, cycle: Cycle) -> list[RoadmapEntry]:
    """Open entries, not planned by a person, whose end lies before the school year began, or whose row
    returned every year only until then.
    """
    entries = session.scalars(
        select(RoadmapEntry).where(
            RoadmapEntry.cycle_id == cycle.id,
            or_(RoadmapEntry.planned_to < cycle.starts_on, RoadmapEntry.planned_to.is_(None)),
            RoadmapEntry.done_on.is_(None),
            RoadmapEntry.is_replanned.is_(False),
        )
    )
    rows = {row.id: row for row in pack_of(session, cycle_id=cycle.id).pack.rows()}
    return [
        one
        for one in entries
        if one.planned_to is not None
        or (one.row_id in rows and _dues_without_bounds(rows[one.row_id], cycle))
    ]


def _dues_without_bounds(row: Row, cycle: Cycle) -> list[Due]:
    """When a yearly row would be due in this school year if it went on returning."""
    unbound = [
        window.model_copy(update={"first_year": None, "last_year": None})
        for window in row.windows
        if window.kind == "yearly"
    ]
    dues = {due for window in unbound for due in window.dates_in(cycle.starts_on, cycle.ends_on)}
    return sorted(dues, key=_by_end)


def _return_again(session: Session, entry: RoadmapEntry, cycle: Cycle, now: datetime) -> None:
    """Give a row that stopped returning its dates of this school year, an entry for each time."""
    row = pack_of(session, cycle_id=cycle.id).row(entry.row_id)
    for turn, due in enumerate(_dues_without_bounds(row, cycle)):
        one = entry
        if turn:
            one = RoadmapEntry(
                organization_id=entry.organization_id,
                cycle_id=cycle.id,
                row_id=entry.row_id,
                year=entry.year,
                turn=turn,
            )
            session.add(one)
        one.planned_from, one.planned_to, one.is_replanned = due.start, due.end, True
        session.flush()
        reschedule(session, one, now=now)


def put_off(session: Session, *, actor: Actor, entry_id: int, now: datetime) -> date:
    """No reminder of a row for a week; its plan stays, so that the page still says how late it is.

    Raises NotFound, NotAllowed, RowDone.
    """
    entry = find(session, RoadmapEntry, entry_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, entry.organization_id)
    return quieten(session, entry, actor=actor, now=now)


def quieten(session: Session, entry: RoadmapEntry, *, actor: Actor, now: datetime) -> date:
    """The act itself, for callers that have checked who acts. Raises RowDone."""
    if entry.done_on is not None:
        raise RowDone
    today = today_of(session, entry.organization_id, now)
    entry.quiet_until = today + timedelta(days=PUT_OFF_DAYS)
    reschedule(session, entry, now=now)
    record(session, actor, Action.ROADMAP_PUT_OFF, entry, now=now, after=_facts(entry))
    return entry.quiet_until


def reschedule(session: Session, entry: RoadmapEntry, *, now: datetime) -> None:
    """Set when the row is reminded of next."""
    starts_on = session.scalars(select(Cycle.starts_on).where(Cycle.id == entry.cycle_id)).one()
    schedule(
        entry,
        starts_on=starts_on,
        zone=zone_of(session, entry.organization_id),
        days=read_calendar(session, organization_id=entry.organization_id),
        now=now,
    )


def _check_dates(first: date | None, last: date | None, today: date) -> None:
    if first is not None and last is None:
        raise EndMissing
    if first is not None and last is not None and first > last:
        raise DatesReversed
    if any(day is not None and abs(day - today) > FARTHEST for day in (first, last)):
        raise DateTooFar


def _check_colleague(session: Session, person_id: int, organization_id: int) -> None:
    person = find(session, Person, person_id)
    if person.organization_id != organization_id:
        raise NotFound


def _add_years(day: date, years: int) -> date:
    """29 February becomes the 28th where the year has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _facts(entry: RoadmapEntry) -> dict[str, object]:
    return {
        "row": entry.row_id,
        "from": entry.planned_from.isoformat() if entry.planned_from else None,
        "to": entry.planned_to.isoformat() if entry.planned_to else None,
        "responsible": entry.responsible_id,
    }
