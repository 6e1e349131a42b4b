"""How updates come in: polling, webhook, and what ends or outlives trouble (docs/design.md#inbox)."""

import asyncio
import json
import logging
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web

from bot.app import BotApp, BotConfig, run_bot
from bot.session import TokenRevoked
from models.engine import Database
from models.messages import InboxStatus, InboxUpdate
from services.delivery.inbox import RawUpdate, forget_old_updates, park_update, store_updates
from tests.fixed_clock import FixedClock
from tests.integration.tally import tally_conversation
from tests.integration.test_inbox import inbox, tally
from tests.running_bot import TOKEN, RunningBot, until

SECRET = "a-secret-of-tests"


async def start_webhook(running: RunningBot) -> str:
    """The sandbox delivers to a port that is free; the bot is told of it."""
    with_port = await free_port()
    url = f"http://127.0.0.1:{with_port}/telegram"
    await running.start_bot(updates="webhook", webhook_url=url, webhook_secret=SECRET, webhook_port=with_port)
    return url


async def free_port() -> int:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


async def test_webhook_stores_then_answers(running: RunningBot) -> None:
    url = await start_webhook(running)
    vera = await running.telegram.person("Вера")
    await vera.start()
    assert (await vera.say("/add")).text == "Сейчас 1, шаг дом"
    assert (await vera.tap("Ещё два")).text == "Сейчас 3, шаг дом"
    async with ClientSession() as client, client.get(url.replace("/telegram", "/healthz")) as answer:
        assert (answer.status, await answer.text()) == (200, "ok\n")


async def test_webhook_refuses_a_wrong_secret(running: RunningBot) -> None:
    url = await start_webhook(running)
    async with ClientSession() as client:
        for told in (None, "", "wrong", SECRET + "x", SECRET[:-1]):
            headers = {} if told is None else {"X-Telegram-Bot-Api-Secret-Token": told}
            async with client.post(url, json={"update_id": 1, "message": {}}, headers=headers) as answer:
                assert answer.status == 403
    assert inbox(running) == {}


async def test_webhook_refuses_what_is_no_update(running: RunningBot) -> None:
    url = await start_webhook(running)
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    async with ClientSession() as client:
        for body in (b"{", b"[]", b'{"update_id": "x"}', b"\xff"):
            async with client.post(url, data=body, headers=headers) as answer:
                assert answer.status == 400
    assert inbox(running) == {}


async def test_a_number_that_no_column_can_hold_stops_nobody(running: RunningBot) -> None:
    url = await start_webhook(running)
    vera = await running.telegram.person("Вера")
    await vera.start()
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    poison = {"update_id": 1, "message": {"chat": {"id": 2**70}}}
    async with ClientSession() as client:
        async with client.post(url, json=poison, headers=headers) as answer:
            assert answer.status == 200
        async with client.post(url, json=poison | {"update_id": 2**63}, headers=headers) as answer:
            assert answer.status == 400
    await until(lambda: inbox(running) == {InboxStatus.ANSWERED: 2})
    assert (await vera.say("/add")).text == "Сейчас 1, шаг дом"


async def test_after_an_update_that_nobody_can_read_the_next_is_answered_within_a_second(
    running: RunningBot,
) -> None:
    """aiogram's own polling stops for good at such an update (its bug 1840)."""
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    with running.database.writing() as session:  # as if it had come in the same batch
        session.add(
            InboxUpdate(
                update_id=7,
                chat_id=vera.id,
                payload="[" * 100_000,
                status=InboxStatus.WAITING,
                received_at=running.clock.now(),
            )
        )
    asked_at = (await running.telegram.now()).timestamp()
    await vera.say("/add")
    answers = await running.telegram.record("sendMessage")
    assert answers[-1]["at"] - asked_at < 1
    assert inbox(running)[InboxStatus.PARKED] == 1


async def test_from_webhook_to_polling_and_back_nothing_is_lost(running: RunningBot) -> None:
    await start_webhook(running)
    vera = await running.telegram.person("Вера")
    await vera.start()
    await running.stop_bot()
    await vera.say("/add", wait=False)
    await running.start_bot()
    await vera.expect("Сейчас 1")
    await running.stop_bot()
    await vera.say("/add", wait=False)
    await start_webhook(running)
    await vera.expect("Сейчас 2")


async def test_an_occupied_webhook_port_is_said_plainly(running: RunningBot) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(OSError, match="address already in use"):
        await running.start_bot(
            updates="webhook", webhook_url="https://x.example/t", webhook_secret=SECRET, webhook_port=port
        )
    server.close()
    await server.wait_closed()


async def test_a_wrong_token_ends_the_process_with_one_line(running: RunningBot) -> None:
    config = BotConfig(
        token="4242424242:AAwrong-token-0123456789abcdefghijk",
        database_url=running.database_url,
        clock=running.clock,
        telegram_api=running.url,
    )
    with pytest.raises(TokenRevoked, match="refuses the bot's token"):
        await BotApp(config, conversation=tally_conversation()).run(asyncio.Event())


async def test_a_token_revoked_while_running_ends_the_process(running: RunningBot) -> None:
    """A stand-in for the stand-in: getMe succeeds once, then everything is refused."""
    greeted: list[bool] = []

    async def answer(request: web.Request) -> web.Response:
        if not greeted:
            greeted.append(True)
            result = {"id": 1, "is_bot": True, "first_name": "x"}
            return web.json_response({"ok": True, "result": result})
        refusal = {"ok": False, "error_code": 401, "description": "Unauthorized"}
        return web.json_response(refusal, status=401)

    app = web.Application()
    app.router.add_post("/bot{token}/{method}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    config = BotConfig(
        token=TOKEN,
        database_url=running.database_url,
        clock=running.clock,
        telegram_api=f"http://127.0.0.1:{runner.addresses[0][1]}",
    )
    with pytest.raises(TokenRevoked):
        await asyncio.wait_for(BotApp(config, conversation=tally_conversation()).run(asyncio.Event()), 20)
    await runner.cleanup()


