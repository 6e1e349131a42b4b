"""The offer of a pair, its answers, and the card of one's pair (A17)."""

from datetime import datetime

from aiogram import Router
from aiogram.types import Message
from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.filters import Flow, Typed
from handlers.menu import MenuPart, to_menu
from handlers.programmes.screens import programme_actions, support_actions
from handlers.replies import conclude, step_to
from handlers.request_screens import open_action
from handlers.talk import Talk
from handlers.taps import Taps
from models.pairs import ENDED, IN_WORK, JUST_ANSWERED, MEETING, Decision, DeclineReason, PairStatus
from models.people import ChatAccount, Role
from notices.buttons import (
    MeetingDo,
    MeetingTap,
    OfferDo,
    OfferTap,
    PairDo,
    PairTap,
)
from notices.language import Translator, escape
from notices.letters import Action, Letter
from notices.pair_forms import describe_form
from notices.pairs import (
    describe_cut_off,
    describe_status,
    introduce,
    list_answers,
    list_intakes,
    offer,
    read_partner,
)
from services.access.errors import N_, DomainError
from services.delivery.conversations import Participant
from services.delivery.reachability import is_cut_off
from services.pairs.cards import PairCard, list_pairs_of, read_pair
from services.pairs.offers import OfferAnsweredAlready, OfferGone, accept_offer, decline_offer
from services.pairs.parties import party_of
from services.people.pseudonyms import is_pseudonymous

router = Router(name="pairs")
on_offer = Taps(router, OfferTap)
on_pair = Taps(router, PairTap)
on_pair.opens(PairDo.SHOW, "pair", here=True)
on_pair.opens(PairDo.ANSWERS, "pair.answers", here=True)

# characters of answers on one screen: the longest answer of a survey, and a message holds 4096
PAGE = 2500

REASONS = {
    DeclineReason.SCHEDULE: N_("Our timetables do not fit"),
    DeclineReason.SUBJECT: N_("The subject does not fit"),
    DeclineReason.WORKLOAD: N_("I have too much work now"),
    DeclineReason.PERSONAL: N_("Personal reasons"),
    DeclineReason.OTHER: N_("Another reason"),
}


@on_offer(OfferDo.ACCEPT)
async def accept(tap: OfferTap, talk: Talk) -> None:
    pair_id = tap.pair_id
    try:
        decided = await talk.act(accept_offer, actor=talk.actor, pair_id=pair_id)
    except (OfferAnsweredAlready, OfferGone) as error:
        await _tell_decision(talk, pair_id, Decision.ACCEPTED, error)
        return
    await conclude(talk, Letter(_thank_for_yes(decided.status, talk.t)))


@on_offer(OfferDo.DECLINE)
async def ask_reason(tap: OfferTap, talk: Talk) -> None:
    pair_id = tap.pair_id
    if talk.chat.flow is None:  # nothing else is under way, so own words may follow at once
        await talk.enter("offer.reasons", pair_id=pair_id, here=True)
        return
    letter = _ask_reasons(talk.t, pair_id)
    await step_to(talk, letter, "offer.reasons", pair_id=pair_id)


@on_offer(OfferDo.KEEP)
async def return_to_offer(tap: OfferTap, talk: Talk) -> None:
    letter = await talk.read(_read_offer, chat=talk.participant, t=talk.t, now=talk.now, pair_id=tap.pair_id)
    if letter is None:
        await talk.show(talk.t.error(OfferGone()), fresh=True)
        return
    await step_to(talk, letter, "offer", pair_id=tap.pair_id)


@on_offer(OfferDo.GIVE_REASON)
async def give_reason(tap: OfferTap, talk: Talk) -> None:
    if tap.reason is DeclineReason.OTHER:
        await _ask_note(talk, tap.pair_id)
    else:
        await _decline(talk, tap.pair_id, tap.reason)


@on_offer(OfferDo.SKIP_NOTE)
async def skip_note(tap: OfferTap, talk: Talk) -> None:
    await _decline(talk, tap.pair_id, DeclineReason.OTHER)


