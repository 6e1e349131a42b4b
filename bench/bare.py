"""The bot to compare with: aiogram as its documentation shows it, with nothing kept and nothing thought.

For each tap it makes the calls that Nastavnik makes: the callback answered, the message edited into another
of the same size. `python -m bench.bare API polling|webhook PORT`.
"""

import asyncio
import sys

from aiogram import Bot, Dispatcher, F
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

TOKEN = "4242:AAbench-bare-bot-000000000000000000"  # noqa: S105  # nobody's
TEXT = (
    "<i>Анкета наставляемого · часть 2 из 5 · В чём помочь</i>\n\n"
    "<b>Насколько вам нужна помощь с планированием уроков и занятий?</b>\n\n"
    "1 – справляюсь, помощь не нужна, 10 – очень нужна помощь\n\n"
    "<i>Увидят куратор и ваш наставник</i> ({chosen})"
)

dispatcher = Dispatcher(disable_fsm=True)


@dispatcher.callback_query(F.data.startswith("survey.pick:"))
async def pick(query: CallbackQuery) -> None:
    assert isinstance(query.message, Message)
    await query.answer()
    await query.message.edit_text(TEXT.format(chosen=query.data), reply_markup=keyboard())


def keyboard() -> InlineKeyboardMarkup:
    numbers = [
        InlineKeyboardButton(text=str(one), callback_data=f"survey.pick:1234:need_planning:{one}")
        for one in range(1, 11)
    ]
    ways = [
        InlineKeyboardButton(text="‹ Назад", callback_data="survey.back:1234:need_planning"),
        InlineKeyboardButton(text="Пауза", callback_data="survey.pause:1234"),
    ]
    return InlineKeyboardMarkup(inline_keyboard=[numbers[:5], numbers[5:], ways])


async def main(api: str, updates: str, port: int) -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(api))
    bot = Bot(TOKEN, session=session, default=DefaultBotProperties(parse_mode="HTML"))
    if updates == "polling":
        await dispatcher.start_polling(bot, polling_timeout=25)
        return
    app = web.Application()
    SimpleRequestHandler(dispatcher, bot).register(app, path="/telegram")
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await bot.set_webhook(f"http://127.0.0.1:{port}/telegram")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
