"""A process that is frozen with its connections open is replaced, and does nothing twice when it wakes."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.leadership import AmongReplicas, Deposed, check_hold
from models.messages import NoticeKind, OutboxMessage, OutboxStatus
from sandbox.client import Person
from services.delivery import outbox
from tests.faults.machine import Machine

TAKEOVER_SECONDS = 30.0


async def lead(replica: AmongReplicas) -> None:
    while not await replica.is_leader():  # noqa: ASYNC110  # the other one is asked, not told
        await asyncio.sleep(0.1)


async def test_locks_end_with_the_silence_of_their_process(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.leadership.HELD_SECONDS", 2)
    monkeypatch.setattr("bot.leadership.SURE_SECONDS", 1.0)
    monkeypatch.setattr("bot.leadership.LEADER_TRY_SECONDS", 0.1)
    frozen, awake = AmongReplicas(postgres_url), AmongReplicas(postgres_url)
    try:
        await lead(frozen)
        assert not await awake.is_leader()
        async with frozen.chat_turn(5):
            check_hold()
            async with asyncio.timeout(20):  # no beat: nothing is asked for longer than the server waits
                await lead(awake)
                async with awake.chat_turn(5):
                    check_hold()
            frozen.hold()
            with pytest.raises(Deposed):
                check_hold()
            assert not await frozen.is_leader()
            with pytest.raises(Deposed):
                check_hold()  # a new connection holds nothing of what the old one held
    finally:
        await frozen.close()
        await awake.close()


async def test_whoever_asks_keeps_what_it_holds(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.leadership.HELD_SECONDS", 2)
    monkeypatch.setattr("bot.leadership.BEAT_SECONDS", 0.2)
    steady, other = AmongReplicas(postgres_url), AmongReplicas(postgres_url)
    beating = asyncio.create_task(steady.beat())
    try:
        async with steady.chat_turn(5):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(4), other.chat_turn(5):
                    raise AssertionError("the turn was taken from a process that lives")
            check_hold()
    finally:
        beating.cancel()
        await steady.close()
        await other.close()


async def answers(person: Person) -> list[str]:
    return [message.text for message in await person.messages() if message.from_bot]


def put_news(machine: Machine, chat_id: int) -> None:
    with machine.database.writing() as session:
        outbox.enqueue(
            session,
            NoticeKind.SCREEN_CURRENT,
            None,
            key="frozen",
            chat_id=chat_id,
            facts={"is_news": True},
            now=machine.clock.now(),
        )


def is_sent(machine: Machine) -> bool:
    with machine.database.reading() as session:
        return session.scalars(select(OutboxMessage.status)).one() is OutboxStatus.SENT


def freeze(machine: Machine, name: str) -> int:
    number = machine.number_of(name)
    assert number is not None
    os.kill(number, signal.SIGSTOP)
    return number


@pytest.mark.long
async def test_a_frozen_leader_is_replaced_and_does_nothing_twice(postgres_url: str, tmp_path: Path) -> None:
    async with Machine(tmp_path / "machine", postgres_url) as machine:
        machine.start("bot", alias="first")
        vera = await machine.telegram.person("Вера")
        await vera.start(wait=False)
        await vera.expect("код", timeout=TAKEOVER_SECONDS)
        # an update in hand, its turn taken, its answer on the way
        await machine.telegram.fault(kind="timeout", method="sendMessage", times=1)
        await vera.say("слова", wait=False)

        async def is_in_hand() -> bool:
            return not (await machine.telegram.ask("GET", "/sandbox/faults"))["faults"]

        await until_so(is_in_hand)
        number = freeze(machine, "first")
        try:
            before = len(await answers(vera))
            put_news(machine, vera.id)
            machine.start("bot", alias="second")

            async def has_taken_over() -> bool:
                return len(await answers(vera)) >= before + 2 and is_sent(machine)

            await until_so(has_taken_over, seconds=2 * TAKEOVER_SECONDS)  # the second one starts meanwhile
        finally:
            os.kill(number, signal.SIGCONT)
        heard = len(await answers(vera))
        assert heard == before + 2
        await asyncio.sleep(15)  # the call that was on its way is given up, tried again, and left alone
        assert len(await answers(vera)) == heard
        await vera.say("ещё", wait=False)

        async def is_answered() -> bool:
            return len(await answers(vera)) == heard + 1

        await until_so(is_answered)
        assert machine.is_alive("first")
        assert machine.is_alive("second")


async def until_so(look: Callable[[], Awaitable[bool]], *, seconds: float = TAKEOVER_SECONDS) -> None:
    """Raises AssertionError."""
    for _ in range(int(seconds / 0.1)):
        if await look():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it did not become so in time")
