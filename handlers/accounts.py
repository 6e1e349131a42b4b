"""For whoever works in the panel: its code ties the chat to an account, /panel sends a one-time link."""

import re
from datetime import datetime

from aiogram import Bot, Router
from aiogram.filters import Command, Filter
from aiogram.types import Message
from sqlalchemy.orm import Session

from handlers.commands import show_panel_command
from handlers.filters import Typed
from handlers.talk import Talk
from notices.language import Translator
from services.access.actors import Actor
from services.accounts.passes import CODE_DIGITS, ENTRY_LIFE, Entry, issue_entries, link_account
from services.organizations.panel_address import read_panel_address

router = Router(name="accounts")

CODE = re.compile(rf"(?:\d[\s\-–]*){{{CODE_DIGITS}}}")


class ChatCode(Filter):
    """Passes the digits of an account's page, with spaces or without."""

    async def __call__(self, message: Message) -> bool:
        return CODE.fullmatch((message.text or "").strip()) is not None


@router.message(Typed(), ChatCode())
async def link(message: Message, talk: Talk, bot: Bot) -> None:
    """A wrong code leaves everything as it is: where the person stood, and what a stranger's tries count."""
    code = "".join(filter(str.isdecimal, message.text or ""))
    linked = await talk.act(link_account, code=code, chat_id=talk.chat.chat_id, locale=talk.chat.locale)
    await talk.show(
        talk.t(
            "Done: this chat belongs to the account “{name}” of the panel. /panel sends you a link that "
            "signs you in. Please give this chat to nobody: it opens the panel.",
            name=linked.name,
        )
    )
    await show_panel_command(bot, talk.chat.chat_id, talk.translators, is_shown=True)


@router.message(Command("panel"))
async def send_entry(_message: Message, talk: Talk) -> None:
    if talk.chat.person_id is None:
        await talk.show(explain_linking(talk.t))
        return
    made: tuple[tuple[Entry, ...], str | None] = await talk.act(_issue, actor=talk.actor)
    entries, address = made
    if address is None:
        await talk.show(talk.t("The panel has not been started yet: please tell the administrator."))
        return
    await talk.send_text(
        "\n\n".join(describe_entry(talk.t, one, address, is_one=len(entries) == 1) for one in entries)
    )


def _issue(session: Session, *, actor: Actor, now: datetime) -> tuple[tuple[Entry, ...], str | None]:
    return issue_entries(session, actor=actor, now=now), read_panel_address(session)


def explain_linking(t: Translator) -> str:
    return t(
        "This command is for those who have an account in the panel. Open your account there, "
        "take the code and send it to me."
    )


def describe_entry(t: Translator, entry: Entry, address: str, *, is_one: bool) -> str:
    """The address stands as text: not every panel has an address that Telegram takes for a button."""
    link = f"{address}/enter/{entry.token}"
    minutes = int(ENTRY_LIFE.total_seconds() // 60)
    if is_one:
        return t(
            "Your way into the panel, once and within {minutes} minutes:\n{link}", minutes=minutes, link=link
        )
    return t(
        "Into the panel of “{organization}”, once and within {minutes} minutes:\n{link}",
        organization=entry.organization,
        minutes=minutes,
        link=link,
    )
