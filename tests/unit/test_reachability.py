"""A chat that closes and opens: the newest finding counts, in whatever order findings are recorded."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from models.messages import NoticeKind, OutboxMessage, OutboxStatus
from models.tasks import Task, TaskKind
from services.delivery.outbox import UNREACHABLE, enqueue
from services.delivery.reachability import is_reachable, mark_reachable, mark_unreachable
from services.delivery.sending import Outcome, read_due, record_outcomes
from tests.unit.test_meetings import Pair
from tests.world import World

CHAT = 900
SECOND = timedelta(seconds=1)


@pytest.fixture
def anna(world: World) -> int:
    """The id of a person whose chat is open."""
    return world.joined("Анна", "Игоревна", chat_id=CHAT).id


def at(world: World, seconds: int) -> datetime:
    return world.now + seconds * SECOND


def tell(world: World, person_id: int, key: str = "one") -> int:
    with world.database.writing() as session:
        enqueue(session, NoticeKind.JOINING_RECOGNISED, world, key=key, person_id=person_id, now=world.now)
        return session.scalars(select(OutboxMessage.id).where(OutboxMessage.dedup_key == key)).one()


def settle(world: World, outcome: Outcome, seconds: int) -> OutboxMessage:
    with world.database.writing() as session:
        record_outcomes(session, [outcome], now=at(world, seconds))
    with world.database.reading() as session:
        return session.get_one(OutboxMessage, outcome.ids[0])


def skipped(row_id: int) -> Outcome:
    """What the sender decides when it reads that the chat is closed."""
    return Outcome((row_id,), OutboxStatus.SKIPPED, reason=UNREACHABLE)


def refused(row_id: int, left_at: datetime) -> Outcome:
    """What Telegram answers to a message to a chat that is closed."""
    return Outcome(
        (row_id,), OutboxStatus.SKIPPED, reason=UNREACHABLE, gone_chat=CHAT, left_at=left_at, is_try=True
    )


def mark(world: World, *, is_open: bool, seconds: int, as_of: datetime | None = None) -> None:
    with world.database.writing() as session:
        fn = mark_reachable if is_open else mark_unreachable
        fn(session, CHAT, now=at(world, seconds), as_of=as_of)


def is_open(world: World, person_id: int) -> bool:
    with world.database.reading() as session:
        return is_reachable(session, person_id)


def due(world: World, seconds: int) -> list[int]:
    with world.database.reading() as session:
        return [one.id for one in read_due(session, now=at(world, seconds), ranks={"x": 0}, limit=10)]


def test_a_notice_found_undeliverable_before_a_return_and_recorded_after_it_leaves(
    world: World, anna: int
) -> None:
    mark(world, is_open=False, seconds=1)
    row_id = tell(world, anna)
    mark(world, is_open=True, seconds=2)
    row = settle(world, skipped(row_id), 3)
    assert (row.status, row.reason) == (OutboxStatus.WAITING, None)
    assert due(world, 3) == [row_id]


def test_a_notice_found_undeliverable_during_an_absence_leaves_on_return(world: World, anna: int) -> None:
    mark(world, is_open=False, seconds=1)
    row_id = tell(world, anna)
    assert settle(world, skipped(row_id), 2).status is OutboxStatus.SKIPPED
    assert due(world, 2) == []
    mark(world, is_open=True, seconds=3)
    assert due(world, 3) == [row_id]


def test_a_refusal_of_a_message_that_left_before_the_return_closes_no_chat(world: World, anna: int) -> None:
    row_id = tell(world, anna)
    mark(world, is_open=True, seconds=2)
    row = settle(world, refused(row_id, at(world, 1)), 3)
    assert is_open(world, anna)
    assert row.status is OutboxStatus.WAITING
    assert due(world, 3) == []
    assert due(world, 4) == [row_id]
    settle(world, refused(row_id, at(world, 4)), 5)
    assert not is_open(world, anna), "it was refused again: the chat has been closed since"


def test_a_message_typed_before_the_chat_was_closed_does_not_open_it(world: World, anna: int) -> None:
    row_id = tell(world, anna)
    settle(world, refused(row_id, at(world, 2)), 3)
    mark(world, is_open=True, seconds=4, as_of=at(world, 1))
    assert not is_open(world, anna)
    mark(world, is_open=True, seconds=5, as_of=at(world, 2) + SECOND / 2)
    assert is_open(world, anna), "it came while the refusal was on its way"


def test_absences_of_the_same_moment_are_told_and_listed_one_by_one(world: World) -> None:
    couple = Pair(world)
    chat_id = 10_000 + couple.mentee.id

    def counted() -> tuple[int, int, int]:
        with world.database.reading() as session:
            told = session.scalars(
                select(OutboxMessage.person_id).where(OutboxMessage.kind == NoticeKind.PAIR_UNREACHABLE.value)
            ).all()
            tasks = session.scalars(select(Task).where(Task.kind == TaskKind.PERSON_UNREACHABLE)).all()
            assert set(told) <= {couple.mentor.id}
            return len(told), len(tasks), len([one for one in tasks if one.done_at is None])

    for absence in (1, 2, 3):
        with world.database.writing() as session:
            mark_unreachable(session, chat_id, now=world.now)
        assert counted() == (absence, absence, 1)
        with world.database.writing() as session:
            mark_unreachable(session, chat_id, now=world.now)
        assert counted() == (absence, absence, 1)
        with world.database.writing() as session:
            mark_reachable(session, chat_id, now=world.now)
        assert counted() == (absence, absence, 0)
