"""Who may cancel a meeting, until when, and who hears of it (A18)."""

import pytest

from models.engine import Database
from models.meetings import MeetingStatus
from services.meetings.planning import MeetingBegun, MeetingChanged, cancel_meeting
from tests.conftest import FIRST_MOMENT
from tests.unit.test_meetings import Pair, move_clock, told
from tests.world import World, found_school


@pytest.fixture
def world(database: Database) -> World:
    return found_school(database, FIRST_MOMENT)


@pytest.fixture
def pair(world: World) -> Pair:
    return Pair(world)


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
