"""Meetings of a pair: agreed by both, moved, cancelled, held, logged (A18, B14; DC18)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.meetings import MeetingKind, MeetingStatus, Source
from models.messages import OutboxMessage
from models.tasks import Task, TaskKind
from services.access.actors import Actor, ActorKind, Channel
from services.access.errors import NotAllowed
from services.meetings.cards import list_meetings_of, list_meetings_of_pair, read_meeting
from services.meetings.outcomes import (
    DayNotPast,
    LoggedAlready,
    MinutesOutOfRange,
    Next,
    NotBegun,
    PairNeverMet,
    log_meeting,
    log_past_meeting,
    report_held,
)
from services.meetings.planning import (
    KindNotDue,
    MeetingChanged,
    PairCannotMeet,
    SameTime,
    TimePassed,
    TooFarAhead,
    WaitsForTheOther,
    cancel_meeting,
    confirm_meeting,
    move_meeting,
    propose_meeting,
)
from services.pairs.assignments import EndReason, end_pair
from services.pairs.proposals import confirm_pair, draft_pair
from tests.world import Participant, World

THURSDAY = datetime(2026, 11, 26, 15, 0)  # Moscow time


class Pair:
    """A pair whose sides both accepted, and what they do."""

    def __init__(
        self, world: World, mentee: Participant | None = None, mentor: Participant | None = None
    ) -> None:
        self.world = world
        self.mentee = mentee or world.mentee()
        self.mentor = mentor or world.mentor()
        self.id = world.agree(self.mentee, self.mentor)

    def do(self, who: Participant, fn: Callable[..., Any], **facts: Any) -> Any:
        return self.world.write(fn, actor=self.world.actor(who.person), **facts)

    def propose(
        self,
        who: Participant | None = None,
        kind: MeetingKind = MeetingKind.INTRO,
        local_start: datetime = THURSDAY,
    ) -> Any:
        who = who or self.mentor
        return self.do(who, propose_meeting, pair_id=self.id, kind=kind, local_start=local_start).meeting_id

    def agree(self, kind: MeetingKind = MeetingKind.INTRO, local_start: datetime = THURSDAY) -> Any:
        meeting_id = self.propose(kind=kind, local_start=local_start)
        self.do(self.mentee, confirm_meeting, meeting_id=meeting_id)
        return meeting_id

    def card(self, meeting_id: int) -> Any:
        return self.world.read(read_meeting, actor=self.world.curator, meeting_id=meeting_id)

    def say(self, who: Participant, meeting_id: int, *, took_place: bool) -> Any:
        return self.do(who, report_held, meeting_id=meeting_id, took_place=took_place)

    def log(self, meeting_id: int, minutes: int = 45, topic: str = "Начало урока") -> Any:
        return self.do(self.mentor, log_meeting, meeting_id=meeting_id, minutes=minutes, topic=topic)


def move_clock(world: World, text: str) -> None:
    world.now = datetime.fromisoformat(text + "+03:00").astimezone(UTC)


def told(world: World, kind: str) -> list[int]:
    query = select(OutboxMessage.person_id).where(OutboxMessage.kind == kind)
    return sorted(world.read(lambda session: list(session.scalars(query))))


def open_tasks(world: World) -> list[tuple[TaskKind, int]]:
    query = select(Task.kind, Task.meeting_id).where(Task.done_at.is_(None))
    return [tuple(row) for row in world.read(lambda session: session.execute(query).all())]


@pytest.mark.requirement("A18")
def test_one_proposes_the_other_confirms_and_local_time_is_kept(world: World, pair: Pair) -> None:
    meeting_id = pair.propose()
    assert told(world, "meeting.proposed") == [pair.mentee.id]
    with pytest.raises(WaitsForTheOther):
        pair.do(pair.mentor, confirm_meeting, meeting_id=meeting_id)
    for _ in range(2):
        pair.do(pair.mentee, confirm_meeting, meeting_id=meeting_id)
    card = pair.card(meeting_id)
    assert card.status is MeetingStatus.PLANNED
    assert card.local_start == THURSDAY
    assert card.starts_at == datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
    assert card.ends_at - card.starts_at == timedelta(minutes=45)
    assert told(world, "meeting.planned") == [pair.mentor.id]


def test_the_introduction_comes_first_and_the_rest_when_the_pair_is_at_work(world: World, pair: Pair) -> None:
    with pytest.raises(KindNotDue):
        pair.propose(kind=MeetingKind.TRIAL)
    pair.agree()
    with pytest.raises(KindNotDue):
        pair.propose(kind=MeetingKind.INTRO, local_start=THURSDAY + timedelta(days=1))
    with pytest.raises(KindNotDue):
        pair.propose(kind=MeetingKind.REGULAR, local_start=THURSDAY + timedelta(days=1))
    pair.propose(kind=MeetingKind.TRIAL, local_start=THURSDAY + timedelta(days=1))
    world.order(pair.id)
    pair.propose(kind=MeetingKind.PLANNING, local_start=THURSDAY + timedelta(days=5))


def test_impossible_times_are_refused(world: World, pair: Pair) -> None:
    with pytest.raises(TimePassed):
        pair.propose(local_start=datetime(2026, 11, 23, 11, 59))
    with pytest.raises(TooFarAhead):
        pair.propose(local_start=datetime(2027, 5, 24, 15, 0))
    pair.propose()
    with pytest.raises(SameTime):
        pair.propose(kind=MeetingKind.TRIAL)
    with pytest.raises(KindNotDue):
        pair.propose(local_start=THURSDAY + timedelta(days=1))


def test_only_members_of_a_pair_that_may_meet_plan_meetings(world: World, pair: Pair) -> None:
    stranger = world.mentee("Вера", "Олеговна")
    with pytest.raises(NotAllowed):
        pair.propose(who=stranger)
    meeting_id = pair.agree()
    for fn in (confirm_meeting, cancel_meeting):
        with pytest.raises(NotAllowed):
            pair.do(stranger, fn, meeting_id=meeting_id)
    with pytest.raises(NotAllowed):
        world.read(read_meeting, actor=world.actor(stranger.person), meeting_id=meeting_id)
    world.write(end_pair, actor=world.curator, pair_id=pair.id, reason=EndReason.BY_CURATOR)
    assert pair.card(meeting_id).status is MeetingStatus.CANCELLED
    with pytest.raises(PairCannotMeet):
        pair.propose()


def test_another_time_is_a_new_row_and_the_other_side_answers(world: World, pair: Pair) -> None:
    first = pair.propose()
    second = pair.do(
        pair.mentee, move_meeting, meeting_id=first, local_start=THURSDAY + timedelta(days=1)
    ).meeting_id
    old, new = pair.card(first), pair.card(second)
    assert (old.status, old.moved_to_id) == (MeetingStatus.MOVED, second)
    assert (new.status, new.kind, new.proposed_by) == (MeetingStatus.PROPOSED, old.kind, pair.mentee.id)
    assert told(world, "meeting.proposed") == sorted([pair.mentee.id, pair.mentor.id])
    for fn in (confirm_meeting, cancel_meeting):
        with pytest.raises(MeetingChanged):
            pair.do(pair.mentee, fn, meeting_id=first)
    with pytest.raises(MeetingChanged):
        pair.do(pair.mentor, move_meeting, meeting_id=first, local_start=THURSDAY + timedelta(days=2))
    pair.do(pair.mentor, confirm_meeting, meeting_id=second)
    shown = world.read(list_meetings_of, actor=world.actor(pair.mentee.person), person_id=pair.mentee.id)
    assert [card.id for card in shown] == [second]
    history = world.read(list_meetings_of_pair, actor=world.curator, pair_id=pair.id)
    assert [card.id for card in history] == [first, second]


def test_another_meeting_at_that_time_is_a_warning_not_a_refusal(world: World) -> None:
    mentor = world.mentor()
    first = Pair(world, mentor=mentor)
    second = Pair(world, mentee=world.mentee("Вера", "Олеговна"), mentor=mentor)
    planned = first.agree()
    proposed = second.do(
        mentor,
        propose_meeting,
        pair_id=second.id,
        kind=MeetingKind.INTRO,
        local_start=THURSDAY + timedelta(minutes=30),
    )
    assert proposed.overlaps == (planned,)
    later = second.do(
        mentor,
        propose_meeting,
        pair_id=second.id,
        kind=MeetingKind.TRIAL,
        local_start=THURSDAY + timedelta(minutes=45),
    )
    assert later.overlaps == ()


def test_two_yeses_and_a_log(world: World, pair: Pair) -> None:
    meeting_id = pair.agree()
    with pytest.raises(NotBegun):
        pair.say(pair.mentee, meeting_id, took_place=True)
    move_clock(world, "2026-11-26T16:50")
    said = pair.say(pair.mentee, meeting_id, took_place=True)
    assert (said.next, said.status) == (Next.FEEDBACK, MeetingStatus.PLANNED)
    said = pair.say(pair.mentor, meeting_id, took_place=True)
    assert (said.next, said.status) == (Next.LOG, MeetingStatus.HELD)
    pair.log(meeting_id, minutes=50)
    card = pair.card(meeting_id)
    assert (card.status, card.held_minutes, card.topic, card.source) == (
        MeetingStatus.HELD,
        50,
        "Начало урока",
        Source.BOT,
    )
    with pytest.raises(LoggedAlready):
        pair.log(meeting_id)
    with pytest.raises(MeetingChanged):
        pair.do(pair.mentee, cancel_meeting, meeting_id=meeting_id)
    assert open_tasks(world) == []


def test_the_log_alone_holds_the_meeting_and_invites_the_mentee(world: World, pair: Pair) -> None:
    meeting_id = pair.agree()
    move_clock(world, "2026-11-26T15:40")
    logged = pair.log(meeting_id)
    assert pair.card(meeting_id).status is MeetingStatus.HELD
    assert logged.run_id is not None
    assert told(world, "feedback.invite") == [pair.mentee.id]


def test_two_noes_miss_the_meeting(world: World, pair: Pair) -> None:
    meeting_id = pair.agree()
    move_clock(world, "2026-11-26T16:50")
    for one in (pair.mentee, pair.mentor):
        assert pair.say(one, meeting_id, took_place=False).next is Next.NOTHING
    assert pair.card(meeting_id).status is MeetingStatus.MISSED
    assert open_tasks(world) == []


@pytest.mark.parametrize("is_mentee_first", [True, False])
def test_disagreement_is_a_task_until_they_agree(world: World, pair: Pair, is_mentee_first: bool) -> None:
    meeting_id = pair.agree()
    move_clock(world, "2026-11-26T16:50")
    words = [(pair.mentee, False), (pair.mentor, True)]
    for who, took_place in words if is_mentee_first else reversed(words):
        pair.say(who, meeting_id, took_place=took_place)
    assert open_tasks(world) == [(TaskKind.MEETING_MISMATCH, meeting_id)]
    assert pair.card(meeting_id).status is MeetingStatus.PLANNED
    pair.say(pair.mentee, meeting_id, took_place=True)
    assert open_tasks(world) == []
    assert pair.card(meeting_id).status is MeetingStatus.HELD


def test_a_log_against_the_mentees_no_is_a_task(world: World, pair: Pair) -> None:
    meeting_id = pair.agree()
    move_clock(world, "2026-11-26T16:50")
    pair.say(pair.mentee, meeting_id, took_place=False)
    pair.log(meeting_id)
    assert open_tasks(world) == [(TaskKind.MEETING_MISMATCH, meeting_id)]
    assert told(world, "feedback.invite") == []


def test_a_meeting_nobody_planned_is_logged_by_the_mentor(world: World, pair: Pair) -> None:
    logged = pair.do(
        pair.mentor,
        log_past_meeting,
        pair_id=pair.id,
        day=date(2026, 11, 22),
        minutes=30,
        topic=None,
    )
    card = pair.card(logged.meeting_id)
    assert (card.status, card.kind, card.held_minutes) == (MeetingStatus.HELD, MeetingKind.INTRO, 30)
    assert not card.has_clock_time
    assert told(world, "feedback.invite") == [pair.mentee.id]
    with pytest.raises(DayNotPast):
        pair.do(
            pair.mentor, log_past_meeting, pair_id=pair.id, day=date(2026, 11, 24), minutes=30, topic=None
        )
    with pytest.raises(MinutesOutOfRange):
        pair.do(pair.mentor, log_past_meeting, pair_id=pair.id, day=date(2026, 11, 23), minutes=0, topic=None)
    with pytest.raises(NotAllowed):
        pair.do(
            pair.mentee, log_past_meeting, pair_id=pair.id, day=date(2026, 11, 23), minutes=30, topic=None
        )


def test_a_meeting_planned_for_that_day_is_logged_instead_of_a_new_one(world: World, pair: Pair) -> None:
    meeting_id = pair.agree()
    move_clock(world, "2026-11-27T10:00")
    logged = pair.do(
        pair.mentor, log_past_meeting, pair_id=pair.id, day=date(2026, 11, 26), minutes=40, topic="Тема"
    )
    assert logged.meeting_id == meeting_id


@pytest.mark.requirement("B14")
def test_the_curator_logs_for_a_pair_and_it_is_marked(world: World, pair: Pair) -> None:
    logged = world.write(
        log_past_meeting,
        actor=world.curator,
        pair_id=pair.id,
        day=date(2026, 11, 20),
        clock=time(15, 30),
        minutes=40,
        topic="Посещение урока",
    )
    card = pair.card(logged.meeting_id)
    assert (card.source, card.has_clock_time, logged.run_id) == (Source.PANEL, True, None)
    assert told(world, "feedback.invite") == sorted([pair.mentee.id, pair.mentor.id])
    without_rights = Actor(ActorKind.ACCOUNT, 9, world.organization_id, Channel.PANEL)
    with pytest.raises(NotAllowed):
        world.write(
            log_past_meeting,
            actor=without_rights,
            pair_id=pair.id,
            day=date(2026, 11, 20),
            minutes=40,
            topic=None,
        )


def test_an_offered_pair_has_nothing_to_log(world: World) -> None:
    mentee, mentor = world.mentee(), world.mentor()
    pair_id = world.write(
        draft_pair,
        actor=world.curator,
        mentee_participation_id=mentee.participation_id,
        mentor_participation_id=mentor.participation_id,
    ).pair_id
    world.write(confirm_pair, actor=world.curator, pair_id=pair_id)
    with pytest.raises(PairNeverMet):
        world.write(
            log_past_meeting,
            actor=world.actor(mentor.person),
            pair_id=pair_id,
            day=date(2026, 11, 23),
            minutes=40,
            topic=None,
        )


def test_a_proposal_that_was_never_confirmed_may_still_have_been_a_meeting(world: World, pair: Pair) -> None:
    meeting_id = pair.propose()
    move_clock(world, "2026-11-26T16:50")
    assert pair.card(meeting_id).has_lapsed(world.now)
    pair.propose(local_start=THURSDAY + timedelta(days=1))
    with pytest.raises(TimePassed):
        pair.do(pair.mentee, confirm_meeting, meeting_id=meeting_id)
    pair.log(meeting_id)
    assert pair.card(meeting_id).status is MeetingStatus.HELD
