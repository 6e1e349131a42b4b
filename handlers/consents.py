"""The consent to personal data processing: a message of its own, an explicit choice, a way back (A49, D5)."""

from datetime import datetime
from html import escape
from typing import Any

from aiogram import Router
from sqlalchemy.orm import Session

from handlers.talk import Talk
from handlers.taps import Taps
from models.consents import ConsentKind
from notices.buttons import (
    ConsentDo,
    ConsentTap,
    ContinueDo,
    ContinueTap,
    HomeDo,
    HomeTap,
    PrivacyDo,
    PrivacyTap,
)
from notices.language import Translator
from notices.letters import Action, Letter
from services.access.actors import Actor
from services.access.errors import NotFound
from services.consents.ledger import DecisionFacts, give_consent
from services.consents.states import ConsentState, decisive_kinds, read_state, state_of
from services.consents.texts import read_offer
from services.delivery.conversations import Participant
from services.joining.consent_overview import read_standing
from services.joining.withdrawing import decline_consent
from services.programmes.consents import ConsentFactMissing, split_passages

router = Router(name="consents")
on_consent = Taps(router, ConsentTap)
on_continue = Taps(router, ContinueTap)
on_consent.opens(ConsentDo.OPEN, "consent", fresh=True)
on_continue.opens(ContinueDo.CONSENT, "consent.one", fresh=True)

MARK_LENGTH = 16  # of the text's SHA-256; enough to tell two texts apart, fits callback data


@on_consent(ConsentDo.GIVE)
async def give(tap: ConsentTap, talk: Talk) -> None:
    talk.go(None)
    decision = await talk.act(
        give_decisive,
        actor=talk.actor,
        mark=tap.mark,
        chat_id=talk.chat.chat_id,
        message_id=talk.tapped,
    )
    note = talk.t(
        "Your consent is recorded: {moment}, text version {version}. It stays above; /privacy shows it "
        "and takes it back at any time.",
        moment=talk.t.moment(decision.decided_at, talk.chat.timezone),
        version=decision.version,
    )
    await talk.show(note, fresh=True)


@on_consent(ConsentDo.GIVE_OTHER)
async def give_one(tap: ConsentTap, talk: Talk) -> None:
    talk.go("privacy")
    decision = await talk.act(
        give_consent,
        actor=talk.actor,
        kind=tap.kind,
        mark=tap.mark,
        chat_id=talk.chat.chat_id,
        message_id=talk.tapped,
    )
    note = talk.t(
        "Your consent is recorded: {moment}, text version {version}. Its text stays above.",
        moment=talk.t.moment(decision.decided_at, talk.chat.timezone),
        version=decision.version,
    )
    await talk.show(note, fresh=True)


@on_consent(ConsentDo.DECLINE_OTHER)
async def decline_one(tap: ConsentTap, talk: Talk) -> None:
    talk.go("privacy")
    await talk.act(decline_consent, actor=talk.actor, chat_id=talk.chat.chat_id, kind=tap.kind)
    await talk.show(talk.t("All right. Nothing follows from this, and you may decide otherwise later."))


@on_consent(ConsentDo.DECLINE)
async def decline(_tap: ConsentTap, talk: Talk) -> None:
    """The text goes from the chat with the refusal; the button back carries the person's own link."""
    t = talk.t
    left = await talk.act(decline_consent, actor=talk.actor, chat_id=talk.chat.chat_id)
    rows = ((Action(t.label("Come back"), HomeTap(HomeDo.RETURN, left.token)),),) if left.token else ()
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


def consent_screen(session: Session, chat: Participant, t: Translator, _now: datetime) -> Letter | None:
    if read_state(session, chat.person_id) is ConsentState.GIVEN:
        return None
    kind = decisive_kinds(session, chat.person_id)[-1]
    if kind is ConsentKind.REPRESENTATIVE or _waits_for_representative(session, chat.person_id):
        return Letter(
            t(
                "For someone under 18 a parent or another legal representative signs the consent on paper "
                "first. The curator has the form and registers it; then all goes on here."
            ),
            ((Action(t.label("Try again"), ConsentTap(ConsentDo.OPEN)),),),
        )
    try:
        offer = read_offer(session, person_id=chat.person_id, locale=chat.locale, kind=kind)
    except ConsentFactMissing:
        return Letter(
            t(
                "The text of the consent is not ready yet: details of the organisation are missing in it. "
                "Please tell your curator and look in again later."
            ),
            ((Action(t.label("Try again"), ConsentTap(ConsentDo.OPEN)),),),
        )
    version = t("Text version: {version}", version=offer.version)
    return Letter(
        f"{draw_text(offer.text)}\n\n{version}",
        (
            (
                Action(
                    t.label("I give my consent"), ConsentTap(ConsentDo.GIVE, mark=offer.mark[:MARK_LENGTH])
                ),
            ),
            (Action(t.label("I do not give it"), ConsentTap(ConsentDo.DECLINE)),),
        ),
    )


def _waits_for_representative(session: Session, person_id: int) -> bool:
    return ConsentKind.REPRESENTATIVE in decisive_kinds(session, person_id) and (
        state_of(session, person_id=person_id, kind=ConsentKind.REPRESENTATIVE) is not ConsentState.GIVEN
    )


def give_decisive(session: Session, *, actor: Actor, **facts: Any) -> DecisionFacts:
    """Yes to the consent by which this person takes part: an adult's own, or a minor's assent."""
    if actor.id is None:
        raise NotFound
    return give_consent(session, actor=actor, kind=decisive_kinds(session, actor.id)[-1], **facts)


def one_screen(session: Session, chat: Participant, t: Translator, _now: datetime) -> Letter | None:
    """One of the other consents: its whole text and the choice, or how it is given on paper."""
    kind = chat.data.get("kind", "")
    if kind not in set(ConsentKind):
        return None
    actor = chat.actor
    back = (Action(t.label("My consents"), PrivacyTap(PrivacyDo.OPEN)),)
    try:
        standing = read_standing(
            session, actor=actor, person_id=chat.person_id, kind=ConsentKind(kind), locale=t.locale
        )
        offer = read_offer(session, person_id=chat.person_id, locale=chat.locale, kind=ConsentKind(kind))
    except NotFound:
        return None
    except ConsentFactMissing:
        missing = t(
            "The text of this consent is not ready yet: details of the organisation are missing in it. "
            "It is not needed for taking part."
        )
        return Letter(missing, (back,))
    if standing.is_decisive or standing.state is ConsentState.GIVEN:
        return None
    if standing.is_paper:
        text = t(
            "The law wants this consent in writing, so there is no button here: if you wish to give it, the "
            "curator prints this text and you sign it on paper. It is not needed for taking part."
        )
        return Letter(f"{draw_text(offer.text)}\n\n{text}", (back,))
    version = t("Text version: {version}", version=offer.version)
    return Letter(
        f"{draw_text(offer.text)}\n\n{version}",
        (
            (
                Action(
                    t.label("I give my consent"),
                    ConsentTap(ConsentDo.GIVE_OTHER, kind, offer.mark[:MARK_LENGTH]),
                ),
            ),
            (Action(t.label("I do not give it"), ConsentTap(ConsentDo.DECLINE_OTHER, kind)),),
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
