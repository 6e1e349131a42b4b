"""Words about a long leave, a dismissal, a transfer: neutral, the reason is nobody else's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.pairs import MEETING, PairStatus
from models.people import Organization, Person
from notices.buttons import HomeDo, HomeTap
from notices.language import Translator
from notices.letters import Action, Letter, Skip
from notices.pair_cards import read_card
from services.organizations.days import day_of, timezone_of
from services.people.leaves import is_somebody_away


def pair_paused(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    card = read_card(session, facts)
    if card is None:
        return Skip("the pair is gone")
    if card.status is not PairStatus.PAUSED and not is_somebody_away(session, pair_id=card.id):
        return Skip("the pair is at work again")
    partner = card.partner_of(int(facts["person_id"])).chat_name
    if card.resumes_at is None:
        return Letter(
            t(
                "Your pair ({partner}) is paused: meetings to come are cancelled and I remind you of "
                "nothing. I will write when it goes on.",
                partner=partner,
            )
        )
    day = t.month_day(day_of(card.resumes_at, timezone_of(session, card.organization_id)))
    return Letter(
        t(
            "Your pair ({partner}) is paused until {day}: meetings to come are cancelled and I remind you of "
            "nothing. On that day it goes on, and I will write.",
            partner=partner,
            day=day,
        )
    )


def pair_resumed(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    card = read_card(session, facts)
    if card is None:
        return Skip("the pair is gone")
    if card.status not in MEETING:
        return Skip("the pair is not at work")
    return Letter(
        t(
            "Your pair ({partner}) goes on. A meeting can be proposed in /meetings.",
            partner=card.partner_of(int(facts["person_id"])).chat_name,
        )
    )


def dismissed(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    person = session.get(Person, int(facts["person_id"]))
    if person is None:
        return Skip("the person is gone")
    if person.departed_at is None:
        return Skip("the person is back")
    return Letter(
        t(
            "Your part in the mentoring programme has ended, because you no longer work in this "
            "organisation. Thank you! What is kept about you and for how long: /mydata and /privacy."
        )
    )


def transferred(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    person = session.get(Person, int(facts["person_id"]))
    if person is None:
        return Skip("the person is gone")
    organization = session.get_one(Organization, person.organization_id)
    return Letter(
        t(
            "You work in “{organization}” now. Your earlier programme has ended, and nothing was handed over "
            "but your name and position. If you like, join the programme here: I ask for consent anew.",
            organization=organization.name,
        ),
        ((Action(t.label("Next"), HomeTap(HomeDo.SHOW)),),),
    )
