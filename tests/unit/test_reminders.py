"""Reminders: what `schedule` and the sweep promise, whatever the order of clock jumps.

See A18; docs/design.md#reminders.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import select

from models.meetings import Meeting, MeetingKind, MeetingStatus
from models.messages import OutboxMessage
from notices.catalogue import compose
from notices.language import load_translators
from notices.letters import Letter, Skip
from services.meetings.moments import span_of
from services.meetings.planning import cancel_meeting, confirm_meeting, move_meeting, propose_meeting
from services.meetings.reminders import ask_after_meetings, find_next_notice, send_due_reminders
from services.programmes.meeting_schedule import (
    find_due,
    list_reminders,
    postpone_reminder,
    quiet_hours_of,
    schedule,
)
from services.programmes.packs import load_pack
from services.programmes.regulations import Settings
from services.programmes.running import change_settings
from tests.conftest import FIRST_MOMENT
from tests.world import PROGRAMMES, Participant, World

SETTINGS = load_pack(PROGRAMMES, "target-model").settings
START = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
Trio = tuple[int, Participant, Participant]

ZONES = ("Europe/Moscow", "Asia/Kamchatka", "Europe/Berlin", "Europe/Kaliningrad")

offsets = st.lists(st.integers(1, 5000), min_size=0, max_size=4).map(tuple)
jumps = st.lists(st.integers(0, 4000), min_size=0, max_size=30)


@dataclass
class Told:
    """What the sweep would have queued, as the outbox's unique keys would keep it."""

    reminders: dict[int, datetime] = field(default_factory=dict)


def plan(zone: str, ahead_minutes: int, length: int, settings: Settings) -> Meeting:
    local = (START + timedelta(minutes=ahead_minutes)).replace(tzinfo=None)
    span = span_of(local, zone, length)
    meeting = Meeting(
        status=MeetingStatus.PLANNED,
        timezone=zone,
        local_start=span.local_start,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        minutes=length,
        proposed_at=START,
        planned_at=START,
    )
    schedule(meeting, settings=settings, now=START)
    return meeting


def sweep(meeting: Meeting, settings: Settings, now: datetime, told: Told) -> None:
    """The body of `send_due_reminders` for one meeting, without a database."""
    if meeting.remind_at is None or meeting.remind_at > now:
        return
    if postpone_reminder(meeting, settings=settings, now=now):
        return
    due = find_due(meeting, settings=settings, now=now)
    if due is not None:
        told.reminders.setdefault(due.offset, now)
    schedule(meeting, settings=settings, now=now)


@given(st.sampled_from(ZONES), st.integers(1, 20_000), st.integers(1, 480), offsets, jumps)
def test_no_reminder_at_night_twice_or_after_the_start(
    zone: str, ahead: int, length: int, chosen: tuple[int, ...], steps: list[int]
) -> None:
    settings = SETTINGS.model_copy(update={"reminder_offsets_minutes": chosen})
    meeting = plan(zone, ahead, length, settings)
    assume(meeting.starts_at > START)
    quiet = quiet_hours_of(zone, settings)
    told, now = Told(), START
    for step in steps:
        now += timedelta(minutes=step)
        before = dict(told.reminders)
        sweep(meeting, settings, now, told)
        new = {offset: at for offset, at in told.reminders.items() if offset not in before}
        assert len(new) <= 1, "one wake-up sends one reminder"
        for offset, at in new.items():
            assert not quiet.is_quiet(at)
            assert at < meeting.starts_at
            assert offset in chosen
            assert at >= min(one.at for one in list_reminders(meeting, settings) if one.offset == offset)
        assert meeting.remind_at is None or now < meeting.remind_at < meeting.starts_at
        assert meeting.remind_at is None or not quiet.is_quiet(meeting.remind_at)


@given(st.sampled_from(ZONES), st.integers(1, 20_000), offsets)
def test_a_punctual_clock_sends_every_offset_that_had_not_passed(
    zone: str, ahead: int, chosen: tuple[int, ...]
) -> None:
    settings = SETTINGS.model_copy(update={"reminder_offsets_minutes": chosen})
    meeting = plan(zone, ahead, 45, settings)
    assume(meeting.starts_at > START)
    wanted = {one.at: one.offset for one in list_reminders(meeting, settings)}
    told = Told()
    while meeting.remind_at is not None:
        sweep(meeting, settings, meeting.remind_at, told)
    assert {told.reminders[offset]: offset for offset in told.reminders} == wanted


