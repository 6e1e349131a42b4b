"""Words about pairs: the offer, the answers, the end."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models.pairs import ENDED as ENDED_STATUSES
from models.pairs import MEETING, PairStatus, WaitsFor
from models.people import Role
from notices.buttons import MeetingDo, MeetingTap, OfferDo, OfferTap
from notices.language import Translator, escape
from notices.letters import Action, Letter, Rows, Skip
from notices.pair_cards import read_card
from notices.pair_forms import describe_form
from services.access.actors import Channel, system
from services.access.errors import N_
from services.delivery.reachability import is_reachable
from services.organizations.days import day_of, timezone_of
from services.pairs.cards import PairCard
from services.pairs.parties import Party, party_of
from services.programmes.running import settings_of
from services.surveys.shared import Shared, SharedAnswer, read_shared

OFFER = {
    Role.MENTEE: N_(
        "{name}, there is a mentor for you: <b>{partner}</b>.\n\n"
        "If this suits you, press Accept. If not, press Decline: only the curator will see the reason. "
        "Please answer by {until}."
    ),
    Role.MENTOR: N_(
        "{name}, would you become a mentor to <b>{partner}</b>?\n\n"
        "If this suits you, press Accept. If not, press Decline: only the curator will see the reason. "
        "Please answer by {until}."
    ),
}
GROUP_OFFER = {
    Role.MENTEE: N_(
        "{name}, there is a mentor for you, in a group of several mentees: <b>{partner}</b>.\n\n"
        "If this suits you, press Accept. If not, press Decline: only the curator will see the reason. "
        "Please answer by {until}."
    ),
    Role.MENTOR: N_(
        "{name}, would you become a mentor to a group: <b>{partner}</b>?\n\n"
        "If this suits you, press Accept. If not, press Decline: only the curator will see the reason. "
        "Please answer by {until}. The group begins with those who agree."
    ),
}
TAGS = re.compile(r"</?[a-z]+>")


def offer(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    """The offer; for a draft it is the preview that the curator sees before confirming."""
    card = read_card(session, facts)
    person_id = int(facts["person_id"])
    if card is None or (card.status is not PairStatus.DRAFT and not card.is_asked(person_id)):
        return Skip("the offer is answered or no longer open")
    side, role = card.side_of(person_id), card.role_of(person_id)
    timezone = timezone_of(session, card.organization_id)
    until = card.asked_until(person_id) or _find_end(session, card, now)
    words = (GROUP_OFFER if card.is_group else OFFER)[role]
    fields = {
        "name": side.own_name,
        "partner": introduce(card.partner_of(person_id)),
        "until": t.month_day(day_of(until, timezone)),
    }
    tail = _introduce_by_answers(session, card, person_id, t)
    return Letter(
        t(words, **fields) + tail,
        (
            (
                Action(t.label("Accept"), OfferTap(OfferDo.ACCEPT, card.id)),
                Action(t.label("Decline"), OfferTap(OfferDo.DECLINE, card.id)),
            ),
        ),
        template=TAGS.sub("", t.label(words, **{name: f"{{{name}}}" for name in fields})),
        fields=fields,
        tail=tail,
    )


def _find_end(session: Session, card: PairCard, now: datetime) -> datetime:
    """Of a draft: when the offer would end if it were confirmed now."""
    return now + timedelta(days=settings_of(session, cycle_id=card.cycle_id).offer_expires_days)


def accepted(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    """Both agreed: who the other is, and what comes next."""
    card = read_card(session, facts)
    if card is None or card.status not in MEETING:
        return Skip("the pair has changed since")
    person_id = int(facts["person_id"])
    partner = card.partner_of(person_id)
    tail = _introduce_by_answers(session, card, person_id, t)
    propose = ((Action(t.label("Propose a meeting"), MeetingTap(MeetingDo.PLAN, pair_id=card.id)),),)
    is_mentor = card.role_of(person_id) is Role.MENTOR
    if card.is_group:
        return _begin_group(card, person_id, tail, propose, t)
    if card.described.kind.is_on_request:
        words = (
            N_(
                "You are both in! Your mentee is <b>{partner}</b>.\n\n"
                "Your mentee will propose a time when there is a question."
            )
            if is_mentor
            else N_(
                "You are both in! Your mentor is <b>{partner}</b>.\n\n"
                "Propose a time when you have a question."
            )
        )
        return Letter(t(words, partner=introduce(partner)) + tail, () if is_mentor else propose)
    if is_mentor:
        return Letter(
            t(
                "You are both in! Your mentee is <b>{partner}</b>.\n\n"
                "Next step: propose a time for the first meeting, to get to know each other.",
                partner=introduce(partner),
            )
            + tail,
            propose,
        )
    return Letter(
        t(
            "You are both in! Your mentor is <b>{partner}</b>.\n\n"
            "Next step: your mentor will propose a time for the first meeting, and I will send it to you.",
            partner=introduce(partner),
        )
        + tail
    )


def _begin_group(card: PairCard, person_id: int, tail: str, propose: Rows, t: Translator) -> Letter:
    if card.role_of(person_id) is Role.MENTOR:
        return Letter(
            t(
                "The group is together. Your mentees: <b>{partner}</b>.\n\n"
                "Next step: propose a time for the first meeting, to get to know each other.",
                partner=introduce(card.mentees_party),
            )
            + tail,
            propose,
        )
    fellows = ", ".join(one.chat_name for one in card.fellows_of(person_id))
    text = t(
        "You are in the group. Your mentor is <b>{partner}</b>.\n\n"
        "Next step: your mentor proposes a time for a meeting, and I will send it to you.",
        partner=introduce(card.partner_of(person_id)),
    )
    if fellows:
        text += "\n" + t("In the group with you: {names}.", names=fellows)
    return Letter(text + tail)


def member_joined(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    """To who stands in a group: one more has come into it."""
    found = _read_member(session, facts)
    if found is None or not found[0].is_in(int(facts["about"])):
        return Skip("the group has ended or changed")
    card, name = found
    if card.role_of(int(facts["person_id"])) is Role.MENTOR:
        return Letter(t("One more mentee has come into your group: {name}.", name=name))
    return Letter(t("One more colleague has come into your group: {name}.", name=name))


def member_left(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    """To who leaves a group, and to who stays: neutral, without the reason."""
    found = _read_member(session, facts)
    if found is None or found[0].is_in(int(facts["about"])):
        return Skip("the group has ended or changed")
    if facts["about"] == facts["person_id"]:
        words = t(
            "You are no longer in the group of your mentor. If you have questions, please ask the curator."
        )
        return Letter(words)
    return Letter(t("{name} is no longer in your group. The others go on.", name=found[1]))


def _read_member(session: Session, facts: Mapping[str, Any]) -> tuple[PairCard, str] | None:
    card = read_card(session, facts)
    if card is None or card.status in ENDED_STATUSES:
        return None
    return card, card.side_of(int(facts["about"])).chat_name


def declined(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    """To the other side of a declined offer: neutral, no reason, no blame."""
    card = read_card(session, facts)
    if card is None:
        return Skip("the pair is gone")
    if card.role_of(int(facts["person_id"])) is Role.MENTEE:
        return Letter(
            t("This pair will not come about. It is not about you: the curator looks for another mentor.")
        )
    return Letter(
        t("This pair will not come about. It is not about you: the curator may offer you another mentee.")
    )


def expired(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    if read_card(session, facts) is None:
        return Skip("the pair is gone")
    return Letter(
        t("The time to answer the offer of a pair is over. The curator knows and will choose the next step.")
    )


def withdrawn(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    if read_card(session, facts) is None:
        return Skip("the pair is gone")
    return Letter(t("The curator has taken the offer of a pair back. Nothing is needed from you now."))


def unreachable(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    """To the other side of somebody who has blocked the bot or is gone from the messenger."""
    card = read_card(session, facts)
    if card is None or card.status in ENDED_STATUSES:
        return Skip("the pair has ended")
    partner = card.partner_of(int(facts["person_id"]))
    absent = [one for one in partner.people if not is_reachable(session, one)]
    if not absent:
        return Skip("the person is back")
    return Letter(describe_cut_off(party_of([card.side_of(one) for one in absent]), t))


def describe_cut_off(partner: Party, t: Translator) -> str:
    """Why nothing comes from the other side of a pair."""
    return t(
        "{partner} does not get my messages at present; the curator knows. Whatever waits for an answer "
        "I will show as soon as the chat is open again. If it is urgent, please get in touch directly.",
        partner=partner.chat_name,
    )


def ended(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    card = read_card(session, facts)
    if card is None:
        return Skip("the pair is gone")
    partner = card.partner_of(int(facts["person_id"]))
    return describe_end(partner.chat_name, t, is_completed=card.status is PairStatus.COMPLETED)


def describe_end(partner: str, t: Translator, *, is_completed: bool) -> Letter:
    """That a pair has ended, neutral and without a reason; a curator may reword it."""
    words = (
        N_("Your pair ({partner}) has completed its work. Thank you! Your meetings stay in /meetings.")
        if is_completed
        else N_("Your pair ({partner}) has ended its work. If you have questions, please ask the curator.")
    )
    template = t.label(words, partner="{partner}")
    return Letter(t(words, partner=partner), template=template, fields={"partner": partner})


def read_partner(session: Session, card: PairCard, person_id: int, t: Translator) -> Shared:
    """What this side of the pair may read of the other's answers."""
    return read_shared(
        session, actor=system(Channel.BOT), pair_id=card.id, person_id=person_id, locale=t.locale
    )


