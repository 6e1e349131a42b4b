"""A meeting's place in time: local time and zone are kept, UTC is derived."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetings import Meeting, MeetingStatus
from models.pairs import PairMember, is_in_pair
from services.access.errors import N_, DomainError

LOCAL_FORMAT = "%Y-%m-%dT%H:%M"


class TimeDoesNotExist(DomainError):
    text = N_("The clocks are changed at that hour: this time does not exist. Please choose another.")


@dataclass(frozen=True, slots=True)
class Span:
    """When a meeting is: the local minute as text, and both ends in UTC."""

    local_start: str
    timezone: str
    starts_at: datetime
    ends_at: datetime


def span_of(local_start: datetime, timezone: str, minutes: int) -> Span:
    """Where a local minute stands in UTC, the earlier one when clocks go back. Raises TimeDoesNotExist."""
    zone = ZoneInfo(timezone)
    plain = local_start.replace(tzinfo=None, second=0, microsecond=0, fold=0)
    starts_at = plain.replace(tzinfo=zone).astimezone(UTC)
    if starts_at.astimezone(zone).replace(tzinfo=None, fold=0) != plain:
        raise TimeDoesNotExist
    ends_at = starts_at + timedelta(minutes=minutes)
    return Span(plain.strftime(LOCAL_FORMAT), timezone, starts_at, ends_at)


def find_overlaps(
    session: Session,
    *,
    person_id: int,
    starts_at: datetime,
    ends_at: datetime,
    except_id: int | None = None,
) -> list[int]:
    """Planned meetings of a person that cross this span: a soft warning, never a refusal."""
    query = (
        select(Meeting.id)
        .join(PairMember, PairMember.pair_id == Meeting.pair_id)
        .where(
            PairMember.person_id == person_id,
            is_in_pair(),
            Meeting.status == MeetingStatus.PLANNED,
            Meeting.starts_at < ends_at,
            Meeting.ends_at > starts_at,
        )
        .order_by(Meeting.starts_at)
    )
    if except_id is not None:
        query = query.where(Meeting.id != except_id)
    return list(session.scalars(query))
