"""When the sides of pairs met and will meet, of many pairs by one statement."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from models.meetings import Meeting, MeetingStatus

MET = frozenset({MeetingStatus.PROPOSED, MeetingStatus.PLANNED, MeetingStatus.HELD})
"""A meeting that is agreed, under way or was held; missed and cancelled ones leave the first one to come."""


@dataclass(frozen=True, slots=True)
class Contact:
    """`held` counts meetings that took place, `held_at` is the last of them. `met_at` also counts a planned
    one whose time has come and that nobody has logged. `coming_at` is the next agreed or proposed one.
    """

    held: int = 0
    held_at: datetime | None = None
    met_at: datetime | None = None
    coming_at: datetime | None = None
    has_begun: bool = False  # a first meeting was at least proposed, and not called off


NO_CONTACT = Contact()


def read_contacts(session: Session, pair_ids: Collection[int], *, now: datetime) -> dict[int, Contact]:
    """By pair; a pair without meetings has no entry."""
    held = Meeting.status == MeetingStatus.HELD
    planned, proposed = Meeting.status == MeetingStatus.PLANNED, Meeting.status == MeetingStatus.PROPOSED
    met = or_(held, and_(planned, Meeting.starts_at <= now))
    coming = or_(planned, proposed) & (Meeting.starts_at > now)
    rows = session.execute(
        select(
            Meeting.pair_id,
            func.count(case((held, Meeting.id))),
            func.max(case((held, Meeting.starts_at))),
            func.max(case((met, Meeting.starts_at))),
            func.min(case((coming, Meeting.starts_at))),
        )
        .where(Meeting.pair_id.in_(pair_ids), Meeting.status.in_(MET))
        .group_by(Meeting.pair_id)
    )
    return {
        pair_id: Contact(held=count, held_at=held_at, met_at=met_at, coming_at=coming_at, has_begun=True)
        for pair_id, count, held_at, met_at, coming_at in rows
    }
