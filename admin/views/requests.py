"""The register of requests, and the page on which one is decided with a preview of what follows."""

from typing import Any

from flask import current_app, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from admin import matching_words
from admin.access import SecuredPage
from admin.calls import do, refusals_shown, see
from admin.choices import offer_choice
from admin.cycles import cycle_id_or_none
from admin.inputs import InputRefused, choice, day, flag, record, sent, text
from admin.languages import label
from admin.pages import Entry, Group, command, form_page, page
from admin.paging import read_asked
from admin.previews import preview_of, template_of, words_of
from admin.storage import now
from models.people import Role
from models.requests import RequestKind, RequestStatus
from notices.language import Translator
from notices.letters import Letter, reword
from notices.pairs import describe_end
from notices.requests import Told, describe_decision
from services.access.actors import Right
from services.access.errors import N_
from services.access.rights import LISTS
from services.accounts.staff import list_leaders
from services.matching.ranking import Candidate, rank_mentors
from services.pairs.requests.answering import NOTE_LIMIT
from services.pairs.requests.deciding import (
    ORDER_LIMIT,
    Decision,
    Order,
    RequestDecided,
    decide_request,
    enter_order,
    hand_on,
)
from services.pairs.requests.reading import RequestCard, list_requests, read_request
from services.people.cards import read_person

TEXT_LIMIT = 3000  # of an edited notice: one message of Telegram, with room for its emphasis
MOST_PROPOSED = 5
AGREE, REFUSE = "agree", "refuse"


class RequestPage(SecuredPage):
    endpoint, url = "requests", "/requests"
    entry = Entry(Group.PAIRS, 10, N_("Requests"))

    @page("/", right=LISTS["requests"])
    def index(self) -> str:
        kind, status = choice("kind", RequestKind), choice("status", RequestStatus)
        owner_id, search = record("owner"), text("search")
        return self.show(
            "panel/requests.html",
            listed=see(
                list_requests,
                cycle_id=cycle_id_or_none(),
                kind=kind,
                status=status,
                owner_id=owner_id,
                search=search,
                asked=read_asked(),
            ),
            kind=kind,
            status=status,
            owner=str(owner_id or ""),
            owners={str(one.account_id): one.name for one in see(list_leaders)},
            search=search,
            now=now(),
        )

    @form_page("/<int:request_id>/", right=Right.MANAGE_PAIRS)
    def card(self, request_id: int) -> str | Response:
        card = see(read_request, request_id=request_id)
        answer = text("answer") if text("answer") in {AGREE, REFUSE} else AGREE
        if request.method == "POST" and "look" not in sent():
            with refusals_shown():
                decided = do(
                    decide_request,
                    request_id=request_id,
                    decision=_decision(card),
                    success=label("Decided. Who asked hears of it now."),
                )
                return redirect(_after(decided))
        may_decide = card.is_waiting and not card.rule.is_of_two
        ends = may_decide and card.rule.ends_pair
        return self.show(
            "panel/request.html",
            card=card,
            may_decide=may_decide,
            answer=answer,
            form=_typed(card),
            answer_bubble=_preview_of_answer(card, is_granted=answer == AGREE) if may_decide else "",
            partner=_preview_of_partner(card) if ends else None,
            mentors=_list_next_mentors(card) if ends else (),
            colleagues=_choose_colleague(card) if card.kind is RequestKind.INVOLVE else None,
            matching=matching_words,
            owners=see(list_leaders),
            note_limit=NOTE_LIMIT,
            order_limit=ORDER_LIMIT,
            now=now(),
        )

    @command("/<int:request_id>/order", right=Right.MANAGE_PAIRS)
    def order(self, request_id: int) -> Response:
        do(
            enter_order,
            request_id=request_id,
            number=text("order_number"),
            day=day("order_on"),
            success=label("The order is entered."),
        )
        return redirect(url_for("requests.card", request_id=request_id))

    @command("/<int:request_id>/owner", right=Right.MANAGE_PAIRS)
    def owner(self, request_id: int) -> Response:
        account_id = record("owner_id")
        if account_id is None:
            raise InputRefused("owner_id", N_("Please choose one of the list."))
        do(
            hand_on,
            request_id=request_id,
            account_id=account_id,
            success=label("Handed on."),
        )
        return redirect(url_for("requests.card", request_id=request_id))


