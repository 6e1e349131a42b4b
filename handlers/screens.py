"""The current screen of a chat, computed from the tables: one renderer for each flow, the home for none."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from handlers import consents as consent_screens
from handlers import feedback, home, joining, mydata, pairs, privacy, settings, suggestions, survey_screens
from handlers import roles as role_screens
from handlers.drafts.screens import draft_screen
from handlers.forms import data_screen, form_screen, unless_pseudonymous
from handlers.meetings import cards, journal_screens, planning
from notices.language import Translator
from notices.letters import Letter
from services.delivery.conversations import Place

# None: the flow has lost its ground (its meeting is gone, its survey closed), so the home is shown
Renderer = Callable[[Session, Place, Translator, datetime], Letter | None]

SCREENS: dict[str, Renderer] = {
    "joining.identity": joining.identity_screen,
    "consent": unless_pseudonymous(consent_screens.consent_screen, form_screen),
    "consent.one": unless_pseudonymous(consent_screens.one_screen, form_screen),
    "role": role_screens.role_screen,
    "role.second": role_screens.second_screen,
    "role.leave": role_screens.leave_screen,
    "survey": survey_screens.survey_screen,
    "surveys": survey_screens.list_screen,
    "mydata": unless_pseudonymous(mydata.summary_screen, data_screen),
    "mydata.answers": unless_pseudonymous(mydata.answers_screen, data_screen),
    "privacy": privacy.privacy_screen,
    "privacy.confirm": privacy.confirm_screen,
    "privacy.one": privacy.one_screen,
    "settings": settings.settings_screen,
    "help": home.help_screen,
    "offer": pairs.offer_screen,
    "offer.reasons": pairs.reasons_screen,
    "offer.note": pairs.note_screen,
    "pair": pairs.pair_screen,
    "pair.answers": pairs.answers_screen,
    "suggest": suggestions.kind_screen,
    "suggest.text": suggestions.text_screen,
    "meetings": cards.list_screen,
    "meeting": cards.meeting_screen,
    "meeting.drop": cards.drop_screen,
    "plan": planning.plan_screen,
    "log": journal_screens.log_screen,
    "draft": draft_screen,
    "feedback": feedback.feedback_screen,
}


# what someone may see who has not consented yet, or no longer; all else leads to the next step of joining
BEFORE_CONSENT = frozenset(
    {
        "joining.identity",
        "consent",
        "privacy",
        "privacy.confirm",
        "privacy.one",
        "mydata",
        "mydata.answers",
        "settings",
        "help",
    }
)


def current_screen(session: Session, place: Place, t: Translator, now: datetime) -> Letter:
    flow = place.flow or ""
    renderer = SCREENS.get(flow)
    if renderer and flow not in BEFORE_CONSENT and not home.is_admitted(session, place):
        renderer = None
    letter = renderer(session, place, t, now) if renderer else None
    return letter or home.screen(session, place, t, now)
