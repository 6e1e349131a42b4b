"""Entries follow a pack that was upgraded: new rows appear, dates that nobody has touched move."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.programmes import Cycle
from models.roadmap import RoadmapEntry, RoadmapProof
from services.organizations.days import day_of, zone_of
from services.programmes.running import pack_of
from services.roadmap.entries import find_occurrences, lay_out, reschedule, school_year_of


def follow_pack(session: Session, *, cycle_id: int, now: datetime) -> None:
    """Give open entries the dates of the programme's present pack, unless somebody planned them; take away
    those that it no longer knows and nobody worked on; lay out what is new.
    """
    cycle = session.get_one(Cycle, cycle_id)
    zone = zone_of(session, cycle.organization_id)
    this_year = school_year_of(day_of(now, zone))
    dues = {
        (row.id, year, turn): due
        for row in pack_of(session, cycle_id=cycle_id).pack.rows()
        for year, turn, due in find_occurrences(row, cycle, this_year)
    }
    proven = select(RoadmapProof.id).where(RoadmapProof.entry_id == RoadmapEntry.id).exists()
    untouched = session.scalars(
        select(RoadmapEntry).where(
            RoadmapEntry.cycle_id == cycle_id,
            RoadmapEntry.done_on.is_(None),
            ~RoadmapEntry.is_replanned,
            ~proven,
        )
    ).all()
    for entry in untouched:
        key = (entry.row_id, entry.year, entry.turn)
        if key not in dues:
            session.delete(entry)
            continue
        due = dues[key]
        planned = (due.start, due.end) if due else (None, None)
        if planned != (entry.planned_from, entry.planned_to):
            entry.planned_from, entry.planned_to = planned
            reschedule(session, entry, now=now)
    session.flush()
    lay_out(session, cycle_id=cycle_id, now=now)


def find_marked_rows(session: Session, *, cycle_id: int) -> set[str]:
    """Ids of the rows that somebody or the data have settled, or put evidence to."""
    proven = select(RoadmapProof.id).where(RoadmapProof.entry_id == RoadmapEntry.id).exists()
    return set(
        session.scalars(
            select(RoadmapEntry.row_id)
            .where(RoadmapEntry.cycle_id == cycle_id, RoadmapEntry.done_on.is_not(None) | proven)
            .distinct()
        )
    )
