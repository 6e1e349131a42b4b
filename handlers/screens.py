"""The current screen of a chat, computed from the tables: one row for each flow, the home for none."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from handlers import consents as consent_screens
from handlers import (
    feedback,
    home,
    joining,
    mydata,
    pairs,
    pauses,
    privacy,
    request_screens,
    roadmap,
    settings,
    survey_screens,
)
from handlers import roles as role_screens
from handlers import wishes as wish_screens
from handlers.drafts.screens import draft_screen
from handlers.forms import data_screen, form_screen
from handlers.meetings import cards, journal_screens, planning
from handlers.programmes import screens as programmes
from notices.language import Translator
from notices.letters import Letter
from services.delivery.conversations import ChatState, Participant
from services.people.pseudonyms import is_pseudonymous_now

Render = Callable[[Session, Participant, Translator, datetime], Letter | None]
"""None: the flow has lost its ground (its meeting is gone, its survey closed), so the home is shown."""


@dataclass(frozen=True, slots=True)
class Screen:
    """The screen of one flow. `before_consent`: also for someone who has not consented yet, or no longer; all
    else leads them to the next step of joining. `is_deciding`: it asks for a decision, so a text typed there
    is about it, or about nothing. `pseudonymous` stands in its place while the programme is so.
    """

    render: Render
    before_consent: bool = False
    is_deciding: bool = False
    pseudonymous: Render | None = None
    for_stranger: Callable[[Session, ChatState, Translator, datetime], Letter | None] | None = None


SCREENS: dict[str, Screen] = {
    "joining.identity": Screen(
        joining.identity_screen, before_consent=True, for_stranger=joining.identity_screen
    ),
    "consent": Screen(
        consent_screens.consent_screen, before_consent=True, is_deciding=True, pseudonymous=form_screen
    ),
    "consent.one": Screen(consent_screens.one_screen, is_deciding=True, pseudonymous=form_screen),
    "role": Screen(role_screens.role_screen, is_deciding=True),
    "role.second": Screen(role_screens.second_screen, is_deciding=True),
    "role.leave": Screen(role_screens.leave_screen, is_deciding=True),
    "survey": Screen(survey_screens.survey_screen),
    "surveys": Screen(survey_screens.list_screen),
    "mydata": Screen(mydata.summary_screen, before_consent=True, pseudonymous=data_screen),
    "mydata.answers": Screen(mydata.answers_screen, before_consent=True, pseudonymous=data_screen),
    "privacy": Screen(privacy.privacy_screen, before_consent=True),
    "privacy.confirm": Screen(privacy.confirm_screen, before_consent=True, is_deciding=True),
    "privacy.one": Screen(privacy.one_screen, before_consent=True, is_deciding=True),
    "settings": Screen(settings.settings_screen, before_consent=True),
    "help": Screen(home.help_screen, before_consent=True, for_stranger=home.stranger_help_screen),
    "offer": Screen(pairs.offer_screen, is_deciding=True),
    "offer.reasons": Screen(pairs.reasons_screen),
    "offer.note": Screen(pairs.note_screen),
    "pair": Screen(pairs.pair_screen),
    "pair.answers": Screen(pairs.answers_screen),
    "request": Screen(request_screens.list_screen),
    "request.day": Screen(request_screens.day_screen),
    "request.text": Screen(request_screens.text_screen),
    "request.reason": Screen(request_screens.reason_screen),
    "asked.reply": Screen(request_screens.reply_screen),
    "pair.pause": Screen(pauses.pause_screen, is_deciding=True),
    "programme": Screen(programmes.programme_screen),
    "programme.list": Screen(programmes.list_screen),
    "programme.activity": Screen(programmes.activity_screen),
    "programme.mark": Screen(programmes.mark_screen),
    "programme.words": Screen(programmes.words_screen),
    "programme.add": Screen(programmes.add_screen),
    "programme.change": Screen(programmes.change_screen),
    "programme.goal": Screen(programmes.goal_screen),
    "programme.areas": Screen(programmes.areas_screen),
    "programme.card": Screen(programmes.card_screen),
    "programme.answer": Screen(programmes.answer_screen, is_deciding=True),
    "support": Screen(programmes.support_screen),
    "meetings": Screen(cards.list_screen),
    "meeting": Screen(cards.meeting_screen),
    "meeting.drop": Screen(cards.drop_screen, is_deciding=True),
    "meeting.who": Screen(cards.attendance_screen),
    "plan": Screen(planning.plan_screen),
    "log": Screen(journal_screens.log_screen),
    "wish": Screen(wish_screens.wish_screen, before_consent=True),
    "draft": Screen(draft_screen, is_deciding=True),
    "feedback": Screen(feedback.feedback_screen),
    "roadmap.proof": Screen(roadmap.proof_screen, before_consent=True),
    "roadmap.duties": Screen(roadmap.duties_screen, before_consent=True),
}
"""A flow is registered by its row; its buttons by handlers/taps.py."""


def is_deciding(flow: str | None) -> bool:
    return flow in SCREENS and SCREENS[flow].is_deciding


def current_screen(session: Session, chat: ChatState, t: Translator, now: datetime) -> Letter:
    screen = SCREENS.get(chat.flow or "")
    letter = _render(screen, session, chat, t, now) if screen else None
    return letter or home.screen(session, chat, t, now)


def _render(screen: Screen, session: Session, chat: ChatState, t: Translator, now: datetime) -> Letter | None:
    if not isinstance(chat, Participant):
        return screen.for_stranger(session, chat, t, now) if screen.for_stranger else None
    if not screen.before_consent and not home.is_admitted(session, chat):
        return None
    render = screen.render
    if screen.pseudonymous and is_pseudonymous_now(session, chat.organization_id):
        render = screen.pseudonymous
    return render(session, chat, t, now)
