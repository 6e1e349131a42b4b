"""Headcounts that the curator enters for a day: all young specialists, all teaching staff, all students.

No regulation lets them be taken from the program's own lists, which hold participants only (B25, C39, C40).
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.changes import change_row
from models.headcounts import Headcount
from services.access.actors import Actor, Right, account_of
from services.access.audit import record
from services.access.errors import N_, DomainError
from services.organizations.days import today_of

MOST = 100_000


class NothingCounted(DomainError):
    text = N_("Please give at least one of the three numbers.")


class CountedAhead(DomainError):
    text = N_("People are counted on a day that has come: today or earlier.")


class MoreYoungThanStaff(DomainError):
    text = N_("There cannot be more young specialists than teaching staff: please check both numbers.")


@dataclass(frozen=True, slots=True)
class HeadcountFacts:
    """None where it was not counted."""

    id: int
    counted_on: date
    young_specialists: int | None
    staff: int | None
    students: int | None


def list_headcounts(session: Session, *, actor: Actor, organization_id: int) -> tuple[HeadcountFacts, ...]:
    """All days, the latest first. Raises NotAllowed."""
    actor.check_right(Right.SEE_SCORES, organization_id)
    rows = session.scalars(
        select(Headcount)
        .where(Headcount.organization_id == organization_id)
        .order_by(Headcount.counted_on.desc())
    )
    return tuple(_facts(row) for row in rows)


def enter_headcount(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    counted_on: date,
    young_specialists: int | None,
    staff: int | None,
    students: int | None,
    now: datetime,
) -> bool:
    """Enter the numbers of a day, or correct those that stand there: whether anything changed.

    Raises NothingCounted, CountedAhead, MoreYoungThanStaff, NotAllowed.
    """
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    told = {"young_specialists": young_specialists, "staff": staff, "students": students}
    if all(value is None for value in told.values()):
        raise NothingCounted(field="young_specialists")
    if counted_on > today_of(session, organization_id, now):
        raise CountedAhead(field="counted_on")
    if young_specialists is not None and staff is not None and young_specialists > staff:
        raise MoreYoungThanStaff(field="young_specialists")
    row = session.scalars(
        select(Headcount)
        .where(Headcount.organization_id == organization_id, Headcount.counted_on == counted_on)
        .with_for_update()
    ).one_or_none()
    is_new = row is None
    if row is None:
        row = Headcount(organization_id=organization_id, counted_on=counted_on)
        session.add(row)
    if not change_row(row, told) and not is_new:
        return False
    row.entered_by, row.entered_at = account_of(actor), now
    session.flush()
    record(
        session, actor, Action.HEADCOUNT_ENTERED, row, now=now, after={"on": counted_on.isoformat(), **told}
    )
    return True


def _facts(row: Headcount) -> HeadcountFacts:
    return HeadcountFacts(row.id, row.counted_on, row.young_specialists, row.staff, row.students)
