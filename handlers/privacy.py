"""/privacy: what was consented to and when, and taking it back in two taps (domain.md 2.3)."""

from datetime import datetime

from aiogram import Router
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery
from sqlalchemy.orm import Session

from handlers.talk import Talk
from models.consents import ConsentDecision, ConsentMedium
from notices.language import Translator
from notices.letters import Action, Letter
from services.consents import ConsentState, latest_decision, read_state
from services.conversations import Place
from services.leaving import ERASED_WITHIN, withdraw_consent

router = Router(name="privacy")


class OpenPrivacy(CallbackData, prefix="privacy.open"):
    pass


class AskToWithdraw(CallbackData, prefix="privacy.ask"):
    pass


class Withdraw(CallbackData, prefix="privacy.withdraw"):
    pass


@router.callback_query(OpenPrivacy.filter())
async def open_privacy(_query: CallbackQuery, talk: Talk) -> None:
    talk.go("privacy")
    await talk.act()
    await talk.show()


@router.callback_query(AskToWithdraw.filter())
async def ask_to_withdraw(_query: CallbackQuery, talk: Talk) -> None:
    talk.go("privacy.confirm")
    await talk.act()
    await talk.show()


@router.callback_query(Withdraw.filter())
async def withdraw(_query: CallbackQuery, talk: Talk) -> None:
    talk.go(None)
    await talk.act(withdraw_consent, actor=talk.actor)
    await talk.show()


def privacy_screen(session: Session, place: Place, t: Translator, _now: datetime) -> Letter | None:
    if place.person_id is None:
        return None
    latest = latest_decision(session, place.person_id)
    back = Action(t.label("To the menu"), "home.show")
    if latest is None or latest.decision is not ConsentDecision.GIVEN:
        return None
    moment = t.moment(latest.decided_at, latest.timezone)
    text = (
        t(
            "On {moment} you gave your consent to personal data processing, text version {version}.",
            moment=moment,
            version=latest.version,
        )
        if latest.medium is ConsentMedium.CHAT
        else t(
            "Your consent to personal data processing of {moment}, text version {version}, is on paper "
            "with the curator.",
            moment=moment,
            version=latest.version,
        )
    )
    rules = t(
        "Only the curator, the head and the psychologist of your organisation see your data; your pair sees "
        "what the line under a question says. You may take the consent back at any time."
    )
    rows = ((Action(t.label("Take my consent back"), "privacy.ask"),), (back,))
    return Letter(f"{text}\n\n{rules}", rows)


def confirm_screen(session: Session, place: Place, t: Translator, now: datetime) -> Letter | None:
    if place.person_id is None or read_state(session, place.person_id) not in {
        ConsentState.GIVEN,
        ConsentState.OUTDATED,
    }:
        return None
    return Letter(
        t(
            "<b>Take the consent back?</b>\n\n"
            "At once: your participation, your pair and all reminders end, unsent questionnaires close, the "
            "curator hears of it.\n"
            "By {until}: your data will be destroyed, except what the law wants kept.\n\n"
            "It has no consequences for your work.",
            until=t.month_day((now + ERASED_WITHIN).astimezone(place.zone).date()),
        ),
        (
            (Action(t.label("Yes, take it back"), "privacy.withdraw"),),
            (Action(t.label("No, leave it"), "home.show"),),
        ),
    )
