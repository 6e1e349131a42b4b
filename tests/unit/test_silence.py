"""Silence in a pair: who is reminded on which day, when the curator is told, what does not count."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from models.accounts import AccountRole
from models.messages import NoticeKind, OutboxMessage
from models.pairs import Pair
from models.tasks import Task, TaskKind
from services.access.actors import Channel, system
from services.accounts.directory import create_account
from services.joining.absences import begin_leave, end_absence
from services.meetings.kinds import list_kinds
from services.meetings.outcomes import log_past_meeting
from services.meetings.planning import propose_meeting
from services.organizations.school_days import add_school_days
from services.pairs.assignments import EndReason, end_pair
from services.pairs.offers import accept_offer
from services.pairs.proposals import confirm_pair, draft_pair
from services.pairs.silence import remind_of_silence
from services.programmes.running import change_settings
from tests.world import Participant, World

MOSCOW = ZoneInfo("Europe/Moscow")
OFFER, FIRST, SILENT = (
    NoticeKind.PAIR_OFFER_REMINDER,
    NoticeKind.PAIR_FIRST_MEETING,
    NoticeKind.PAIR_SILENT,
)


class Couple:
    """Anna and her mentor Pyotr; `live(days)` lets the clock run, and the tick twice a day."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.anna, self.pyotr = world.mentee(), world.mentor()
        self.begun = world.now
        self.pair_id = 0

    def agree(self) -> "Couple":
        self.pair_id = self.world.agree(self.anna, self.pyotr)
        return self

    def offer(self) -> "Couple":
        self.pair_id = self.world.write(
            draft_pair,
            actor=self.world.curator,
            mentee_participation_id=self.anna.participation_id,
            mentor_participation_id=self.pyotr.participation_id,
        ).pair_id
        self.curate(confirm_pair, pair_id=self.pair_id)
        return self

    def curate(self, fn: Any, **facts: Any) -> Any:
        return self.world.write(fn, actor=self.world.curator, **facts)

    def set_days(self, **days: list[int]) -> None:
        self.curate(change_settings, cycle_id=self.world.cycle_id, changes=days)

    def live(self, days: int) -> None:
        end = self.world.now + timedelta(days=days)
        while self.world.now < end:
            self.world.now = min(self.world.now + timedelta(hours=12), end)
            self.world.write(remind_of_silence)

    def _day(self, moment: datetime) -> int:
        return (moment.astimezone(MOSCOW).date() - self.begun.astimezone(MOSCOW).date()).days

    def told(self) -> list[tuple[int, str, int]]:
        """Day of the pair, kind and person of every reminder."""
        query = select(OutboxMessage).where(OutboxMessage.kind.in_((OFFER, FIRST, SILENT)))
        rows = self.world.read(lambda session: list(session.scalars(query.order_by(OutboxMessage.id))))
        return [(self._day(row.created_at), row.kind, row.person_id) for row in rows]

    def tasks(self) -> list[tuple[int, bool]]:
        """Day of the pair of every task, and whether it is open."""
        query = select(Task).where(Task.kind == TaskKind.PAIR_SILENT).order_by(Task.id)
        rows = self.world.read(lambda session: list(session.scalars(query)))
        return [(self._day(row.opened_at), row.done_at is None) for row in rows]

    def meet(self, days_ago: int = 1) -> None:
        self.world.write(
            log_past_meeting,
            actor=self.world.actor(self.pyotr.person),
            pair_id=self.pair_id,
            day=(self.world.now - timedelta(days=days_ago)).date(),
            minutes=40,
            topic=None,
        )

    def propose(self, days: int) -> None:
        def step(session: Any, *, now: datetime) -> None:
            kind = list_kinds(session, pair=session.get_one(Pair, self.pair_id), now=now)[0]
            start = (now + timedelta(days=days)).replace(tzinfo=None, hour=15, minute=0)
            actor = self.world.actor(self.pyotr.person)
            propose_meeting(session, actor=actor, pair_id=self.pair_id, kind=kind, local_start=start, now=now)

        self.world.write(step)


@pytest.fixture
def couple(world: World) -> Couple:
    world.write(
        create_account,
        actor=system(Channel.COMMAND_LINE),
        organization_id=world.organization_id,
        login="curator",
        name="Вера Павловна Тихая",
        role=AccountRole.CURATOR,
    )
    return Couple(world)


def test_an_offer_is_reminded_of_on_days_2_and_5_to_who_has_not_answered(couple: Couple) -> None:
    couple.offer().live(4)
    couple.world.write(accept_offer, actor=couple.world.actor(couple.anna.person), pair_id=couple.pair_id)
    couple.live(6)
    assert couple.told() == [
        (2, OFFER, couple.anna.id),
        (2, OFFER, couple.pyotr.id),
        (5, OFFER, couple.pyotr.id),
    ]


