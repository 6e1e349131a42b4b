"""/start: with a personal link, or back to where the person stands."""

from aiogram import Router
from aiogram.filters import CommandObject, CommandStart
from aiogram.types import Message

from handlers.events import come_by_link
from handlers.joining import open_by_token, refusal_of
from handlers.talk import Talk
from services.accounts.chats import choose_chat_locale

router = Router(name="start")

INVITATION = "inv_"
EVENT = "evt_"


@router.message(CommandStart())
async def start(message: Message, command: CommandObject, talk: Talk) -> None:
    """A stranger's language is Telegram's; someone known keeps the chosen one."""
    code = (message.from_user.language_code if message.from_user else None) or ""
    locale = "en" if code.lower().startswith("en") else "ru"
    payload = (command.args or "").strip()
    if payload.startswith(INVITATION):
        opened = await open_by_token(talk, payload.removeprefix(INVITATION), locale)
        await talk.show(refusal_of(opened, talk.t))
        return
    if payload.startswith(EVENT):
        await come_by_link(talk, payload.removeprefix(EVENT))
        return
    if talk.chat.person_id is None:
        await talk.act(choose_chat_locale, chat_id=talk.chat.chat_id, locale=locale)
    await talk.show()
