"""No call to Telegram that changes nothing or comes too late."""

from datetime import timedelta

from bot.updates import read_raw
from models.messages import InboxStatus
from sandbox.client import Person
from services.delivery.conversations import note_server
from services.delivery.inbox import store_updates
from tests.integration.tally import tally_conversation
from tests.integration.test_inbox import inbox, tally
from tests.integration.test_odd_updates import sent
from tests.running_bot import RunningBot, until


async def calls(running: RunningBot, method: str) -> int:
    return len(await running.telegram.record(method))


async def press(person: Person, data: str, number: int) -> dict[str, object]:
    message_id = (await person.screen()).message_id
    message = sent(person, text="x") | {"message_id": message_id}
    user = message["from"]
    return {"id": str(number), "from": user, "message": message, "chat_instance": "1", "data": data}


async def test_an_edit_that_changes_nothing_is_not_sent(database_url: str) -> None:
    async with RunningBot(database_url, conversation=tally_conversation()) as running:
        await running.start_bot()
        vera = await running.telegram.person("Вера")
        await vera.start()
        for number in range(3):  # nothing is added: the screen stays as it is
            running.send_update("callback_query", await press(vera, "tally.add:0", 900 + number))
        await until(lambda: inbox(running) == {InboxStatus.ANSWERED: 4})
        assert await calls(running, "editMessageText") == 0
        assert (await vera.tap("Ещё один")).text == "Сейчас 1, шаг дом"
        assert (await vera.tap("Ещё один")).text == "Сейчас 2, шаг дом"
        assert await calls(running, "editMessageText") == 2


async def test_what_another_process_may_have_edited_is_edited_again(postgres_url: str) -> None:
    """The one of two processes that knew the old screen does not take it for the one that is shown."""
    async with RunningBot(postgres_url, conversation=tally_conversation()) as running:
        await running.start_bot()
        vera = await running.telegram.person("Вера")
        await vera.start()
        sent_so_far = []
        for number in range(4):
            if number == 1:
                await running.uow.write(note_server, vera.id, served_by="another")
            running.send_update("callback_query", await press(vera, "tally.add:0", 900 + number))
            await until(lambda: inbox(running) == {InboxStatus.ANSWERED: 2 + number})  # noqa: B023
            sent_so_far.append(await calls(running, "editMessageText"))
        assert sent_so_far == [0, 1, 1, 1]


async def test_an_edit_of_unknown_fate_is_made_again(sqlite_url: str) -> None:
    async with RunningBot(sqlite_url, conversation=tally_conversation()) as running:
        await running.start_bot()
        vera = await running.telegram.person("Вера")
        await vera.start()
        await running.telegram.fault(kind="reset_before", method="editMessageText", times=1)
        assert (await vera.tap("Ещё один")).text == "Сейчас 1, шаг дом"


async def test_a_button_that_waited_too_long_is_worked_and_its_spinner_let_be(running: RunningBot) -> None:
    vera = await running.telegram.person("Вера")
    await vera.start(wait=False)
    await running.start_bot()
    await vera.expect("Сейчас 0")
    await running.stop_bot()
    before = await calls(running, "answerCallbackQuery")
    raw = read_raw([{"update_id": 900, "callback_query": await press(vera, "tally.add:1", 900)}])
    with running.database.writing() as session:
        store_updates(session, raw, now=running.clock.now() - timedelta(seconds=16))
    await running.start_bot()
    await vera.expect("Сейчас 1")
    assert await calls(running, "answerCallbackQuery") == before


async def test_of_a_backlog_only_the_newest_button_is_found_too_old(running: RunningBot) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    await running.stop_bot()
    for _ in range(5):
        await vera.tap("Ещё один", wait=False)
    await running.telegram.skip(minutes=1)
    before = await calls(running, "answerCallbackQuery")
    await running.start_bot()
    await vera.expect("Сейчас 5")
    await until(lambda: inbox(running) == {InboxStatus.ANSWERED: 6})
    assert await calls(running, "answerCallbackQuery") - before == 1
    assert tally(running) == 5


async def test_buttons_of_a_short_stop_are_answered_each_once(sqlite_url: str) -> None:
    async with RunningBot(sqlite_url, conversation=tally_conversation()) as running:
        await running.start_bot()
        vera = await running.telegram.person("Вера")
        await vera.start()
        await running.stop_bot()
        for _ in range(3):
            await vera.tap("Ещё один", wait=False)
        before = await calls(running, "answerCallbackQuery")
        await running.start_bot()
        await vera.expect("Сейчас 3")
        await until(lambda: inbox(running) == {InboxStatus.ANSWERED: 4})
        assert await calls(running, "answerCallbackQuery") - before == 3
