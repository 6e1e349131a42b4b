"""The current screen of a chat, computed from the tables: one renderer for each flow, the home for none."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from handlers import home
from notices.language import Translator
from notices.letters import Letter
from services.conversations import Place

Renderer = Callable[[Session, Place, Translator, datetime], Letter]

# flow -> renderer; a flow that has lost its ground (its meeting is gone, its survey closed) renders the home
SCREENS: dict[str, Renderer] = {}


def current_screen(session: Session, place: Place, t: Translator, now: datetime) -> Letter:
    renderer = SCREENS.get(place.flow or "", home.screen)
    return renderer(session, place, t, now)
