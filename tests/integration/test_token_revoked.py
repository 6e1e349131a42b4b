"""A token that is taken back while the bot serves ends the process with one line, whoever meets it first."""

import json

from aiohttp import ClientSession
from sqlalchemy import select

from bot.session import TokenRevoked
from models.messages import InboxStatus, OutboxMessage, OutboxStatus
from sandbox.client import Person
from services.delivery.outbox import enqueue
from tests.integration.tally import ACT, tally_conversation
from tests.integration.test_inbox import inbox, tally
from tests.integration.test_receiving import SECRET, free_port
from tests.running_bot import RunningBot, until
from tests.world import found_school


async def serve_by_webhook(running: RunningBot) -> str:
    """By webhook nothing is asked of Telegram but to send: the first send finds out."""
    port = await free_port()
    url = f"http://127.0.0.1:{port}/telegram"
    await running.start_bot(
        updates="webhook", webhook_url=url, webhook_secret=SECRET, webhook_port=port, has_scheduler=False
    )
    return url


async def post_word(url: str, vera: Person) -> None:
    message = {
        "message_id": 900,
        "date": 0,
        "chat": {"id": vera.id, "type": "private"},
        "from": {"id": vera.id, "is_bot": False, "first_name": "Вера"},
        "text": "/add",
        "entities": [{"type": "bot_command", "offset": 0, "length": 4}],
    }
    body = json.dumps({"update_id": 7000, "message": message})
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    async with ClientSession() as client, client.post(url, data=body, headers=headers) as answer:
        assert answer.status == 200


async def test_an_answer_meets_it_and_nothing_is_lost(sqlite_url: str) -> None:
    async with RunningBot(sqlite_url, conversation=tally_conversation()) as running:
        url = await serve_by_webhook(running)
        vera = await running.telegram.person("Вера")
        await vera.start()
        await until(lambda: set(inbox(running)) == {InboxStatus.ANSWERED})
        running.revoke_token()
        await post_word(url, vera)
        assert isinstance(await running.end_of_bot(), TokenRevoked)
        assert tally(running) == 1
        assert inbox(running)[InboxStatus.WORKED] == 1  # its answer waits for a bot with a good token


async def test_a_notice_meets_it_and_stays_in_the_outbox(sqlite_url: str) -> None:
    async with RunningBot(sqlite_url, conversation=tally_conversation()) as running:
        world = found_school(running.database, running.clock.now())
        vera = await running.telegram.person("Вера")
        await vera.start(wait=False)
        person = world.joined("Вера", "Сергеевна", chat_id=vera.id)
        await serve_by_webhook(running)
        await vera.expect("Сейчас")
        running.revoke_token()
        with running.database.writing() as session:
            enqueue(session, ACT, world, key="test:revoked", person_id=person.id, now=running.clock.now())
        assert isinstance(await running.end_of_bot(), TokenRevoked)
        with running.database.reading() as session:
            assert session.scalars(select(OutboxMessage.status)).one() is OutboxStatus.WAITING
