"""Each answer of the Bot API that refuses a call, and what the person sees then."""

import pytest

from models.people import ChatAccount
from tests.integration.interceptor import Interceptor, refusal
from tests.integration.tally import tally_conversation
from tests.integration.test_inbox import tally
from tests.running_bot import RunningBot, until

NOT_EDITABLE = (
    "message to edit not found",
    "message can't be edited",
    "there is no text in the message to edit",
    "MESSAGE_ID_INVALID",
    "MESSAGE_TOO_LONG",
)
UNREACHABLE = (
    (403, "Forbidden: bot was blocked by the user"),
    (403, "Forbidden: user is deactivated"),
    (403, "Forbidden: bot can't initiate conversation with a user"),
    (400, "Bad Request: chat not found"),
    (400, "Bad Request: PEER_ID_INVALID"),
)


async def test_a_screen_that_cannot_be_edited_comes_anew_and_one_without_a_change_stays(
    sqlite_url: str,
) -> None:
    async with (
        RunningBot(sqlite_url, conversation=tally_conversation()) as running,
        Interceptor(running.url) as interceptor,
    ):
        await running.start_bot(telegram_api=interceptor.url, poll_seconds=1)
        vera = await running.telegram.person("Вера")
        await vera.start()
        for number, words in enumerate(NOT_EDITABLE, start=1):
            before = (await vera.screen()).message_id
            interceptor.plan("editMessageText", refusal(400, description=f"Bad Request: {words}"))
            screen = await vera.tap("Ещё один")
            assert screen.text == f"Сейчас {number}, шаг дом", words
            assert screen.message_id > before, words
        before = (await vera.screen()).message_id
        same = refusal(400, description="Bad Request: message is not modified: specified new message content")
        interceptor.plan("editMessageText", same)
        await vera.tap("Ещё один", wait=False)
        await until(lambda: tally(running) == len(NOT_EDITABLE) + 1 and not interceptor.has_planned)
        await vera.say("/peek", wait=False)
        await vera.expect("Смотрим")
        assert len([one for one in await vera.messages() if one.from_bot and one.message_id > before]) == 1


@pytest.mark.parametrize(("code", "words"), UNREACHABLE, ids=[words for _, words in UNREACHABLE])
async def test_a_chat_that_takes_nothing_is_noted(sqlite_url: str, code: int, words: str) -> None:
    async with (
        RunningBot(sqlite_url, conversation=tally_conversation()) as running,
        Interceptor(running.url) as interceptor,
    ):
        await running.start_bot(telegram_api=interceptor.url, poll_seconds=1)
        vera = await running.telegram.person("Вера")
        with running.database.writing() as session:
            session.add(ChatAccount(chat_id=vera.id, is_reachable=True))

        def is_reachable() -> bool:
            with running.database.reading() as session:
                return session.get_one(ChatAccount, vera.id).is_reachable

        interceptor.plan("sendMessage", refusal(code, description=words))
        await vera.start(wait=False)
        await until(lambda: not is_reachable())
        await vera.say("/peek", wait=False)
        await vera.expect("Смотрим")
        assert is_reachable()
