"""Who is on a long leave now: reminders, surveys and digests wait for them or are left out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.pairs import PairMember
from models.person_notes import Absence, AbsenceKind


@dataclass(frozen=True, slots=True)
class Leave:
    """`ended_at` is None while the person is away, whatever end was expected."""

    starts_on: date
    ended_at: datetime | None


def is_away(person_id: Any, now: datetime | None = None) -> ColumnElement[bool]:
    """As a condition of a query; without `now` also a leave that is noted and has not begun."""
    query = select(Absence.id).where(
        Absence.person_id == person_id,
        Absence.kind == AbsenceKind.LEAVE,
        Absence.ended_at.is_(None),
    )
    if now is not None:
        query = query.where(Absence.starts_on <= now.date())
    return query.exists()


def read_leaves(session: Session, people: Collection[int]) -> dict[int, list[Leave]]:
    """Long leaves of these people by person, also past ones and those that are noted and have not begun."""
    found: dict[int, list[Leave]] = {}
    rows = session.execute(
        select(Absence.person_id, Absence.starts_on, Absence.ended_at).where(
            Absence.person_id.in_(people), Absence.kind == AbsenceKind.LEAVE
        )
    )
    for person_id, starts_on, ended_at in rows:
        found.setdefault(person_id, []).append(Leave(starts_on, ended_at))
    return found


def is_somebody_away(session: Session, *, pair_id: int) -> bool:
    """Whether a side of this pair is on leave."""
    found = session.scalar(
        select(PairMember.id).where(PairMember.pair_id == pair_id, is_away(PairMember.person_id)).limit(1)
    )
    return found is not None
