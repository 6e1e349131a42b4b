"""Notices leave once, in the order of their class, at the right time of day (docs/design.md#outbox)."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from models.messages import NoticeKind, OutboxMessage, OutboxStatus
from models.people import ChatAccount
from models.tasks import Task, TaskKind
from sandbox.client import Person
from services.access.actors import Channel, system
from services.delivery.outbox import enqueue
from services.joining.absences import begin_leave, end_absence
from tests.integration.tally import ACT, ANSWER, LASTING, MEETING, NEWS, UNHEARD_OF, tally_conversation
from tests.integration.test_long_texts import lines
from tests.running_bot import RunningBot, until
from tests.world import World, found_school


class Notices:
    """One school, one person in the chat, and rows put into the outbox as the panel's process would."""

    def __init__(self, running: RunningBot, world: World, vera: Person, person_id: int) -> None:
        self.running = running
        self.world = world
        self.vera = vera
        self.person_id = person_id
        self._number = 0

    def put(self, kind: NoticeKind = ACT, *, due_at: datetime | None = None, **facts: Any) -> int:
        self._number += 1
        now = self.running.clock.now()
        key = f"test:{self._number}"
        edited_text = facts.pop("edited_text", None)
        with self.running.database.writing() as session:
            enqueue(
                session,
                kind,
                self.world,
                key=key,
                person_id=facts.pop("person_id", self.person_id),
                facts={"number": self._number, **facts},
                edited_text=edited_text,
                due_at=due_at,
                now=now,
            )
            return session.scalars(select(OutboxMessage.id).where(OutboxMessage.dedup_key == key)).one()

    def row(self, row_id: int) -> OutboxMessage:
        with self.running.database.reading() as session:
            return session.get_one(OutboxMessage, row_id)

    def is_tried(self, row_id: int, times: int) -> bool:
        return self.row(row_id).tries == times

    async def settled(self, row_id: int, seconds: float = 10.0) -> OutboxMessage:
        def look() -> OutboxMessage | None:
            row = self.row(row_id)
            return None if row.status is OutboxStatus.WAITING else row

        found: OutboxMessage = await until(look, seconds=seconds)
        return found

    async def heard(self) -> list[str]:
        return [m.text for m in await self.vera.messages() if m.from_bot and m.text.startswith("Весть")]


@pytest.fixture
async def notices(running: RunningBot) -> Notices:
    world = found_school(running.database, running.clock.now())
    vera = await running.telegram.person("Вера")
    await vera.start(wait=False)
    person = world.joined("Вера", "Сергеевна", chat_id=vera.id)
    await running.start_bot(has_scheduler=False)
    await vera.expect("Сейчас")
    return Notices(running, world, vera, person.id)


async def test_what_another_process_puts_in_is_heard_within_two_seconds(notices: Notices) -> None:
    row_id = notices.put()
    screen = await notices.vera.expect("Весть 1", timeout=2)
    assert screen.labels == ["Принять"]
    row = await notices.settled(row_id)
    assert (row.status, row.message_id, row.tries) == (OutboxStatus.SENT, screen.message_id, 1)
    await notices.vera.tap("Принять")
    assert "Принято" in [m.text for m in await notices.vera.messages()]


async def test_a_notice_does_not_become_the_screen(notices: Notices) -> None:
    notices.put()
    await notices.vera.expect("Весть 1")
    assert (await notices.vera.tap("Ещё один")).text
    assert "Сейчас 1, шаг дом" in [m.text for m in await notices.vera.messages()]


async def test_what_is_no_longer_true_is_skipped_with_its_reason(notices: Notices) -> None:
    row = await notices.settled(notices.put(is_over=True))
    assert (row.status, row.reason) == (OutboxStatus.SKIPPED, "no longer true")
    assert await notices.heard() == []


async def test_edited_words_are_escaped_and_keep_the_buttons(notices: Notices) -> None:
    notices.put(edited_text="Здравствуйте! 2 < 3 & <b>не жирно</b>")
    screen = await notices.vera.expect("2 < 3 & <b>не жирно</b>")
    assert screen.labels == ["Принять"]


async def test_faults_of_one_row_hold_up_no_other(notices: Notices) -> None:
    broken = notices.put(is_broken=True)
    unsendable = notices.put(is_unsendable=True)
    unknown = notices.put(UNHEARD_OF)
    good = notices.put()
    assert (await notices.settled(good)).status is OutboxStatus.SENT
    row = await notices.settled(broken)
    assert (row.status, row.reason) == (OutboxStatus.PARKED, "RuntimeError")
    row = await notices.settled(unsendable)
    assert row.status is OutboxStatus.PARKED
    assert "can't parse entities" in (row.reason or "")
    row = await notices.settled(unknown)
    assert (row.status, row.reason) == (OutboxStatus.PARKED, "unknown kind")


