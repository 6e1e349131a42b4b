"""/settings: the language of the chat; how the bot keeps quiet."""

from datetime import datetime

from aiogram import Router
from sqlalchemy.orm import Session

from handlers.menu import to_menu
from handlers.talk import Talk
from handlers.taps import Taps
from notices.buttons import SettingsDo, SettingsTap
from notices.language import Translator
from notices.letters import Action, Letter
from services.delivery.conversations import Participant
from services.people.cards import choose_locale
from services.programmes.running import current_cycle, settings_of

router = Router(name="settings")
on_settings = Taps(router, SettingsTap)
on_settings.opens(SettingsDo.OPEN, "settings")

LANGUAGES = {"ru": "Русский", "en": "English"}  # each in its own words


@on_settings(SettingsDo.LANGUAGE)
async def choose_language(tap: SettingsTap, talk: Talk) -> None:
    await talk.act(choose_locale, actor=talk.actor, locale=tap.locale)
    await talk.show()


def settings_screen(session: Session, chat: Participant, t: Translator, _now: datetime) -> Letter | None:
    settings = settings_of(session, cycle_id=current_cycle(session, chat.organization_id).id)
    languages = tuple(
        Action(f"✓ {name}" if locale == chat.locale else name, SettingsTap(SettingsDo.LANGUAGE, locale))
        for locale, name in LANGUAGES.items()
    )
    return Letter(
        t(
            "Language: choose below.\n\n"
            "From {quiet_from} to {quiet_to} I send no reminders; what cannot wait comes without a sound. "
            "The time is that of your organisation: {place}.",
            quiet_from=t.clock(settings.quiet_from),
            quiet_to=t.clock(settings.quiet_to),
            place=t.zone_city(chat.timezone),
        ),
        (languages, (to_menu(t),)),
    )