async def test_while_telegram_is_away_the_process_waits_and_stops_when_told(
    sqlite_url: str, now: datetime
) -> None:
    config = BotConfig(
        token=TOKEN,
        database_url=sqlite_url,
        clock=FixedClock(now),
        telegram_api=f"http://127.0.0.1:{await free_port()}",
    )
    stop = asyncio.Event()
    task = asyncio.ensure_future(run_bot(config, stop=stop))
    await asyncio.sleep(0.5)
    assert not task.done()
    stop.set()
    await asyncio.wait_for(task, 5)


async def test_a_second_poller_is_named_in_the_log_and_both_live_on(
    running: RunningBot, caplog: pytest.LogCaptureFixture
) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    other: dict[str, Any] = {"timeout": 0}
    address = f"{running.url}/bot{TOKEN}/getUpdates"
    async with ClientSession() as client, client.post(address, json=other) as answer:
        assert answer.status == 200
    await until(lambda: "Another process polls" in caplog.text)
    assert TOKEN not in caplog.text
    assert (await vera.say("/add")).text == "Сейчас 1, шаг дом"


async def test_stopping_takes_less_than_five_seconds_while_telegram_hangs(running: RunningBot) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    await running.telegram.fault(kind="timeout", method="sendMessage", times=9)
    await vera.say("/add", wait=False)
    await until(lambda: tally(running) == 1)
    before = time.monotonic()
    await running.stop_bot()
    assert time.monotonic() - before < 5
    await running.telegram.clear_faults()
    await running.start_bot()
    await vera.expect("Сейчас 1")


async def test_in_a_group_a_command_is_declined_and_nothing_else_is_heard(running: RunningBot) -> None:
    vera = await running.telegram.person("Вера")
    await vera.start(wait=False)
    now = running.clock.now()
    with running.database.writing() as session:
        for update_id, text in ((1, "/add"), (2, "разговор")):
            message = {
                "message_id": update_id,
                "date": int(now.timestamp()),
                "chat": {"id": -100, "type": "supergroup", "title": "Учительская"},
                "from": {"id": vera.id, "is_bot": False, "first_name": "Вера"},
                "text": text,
            }
            session.add(
                InboxUpdate(
                    update_id=update_id,
                    chat_id=-100,
                    payload=json.dumps({"update_id": update_id, "message": message}),
                    status=InboxStatus.WAITING,
                    received_at=now,
                )
            )
    await running.start_bot()
    await vera.expect("Сейчас 0")
    await until(lambda: inbox(running).get(InboxStatus.WAITING, 0) == 0)
    tried = [call for call in await running.telegram.record("sendMessage") if "-100" in json.dumps(call)]
    assert len(tried) == 1
    assert tally(running) == 0


async def test_two_processes_on_postgresql_keep_order_and_do_things_once(postgres_url: str) -> None:
    """Webhook replicas behind a load balancer: here each is given every other update (decision 6)."""
    async with RunningBot(postgres_url, conversation=tally_conversation()) as running:
        vera = await running.telegram.person("Вера")
        await vera.start(wait=False)
        apps, tasks, stop = [], [], asyncio.Event()
        for _ in range(2):
            config = BotConfig(
                token=TOKEN,
                database_url=postgres_url,
                clock=running.clock,
                telegram_api=running.url,
                updates="webhook",
                webhook_url=f"http://127.0.0.1:{await free_port()}/telegram",
                webhook_secret=SECRET,
                webhook_port=0,
            )
            apps.append(BotApp(config, conversation=tally_conversation()))
            tasks.append(asyncio.ensure_future(apps[-1].run(stop)))
        await asyncio.gather(*(app.started.wait() for app in apps))
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        async with ClientSession() as client:
            for number in range(40):
                text = "/note" if number % 2 == 0 else "слова"
                message = {
                    "message_id": 1000 + number,
                    "date": 0,
                    "chat": {"id": vera.id, "type": "private"},
                    "from": {"id": vera.id, "is_bot": False, "first_name": "Вера"},
                    "text": text,
                }
                if text.startswith("/"):
                    message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
                for app in (apps[number % 2], apps[(number + 1) % 2]):  # and it comes twice
                    address = f"http://127.0.0.1:{app.webhook_port}/telegram"
                    update = {"update_id": 5000 + number, "message": message}
                    async with client.post(address, json=update, headers=headers) as answer:
                        assert answer.status == 200
        await until(lambda: inbox(running).get(InboxStatus.ANSWERED, 0) >= 40, seconds=30)
        assert tally(running) == 20  # each word found its note: the order held
        stop.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 10)


def test_what_was_done_is_forgotten_after_a_week(database: Database, now: datetime) -> None:
    with database.writing() as session:
        store_updates(session, [RawUpdate(1, 5, "{}"), RawUpdate(2, 5, "{}")], now=now)
        park_update(session, 1, fault="ValueError", now=now)
    with database.writing() as session:
        assert forget_old_updates(session, now=now + timedelta(days=6)) == 0
        assert forget_old_updates(session, now=now + timedelta(days=8)) == 1
        assert session.get(InboxUpdate, 2) is not None


@pytest.fixture(autouse=True)
def _log_everything(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