async def test_a_long_notice_comes_in_parts(notices: Notices) -> None:
    row = await notices.settled(notices.put(is_long=True))
    assert row.status is OutboxStatus.SENT
    screen = await notices.vera.screen()
    assert (row.message_id, screen.labels) == (screen.message_id, ["Принять"])
    assert await lines(notices.vera) == list(range(500))


@pytest.mark.long
async def test_a_passing_fault_is_tried_again(notices: Notices) -> None:
    for kind in ("500", "502", "reset_before", "429"):
        await notices.running.telegram.fault(kind=kind, method="sendMessage", times=1)
        row = await notices.settled(notices.put(), seconds=15)
        assert (row.status, row.tries) == (OutboxStatus.SENT, 2)
    assert await notices.heard() == [f"Весть {number}" for number in (1, 2, 3, 4)]


async def test_a_line_that_is_down_for_days_parks_nothing(notices: Notices) -> None:
    """Answers that are none end after sixty tries; a Telegram that cannot be reached is waited for."""
    for kind, status in (("reset_before", OutboxStatus.WAITING), ("500", OutboxStatus.PARKED)):
        row_id = notices.put(due_at=notices.running.clock.now() + timedelta(minutes=5))
        with notices.running.database.writing() as session:
            session.get_one(OutboxMessage, row_id).tries = 500
        await notices.running.telegram.fault(kind=kind, method="sendMessage", times=1)
        await notices.running.telegram.skip(minutes=6)
        assert await until(partial(notices.is_tried, row_id, 501))
        assert notices.row(row_id).status is status
    assert await notices.heard() == []
    await notices.running.telegram.skip(minutes=20)
    await notices.vera.expect("Весть 1")


async def test_acts_before_meetings_before_news_and_near_before_far(notices: Notices) -> None:
    await notices.running.stop_bot()
    await notices.running.telegram.clear_faults()
    notices.put(NEWS)
    notices.put(MEETING, offset=1440)
    notices.put(MEETING, offset=120)
    notices.put(ACT)
    notices.put(ANSWER)
    await notices.running.start_bot(has_scheduler=False)
    await notices.vera.expect("Весть 1", timeout=15)
    assert [text.rsplit(" ", 1)[1] for text in await notices.heard()] == ["5", "4", "3", "2", "1"]


async def test_one_message_of_news_a_day_the_rest_merged_into_tomorrow_s(notices: Notices) -> None:
    first = notices.put(NEWS)
    await notices.settled(first)
    later = [notices.put(NEWS) for _ in range(3)]
    await until(
        lambda: all(notices.row(row_id).next_try_at > notices.running.clock.now() for row_id in later)
    )
    assert await notices.heard() == ["Весть 1"]
    await notices.running.telegram.skip(hours=20, minutes=1)  # 8:01 in Moscow, the next day
    for row_id in later:
        assert (await notices.settled(row_id)).status is OutboxStatus.SENT
    assert await notices.heard() == ["Весть 1", "Весть 2\n\nВесть 3\n\nВесть 4"]
    assert (await notices.vera.screen()).labels == ["Принять"] * 3


async def test_quiet_hours(notices: Notices) -> None:
    """21 to 8 local: an act comes at once without sound, news waits for the morning."""
    await notices.running.telegram.skip(hours=10)  # 22:00 in Moscow
    act, answer, news = notices.put(ACT), notices.put(ANSWER), notices.put(NEWS)
    await notices.settled(act)
    await notices.settled(answer)
    await until(lambda: notices.row(news).next_try_at > notices.running.clock.now() + timedelta(hours=9))
    silent = {m.text: m.is_silent for m in await notices.vera.messages() if m.text.startswith("Весть")}
    assert silent == {"Весть 1": True, "Весть 2": False}
    await notices.running.telegram.skip(hours=10, minutes=1)
    assert (await notices.settled(news)).status is OutboxStatus.SENT
    silent = {m.text: m.is_silent for m in await notices.vera.messages() if m.text.startswith("Весть")}
    assert silent["Весть 3"] is False


