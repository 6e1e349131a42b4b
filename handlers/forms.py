"""The pseudonymous mode: consent and intake go through a form of the panel, the chat carries its link."""

from datetime import datetime

from aiogram import Router
from sqlalchemy.orm import Session

from handlers.menu import to_menu
from handlers.talk import Talk
from handlers.taps import Taps
from notices.buttons import FormDo, FormTap, HomeDo, HomeTap
from notices.language import Translator
from notices.letters import Action, Letter
from services.delivery.conversations import Participant
from services.joining.web_forms import LIFE, FormIssued, issue_form

router = Router(name="forms")
on_form = Taps(router, FormTap)


@on_form(FormDo.OPEN)
async def open_form(_tap: FormTap, talk: Talk) -> None:
    await send_form(talk)


async def send_form(talk: Talk) -> None:
    """The link in a message of its own: the screen stays as it was."""
    t = talk.t
    issued: FormIssued = await talk.act(issue_form, actor=talk.actor)
    if issued.address is None:
        await talk.show(t("The panel has not been started yet: please tell the administrator."))
        return
    await talk.send_text(
        t(
            "Your personal form, for {hours} hours. It is yours only, please do not pass it on:\n{link}",
            hours=int(LIFE.total_seconds() // 3600),
            link=issued.address,
        )
    )


def form_screen(_session: Session, _chat: Participant, t: Translator, _now: datetime) -> Letter:
    return Letter(
        t(
            "Consent and questionnaire are filled in on a page of your organisation, not in this chat: "
            "so no personal data pass through the messenger. Press the button and I send you the link; "
            "once you have sent the form, I go on here by myself."
        ),
        (
            (Action(t.label("Send me the link"), FormTap(FormDo.OPEN)),),
            (Action(t.label("I have filled it in"), HomeTap(HomeDo.SHOW)),),
        ),
    )


def data_screen(_session: Session, _chat: Participant, t: Translator, _now: datetime) -> Letter:
    return Letter(
        t(
            "In this programme no personal data pass through the messenger. What is kept about you "
            "your curator shows you: please ask."
        ),
        ((to_menu(t),),),
    )