def _introduce_by_answers(session: Session, card: PairCard, person_id: int, t: Translator) -> str:
    """Under a notice, after an empty line: form and kind, then what may be told of the other's intake."""
    tail = "\n\n" + "\n".join(describe_form(card, t))
    lines = list_intakes(session, card, person_id, t)
    return tail + ("\n\n" + "\n".join([t("<i>From the questionnaire:</i>"), *lines]) if lines else "")


def list_intakes(session: Session, card: PairCard, person_id: int, t: Translator) -> list[str]:
    """A line for each answer of the other side's intake that was promised to the pair; by name in a group."""
    shared = read_partner(session, card, person_id, t)
    partner = card.partner_of(person_id)
    lines: list[str] = []
    for one in partner.people:
        answers = list_answers(shared.intake_of(one), t)
        if answers and partner.is_several:
            lines.append(f"<b>{escape(card.side_of(one).chat_name)}</b>")
        lines += answers
    return lines


def list_answers(answers: Sequence[SharedAnswer], t: Translator) -> list[str]:
    """A line for each answer: "Subject: mathematics"."""
    return [
        f"{escape(one.label.get(t.locale))}: "
        f"{escape(_go_on(one.text) if one.is_choice and t.locale == 'ru' else one.text)}"
        for one in answers
    ]


