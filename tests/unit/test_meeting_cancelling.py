"""Who may cancel a meeting, until when, and who hears of it (A18)."""

from datetime import datetime

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.meetings import Meeting, MeetingStatus
from services.access.actors import Channel, system
from services.joining.absences import begin_leave, dismiss_person
from services.joining.withdrawing import withdraw_consent
from services.meetings.planning import MeetingBegun, MeetingChanged, cancel_meeting
from services.pairs.assignments import EndReason, end_pair
from tests.unit.test_meetings import Pair, move_clock, told
from tests.world import World


def test_a_cancelled_meeting_is_told_to_the_other_side_and_by_the_curator_to_both(
    world: World, pair: Pair
) -> None:
    meeting_id = pair.agree()
    pair.do(pair.mentor, cancel_meeting, meeting_id=meeting_id)
    assert told(world, "meeting.cancelled") == [pair.mentee.id]
    with pytest.raises(MeetingChanged):
        pair.do(pair.mentee, cancel_meeting, meeting_id=meeting_id)
    other = pair.propose()
    world.write(cancel_meeting, actor=world.curator, meeting_id=other)
    assert told(world, "meeting.cancelled") == sorted([pair.mentee.id, pair.mentee.id, pair.mentor.id])


def test_a_side_cancels_only_before_the_meeting_begins(world: World, pair: Pair) -> None:
    meeting_id = pair.agree()
    move_clock(world, "2026-11-26T16:50")
    with pytest.raises(MeetingBegun):
        pair.do(pair.mentor, cancel_meeting, meeting_id=meeting_id)
    assert pair.card(meeting_id).status is MeetingStatus.PLANNED
    assert told(world, "meeting.cancelled") == []
    world.write(cancel_meeting, actor=world.curator, meeting_id=meeting_id)
    assert pair.card(meeting_id).status is MeetingStatus.CANCELLED


def cancelled(world: World) -> list[tuple[int | None, str | None, datetime | None]]:
    """Each meeting that the audit says was cancelled, with its state and its next reminder."""
    with world.database.reading() as session:
        entries = select(AuditEntry.subject_id).where(AuditEntry.action == "meeting.cancelled")
        meetings = [session.get_one(Meeting, one) for one in session.scalars(entries.order_by(AuditEntry.id))]
        return [(one.id, one.status, one.remind_at or one.ask_at) for one in meetings]


@pytest.mark.parametrize("way", ["leave", "dismissal", "withdrawal", "end"])
def test_each_way_to_cancel_coming_meetings_writes_each_of_them_down(
    world: World, pair: Pair, way: str
) -> None:
    other = Pair(world, mentor=pair.mentor)
    planned, proposed = pair.agree(), other.propose()
    away = {"actor": system(Channel.COMMAND_LINE), "person_id": pair.mentor.id, "starts_on": world.now.date()}
    if way == "leave":
        world.write(begin_leave, **away, ends_on=None)
    elif way == "dismissal":
        world.write(dismiss_person, **away)
    elif way == "withdrawal":
        world.write(withdraw_consent, actor=world.actor(pair.mentor.person))
    else:
        for one in (pair, other):
            world.write(end_pair, actor=world.curator, pair_id=one.id, reason=EndReason.BY_CURATOR)
    assert cancelled(world) == [(one, MeetingStatus.CANCELLED, None) for one in (planned, proposed)]
