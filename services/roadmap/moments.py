"""When a row is reminded of: a week before its last day, a day before, on the day, then every week."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.roadmap import RoadmapEntry
from services.organizations.days import day_of
from services.organizations.school_days import Calendar

BEFORE = (7, 1, 0)  # days before the planned end
AFTER_EVERY = 7
AT = time(9)  # local time, in school and before the lessons of most


def schedule(entry: RoadmapEntry, *, starts_on: date, zone: ZoneInfo, days: Calendar, now: datetime) -> None:
    """Set `remind_at`. Nothing is reminded of that is done, has no end, or was due before the school year."""
    entry.remind_at = None
    if entry.done_on is not None or entry.planned_to is None or entry.planned_to < starts_on:
        return
    entry.remind_at = find_next(entry.planned_to, zone, now, days=days, quiet_until=entry.quiet_until)


def find_next(
    planned_to: date, zone: ZoneInfo, now: datetime, *, days: Calendar, quiet_until: date | None = None
) -> datetime:
    """The first reminder after `now` that is not put off. On days off nobody is reminded: what warns of the
    end comes on the working day before, what says that it is late on the working day after.
    """
    floor = now if quiet_until is None else max(now, _at(quiet_until, zone) - timedelta(seconds=1))
    for before in BEFORE:
        moment = _at(days.find_before(planned_to - timedelta(days=before)), zone)
        if moment > floor:
            return moment
    weeks = max(1, (day_of(floor, zone) - planned_to).days // AFTER_EVERY)
    while True:
        moment = _at(days.find_after(planned_to + timedelta(days=AFTER_EVERY * weeks)), zone)
        if moment > floor:
            return moment
        weeks += 1


def _at(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, AT, zone)
