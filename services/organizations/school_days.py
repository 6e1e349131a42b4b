"""A school's own calendar over the country's: holidays of its own, working Saturdays.

See docs/design.md#panel.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.roadmap import SchoolDays
from models.unit_notes import UnitNotes
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError
from services.access.records import find
from services.organizations.working_days import is_public_holiday, is_working_day

TITLE_LIMIT = 100
LONGEST = timedelta(days=120)  # summer is the longest of holidays
FARTHEST_STEP = 130


class DaysTitleMissing(DomainError):
    text = N_("Please say what these days are, for example: autumn holidays.")


class DaysTitleTooLong(DomainError):
    text = N_("This is too long: at most {limit} characters fit.")


class DaysReversed(DomainError):
    text = N_("The first day is later than the last one: please swap them.")


class DaysTooMany(DomainError):
    text = N_("These are more than {limit} days: please check the dates.")


@dataclass(frozen=True, slots=True)
class DaysFacts:
    id: int
    first_day: date
    last_day: date
    title: str
    is_working: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days of one school. Where its own days overlap, the ones entered last decide."""

    own: tuple[DaysFacts, ...] = ()

    def is_working(self, day: date) -> bool:
        for one in reversed(self.own):
            if one.first_day <= day <= one.last_day:
                return one.is_working
        return is_working_day(day)

    def is_holiday(self, day: date) -> bool:
        """A day off beside the usual ones at the end of a week."""
        for one in reversed(self.own):
            if one.first_day <= day <= one.last_day:
                return not one.is_working
        return is_public_holiday(day)

    def find_before(self, day: date) -> date:
        """The day itself when it is a working one, otherwise the nearest earlier working day."""
        return self._find(day, -1)

    def find_after(self, day: date) -> date:
        """The day itself when it is a working one, otherwise the nearest later working day."""
        return self._find(day, 1)

    def _find(self, day: date, step: int) -> date:
        found = day
        for _ in range(FARTHEST_STEP):
            if self.is_working(found):
                return found
            found += timedelta(days=step)
        return day


CALENDARS: UnitNotes[Calendar] = UnitNotes()


def read_calendar(session: Session, *, organization_id: int) -> Calendar:
    """For callers that have checked who asks. Noted in the session, which lives as long as the unit."""
    noted = CALENDARS.find(session, organization_id)
    if noted is None:
        rows = session.scalars(
            select(SchoolDays).where(SchoolDays.organization_id == organization_id).order_by(SchoolDays.id)
        )
        noted = CALENDARS.note(session, organization_id, Calendar(tuple(_facts(row) for row in rows)))
    return noted


def list_school_days(session: Session, *, actor: Actor, organization_id: int) -> tuple[DaysFacts, ...]:
    """The school's own days, by date. Raises NotAllowed."""
    actor.check_right(Right.SEE_SCORES, organization_id)
    own = read_calendar(session, organization_id=organization_id).own
    return tuple(sorted(own, key=lambda one: (one.first_day, one.last_day)))


def add_school_days(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    first_day: date,
    last_day: date,
    title: str,
    is_working: bool = False,
    now: datetime,
) -> DaysFacts:
    """Raises NotAllowed, DaysTitleMissing, DaysTitleTooLong, DaysReversed, DaysTooMany."""
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    title = " ".join(title.split())
    if not title:
        raise DaysTitleMissing(field="title")
    if len(title) > TITLE_LIMIT:
        raise DaysTitleTooLong(field="title", limit=TITLE_LIMIT)
    if first_day > last_day:
        raise DaysReversed
    if last_day - first_day >= LONGEST:
        raise DaysTooMany(limit=LONGEST.days)
    row = SchoolDays(
        organization_id=organization_id,
        first_day=first_day,
        last_day=last_day,
        title=title,
        is_working=is_working,
    )
    session.add(row)
    session.flush()
    _changed(session, actor, Action.SCHOOL_DAYS_ADDED, row, now)
    return _facts(row)


def remove_school_days(session: Session, *, actor: Actor, days_id: int, now: datetime) -> DaysFacts:
    """Raises NotFound, NotAllowed."""
    row = find(session, SchoolDays, days_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    facts = _facts(row)
    _changed(session, actor, Action.SCHOOL_DAYS_REMOVED, row, now)
    session.delete(row)
    session.flush()
    return facts


def _changed(session: Session, actor: Actor, action: Action, row: SchoolDays, now: datetime) -> None:
    CALENDARS.forget(session, row.organization_id)
    record(
        session,
        actor,
        action,
        row,
        now=now,
        after={"from": row.first_day.isoformat(), "to": row.last_day.isoformat(), "working": row.is_working},
    )


def _facts(row: SchoolDays) -> DaysFacts:
    return DaysFacts(row.id, row.first_day, row.last_day, row.title, row.is_working)
