"""What stays after an erasure, why and until when: the pack's retention list."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.programmes import Cycle, Programme
from services.programmes.running import current_cycle, pack_of
from services.programmes.texts import Text


@dataclass(frozen=True, slots=True)
class RetainedFacts:
    """A group of papers; `years` None: as long as the organisation must keep such papers."""

    id: str
    title: Text
    ground: Text
    years: int | None

    def until(self, since: date) -> date | None:
        """The last day when the term begins on `since`."""
        return None if self.years is None else add_years(since, self.years)


def add_years(since: date, years: int) -> date:
    """The last day of a term in years that begins on `since`."""
    try:
        return since.replace(year=since.year + years)
    except ValueError:  # 29 February
        return since.replace(year=since.year + years, day=28)


def list_retained(session: Session, *, organization_id: int) -> tuple[RetainedFacts, ...]:
    """Of the programme that runs now. Raises NoOpenCycle."""
    return _list_of(session, current_cycle(session, organization_id).id)


def find_years(session: Session, *, organization_id: int, kept: str) -> int | None:
    """The term of an entry, by the programme that runs now or ran last; None when no term is set."""
    cycle_id = session.scalar(
        select(Cycle.id)
        .join(Programme, Programme.cycle_id == Cycle.id)
        .where(Cycle.organization_id == organization_id)
        .order_by(Cycle.is_open.desc(), Cycle.starts_on.desc())
        .limit(1)
    )
    listed = _list_of(session, cycle_id) if cycle_id is not None else ()
    return next((one.years for one in listed if one.id == kept), None)


def _list_of(session: Session, cycle_id: int) -> tuple[RetainedFacts, ...]:
    pack = pack_of(session, cycle_id=cycle_id).pack
    return tuple(RetainedFacts(one.id, one.title, one.ground, one.years) for one in pack.retention)
