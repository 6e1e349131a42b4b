"""Buttons: the screen's work once, older ones show the current screen, those of notices work anywhere."""

from sqlalchemy import select

from models.messages import Conversation, InboxStatus, InboxUpdate, OutboxMessage
from models.people import ChatAccount
from tests.integration.test_inbox import inbox, tally
from tests.running_bot import RunningBot, until


async def test_a_button_of_an_older_message_shows_the_current_screen(running: RunningBot) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    await running.telegram.fault(kind="500", method="editMessageReplyMarkup", times=9)
    first = (await vera.screen()).message_id
    await vera.say("/add", wait=False)
    await vera.expect("Сейчас 1")
    assert next(m for m in await vera.messages() if m.message_id == first).labels, "the fault kept them"
    await running.telegram.clear_faults()
    screen = await vera.tap("Ещё два", message_id=first)
    assert screen.text == "Сейчас 1, шаг дом"
    assert await vera.toast() == "Это сообщение устарело, актуальное ниже."
    assert tally(running) == 1
    assert (await vera.tap("Ещё два")).text == "Сейчас 3, шаг дом"


async def test_a_double_tap_counts_once_or_twice_but_never_breaks(running: RunningBot) -> None:
    """Two taps are two updates: a handler's rule decides; both are answered and the screen is one."""
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    await vera.tap("Ещё один", wait=False)
    await vera.tap("Ещё один")
    await until(lambda: tally(running) == 2)
    await vera.expect("Сейчас 2")
    assert len([m for m in await vera.messages() if m.from_bot and m.labels]) == 1


async def test_a_notice_s_button_works_from_any_message(running: RunningBot) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    await vera.say("кнопка извещения")
    await vera.say("/add")
    screen_id = (await vera.screen()).message_id
    await vera.tap("Принять")
    messages = {m.message_id: m for m in await vera.messages()}
    assert "Принято" in [m.text for m in messages.values()]
    assert messages[screen_id].labels == ["Ещё один", "Ещё два"]
    assert (await vera.tap("Ещё один")).text == "Сейчас 3, шаг дом"


async def test_the_screen_is_known_after_a_restart(running: RunningBot) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    await running.restart_bot()
    before = (await vera.screen()).message_id
    screen = await vera.tap("Ещё один")
    assert (screen.text, screen.message_id) == ("Сейчас 1, шаг дом", before)


async def test_a_callback_that_is_too_old_is_worked_all_the_same(running: RunningBot) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    await running.stop_bot()
    await vera.tap("Ещё один", wait=False)
    await running.telegram.skip(minutes=5)
    await running.start_bot()
    await vera.expect("Сейчас 1, шаг дом")


async def test_a_person_who_blocks_and_returns(running: RunningBot) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    with running.database.writing() as session:
        session.add(ChatAccount(chat_id=vera.id, is_reachable=True))

    def is_reachable() -> bool | None:
        with running.database.reading() as session:
            return session.scalar(select(ChatAccount.is_reachable).where(ChatAccount.chat_id == vera.id))

    await vera.block()
    await until(lambda: is_reachable() is False)
    await vera.unblock()
    await until(lambda: is_reachable() is True)
    await vera.block()
    await until(lambda: is_reachable() is False)


async def test_an_answer_to_who_blocked_the_bot_meanwhile_is_given_up(running: RunningBot) -> None:
    vera = await running.telegram.person("Вера")
    await vera.start(wait=False)
    await vera.say("/add", wait=False)
    with running.database.writing() as session:
        session.add(ChatAccount(chat_id=vera.id, is_reachable=True))
    await vera.block()
    await running.start_bot()
    await until(lambda: inbox(running) == {InboxStatus.ANSWERED: 3})  # /start, /add and the blocking itself
    assert tally(running) == 1
    with running.database.reading() as session:
        assert session.get_one(ChatAccount, vera.id).is_reachable is False
        assert session.scalar(select(OutboxMessage.id)) is None


async def test_taking_old_buttons_away_is_tried_once_and_holds_nobody_up(running: RunningBot) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    await running.telegram.fault(kind="500", method="editMessageReplyMarkup", times=9)
    await vera.say("/add")
    await vera.say("/add")
    await vera.expect("Сейчас 2")
    await until(lambda: tally(running) == 2)
    tried = [
        call["parameters"]["message_id"] for call in await running.telegram.record("editMessageReplyMarkup")
    ]
    assert len(tried) == len(set(tried))


async def test_a_screen_whose_record_a_crash_has_swallowed_still_works(running: RunningBot) -> None:
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    first = (await vera.screen()).message_id
    newest = (await vera.say("/add")).message_id
    await until(lambda: set(inbox(running)) == {InboxStatus.ANSWERED})
    await running.stop_bot()
    with running.database.writing() as session:
        session.get_one(Conversation, vera.id).screen_message_id = first
    await vera.tap("Ещё два", wait=False)
    await running.start_bot()
    screen = await vera.expect("Сейчас 3, шаг дом")
    assert screen.message_id == newest


async def test_a_tap_made_before_a_restart_is_worked_and_not_overtaken_by_the_screen(
    running: RunningBot,
) -> None:
    """The answer before it was seen, but a crash has swallowed the record of it."""
    await running.start_bot()
    vera = await running.telegram.person("Вера")
    await vera.start()
    screen = await vera.tap("Ещё один")
    await until(lambda: set(inbox(running)) == {InboxStatus.ANSWERED})
    await running.stop_bot()
    with running.database.writing() as session:
        newest = session.scalars(select(InboxUpdate).order_by(InboxUpdate.update_id.desc())).first()
        assert newest is not None
        newest.status = InboxStatus.WORKED
    await vera.tap("Ещё два", wait=False)
    await running.start_bot()
    after = await vera.expect("Сейчас 3, шаг дом")
    assert after.message_id == screen.message_id
    await until(lambda: set(inbox(running)) == {InboxStatus.ANSWERED})
    assert len([message for message in await vera.messages() if message.from_bot]) == 1
