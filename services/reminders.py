"""What the scheduler does for meetings: reminders before, one question after (A18, B14).

A sweep over the meetings' own columns, found by index; what was sent is known by the outbox's unique keys
(ux.md 3.5, 29 to 33), so a crash, a long stop or a moved clock loses nothing and repeats nothing.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from models.meetings import Meeting, MeetingStatus, MeetingWord
from models.messages import OutboxMessage, OutboxStatus
from models.pairs import Pair, PairMember, PairStatus
from services.meetings.schedule import find_due, postpone_reminder, quiet_hours_of, schedule
from services.outbox import enqueue
from services.programmes.running import settings_of

BATCH = 200


def send_due_reminders(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Queue the reminders whose time has come and set each meeting's next. Gives the meetings looked at."""
    meetings = session.scalars(
        select(Meeting)
        .where(Meeting.remind_at <= now)
        .order_by(Meeting.remind_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for meeting in meetings:
        settings = settings_of(session, cycle_id=meeting.cycle_id)
        if postpone_reminder(meeting, settings=settings, now=now):
            continue
        reminder = find_due(meeting, settings=settings, now=now)
        if reminder is not None:
            for person_id in _members(session, meeting.pair_id):
                enqueue(
                    session,
                    kind="meeting.reminder",
                    dedup_key=f"meeting:{meeting.id}:reminder:{reminder.offset}:person:{person_id}",
                    now=now,
                    organization_id=meeting.organization_id,
                    person_id=person_id,
                    facts={"meeting_id": meeting.id, "offset": reminder.offset},
                )
        ask_at = meeting.ask_at
        schedule(meeting, settings=settings, now=now)
        meeting.ask_at = ask_at
    return len(meetings)


def ask_after_meetings(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Ask both sides whether a meeting took place, once. Gives the meetings looked at."""
    meetings = session.scalars(
        select(Meeting)
        .where(Meeting.ask_at <= now)
        .order_by(Meeting.ask_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for meeting in meetings:
        settings = settings_of(session, cycle_id=meeting.cycle_id)
        morning = quiet_hours_of(meeting.timezone, settings).later(now)
        if morning > now:
            meeting.ask_at = morning
            continue
        meeting.ask_at = None
        if meeting.status is not MeetingStatus.PLANNED:
            continue
        said = set(session.scalars(select(MeetingWord.person_id).where(MeetingWord.meeting_id == meeting.id)))
        for person_id in _members(session, meeting.pair_id):
            if person_id not in said:
                enqueue(
                    session,
                    kind="meeting.question",
                    dedup_key=f"meeting:{meeting.id}:question:person:{person_id}",
                    now=now,
                    organization_id=meeting.organization_id,
                    person_id=person_id,
                    facts={"meeting_id": meeting.id},
                )
    return len(meetings)


def find_next_notice(session: Session, *, now: datetime) -> datetime | None:
    """When the next planned notice is due: a reminder, a question, an offer's end, a row of the outbox."""
    columns: tuple[tuple[Any, ColumnElement[bool]], ...] = (
        (Meeting.remind_at, true()),
        (Meeting.ask_at, true()),
        (Pair.offer_expires_at, Pair.status == PairStatus.OFFERED),
        (OutboxMessage.next_try_at, OutboxMessage.status == OutboxStatus.WAITING),
    )
    moments = [
        session.scalar(select(func.min(column)).where(column > now, is_open)) for column, is_open in columns
    ]
    return min((moment for moment in moments if moment is not None), default=None)


def _members(session: Session, pair_id: int) -> list[int]:
    return list(
        session.scalars(
            select(PairMember.person_id).where(PairMember.pair_id == pair_id).order_by(PairMember.id)
        )
    )
