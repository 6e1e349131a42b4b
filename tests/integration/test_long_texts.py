"""No screen is refused for its length: a long one comes in parts, its buttons under the last."""

import re

from sqlalchemy import select

from models.messages import InboxStatus
from models.privacy import ChatMessage
from sandbox.client import Person
from tests.integration.tally import tally_conversation
from tests.integration.test_inbox import inbox
from tests.running_bot import RunningBot, until


async def lines(person: Person, start: int = 0) -> list[int]:
    texts = [message.text for message in (await person.messages())[start:] if message.from_bot]
    return [int(one) for text in texts for one in re.findall(r"Строка ([0-9]+)", text)]


async def test_a_screen_comes_in_parts_and_is_left_in_place(sqlite_url: str) -> None:
    async with RunningBot(sqlite_url, conversation=tally_conversation()) as running:
        await running.start_bot()
        vera = await running.telegram.person("Вера")
        await vera.start()
        await vera.say("/long", wait=False)
        screen = await vera.expect("Строка 499")
        assert await lines(vera) == list(range(500))
        assert len(screen.labels) == 1
        assert screen.labels[0].endswith("…")
        before = len(await vera.messages())
        await vera.tap("Ещё один", wait=False)  # the long screen again: no edit can hold it
        await until(lambda: inbox(running) == {InboxStatus.ANSWERED: 3})
        await vera.expect("Строка 499")
        assert await lines(vera, before) == list(range(500))
        assert len([message for message in await vera.messages() if message.labels]) == 1
        await vera.say("/note")
        sent = {message.message_id for message in await vera.messages() if message.from_bot}

        def known() -> set[int]:
            with running.database.reading() as session:
                return set(session.scalars(select(ChatMessage.message_id)))

        await until(lambda: known() == sent)  # each is erased when the person is
