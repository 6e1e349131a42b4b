"""Words to whoever must act in a pair and has not: at most one such message a day, merged with others."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.pairs import MEETING, PairStatus
from models.people import Role
from notices.buttons import MeetingDo, MeetingTap, OfferDo, OfferTap
from notices.language import Translator
from notices.letters import Action, Letter, Skip
from notices.pair_cards import read_card
from notices.pairs import introduce
from services.organizations.days import day_of, timezone_of
from services.pairs.cards import PairCard
from services.pairs.silence import Silence, read_silence


def offer(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    """The offer waits for this side."""
    card = read_card(session, facts)
    if card is None or card.status is not PairStatus.OFFERED or card.offer_expires_at is None:
        return Skip("the offer is no longer open")
    person_id = int(facts["person_id"])
    role = card.role_of(person_id)
    if not card.is_asked(person_id) or card.offer_expires_at <= now:
        return Skip("answered already")
    fields = {
        "partner": introduce(card.partner_of(person_id)),
        "until": t.month_day(day_of(card.offer_expires_at, timezone_of(session, card.organization_id))),
    }
    if role is Role.MENTEE:
        words = t(
            "The offer of a mentor still waits for you: <b>{partner}</b>. Please answer by {until}.", **fields
        )
    else:
        words = t(
            "The offer of a mentee still waits for you: <b>{partner}</b>. Please answer by {until}.", **fields
        )
    return Letter(
        words,
        (
            (
                Action(t.label("Accept"), OfferTap(OfferDo.ACCEPT, card.id)),
                Action(t.label("Decline"), OfferTap(OfferDo.DECLINE, card.id)),
            ),
        ),
    )


def first_meeting(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    """To the mentor: no time of a first meeting was proposed."""
    card = read_card(session, facts)
    if card is None or not _lasts(session, card, Silence.FIRST_MEETING, now):
        return Skip("a meeting is proposed")
    words = t(
        "Your pair: {partner}. The first meeting has no time yet. Please propose one: I will pass it on and "
        "remind you both.",
        partner=card.partner_of(int(facts["person_id"])).chat_name,
    )
    return Letter(words, (_propose(card, t),))


def no_meeting(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    """To one side or to both: there was no meeting for long."""
    card = read_card(session, facts)
    if card is None or not _lasts(session, card, Silence.MEETING, now):
        return Skip("the pair has met or will meet")
    person_id = int(facts["person_id"])
    held_at = read_silence(session, pair_id=card.id, now=now).contact.held_at
    partner = card.partner_of(person_id).chat_name
    if held_at is None:
        words = t("Your pair: {partner}. I know of no meeting yet.", partner=partner)
    else:
        day = t.month_day(day_of(held_at, timezone_of(session, card.organization_id)))
        words = t("Your pair: {partner}. Your last meeting was on {day}.", partner=partner, day=day)
    if card.role_of(person_id) is Role.MENTOR:
        tail = t(
            "Please propose a time. If you have met already, write one line about it, for example: "
            "<i>yesterday 40 minutes, lesson plan</i>."
        )
    else:
        tail = t("You may propose a time yourself. If something is in the way, your curator can help.")
    return Letter(f"{words} {tail}", (_propose(card, t),))


def _lasts(session: Session, card: PairCard, silence: Silence, now: datetime) -> bool:
    if card.status not in MEETING:
        return False
    return any(step.silence is silence for step in read_silence(session, pair_id=card.id, now=now).due(now))


def _propose(card: PairCard, t: Translator) -> tuple[Action, ...]:
    return (Action(t.label("Propose a meeting"), MeetingTap(MeetingDo.PLAN, pair_id=card.id)),)
