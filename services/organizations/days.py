"""Which day it is for an organisation: by its own clock, whatever that of the machine says."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from models.people import Organization


def day_of(moment: datetime, zone: ZoneInfo | str) -> date:
    """The day on which a moment falls there. Raises nothing."""
    return moment.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone).date()


def today_of(session: Session, organization_id: int, now: datetime) -> date:
    """Raises sqlalchemy's NoResultFound for an organisation that is not there."""
    return day_of(now, timezone_of(session, organization_id))


def timezone_of(session: Session, organization_id: int) -> str:
    """Raises sqlalchemy's NoResultFound for an organisation that is not there."""
    return session.get_one(Organization, organization_id).timezone


def zone_of(session: Session, organization_id: int) -> ZoneInfo:
    """Raises sqlalchemy's NoResultFound for an organisation that is not there."""
    return ZoneInfo(timezone_of(session, organization_id))