@router.message(Flow("offer.reasons"), Typed())
async def take_reason(message: Message, talk: Talk) -> None:
    """A reason of the list that was typed, or the person's own words: nobody has to press "Another" first."""
    typed = (message.text or "").strip()
    labels = {talk.t.label(text).casefold(): reason for reason, text in REASONS.items()}
    reason = labels.get(typed.casefold().rstrip("."), DeclineReason.OTHER)
    pair_id = int(talk.chat.data["pair_id"])
    talk.go(None)
    await talk.act(
        decline_offer,
        actor=talk.actor,
        pair_id=pair_id,
        reason=reason,
        note=typed if reason is DeclineReason.OTHER and typed.casefold() not in labels else None,
    )
    await talk.show(_thank_for_refusal(talk.t))


@router.message(Flow("offer.note"), Typed())
async def take_note(message: Message, talk: Talk) -> None:
    pair_id = int(talk.chat.data["pair_id"])
    talk.go(None)
    await talk.act(
        decline_offer,
        actor=talk.actor,
        pair_id=pair_id,
        reason=DeclineReason.OTHER,
        note=message.text,
    )
    await talk.show(_thank_for_refusal(talk.t))


async def _ask_note(talk: Talk, pair_id: int) -> None:
    """The note is typed, so the tapped message becomes the screen that waits for it."""
    card = await talk.read(read_pair, actor=talk.actor, pair_id=pair_id)
    if not _is_waiting(card, talk.actor.id):
        await conclude(talk, Letter(talk.t.error(OfferGone())))
        return
    await talk.enter("offer.note", pair_id=pair_id, here=True)


async def _decline(talk: Talk, pair_id: int, reason: DeclineReason) -> None:
    if (talk.chat.flow or "").startswith("offer"):
        talk.go(None)
    try:
        await talk.act(decline_offer, actor=talk.actor, pair_id=pair_id, reason=reason)
    except (OfferAnsweredAlready, OfferGone) as error:
        await _tell_decision(talk, pair_id, Decision.DECLINED, error)
        return
    await conclude(talk, Letter(_thank_for_refusal(talk.t)))


async def _tell_decision(talk: Talk, pair_id: int, wanted: Decision, error: DomainError) -> None:
    """A double tap leaves what the first one led to; another answer than the given one is refused."""
    card = await talk.read(read_pair, actor=talk.actor, pair_id=pair_id)
    text = talk.t.error(error)
    if card.side_of(talk.actor.id or 0).decision is wanted:
        if wanted is Decision.DECLINED:
            text = _thank_for_refusal(talk.t)
        elif card.status in JUST_ANSWERED:
            text = _thank_for_yes(card.status, talk.t)
    await conclude(talk, Letter(text))


def _thank_for_yes(status: PairStatus, t: Translator) -> str:
    if status is PairStatus.ACCEPTED:
        return t("Thank you, it is settled: you both agreed.")
    return t("Thank you! Now we wait for the other side. I will write at once.")


def _thank_for_refusal(t: Translator) -> str:
    return t("Thank you for saying so. Only the curator sees the reason and will look for another pair.")


def _is_waiting(card: PairCard, person_id: int | None) -> bool:
    return person_id is not None and card.is_asked(person_id)


def _read_offer(
    session: Session, *, chat: Participant, t: Translator, now: datetime, pair_id: int
) -> Letter | None:
    letter = offer(session, {"pair_id": pair_id, "person_id": chat.person_id}, t, now)
    return letter if isinstance(letter, Letter) else None


def _ask_reasons(t: Translator, pair_id: int) -> Letter:
    rows = [
        (Action(t.label(text), OfferTap(OfferDo.GIVE_REASON, pair_id, reason)),)
        for reason, text in REASONS.items()
    ]
    back = (Action(t.label("Back to the offer"), OfferTap(OfferDo.KEEP, pair_id)),)
    return Letter(t("May I ask why? Only the curator will see it, the other side will not."), (*rows, back))


def offer_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    return _read_offer(session, chat=chat, t=t, now=now, pair_id=int(chat.data["pair_id"]))


def reasons_screen(_session: Session, chat: Participant, t: Translator, _now: datetime) -> Letter:
    return _ask_reasons(t, int(chat.data["pair_id"]))


