"""The counts behind the five indicators of the home page (docs/design.md#panel)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from models.accounts import Account
from models.meetings import Meeting, MeetingStatus
from models.pairs import MEETING, Pair
from models.people import Participation, ParticipationStatus, Person, Role
from services.access.actors import Actor, Right
from services.pairs.banks import count_free


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts behind the five indicators of the home page."""

    people: int
    mentees: int  # with a finished intake, paired or not
    mentees_paired: int
    mentors_free: int  # as the bank lists them: here, with consent and a place left
    pairs_at_work: int
    meetings_held: int
    meetings_due: int  # ended ones, held or not


def read_figures(
    session: Session, *, actor: Actor, organization_id: int, cycle_id: int | None, now: datetime
) -> Figures:
    actor.check_right(Right.SEE_SCORES, organization_id)
    people = (
        session.scalar(
            select(func.count()).where(
                Person.organization_id == organization_id,
                Person.erased_at.is_(None),
                ~exists().where(Account.person_id == Person.id),  # a curator's own chat is no first step
            )
        )
        or 0
    )
    banks = {
        (role, status): count
        for role, status, count in session.execute(
            select(Participation.role, Participation.status, func.count())
            .where(Participation.cycle_id == cycle_id)
            .group_by(Participation.role, Participation.status)
        )
    }
    by_status = session.execute(
        select(Meeting.status, func.count()).where(Meeting.cycle_id == cycle_id).group_by(Meeting.status)
    )
    meetings: dict[MeetingStatus, int] = {status: count for status, count in by_status}  # noqa: C416  # rows
    due = session.scalar(
        select(func.count()).where(
            Meeting.cycle_id == cycle_id,
            Meeting.ends_at <= now,
            Meeting.status.in_((MeetingStatus.PLANNED, MeetingStatus.HELD, MeetingStatus.MISSED)),
        )
    )
    paired = banks.get((Role.MENTEE, ParticipationStatus.PAIRED), 0)
    return Figures(
        people=people,
        mentees=paired + banks.get((Role.MENTEE, ParticipationStatus.READY), 0),
        mentees_paired=paired,
        mentors_free=0
        if cycle_id is None
        else count_free(session, organization_id=organization_id, cycle_id=cycle_id, role=Role.MENTOR),
        pairs_at_work=session.scalar(
            select(func.count()).where(Pair.cycle_id == cycle_id, Pair.status.in_(MEETING))
        )
        or 0,
        meetings_held=meetings.get(MeetingStatus.HELD, 0),
        meetings_due=due or 0,
    )
