"""What the scheduler does for meetings: reminders before, one question after (A18, B14).

A sweep over the meetings' own columns, found by index; what was sent is known by the outbox's unique keys
(docs/design.md#reminders), so a crash, a long stop or a moved clock loses nothing and repeats nothing.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.meetings import Meeting, MeetingAnswer
from models.messages import NoticeKind, OutboxMessage, OutboxStatus
from models.pairs import Pair, PairMember, PairStatus, is_in_pair
from services.access.records import find
from services.delivery.outbox import Occasion, enqueue_many
from services.programmes.meeting_schedule import (
    find_due,
    list_reminders,
    postpone_reminder,
    schedule_reminder,
    take_question,
)
from services.programmes.regulations import Settings
from services.programmes.running import settings_of

BATCH = 15  # one unit of the writer stays short; the scheduler asks for the next batch at once


def send_due_reminders(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Queue the reminders whose time has come and set each meeting's next. Gives the meetings looked at.

    Who has said that they cannot come to a meeting of their group is not reminded.
    """
    meetings = _find_due(session, Meeting.remind_at, now, limit)
    settings = _settings_by_cycle(session, meetings)
    members = _members_by_pair(session, meetings)
    said = _answers_by_meeting(session, meetings)
    occasions: list[Occasion] = []
    for meeting in meetings:
        rules = settings[meeting.cycle_id]
        if postpone_reminder(meeting, settings=rules, now=now):
            continue
        reminder = find_due(meeting, settings=rules, now=now)
        if reminder is not None:
            occasions += [
                _occasion(meeting, person_id, "reminder", reminder.offset)
                for person_id in members[meeting.pair_id]
                if person_id not in said[meeting.id]
            ]
        schedule_reminder(meeting, settings=rules, now=now)
    enqueue_many(session, occasions, now=now)
    return len(meetings)


def ask_after_meetings(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Ask both sides whether a meeting took place, once. Gives the meetings looked at."""
    meetings = _find_due(session, Meeting.ask_at, now, limit)
    settings = _settings_by_cycle(session, meetings)
    members = _members_by_pair(session, meetings)
    occasions: list[Occasion] = []
    said = _answers_by_meeting(session, meetings)
    for meeting in meetings:
        if not take_question(meeting, settings=settings[meeting.cycle_id], now=now):
            continue
        occasions += [
            _occasion(meeting, person_id, "question")
            for person_id in members[meeting.pair_id]
            if person_id not in said[meeting.id]
        ]
    enqueue_many(session, occasions, now=now)
    return len(meetings)


def list_reminder_times(session: Session, meeting_id: int) -> dict[int, datetime]:
    """When each offset's reminder of a meeting is due, by offset. Raises NotFound."""
    meeting = find(session, Meeting, meeting_id)
    settings = settings_of(session, cycle_id=meeting.cycle_id)
    return {one.offset: one.at for one in list_reminders(meeting, settings)}


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


def _find_due(
    session: Session, column: InstrumentedAttribute[datetime | None], now: datetime, limit: int
) -> Sequence[Meeting]:
    return session.scalars(
        select(Meeting).where(column <= now).order_by(column).limit(limit).with_for_update(skip_locked=True)
    ).all()


def _settings_by_cycle(session: Session, meetings: Sequence[Meeting]) -> dict[int, Settings]:
    return {
        cycle_id: settings_of(session, cycle_id=cycle_id)
        for cycle_id in {meeting.cycle_id for meeting in meetings}
    }


def _members_by_pair(session: Session, meetings: Sequence[Meeting]) -> defaultdict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    query = select(PairMember.pair_id, PairMember.person_id).where(
        PairMember.pair_id.in_({meeting.pair_id for meeting in meetings}), is_in_pair()
    )
    for pair_id, person_id in session.execute(query.order_by(PairMember.id)):
        found[pair_id].append(person_id)
    return found


def _answers_by_meeting(session: Session, meetings: Sequence[Meeting]) -> defaultdict[int, set[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    query = select(MeetingAnswer.meeting_id, MeetingAnswer.person_id).where(
        MeetingAnswer.meeting_id.in_([meeting.id for meeting in meetings])
    )
    for meeting_id, person_id in session.execute(query):
        found[meeting_id].add(person_id)
    return found


def _occasion(meeting: Meeting, person_id: int, what: str, offset: int | None = None) -> Occasion:
    name = what if offset is None else f"{what}:{offset}"
    return Occasion(
        kind=NoticeKind(f"meeting.{what}"),
        dedup_key=f"meeting:{meeting.id}:{name}:person:{person_id}",
        organization_id=meeting.organization_id,
        person_id=person_id,
        facts={"meeting_id": meeting.id} | ({} if offset is None else {"offset": offset}),
    )
