"""The consent to personal data processing: a message of its own, an explicit choice, a way back (A49, D5)."""

from datetime import datetime
from html import escape

from aiogram import Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery
from sqlalchemy.orm import Session

from handlers.talk import Talk
from notices.language import Translator
from notices.letters import Action, Letter
from services.consents import ConsentState, give_consent, read_offer, read_state
from services.conversations import Place
from services.leaving import decline_consent
from services.programmes.consents import ConsentFactMissing, split_passages

router = Router(name="consents")

MARK_LENGTH = 16  # of the text's SHA-256; enough to tell two texts apart, fits callback data


class OpenConsent(CallbackData, prefix="consent.open"):
    pass


class GiveConsent(CallbackData, prefix="consent.give"):
    """`mark` begins the SHA-256 of the text above the button."""

    mark: str


class DeclineConsent(CallbackData, prefix="consent.decline"):
    pass


@router.callback_query(OpenConsent.filter())
async def show_text(_query: CallbackQuery, talk: Talk) -> None:
    talk.go("consent")
    await talk.act()
    await talk.show(fresh=True)


@router.callback_query(GiveConsent.filter())
async def give(_query: CallbackQuery, callback_data: GiveConsent, talk: Talk) -> None:
    talk.go(None)
    decision = await talk.act(
        give_consent,
        actor=talk.actor,
        mark=callback_data.mark,
        chat_id=talk.place.chat_id,
        message_id=talk.tapped,
    )
    note = talk.t(
        "Your consent is recorded: {moment}, text version {version}. It stays above; /privacy shows it "
        "and takes it back at any time.",
        moment=talk.t.moment(decision.decided_at, talk.place.timezone),
        version=decision.version,
    )
    await talk.show(note, fresh=True)


@router.callback_query(DeclineConsent.filter())
async def decline(_query: CallbackQuery, talk: Talk) -> None:
    """The text goes from the chat with the refusal; the button back carries the person's own link."""
    t = talk.t
    left = await talk.act(decline_consent, actor=talk.actor, chat_id=talk.place.chat_id)
    rows = ((Action(t.label("Come back"), "home.return", (left.token,)),),) if left.token else ()
    await talk.replace(
        Letter(
            t(
                "All right, you are not taking part. Nothing follows from this for your work.\n\n"
                "Only this is kept: that you declined, when, and which version of the text. "
                "This chat is no longer tied to you.\n\n"
                "If you change your mind, press the button below or open your link again."
            ),
            rows,
        )
    )


def consent_screen(session: Session, place: Place, t: Translator, _now: datetime) -> Letter | None:
    if place.person_id is None or read_state(session, place.person_id) is ConsentState.GIVEN:
        return None
    try:
        offer = read_offer(session, person_id=place.person_id, locale=place.locale)
    except ConsentFactMissing:
        return Letter(
            t(
                "The text of the consent is not ready yet: details of the organisation are missing in it. "
                "Please tell your curator and look in again later."
            ),
            ((Action(t.label("Try again"), "consent.open"),),),
        )
    version = t("Text version: {version}", version=offer.version)
    return Letter(
        f"{draw_text(offer.text)}\n\n{version}",
        (
            (Action(t.label("I give my consent"), "consent.give", (offer.mark[:MARK_LENGTH],)),),
            (Action(t.label("I do not give it"), "consent.decline"),),
        ),
    )


def draw_text(shown: str) -> str:
    """The consent's Markdown subset as Telegram's HTML; every word stands as it was rendered."""
    drawn: list[str] = []
    was_item = False
    for passage in split_passages(shown):
        words = "".join(
            f"<b>{escape(span.text, quote=False)}</b>" if span.is_bold else escape(span.text, quote=False)
            for span in passage.spans
        )
        line = f"• {words}" if passage.is_item else words
        glue = "" if not drawn else "\n" if was_item and passage.is_item else "\n\n"
        drawn.append(glue + line)
        was_item = passage.is_item
    return "".join(drawn)