def _go_on(chosen: str) -> str:
    """Russian choices after a colon begin with small letters; abbreviations stay as they are."""
    return re.sub(r"(?:(?<=^)|(?<=, ))[А-ЯЁ](?=[а-яё ])", lambda hit: hit[0].lower(), chosen)


def introduce(party: Party) -> str:
    """Full name and position, as one introduces a colleague; less of it in the pseudonymous mode."""
    return party.introduction


WORK = {
    PairStatus.ORDERED: N_("The order is signed. The mentor's written agreement waits for the curator."),
    PairStatus.ACTIVE: N_("The pair is at work."),
    PairStatus.PAUSED: N_("The work is paused. The curator will say when it goes on."),
}
ENDED = N_("The work of this pair has ended.")


def describe_status(card: PairCard, person_id: int, t: Translator) -> str:
    """The pair's state in words for one of its members; it names who must act (docs/design.md#panel)."""
    if card.is_asked(person_id):
        return t("The offer waits for your answer.")
    if card.status is PairStatus.OFFERED:
        return _describe_offer(card, card.role_of(person_id), t)
    if card.status is PairStatus.ACCEPTED:
        return _describe_beginning(card, card.role_of(person_id), t)
    if card.status is PairStatus.PAUSED and card.resumes_at is not None:
        return t("The work is paused until {day}.", day=t.month_day(card.resumes_at.date()))
    return t(WORK.get(card.status, ENDED))


def _describe_offer(card: PairCard, role: Role, t: Translator) -> str:
    if card.is_group:
        return t("You agreed. Now others of the group are thinking.")
    if role is Role.MENTEE:
        return t("You agreed. Now your mentor is thinking.")
    return t("You agreed. Now your mentee is thinking.")


def _describe_beginning(card: PairCard, role: Role, t: Translator) -> str:
    if card.is_group:
        return _describe_beginning_group(card, role, t)
    if card.waits_for is not WaitsFor.MENTOR:
        return t("Both agreed. You can meet already; the order waits for the curator.")
    if role is Role.MENTOR:
        return t("Both agreed. Next: you propose the first meeting.")
    return t("Both agreed. Next: your mentor proposes the first meeting.")


def _describe_beginning_group(card: PairCard, role: Role, t: Translator) -> str:
    if card.waits_for is not WaitsFor.MENTOR:
        return t("The group is together. You can meet already; the order waits for the curator.")
    if role is Role.MENTOR:
        return t("The group is together. Next: you propose the first meeting.")
    return t("The group is together. Next: your mentor proposes the first meeting.")