def _list_next_mentors(card: RequestCard) -> list[Candidate]:
    """The best free mentors for the mentee who asks, or for the one of the pair; of several for none."""
    is_own = card.asker.role is Role.MENTEE
    mentees = [card.asker] if is_own else [one for one in card.sides if one.role is Role.MENTEE]
    if len(mentees) != 1:
        return []
    present = {one.participation_id for one in card.sides}
    ranked = see(rank_mentors, mentee_participation_id=mentees[0].participation_id)
    return [one for one in ranked if one.is_possible and one.participation_id not in present][:MOST_PROPOSED]


def _decision(card: RequestCard) -> Decision:
    """What the form says. Raises InputRefused."""
    if text("answer") not in {AGREE, REFUSE}:
        raise InputRefused("answer", N_("Please choose the answer."))
    partner_text = None
    if card.rule.ends_pair:
        letter = _end_letter(card)
        typed = _same_lines(text("partner_text"))
        if typed and typed != words_of(letter):
            partner_text = template_of(typed, letter)
            if len(partner_text) > TEXT_LIMIT:
                asked = N_("Please keep each message under {limit} characters.")
                raise InputRefused("partner_text", asked, limit=TEXT_LIMIT)
    return Decision(
        is_granted=text("answer") == AGREE,
        note=text("note"),
        order=Order(text("order_number"), day("order_on")),
        effective_on=day("effective_on"),
        partner_text=partner_text,
        has_consent=flag("has_consent"),
        done_on=day("done_on"),
        colleague_id=record("colleague_id"),
        next_mentor_id=record("next_mentor_id"),
    )


def _after(decided: RequestDecided) -> str:
    if decided.draft_id is not None:
        return url_for("pairs.confirm", pair_id=decided.draft_id)
    return url_for("requests.card", request_id=decided.request_id)


def _typed(card: RequestCard) -> dict[str, Any]:
    """The fields as they were sent, or as the form begins."""
    fields = ("note", "effective_on", "order_number", "order_on", "done_on", "next_mentor_id", "has_consent")
    if request.method == "POST":
        return {name: text(name) for name in fields}
    begins = card.effective_on or (card.wanted_on if card.kind is RequestKind.EXTENSION else None)
    return dict.fromkeys(fields, "") | {"effective_on": begins.isoformat() if begins else ""}


def _preview_of_answer(card: RequestCard, *, is_granted: bool) -> Markup:
    """What who asked will read, as far as the form can be read."""
    told = Told(kind=card.kind, text=card.text, is_granted=is_granted, note=text("note").strip())
    with refusals_shown():
        told = Told(
            kind=card.kind,
            text=card.text,
            is_granted=is_granted,
            note=text("note").strip(),
            effective_on=day("effective_on") or card.effective_on or card.wanted_on
            if card.rule.ends_pair or card.kind is RequestKind.EXTENSION
            else None,
            order_number=text("order_number"),
            order_on=day("order_on"),
        )
    return preview_of(describe_decision(told, _translator_of(card.asker.person_id)))


def _preview_of_partner(card: RequestCard) -> dict[str, Any]:
    """What the other side will read when the pair has ended: the words, and how they will look."""
    letter = _end_letter(card)
    usual = words_of(letter)
    typed = _same_lines(text("partner_text")) or usual
    shown = reword(letter, template_of(typed, letter)) if typed != usual else letter
    return {"usual": usual, "words": typed, "markup": preview_of(shown), "is_edited": typed != usual}


def _end_letter(card: RequestCard) -> Letter:
    other = card.others[0] if card.others else card.asker
    return describe_end(
        card.asker.chat_name,
        _translator_of(other.person_id),
        is_completed=card.kind is RequestKind.COMPLETION,
    )


def _translator_of(person_id: int) -> Translator:
    person = see(read_person, person_id=person_id)
    found: Translator = current_app.extensions["nastavnik_translators"][person.locale]
    return found


def _choose_colleague(card: RequestCard) -> Any:
    address = url_for("requests.card", request_id=card.id)
    return offer_choice("colleague_id", address, without=[one.person_id for one in card.sides])


def _same_lines(typed: str) -> str:
    """Browsers post line ends as CR LF."""
    return typed.replace("\r\n", "\n").strip("\n")
