"""Coming in: "is it you?" by a personal link, or the code of the organisation and four digits."""

import re
from datetime import datetime

from aiogram import Router
from aiogram.filters import Filter
from aiogram.types import Message
from sqlalchemy.orm import Session

from handlers.filters import Flow, Typed
from handlers.talk import Talk
from handlers.taps import Taps
from notices.buttons import HomeDo, HomeTap, JoiningDo, JoiningTap
from notices.language import Translator
from notices.letters import Action, Letter
from services.access.errors import N_, NotFound
from services.delivery.conversations import ChatState
from services.joining.entering import (
    InvitationOpened,
    InvitationState,
    claim_invitation,
    open_invitation,
    read_polite_name,
    refuse_invitation,
)
from services.joining.recognition import CodeTyped, type_code, waiting_digits
from services.programmes.answers import NO, YES

router = Router(name="joining")
on_home = Taps(router, HomeTap)
on_joining = Taps(router, JoiningTap)

CODE = re.compile(r"[0-9]{4,16}")
IT_IS_ME = YES | {"да, это я", "это я", "yes, it is me"}
IT_IS_NOT_ME = NO | {"не я", "это не я"}

REFUSALS = {
    InvitationState.TAKEN: N_(
        "This invitation belongs to somebody else. The curator knows about it and will help: "
        "please ask them for your own link."
    ),
    InvitationState.EXPIRED: N_("This invitation has run out. Please ask the curator for a new one."),
    InvitationState.REVOKED: N_("This invitation has been replaced. Please ask the curator for the new one."),
    InvitationState.UNKNOWN: N_(
        "I do not know this invitation: perhaps a part of the link was lost. Please open it once more "
        "or ask the curator for a new one."
    ),
}


class Stranger(Filter):
    """Passes while the chat belongs to nobody."""

    async def __call__(self, _event: object, talk: Talk) -> bool:
        return talk.chat.person_id is None


async def open_by_token(talk: Talk, token: str, locale: str) -> InvitationOpened:
    """Look at a link and go where it leads; one's own link leads back to where one was."""

    def lead(opened: InvitationOpened) -> tuple[str | None, dict[str, object]]:
        if opened.state is InvitationState.OPEN:
            return "joining.identity", {"invitation_id": opened.invitation_id}
        return talk.chat.flow, talk.chat.data

    return await talk.act(open_invitation, token=token, chat_id=talk.chat.chat_id, locale=locale, then=lead)


def refusal_of(opened: InvitationOpened, t: Translator) -> str | None:
    """Why a link does not help this chat; None when it does."""
    words = REFUSALS.get(opened.state)
    return t(words) if words else None


@on_home(HomeDo.RETURN)
async def come_back(tap: HomeTap, talk: Talk) -> None:
    opened = await open_by_token(talk, tap.token, talk.chat.locale)
    await talk.show(refusal_of(opened, talk.t), here=True)


@on_joining(JoiningDo.YES, JoiningDo.NO)
async def answer(tap: JoiningTap, talk: Talk) -> None:
    if not has_opened(talk, tap.invitation_id):
        await talk.show()
    elif tap.do is JoiningDo.YES:
        await claim(talk, tap.invitation_id)
    else:
        await refuse(talk, tap.invitation_id)


def has_opened(talk: Talk, invitation_id: int) -> bool:
    """Whether this chat came by the link's token: a number in a button alone is a guess."""
    chat = talk.chat
    return chat.flow == "joining.identity" and chat.data.get("invitation_id") == invitation_id


@router.message(Flow("joining.identity"), Typed())
async def read_answer(message: Message, talk: Talk) -> None:
    """Yes or no in words; anything else asks once more."""
    typed = (message.text or "").strip(" .,!").casefold()
    if typed in IT_IS_ME:
        await claim(talk, int(talk.chat.data["invitation_id"]))
    elif typed in IT_IS_NOT_ME:
        await refuse(talk, int(talk.chat.data["invitation_id"]))
    else:
        await talk.show(talk.t("Please answer yes or no."))


async def claim(talk: Talk, invitation_id: int) -> None:
    talk.go(None)
    opened = await talk.act(
        claim_invitation,
        invitation_id=invitation_id,
        chat_id=talk.chat.chat_id,
        locale=talk.chat.locale,
    )
    await talk.show(refusal_of(opened, talk.t))


async def refuse(talk: Talk, invitation_id: int) -> None:
    talk.go(None)
    await talk.act(refuse_invitation, invitation_id=invitation_id, chat_id=talk.chat.chat_id)
    await talk.show(
        talk.t("Thank you for saying so. I have told the curator that the link went to the wrong person.")
    )


def identity_screen(session: Session, chat: ChatState, t: Translator, _now: datetime) -> Letter | None:
    """First name and patronymic only: whoever opened the link learns nothing more."""
    invitation_id = int(chat.data.get("invitation_id", 0))
    try:
        name = read_polite_name(session, invitation_id)
    except NotFound:
        return None
    return Letter(
        t("Hello! Are you <b>{name}</b>?", name=name),
        (
            (
                Action(t.label("Yes, it is me"), JoiningTap(JoiningDo.YES, invitation_id)),
                Action(t.label("No"), JoiningTap(JoiningDo.NO, invitation_id)),
            ),
        ),
    )


@router.message(Stranger(), Typed())
async def read_code(message: Message, talk: Talk) -> None:
    code = re.sub(r"[\s\-–—]", "", message.text or "")
    if not CODE.fullmatch(code):
        is_mistyped = any(sign.isdigit() for sign in code)  # a greeting or a question is no code at all
        hint = talk.t("The code is made of digits only. It is in the curator's announcement.")
        await talk.show(hint if is_mistyped else None)
        return

    talk.go(None)
    typed = await talk.act(type_code, code=code, chat_id=talk.chat.chat_id)
    await talk.show(_describe_outcome(typed, talk.t))


def _describe_outcome(typed: CodeTyped, t: Translator) -> str | None:
    if typed.digits is not None:
        return None
    if typed.tries_left:
        return t.plural(
            "There is no organisation with this code. {count} try is left.",
            "There is no organisation with this code. {count} tries are left.",
            typed.tries_left,
        )
    return t.plural(
        "The code was wrong too many times. Please try again in {count} minute.",
        "The code was wrong too many times. Please try again in {count} minutes.",
        typed.wait_minutes,
    )


def stranger_screen(session: Session, chat: ChatState, t: Translator, _now: datetime) -> Letter:
    """For a chat that belongs to nobody: the code is asked, or the digits are shown. Nothing about anyone."""
    digits = waiting_digits(session, chat.chat_id)
    if digits is not None:
        return Letter(
            t(
                "Please tell your curator these four digits in person:\n\n<b>{digits}</b>\n\n"
                "As soon as the curator recognises you, I will write here.",
                digits=digits,
            )
        )
    return Letter(
        t(
            "Hello! I help with the mentoring programme of your organisation.\n\n"
            "Please open the personal link from your curator, or type the code of your organisation: "
            "it is in the curator's announcement."
        )
    )
