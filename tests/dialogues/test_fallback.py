"""Whatever a person sends, there is a sentence and the current screen."""

from collections.abc import Awaitable, Callable

import pytest

from sandbox.screen import Screen
from tests.dialogues.pairs import bring_to_pair
from tests.dialogues.participants import consented, make_world
from tests.running_bot import RunningBot

WELCOME = "напишите код организации"
STRANGE = {
    "sticker": "Симпатично",
    "voice": "Записи я пока не слушаю",
    "photo": "Файл или карточка здесь не нужны",
    "location": "Файл или карточка здесь не нужны",
    "contact": "Файл или карточка здесь не нужны",
}


@pytest.mark.parametrize("kind", STRANGE)
async def test_what_is_no_text_gets_a_sentence_and_the_screen(running: RunningBot, kind: str) -> None:
    vera = await running.telegram.person("Вера")
    assert WELCOME in (await vera.start()).text
    send: Callable[[], Awaitable[Screen]] = getattr(vera, f"send_{kind}")
    screen = await send()
    assert STRANGE[kind] in screen.text
    assert WELCOME in screen.text


async def test_an_unknown_command_points_to_the_menu(running: RunningBot) -> None:
    vera = await running.telegram.person("Вера")
    await vera.start()
    screen = await vera.say("/nosuch")
    assert "Такой команды я не знаю" in screen.text
    assert WELCOME in screen.text


async def test_edited_and_forwarded_messages_change_nothing(running: RunningBot) -> None:
    anna = await consented(running, await make_world(running))
    await anna.tap("Мне нужен наставник")
    question = await anna.text()
    await anna.telegram.send_sticker()
    own = [m for m in await anna.telegram.messages() if not m.from_bot]
    screen = await anna.telegram.forward(own[-1].message_id)
    assert "Пересланные сообщения я не читаю" in screen.text
    assert screen.text.endswith(question)
    await anna.say("/menu")
    said = [m for m in await anna.telegram.messages() if m.text == "/menu"]
    screen = await anna.telegram.edit(said[-1].message_id, "другое")
    assert "Правки уже отправленных сообщений" in screen.text


async def test_text_where_a_button_is_expected_keeps_the_screen(running: RunningBot) -> None:
    anna = await consented(running, await make_world(running))
    roles = await anna.labels()
    await anna.say("я не знаю")
    assert await anna.labels() == roles
    with_buttons = [m for m in await anna.telegram.messages() if m.from_bot and m.labels]
    assert len(with_buttons) == 1


async def test_the_menu_of_commands_is_set_and_each_command_answers(running: RunningBot) -> None:
    anna = await consented(running, await make_world(running))
    commands = await anna.telegram.commands()
    assert "menu" in commands
    for command in commands:
        screen = await anna.telegram.say(f"/{command}")
        assert screen.text
        assert "Такой команды я не знаю" not in screen.text


@pytest.mark.parametrize("typed", ["ок", "наверное", "ой нет"])
async def test_a_mere_reply_is_pointed_to_the_buttons(running: RunningBot, typed: str) -> None:
    couple = await bring_to_pair(running)
    told = await couple.anna.say(typed)
    assert "кнопк" in told.text
    assert "Я не понял" not in told.text
    assert "ваша роль" in told.text


async def test_a_word_typed_under_a_withdrawal_keeps_its_question(running: RunningBot) -> None:
    couple = await bring_to_pair(running)
    await couple.anna.say("/privacy")
    await couple.anna.tap("Отозвать согласие")
    for typed in ("ой нет", "я передумала", "8"):
        told = await couple.anna.say(typed)
        assert "кнопк" in told.text
        assert "Да, отозвать" in told.labels