async def test_who_blocked_the_bot_is_left_alone_and_the_curator_hears_of_it(notices: Notices) -> None:
    await notices.running.stop_bot()
    await notices.vera.block()
    await notices.running.start_bot(has_scheduler=False)

    def tasks() -> list[Task]:
        with notices.running.database.reading() as session:
            return list(session.scalars(select(Task).where(Task.kind == TaskKind.PERSON_UNREACHABLE)))

    first, second = notices.put(), notices.put()
    assert (await notices.settled(first)).reason == "unreachable"
    assert (await notices.settled(second)).reason == "unreachable"
    opened = await until(tasks)
    assert [task.person_id for task in opened] == [notices.person_id]
    assert opened[0].done_at is None
    await notices.vera.unblock()
    await until(lambda: tasks()[0].done_at is not None)
    assert (await notices.settled(notices.put())).status is OutboxStatus.SENT


async def test_who_has_no_chat_is_skipped(notices: Notices) -> None:
    stranger = notices.world.person("Пётр", "Петрович")
    row = await notices.settled(notices.put(person_id=stranger.id))
    assert (row.status, row.reason) == (OutboxStatus.SKIPPED, "no chat")


async def test_killed_while_sending_at_most_one_message_is_repeated(notices: Notices) -> None:
    ids = [notices.put() for _ in range(3)]
    await notices.running.telegram.fault(kind="delay", method="sendMessage", times=1, seconds=1)
    await until(lambda: any(notices.row(row_id).status is OutboxStatus.SENT for row_id in ids))
    await notices.running.kill_bot()
    with notices.running.database.writing() as session:  # the lease of a dead process runs out
        for row in session.scalars(select(OutboxMessage)):
            row.next_try_at = row.due_at
    await notices.running.start_bot(has_scheduler=False)
    for row_id in ids:
        assert (await notices.settled(row_id, seconds=20)).status is OutboxStatus.SENT
    heard = await notices.heard()
    assert set(heard) == {"Весть 1", "Весть 2", "Весть 3"}
    assert len(heard) <= 4


@pytest.mark.long
async def test_fifty_people_at_telegram_s_limits(running: RunningBot) -> None:
    """With the sandbox's limits on nothing is refused for long and nobody hears anything twice."""
    world = found_school(running.database, running.clock.now())
    people = [await running.telegram.person(f"Имя{number}") for number in range(50)]
    ids = []
    for person in people:
        await person.start(wait=False)
        ids.append(world.joined("Имя", "Отчество", chat_id=person.id).id)
    await running.start_bot(has_scheduler=False)
    await people[-1].expect("Сейчас")
    await running.telegram.limit(on=True)
    with running.database.writing() as session:
        for person_id in ids:
            enqueue(session, ACT, world, key=f"all:{person_id}", person_id=person_id, now=running.clock.now())

    def left() -> int:
        with running.database.reading() as session:
            return len(
                session.scalars(
                    select(OutboxMessage.id).where(OutboxMessage.status != OutboxStatus.SENT)
                ).all()
            )

    await until(lambda: left() == 0, seconds=30)
    for person in people:
        assert len([m for m in await person.messages() if m.text == "Весть 0"]) == 1
    with running.database.reading() as session:
        assert session.scalar(select(ChatAccount.chat_id).where(~ChatAccount.is_reachable)) is None


def test_the_little_conversation_knows_every_class() -> None:
    from notices.catalogue import NoticeClass

    assert {notice.notice_class for notice in tally_conversation().notices.values()} == set(NoticeClass)


async def test_nobody_is_reminded_on_a_long_leave_and_what_lasts_waits(notices: Notices) -> None:
    away = {"actor": system(Channel.COMMAND_LINE), "person_id": notices.person_id}
    today = notices.running.clock.now().date()
    notices.world.now = notices.running.clock.now()
    notices.world.write(begin_leave, starts_on=today, ends_on=None, **away)
    kinds = (MEETING, NEWS, LASTING, ACT)
    meeting, news, lasting, act = (notices.put(kind) for kind in kinds)
    assert (await notices.settled(act)).status is OutboxStatus.SENT, "a person's act is heard"
    for row_id in (meeting, news):
        row = await notices.settled(row_id)
        assert (row.status, row.reason) == (OutboxStatus.SKIPPED, "on leave")
    await until(lambda: notices.row(lasting).next_try_at > notices.running.clock.now() + timedelta(hours=6))
    notices.world.write(end_absence, **away)
    await notices.running.telegram.skip(days=1)
    assert (await notices.settled(lasting)).status is OutboxStatus.SENT
