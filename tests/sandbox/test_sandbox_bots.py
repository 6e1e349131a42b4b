"""A small aiogram bot lives in the sandbox by polling and by webhook, and people talk with it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import (
    BotCommand,
    BotCommandScopeChat,
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from aiohttp import web

from sandbox.client import SandboxClient
from sandbox.server import Sandbox

TOKEN = "123456789:sandbox-token_of-a-bot"
SECRET = "only-telegram-knows"


def make_dispatcher() -> Dispatcher:
    dispatcher = Dispatcher()

    @dispatcher.message(CommandStart())
    async def greet(message: Message, command: CommandObject) -> None:
        buttons = [
            [
                InlineKeyboardButton(text="Да, это я", callback_data="yes"),
                InlineKeyboardButton(text="Нет", callback_data="no"),
            ]
        ]
        await message.answer(
            f"Здравствуйте, <b>{command.args}</b>",
            parse_mode="HTML",
            reply_markup=InlineKeyboardMarkup(inline_keyboard=buttons),
        )

    @dispatcher.message(Command("keyboard"))
    async def show_keyboard(message: Message) -> None:
        rows = [[KeyboardButton(text="Красный"), KeyboardButton(text="Мой номер", request_contact=True)]]
        await message.answer("Выберите", reply_markup=ReplyKeyboardMarkup(keyboard=rows))

    @dispatcher.callback_query(F.data == "yes")
    async def confirm(query: CallbackQuery) -> None:
        await query.answer("Записано")
        assert isinstance(query.message, Message)
        await query.message.edit_text("Вы подтвердили")

    @dispatcher.callback_query()
    async def only_answer(query: CallbackQuery) -> None:
        await query.answer()

    @dispatcher.message(F.document)
    async def send_back(message: Message, bot: Bot) -> None:
        assert message.document is not None
        content = await bot.download(message.document)
        assert content is not None
        await message.answer_document(
            BufferedInputFile(content.read()[::-1], "обратно.txt"), caption="Готово"
        )

    @dispatcher.message(F.forward_origin)
    async def name_forward(message: Message) -> None:
        await message.answer("переслано")

    @dispatcher.edited_message()
    async def name_edit(message: Message) -> None:
        await message.answer(f"исправлено: {message.text}")

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(message.text or message.content_type, reply_markup=ReplyKeyboardRemove())

    return dispatcher


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(sandbox.url))
    bot = Bot(TOKEN, session=session)
    yield bot
    await bot.session.close()


@pytest.fixture
async def polling(bot: Bot) -> AsyncIterator[None]:
    dispatcher = make_dispatcher()
    task = asyncio.get_running_loop().create_task(
        dispatcher.start_polling(bot, handle_signals=False, polling_timeout=5)
    )
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.usefixtures("polling")
async def test_a_dialogue_by_polling(telegram: SandboxClient) -> None:
    anna = await telegram.person("Анна", key="mentee", start_payload="inv_0123456789abcdefghijkl")
    screen = await anna.start()
    assert screen.text == "Здравствуйте, inv_0123456789abcdefghijkl"
    assert screen.labels == ["Да, это я", "Нет"]
    assert screen.body["entities"][0]["type"] == "bold"
    screen = await anna.tap("Да")
    assert (screen.text, screen.labels) == ("Вы подтвердили", [])
    assert await anna.toast() == "Записано"
    assert (await anna.messages())[-1].edited
    assert (await anna.say("эхо")).text == "эхо"
    assert (await anna.send_sticker()).text == "sticker"
    assert (await anna.send_voice()).text == "voice"
    assert (await anna.send_photo()).text == "photo"
    assert (await anna.send_location()).text == "location"
    said = await anna.messages()
    mine = next(message for message in said if message.text == "эхо")
    assert (await anna.edit(mine.message_id, "эхо!")).text == "исправлено: эхо!"
    assert (await anna.forward(mine.message_id)).text == "переслано"
    screen = await anna.send_document("a.txt", b"abc")
    assert screen.text == "[обратно.txt] Готово"


@pytest.mark.usefixtures("polling")
async def test_a_reply_keyboard(telegram: SandboxClient) -> None:
    anna = await telegram.person("Анна")
    await anna.start("", wait=True)
    assert (await anna.say("/keyboard")).labels == ["Красный", "Мой номер"]
    assert (await anna.tap("Красный")).text == "Красный"
    assert (await anna.screen()).labels == []
    await anna.say("/keyboard")
    assert (await anna.tap("Мой номер")).text == "contact"


@pytest.mark.usefixtures("polling")
async def test_a_tap_that_changes_nothing_and_a_label_that_is_not_there(telegram: SandboxClient) -> None:
    anna = await telegram.person("Анна")
    await anna.start("a")
    before = await anna.screen()
    assert await anna.tap("Нет") == before
    with pytest.raises(AssertionError, match=r"Анна sees no button 'Может быть'.*'Да, это я', 'Нет'"):
        await anna.tap("Может быть")
    with pytest.raises(AssertionError, match="did not see 'никогда'"):
        await anna.expect("никогда", timeout=0.2)


async def test_silence_of_the_bot_fails_with_the_dialogue(sandbox: Sandbox) -> None:
    async with SandboxClient(sandbox.url, timeout=0.3) as telegram:
        anna = await telegram.person("Анна")
        with pytest.raises(AssertionError, match=r"(?s)did not answer Анна's start in 0.3 s.*you: /start"):
            await anna.start()


async def test_commands_reach_the_menu_of_whom_they_are_for(bot: Bot, telegram: SandboxClient) -> None:
    anna, vera = await telegram.person("Анна"), await telegram.person("Вера")
    for person in (anna, vera):
        await person.start(wait=False)
    await bot.set_my_commands([BotCommand(command="menu", description="Меню")])
    await bot.set_my_commands(
        [BotCommand(command="panel", description="Панель")], scope=BotCommandScopeChat(chat_id=vera.id)
    )
    assert await anna.commands() == ["menu"]
    assert await vera.commands() == ["panel"]
    await bot.delete_my_commands(scope=BotCommandScopeChat(chat_id=vera.id))
    assert await vera.commands() == ["menu"]


async def test_a_webhook_gets_updates_in_order_with_the_secret_again_after_failures(
    bot: Bot, telegram: SandboxClient
) -> None:
    dispatcher = make_dispatcher()
    seen: list[tuple[int, str]] = []
    failures = [500, 500]

    async def take(request: web.Request) -> web.Response:
        update = await request.json()
        assert request.headers["X-Telegram-Bot-Api-Secret-Token"] == SECRET
        seen.append((update["update_id"], update["message"]["text"]))
        if failures:
            return web.Response(status=failures.pop())
        await dispatcher.feed_raw_update(bot, update)
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    await bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token=SECRET)
    anna = await telegram.person("Анна")
    await anna.start("", wait=False)
    for number in range(5):
        await anna.say(str(number), wait=False)
    await anna.expect("4")
    texts = [text for _, text in seen]
    assert texts == ["/start", "/start", "/start", "0", "1", "2", "3", "4"]
    assert [number for number, _ in seen] == sorted(number for number, _ in seen)
    info = await bot.get_webhook_info()
    assert info.last_error_message == "Wrong response from the webhook: 500 Internal Server Error"
    await bot.delete_webhook()
    await runner.cleanup()


async def test_a_call_in_the_webhooks_answer_is_done(bot: Bot, telegram: SandboxClient) -> None:
    async def take(request: web.Request) -> web.Response:
        update: dict[str, Any] = await request.json()
        chat_id = update["message"]["chat"]["id"]
        return web.json_response({"method": "sendMessage", "chat_id": chat_id, "text": "ответ"})

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook")
    anna = await telegram.person("Анна")
    assert (await anna.start()).text == "ответ"
    await runner.cleanup()