def note_screen(_session: Session, chat: Participant, t: Translator, _now: datetime) -> Letter:
    pair_id = int(chat.data["pair_id"])
    return Letter(
        t("Please write in a few words what does not fit. Only the curator will read it."),
        (
            (Action(t.label("Without words"), OfferTap(OfferDo.SKIP_NOTE, pair_id)),),
            (Action(t.label("Back to the offer"), OfferTap(OfferDo.KEEP, pair_id)),),
        ),
    )


def pair_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter:
    """The card of every pair of this person: who, where it stands, how to write to each other."""
    parts, actions = [], []
    for card in _pairs_of(session, chat):
        role = card.role_of(chat.person_id)
        partner = card.partner_of(chat.person_id)
        if card.is_group and role is Role.MENTOR:
            title = t("<b>Your group</b>")
        else:
            title = t("<b>Your mentor</b>") if role is Role.MENTEE else t("<b>Your mentee</b>")
        lines = [title, escape(introduce(partner)), _describe_standing(session, card, chat.person_id, t)]
        fellows = card.fellows_of(chat.person_id)
        if fellows and card.status in MEETING:
            names = ", ".join(one.chat_name for one in fellows)
            lines.append(t("In the group with you: {names}.", names=names))
        lines += describe_form(card, t)
        actions += _read_offer_actions(card, chat, t)
        if card.status in MEETING and card.is_in(chat.person_id):
            if not is_pseudonymous(session, card.cycle_id):
                lines += [
                    _describe_contact(session, one, card.side_of(one).chat_name, t) for one in partner.people
                ]
            actions.append(_propose_action(card, chat, t))
            actions += programme_actions(session, chat, card, t, now)
            shared = read_partner(session, card, chat.person_id, t)
            lines += list_intakes(session, card, chat.person_id, t)
            if shared.is_outside_chat:
                lines.append(t("The curator will show you the answers from the questionnaire."))
            if any(not sheet.is_intake for sheet in shared.sheets):
                words = t.label("Answers for the pair: {name}", name=partner.chat_name)
                actions.append(Action(words, PairTap(PairDo.ANSWERS, card.id, 0)))
        if card.status in IN_WORK and card.is_in(chat.person_id):
            actions.append(open_action(card, chat, t))
        actions += _pause_actions(card, chat.person_id, t)
        parts.append("\n".join(lines))
    if not parts:
        parts.append(t("You have no pair yet. The curator is choosing; I will write at once."))
        actions += support_actions(session, chat, t)
    actions.append(to_menu(t))
    return Letter("\n\n".join(parts), tuple((one,) for one in actions))


def _read_offer_actions(card: PairCard, chat: Participant, t: Translator) -> list[Action]:
    if not _is_waiting(card, chat.person_id):
        return []
    name = card.partner_of(chat.person_id).chat_name
    return [Action(t.label("Read and answer: {name}", name=name), OfferTap(OfferDo.KEEP, card.id))]


def answers_screen(session: Session, chat: Participant, t: Translator, _now: datetime) -> Letter:
    """Page by page, whatever its length: each answer stands whole."""
    pair_id, page = int(chat.data["pair_id"]), int(chat.data.get("page", 0))
    card = next(
        (
            one
            for one in _pairs_of(session, chat)
            if one.id == pair_id and one.status in MEETING and one.is_in(chat.person_id)
        ),
        None,
    )
    back = (Action(t.label("Back to the pair"), PairTap(PairDo.SHOW)),)
    if card is None:
        return Letter(t("This pair has ended or changed, there is nothing to read any more."), (back,))
    shared = read_partner(session, card, chat.person_id, t)
    parts: list[str] = []
    for sheet in shared.sheets:
        lines = list_answers(sheet.answers, t)
        title = sheet.title.get(t.locale)
        if card.partner_of(chat.person_id).is_several:
            title = f"{title} – {card.side_of(sheet.person_id).chat_name}"
        parts += [f"<b>{escape(title)}</b>\n{lines[0]}", *lines[1:]]
    pages = _in_pages(parts)
    page = min(max(page, 0), len(pages) - 1)
    turn = []
    if page > 0:
        turn.append(Action(t.label("‹ Earlier ones"), PairTap(PairDo.ANSWERS, pair_id, page - 1)))
    if page + 1 < len(pages):
        turn.append(Action(t.label("More answers ›"), PairTap(PairDo.ANSWERS, pair_id, page + 1)))
    name = escape(card.partner_of(chat.person_id).chat_name)
    return Letter("\n\n".join([name, *pages[page]]), (*((tuple(turn),) if turn else ()), back))


