"""No stray answer of something between ends the bot, stops receiving or loses an answer."""

import asyncio

import pytest
from sqlalchemy import select

from bot.session import TokenRevoked
from models.messages import OutboxMessage, OutboxStatus
from services.delivery.outbox import enqueue
from tests.integration.interceptor import Answer, Interceptor, body, page, refusal
from tests.integration.tally import ACT, tally_conversation
from tests.integration.test_inbox import tally
from tests.running_bot import RunningBot, until
from tests.world import found_school

STRAY: dict[str, Answer] = {
    "a page with 401": page(401),
    "a page with 404": page(404),
    "a page with 200": page(200),
    "401 of the Bot API": refusal(401),
    "404 of the Bot API": refusal(404),
    "JSON of somebody else": body('{"message": "unauthorized"}', 401),
    "a list": body("[]"),
    "no text": body(b"\xff\xfe\x00", 200, "text/plain; charset=utf-8"),
    "an unknown alphabet": body(b"{}", 200, "text/plain; charset=klingon"),
    "ok without a result": body('{"ok": true}'),
    "ok that is no boolean": body('{"ok": "yes", "result": []}'),
    "a result of another kind": body('{"ok": true, "result": "all well"}'),
    "429 without retry_after": refusal(429),
    "429 with words": refusal(429, parameters={"retry_after": "soon"}),
    "429 with a negative number": refusal(429, parameters={"retry_after": -5}),
    "429 with a fraction": refusal(429, parameters={"retry_after": 0.5}),
    "429 with a huge number": refusal(429, parameters={"retry_after": 10**12}),
    "429 with parameters of another kind": refusal(429, parameters=[1]),
    "429 with null": refusal(429, parameters={"retry_after": None}),
    "an error without a code": body('{"ok": false, "description": "no"}', 400),
    "an error code of another kind": body('{"ok": false, "error_code": "x", "description": "no"}', 400),
    "an error without a description": body('{"ok": false, "error_code": 400}', 400),
}


@pytest.fixture(params=["getUpdates", "sendMessage"])
def method(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


async def test_after_each_stray_answer_the_bot_goes_on(
    sqlite_url: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.session.FIRST_WAIT", 0.01)
    monkeypatch.setattr("bot.polling.FIRST_WAIT", 0.01)
    async with (
        RunningBot(sqlite_url, conversation=tally_conversation()) as running,
        Interceptor(running.url) as interceptor,
    ):
        await running.start_bot(telegram_api=interceptor.url, poll_seconds=1)
        vera = await running.telegram.person("Вера")
        await vera.start()
        for number, (name, answer) in enumerate(STRAY.items(), start=1):
            interceptor.plan(method, answer)
            await vera.say("/add", wait=False)
            await vera.expect(f"Сейчас {number},")
            await until(lambda: not interceptor.has_planned)
            assert tally(running) == number, name
        assert running.is_bot_up


async def test_a_token_that_get_me_refuses_as_well_ends_the_process(sqlite_url: str) -> None:
    async with (
        RunningBot(sqlite_url, conversation=tally_conversation()) as running,
        Interceptor(running.url) as interceptor,
    ):
        await running.start_bot(telegram_api=interceptor.url, poll_seconds=1)
        interceptor.plan("getUpdates", *[refusal(401)] * 5)
        interceptor.plan("getMe", *[refusal(401)] * 5)
        assert isinstance(await running.end_of_bot(), TokenRevoked)


async def test_get_me_that_is_refused_once_by_something_between_ends_nothing(sqlite_url: str) -> None:
    async with (
        RunningBot(sqlite_url, conversation=tally_conversation()) as running,
        Interceptor(running.url) as interceptor,
    ):
        interceptor.plan("getMe", refusal(401), page(401), refusal(404))
        await running.start_bot(telegram_api=interceptor.url, poll_seconds=1)
        interceptor.plan("getUpdates", refusal(401))
        interceptor.plan("getMe", refusal(401))
        vera = await running.telegram.person("Вера")
        assert (await vera.start()).text == "Сейчас 0, шаг дом"


async def test_a_notice_outlives_stray_answers(sqlite_url: str) -> None:
    async with (
        RunningBot(sqlite_url, conversation=tally_conversation()) as running,
        Interceptor(running.url) as interceptor,
    ):
        world = found_school(running.database, running.clock.now())
        vera = await running.telegram.person("Вера")
        await vera.start(wait=False)
        person = world.joined("Вера", "Сергеевна", chat_id=vera.id)
        await running.start_bot(telegram_api=interceptor.url, has_scheduler=False)
        await vera.expect("Сейчас")
        interceptor.plan("sendMessage", page(401), refusal(429, parameters={"retry_after": "soon"}))
        with running.database.writing() as session:
            enqueue(session, ACT, world, key="test:stray", person_id=person.id, now=running.clock.now())
        await vera.expect("Весть", timeout=15)

        def status() -> OutboxStatus:
            with running.database.reading() as session:
                return session.scalars(select(OutboxMessage.status)).one()

        await until(lambda: status() is OutboxStatus.SENT)


async def test_a_message_whose_answer_has_newer_parts_is_sent_once(sqlite_url: str) -> None:
    newer = body('{"ok": true, "result": {"message_id": 77, "chat": {"kind": 5}, "news": {"a": []}}}')
    async with (
        RunningBot(sqlite_url, conversation=tally_conversation()) as running,
        Interceptor(running.url) as interceptor,
    ):
        await running.start_bot(telegram_api=interceptor.url)
        interceptor.plan("sendMessage", newer)
        vera = await running.telegram.person("Вера")
        await vera.start(wait=False)
        await until(lambda: not interceptor.has_planned and "sendMessage" in interceptor.calls)
        await asyncio.sleep(1)  # a second try would come within half of it
        assert interceptor.calls.count("sendMessage") == 1