@given(
    st.sampled_from(ZONES),
    st.integers(1, 20_000),
    st.sampled_from([one for one in MeetingStatus if one is not MeetingStatus.PLANNED]),
    jumps,
)
def test_what_is_moved_cancelled_or_over_never_reminds_again(
    zone: str, ahead: int, status: MeetingStatus, steps: list[int]
) -> None:
    meeting = plan(zone, ahead, 45, SETTINGS)
    meeting.status = status
    schedule(meeting, settings=SETTINGS, now=START)
    told, now = Told(), START
    for step in steps:
        now += timedelta(minutes=step)
        sweep(meeting, SETTINGS, now, told)
        assert find_due(meeting, settings=SETTINGS, now=now) is None
    assert told.reminders == {}
    assert (meeting.remind_at, meeting.remind_offset, meeting.ask_at) == (None, None, None)


@given(st.sampled_from(ZONES), st.integers(1, 20_000), st.integers(1, 480))
def test_the_question_comes_after_the_end_and_by_day(zone: str, ahead: int, length: int) -> None:
    meeting = plan(zone, ahead, length, SETTINGS)
    assert meeting.ask_at is not None
    assert meeting.ask_at >= meeting.ends_at
    assert not quiet_hours_of(zone, SETTINGS).is_quiet(meeting.ask_at)
    assert meeting.ask_at - meeting.ends_at <= timedelta(hours=12)


# --- the sweep on both databases -----------------------------------------------------------------------


@pytest.fixture
def couple(world: World) -> Trio:
    mentee, mentor = world.mentee(), world.mentor()
    return world.agree(mentee, mentor), mentee, mentor


def agree(world: World, couple: Trio, local_start: datetime = datetime(2026, 11, 26, 15, 0)) -> Any:
    pair_id, mentee, mentor = couple
    meeting_id = world.write(
        propose_meeting,
        actor=world.actor(mentor.person),
        pair_id=pair_id,
        kind=MeetingKind.INTRO,
        local_start=local_start,
    ).meeting_id
    world.write(confirm_meeting, actor=world.actor(mentee.person), meeting_id=meeting_id)
    return meeting_id


def queued(world: World, kind: str) -> list[str]:
    query = select(OutboxMessage.dedup_key).where(OutboxMessage.kind == kind)
    return sorted(world.read(lambda session: list(session.scalars(query))))


def at(world: World, text: str, fn: Callable[..., Any]) -> Any:
    world.now = datetime.fromisoformat(text + "+03:00").astimezone(UTC)
    return world.write(fn)


@pytest.mark.requirement("A18")
def test_both_are_reminded_a_day_and_two_hours_before_once_each(world: World, couple: Trio) -> None:
    meeting_id = agree(world, couple)
    assert at(world, "2026-11-25T14:59", send_due_reminders) == 0
    for _ in range(2):
        at(world, "2026-11-25T15:00", send_due_reminders)
    _, mentee, mentor = couple
    day_before = sorted(f"meeting:{meeting_id}:reminder:1440:person:{one.id}" for one in (mentee, mentor))
    assert queued(world, "meeting.reminder") == day_before
    at(world, "2026-11-26T13:00", send_due_reminders)
    at(world, "2026-11-26T15:00", send_due_reminders)
    assert len(queued(world, "meeting.reminder")) == 4


@pytest.mark.requirement("A18")
def test_a_reminder_that_waited_is_dropped_for_a_nearer_one(world: World, couple: Trio) -> None:
    meeting_id, mentee = agree(world, couple), couple[1]

    def reminder(offset: int, moment: str) -> Letter | Skip:
        facts = {"meeting_id": meeting_id, "person_id": mentee.id, "offset": offset}
        now = datetime.fromisoformat(f"2026-11-{moment}+03:00").astimezone(UTC)
        t = load_translators()["ru"]
        found = world.read(compose, kind="meeting.reminder", facts=facts, t=t, now=now)
        assert isinstance(found, Letter | Skip)
        return found

    assert isinstance(reminder(1440, "26T12:00"), Letter), "late, but nothing nearer has come"
    assert isinstance(reminder(1440, "26T14:00"), Skip), "the one of two hours before is here"
    assert isinstance(reminder(120, "26T14:00"), Letter)