def _in_pages(parts: list[str]) -> list[list[str]]:
    pages: list[list[str]] = [[]]
    for part in parts:
        if pages[-1] and sum(map(len, pages[-1])) + len(part) > PAGE:
            pages.append([])
        pages[-1].append(part)
    return pages


def menu_part(session: Session, chat: Participant, t: Translator, _now: datetime) -> MenuPart:
    """What happens now with this person's pairs, and an open offer's buttons."""
    part = MenuPart()
    for card in _pairs_of(session, chat):
        role = card.role_of(chat.person_id)
        partner = card.partner_of(chat.person_id)
        if role is Role.MENTEE:
            words = N_("Mentor: {name}. {status}")
        else:
            words = N_("Group: {name}. {status}") if card.is_group else N_("Mentee: {name}. {status}")
        line = t(words, name=partner.chat_name, status="{status}")
        part.lines.append(line.replace("{status}", _describe_standing(session, card, chat.person_id, t)))
        if _is_waiting(card, chat.person_id):
            part.actions.append(Action(t.label("Accept the offer"), OfferTap(OfferDo.ACCEPT, card.id)))
            part.actions.append(Action(t.label("Decline the offer"), OfferTap(OfferDo.DECLINE, card.id)))
        if card.status in IN_WORK and card.is_in(chat.person_id):
            part.actions.append(open_action(card, chat, t))
    return part


def _describe_standing(session: Session, card: PairCard, person_id: int, t: Translator) -> str:
    """Where the pair stands; of a partner who cannot be reached that, rather than that they are thinking."""
    status = describe_status(card, person_id, t)
    partner = card.partner_of(person_id)
    absent = [one for one in partner.people if card.status not in ENDED and is_cut_off(session, one)]
    if not absent:
        return status
    told = describe_cut_off(party_of([card.side_of(one) for one in absent]), t)
    is_waiting = card.status is PairStatus.OFFERED and card.side_of(person_id).decision is not None
    return told if is_waiting and len(absent) == len(partner.people) else f"{status} {told}"


def _pause_actions(card: PairCard, person_id: int, t: Translator) -> list[Action]:
    """Whoever may pause: a side of a pair, the mentor of a group."""
    if not card.is_in(person_id) or (card.is_group and card.role_of(person_id) is Role.MENTEE):
        return []
    name = card.partner_of(person_id).chat_name
    if card.status is PairStatus.ACTIVE:
        return [Action(t.label("Pause: {name}", name=name), PairTap(PairDo.ASK_PAUSE, card.id))]
    if card.status is PairStatus.PAUSED:
        return [
            Action(t.label("Go on now: {name}", name=name), PairTap(PairDo.RESUME, card.id)),
            Action(t.label("Another day of return: {name}", name=name), PairTap(PairDo.ASK_PAUSE, card.id)),
        ]
    return []


def _pairs_of(session: Session, chat: Participant) -> list[PairCard]:
    actor = chat.actor
    return list_pairs_of(session, actor=actor, person_id=chat.person_id)


def _propose_action(card: PairCard, chat: Participant, t: Translator) -> Action:
    partner = card.partner_of(chat.person_id)
    return Action(
        t.label("Propose a meeting: {name}", name=partner.chat_name),
        MeetingTap(MeetingDo.PLAN, pair_id=card.id),
    )


def _describe_contact(session: Session, person_id: int, name: str, t: Translator) -> str:
    """A link to the other's chat: a private chat's id is the person's id in Telegram."""
    chat_id = session.scalar(
        select(ChatAccount.chat_id).where(ChatAccount.person_id == person_id, ChatAccount.is_reachable)
    )
    if chat_id is None:
        return t("You may write to each other the way you are used to.")
    return t('<a href="tg://user?id={chat_id}">Write to {name}</a>', chat_id=chat_id, name=name)