def test_a_pair_that_never_meets_reminds_the_mentor_then_both_then_the_curator(couple: Couple) -> None:
    couple.agree().live(40)
    anna, pyotr = couple.anna.id, couple.pyotr.id
    assert couple.told() == [
        (3, FIRST, pyotr),
        (7, FIRST, pyotr),
        (10, SILENT, pyotr),
        (14, SILENT, anna),
        (14, SILENT, pyotr),
    ]
    assert couple.tasks() == [(28, True)]


def test_a_meeting_begins_the_days_anew_and_closes_the_task(couple: Couple) -> None:
    couple.set_days(first_meeting_reminder_days=[1], no_meeting_days=[3, 5, 7])
    couple.agree().live(8)
    assert couple.tasks() == [(7, True)]
    before = len(couple.told())
    couple.meet()
    couple.live(2)
    assert couple.tasks() == [(7, False)]
    couple.live(3)
    assert couple.told()[before:] == [
        (10, SILENT, couple.pyotr.id),
        (12, SILENT, couple.anna.id),
        (12, SILENT, couple.pyotr.id),
    ]


def test_nobody_is_reminded_while_a_meeting_is_to_come(couple: Couple) -> None:
    couple.agree().live(2)
    couple.propose(days=12)
    couple.live(11)
    assert couple.told() == []
    # the proposal passes without an answer: no meeting since the pair was made
    couple.live(3)
    assert {kind for _day, kind, _person in couple.told()} == {SILENT}


def test_a_tick_that_comes_late_leaves_out_what_is_over_and_takes_the_next_step(couple: Couple) -> None:
    couple.agree()
    couple.world.now += timedelta(days=13)
    couple.world.write(remind_of_silence)
    assert couple.told() == [], "three days late"
    couple.world.now += timedelta(days=2)
    for _again in range(3):
        couple.world.write(remind_of_silence)
    assert couple.told() == [(15, SILENT, couple.anna.id), (15, SILENT, couple.pyotr.id)]
    couple.world.now += timedelta(days=60)
    couple.world.write(remind_of_silence)
    assert couple.tasks() == [(75, True)], "a task is never left out"


def test_days_away_and_holidays_do_not_count(couple: Couple) -> None:
    couple.agree()
    couple.curate(begin_leave, person_id=couple.anna.id, starts_on=couple.world.now.date(), ends_on=None)
    couple.live(20)
    assert couple.told() == []
    couple.curate(end_absence, person_id=couple.anna.id)
    couple.curate(
        add_school_days,
        organization_id=couple.world.organization_id,
        first_day=(couple.world.now + timedelta(days=1)).date(),
        last_day=(couple.world.now + timedelta(days=5)).date(),
        title="каникулы",
    )
    couple.live(9)
    # the day of the return counts, then five days off, then the second and the third day
    assert couple.told() == [(27, FIRST, couple.pyotr.id)]


def test_a_pause_begins_the_days_anew(couple: Couple) -> None:
    couple.agree()
    couple.world.order(couple.pair_id)
    couple.live(8)
    couple.curate(begin_leave, person_id=couple.pyotr.id, starts_on=couple.world.now.date(), ends_on=None)
    couple.live(10)
    couple.curate(end_absence, person_id=couple.pyotr.id)
    couple.live(2)
    assert [day for day, _kind, _person in couple.told()] == [3, 7]
    couple.live(1)
    assert couple.told()[-1] == (21, FIRST, couple.pyotr.id)


def test_an_ended_pair_is_left_alone_and_its_task_closes(couple: Couple) -> None:
    couple.agree().live(29)
    told = couple.told()
    couple.curate(end_pair, pair_id=couple.pair_id, reason=EndReason.MUTUAL)
    couple.live(30)
    assert couple.told() == told
    assert couple.tasks() == [(28, False)]


def test_the_days_are_settings_of_the_programme(couple: Couple) -> None:
    couple.set_days(first_meeting_reminder_days=[4], no_meeting_days=[6, 8, 9])
    couple.agree().live(12)
    assert [day for day, _kind, _person in couple.told()] == [4, 6, 8, 8]
    assert couple.tasks() == [(9, True)]


def test_several_pairs_of_a_mentor_are_each_noticed(world: World) -> None:
    mentor = world.mentor()
    mentees: list[Participant] = [world.mentee("Анна"), world.mentee("Ирина", "Львовна")]
    pairs = [world.agree(one, mentor) for one in mentees]
    world.now += timedelta(days=3)
    world.write(remind_of_silence)
    query = select(OutboxMessage).where(OutboxMessage.kind == FIRST)
    rows = world.read(lambda session: list(session.scalars(query)))
    assert sorted(row.facts["pair_id"] for row in rows) == pairs
    assert {row.person_id for row in rows} == {mentor.id}