def test_whoever_wakes_up_late_sends_the_nearest_only(world: World, couple: Trio) -> None:
    meeting_id = agree(world, couple)
    at(world, "2026-11-26T14:10", send_due_reminders)
    assert {key.split(":")[3] for key in queued(world, "meeting.reminder")} == {"120"}
    assert at(world, "2026-11-26T14:50", send_due_reminders) == 0
    assert meeting_id


def test_woken_up_at_night_it_waits_for_the_morning(world: World, couple: Trio) -> None:
    agree(world, couple)
    at(world, "2026-11-25T23:30", send_due_reminders)
    assert queued(world, "meeting.reminder") == []
    at(world, "2026-11-26T08:00", send_due_reminders)
    assert {key.split(":")[3] for key in queued(world, "meeting.reminder")} == {"1440"}


def test_a_moved_meeting_reminds_of_its_new_time_only(world: World, couple: Trio) -> None:
    old_id = agree(world, couple)
    _, mentee, mentor = couple
    moved = world.write(
        move_meeting,
        actor=world.actor(mentor.person),
        meeting_id=old_id,
        local_start=datetime(2026, 11, 30, 15, 0),
    )
    at(world, "2026-11-26T14:00", send_due_reminders)
    assert queued(world, "meeting.reminder") == [], "the new time is not confirmed"
    world.write(confirm_meeting, actor=world.actor(mentee.person), meeting_id=moved.meeting_id)
    at(world, "2026-11-29T15:00", send_due_reminders)
    assert all(key.startswith(f"meeting:{moved.meeting_id}:") for key in queued(world, "meeting.reminder"))


def test_a_cancelled_meeting_is_silent(world: World, couple: Trio) -> None:
    meeting_id = agree(world, couple)
    world.write(cancel_meeting, actor=world.actor(couple[1].person), meeting_id=meeting_id)
    for moment in ("2026-11-25T15:00", "2026-11-26T13:00", "2026-11-26T17:00"):
        at(world, moment, send_due_reminders)
        at(world, moment, ask_after_meetings)
    assert queued(world, "meeting.reminder") == queued(world, "meeting.question") == []


def test_changed_offsets_replan_and_repeat_nothing(world: World, couple: Trio) -> None:
    agree(world, couple)
    at(world, "2026-11-25T15:00", send_due_reminders)
    world.write(
        change_settings,
        actor=world.curator,
        cycle_id=world.cycle_id,
        changes={"reminder_offsets_minutes": [1440, 60]},
    )
    at(world, "2026-11-25T15:01", send_due_reminders)
    assert len(queued(world, "meeting.reminder")) == 2
    at(world, "2026-11-26T13:00", send_due_reminders)
    assert len(queued(world, "meeting.reminder")) == 2
    at(world, "2026-11-26T14:00", send_due_reminders)
    assert {key.split(":")[3] for key in queued(world, "meeting.reminder")} == {"1440", "60"}


def test_both_are_asked_once_after_the_end(world: World, couple: Trio) -> None:
    agree(world, couple)
    assert at(world, "2026-11-26T16:44", ask_after_meetings) == 0
    for _ in range(2):
        at(world, "2026-11-26T16:45", ask_after_meetings)
    assert len(queued(world, "meeting.question")) == 2


def test_the_next_notice_is_what_comes_first(world: World, couple: Trio) -> None:
    agree(world, couple)
    moment = world.read(find_next_notice, now=FIRST_MOMENT + timedelta(minutes=1))
    assert moment == datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    late = world.read(find_next_notice, now=datetime(2026, 12, 20, tzinfo=UTC))
    assert late is None
    assert time(8) == SETTINGS.quiet_to
