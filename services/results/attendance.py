"""Meetings held against planned, by month (B14, B21)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetings import Meeting, MeetingStatus
from models.programmes import Cycle
from services.access.actors import Actor, Right
from services.access.errors import NotFound


@dataclass(frozen=True, slots=True)
class MonthMeetings:
    """Meetings of one month by what became of them; moved and cancelled ones are not among them.

    Planned are those that both sides had agreed on; a meeting may also be logged that nobody had planned.
    """

    month: date  # its first day
    held: int
    missed: int
    unlogged: int  # their time has passed and nobody said what happened
    coming: int
    unplanned: int = 0  # of the held and missed ones

    @property
    def planned(self) -> int:
        return self.held + self.missed + self.unlogged + self.coming - self.unplanned


@dataclass(frozen=True, slots=True)
class Attendance:
    months: tuple[MonthMeetings, ...]
    minutes: int  # of held meetings

    @property
    def held(self) -> int:
        return sum(month.held for month in self.months)

    @property
    def planned(self) -> int:
        return sum(month.planned for month in self.months)

    @property
    def unplanned(self) -> int:
        return sum(month.unplanned for month in self.months)


def read_attendance(session: Session, *, actor: Actor, cycle_id: int, now: datetime) -> Attendance:
    """Raises NotFound, NotAllowed."""
    organization_id = session.scalar(select(Cycle.organization_id).where(Cycle.id == cycle_id))
    if organization_id is None:
        raise NotFound
    actor.check_right(Right.SEE_SCORES, organization_id)
    months: defaultdict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    minutes = 0
    for local_start, ends_at, status, held_minutes, planned_minutes, planned_at in session.execute(
        select(
            Meeting.local_start,
            Meeting.ends_at,
            Meeting.status,
            Meeting.held_minutes,
            Meeting.minutes,
            Meeting.planned_at,
        ).where(
            Meeting.cycle_id == cycle_id,
            Meeting.status.in_((MeetingStatus.PLANNED, MeetingStatus.HELD, MeetingStatus.MISSED)),
        )
    ):
        month = date.fromisoformat(local_start[:10]).replace(day=1)
        if status is MeetingStatus.PLANNED:
            months[month]["unlogged" if ends_at <= now else "coming"] += 1
        else:
            months[month][status.value] += 1
            months[month]["unplanned"] += planned_at is None
        if status is MeetingStatus.HELD:
            minutes += held_minutes or planned_minutes
    return Attendance(
        tuple(
            MonthMeetings(
                month,
                counts["held"],
                counts["missed"],
                counts["unlogged"],
                counts["coming"],
                counts["unplanned"],
            )
            for month, counts in sorted(months.items())
        ),
        minutes,
    )
