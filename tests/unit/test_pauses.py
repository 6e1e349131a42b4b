"""A pause with a day of return: who may, what it cancels, and how the pair goes on."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.accounts import AccountRole
from models.messages import OutboxMessage
from models.pairs import PairStatus, WaitsFor
from models.tasks import Task, TaskKind
from services.access.actors import Channel, system
from services.access.errors import NotAllowed
from services.accounts.directory import create_account
from services.joining.absences import begin_leave, end_absence
from services.pairs.assignments import EndReason, end_pair
from services.pairs.cards import read_pair
from services.pairs.pauses import (
    NotPaused,
    PauseNotPossible,
    ReturnNotAhead,
    SomebodyAway,
    end_pauses,
    pause_pair,
    resume_pair,
)
from services.pairs.silence import remind_of_silence
from tests.world import World


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Nothing here depends on the engine."""
    return sqlite_url


@pytest.fixture
def at_work(world: World) -> "AtWork":
    return AtWork(world)


class AtWork:
    def __init__(self, world: World) -> None:
        self.world = world
        self.anna, self.pyotr = world.mentee(), world.mentor()
        self.pair_id = world.agree(self.anna, self.pyotr)
        world.order(self.pair_id)

    def pause(self, days: int, actor: Any = None) -> None:
        self.world.write(
            pause_pair,
            actor=actor or self.world.actor(self.anna.person),
            pair_id=self.pair_id,
            resumes_on=self.world.now.date() + timedelta(days=days),
        )

    def card(self) -> Any:
        return self.world.read(read_pair, actor=self.world.curator, pair_id=self.pair_id)

    def told(self, kind: str) -> list[int]:
        query = select(OutboxMessage.person_id).where(OutboxMessage.kind == kind)
        return sorted(self.world.read(lambda session: list(session.scalars(query))))

    def open_tasks(self) -> Any:
        query = select(Task.kind).where(Task.done_at.is_(None))
        return self.world.read(lambda session: list(session.scalars(query)))

    def live(self, days: int) -> None:
        for _ in range(days):
            self.world.now += timedelta(days=1)
            self.world.write(end_pauses)
            self.world.write(remind_of_silence)


def test_a_side_pauses_and_the_pair_goes_on_by_itself(at_work: AtWork) -> None:
    at_work.pause(14)
    card = at_work.card()
    assert (card.status, card.waits_for) == (PairStatus.PAUSED, WaitsFor.NOBODY)
    assert at_work.told("pair.paused") == [at_work.pyotr.id], "who paused knows it"
    at_work.live(13)
    assert at_work.card().status is PairStatus.PAUSED
    assert at_work.told("pair.silent") == at_work.told("pair.first_meeting") == []
    at_work.live(1)
    assert at_work.card().status is PairStatus.ACTIVE
    assert at_work.told("pair.resumed") == sorted([at_work.anna.id, at_work.pyotr.id])
    assert at_work.card().resumes_at is None


def test_a_pause_is_moved_and_ended_early(at_work: AtWork) -> None:
    world = at_work.world
    stranger = world.actor(world.mentee("Яна", "Олеговна").person)
    with pytest.raises(NotAllowed):
        at_work.pause(7, actor=stranger)
    for days in (0, 400):
        with pytest.raises(ReturnNotAhead):
            at_work.pause(days)
    with pytest.raises(NotPaused):
        world.write(resume_pair, actor=world.curator, pair_id=at_work.pair_id)
    at_work.pause(7, actor=world.curator)
    assert len(at_work.told("pair.paused")) == 2
    at_work.pause(30)
    at_work.live(8)
    assert at_work.card().status is PairStatus.PAUSED, "the later day holds"
    world.write(resume_pair, actor=world.actor(at_work.pyotr.person), pair_id=at_work.pair_id)
    assert at_work.card().status is PairStatus.ACTIVE
    world.write(end_pair, actor=world.curator, pair_id=at_work.pair_id, reason=EndReason.COMPLETED)
    with pytest.raises(PauseNotPossible):
        at_work.pause(7)


def test_a_leave_that_lasts_longer_than_expected_is_a_task(at_work: AtWork) -> None:
    world = at_work.world
    world.write(
        create_account,
        actor=system(Channel.COMMAND_LINE),
        organization_id=world.organization_id,
        login="curator",
        name="Вера Павловна Тихая",
        role=AccountRole.CURATOR,
    )
    today = world.now.date()
    world.write(
        begin_leave,
        actor=world.curator,
        person_id=at_work.pyotr.id,
        starts_on=today,
        ends_on=today + timedelta(days=9),
    )
    with pytest.raises(SomebodyAway):
        world.write(resume_pair, actor=world.curator, pair_id=at_work.pair_id)
    at_work.live(9)
    assert TaskKind.PAIR_PAUSE_OVER not in at_work.open_tasks()
    at_work.live(1)
    assert TaskKind.PAIR_PAUSE_OVER in at_work.open_tasks()
    assert at_work.card().waits_for is WaitsFor.CURATOR
    world.write(end_absence, actor=world.curator, person_id=at_work.pyotr.id)
    at_work.live(1)
    assert at_work.card().status is PairStatus.ACTIVE
    assert TaskKind.PAIR_PAUSE_OVER not in at_work.open_tasks()
