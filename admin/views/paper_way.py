"""The paper way: everything that a participant does in the chat, entered for them; forms to print."""

from datetime import datetime

from flask import redirect, url_for
from werkzeug.wrappers import Response

from admin.access import SecuredPage, current_day
from admin.calls import do, see
from admin.cycles import cycle, cycle_id_or_none, kind_title, pack, paper_head
from admin.forms import make_field
from admin.inputs import choice, day, one_of, read_clock, text
from admin.languages import label, locale
from admin.pages import Entry, Group, command, page
from admin.storage import now
from models.meetings import MeetingKind, MeetingStatus
from models.pairs import IN_WORK, MEETING, DeclineReason
from models.paper_way import Deed, WordOf
from models.people import Role
from models.requests import RequestKind
from services.access.actors import Right
from services.access.errors import N_, NotFound
from services.consents.states import ConsentState, read_state
from services.curator.paper_way import (
    Given,
    enter_meeting_answer,
    enter_offer_answer,
    enter_proposal,
    enter_request,
    enter_role,
    list_entries,
)
from services.documents.words import REQUEST_KINDS
from services.meetings.cards import MeetingCard, list_meetings_of
from services.pairs.cards import PairCard, list_pairs_of, read_pair
from services.pairs.requests.rules import RULES
from services.people.cards import read_person, read_roles
from services.surveys.steps import list_unsent

DEEDS = {
    "agree": Deed.MEETING_AGREED,
    "cancel": Deed.MEETING_CANCELLED,
    "held": Deed.MEETING_HELD,
    "missed": Deed.MEETING_MISSED,
}
WORD_OF = {
    WordOf.PAPER: N_("on paper"),
    WordOf.IN_PERSON: N_("told in person"),
    WordOf.BY_PHONE: N_("by telephone"),
}

DEED_WORDS = {
    Deed.ROLE_CHOSEN: N_("Role chosen"),
    Deed.OFFER_ACCEPTED: N_("Offer accepted"),
    Deed.OFFER_DECLINED: N_("Offer declined"),
    Deed.MEETING_PROPOSED: N_("Meeting proposed"),
    Deed.MEETING_AGREED: N_("Meeting agreed"),
    Deed.MEETING_CANCELLED: N_("Meeting cancelled"),
    Deed.MEETING_HELD: N_("Said that the meeting took place"),
    Deed.MEETING_MISSED: N_("Said that the meeting did not take place"),
    Deed.SUGGESTED: N_("Asked for something"),
}
LOG_LINES = 12  # of a printed journal of meetings


class PaperPage(SecuredPage):
    endpoint, url = "paper", "/paper"
    entry = Entry(Group.DOCUMENTS, 2, N_("Forms to print"))

    @page("/", right=Right.MANAGE_PAIRS)
    def index(self) -> str:
        """The forms of the programme, to print."""
        surveys = sorted(pack().surveys, key=lambda one: (one.code, one.audience))
        return self.show("panel/paper_forms.html", surveys=surveys, lang=locale())

    @page("/<int:person_id>/", right=Right.MANAGE_PAIRS)
    def person(self, person_id: int) -> str:
        """What waits for this participant, each with the form that enters it."""
        cycle_id = cycle_id_or_none()
        person = see(read_person, person_id=person_id)
        roles = {one.role for one in see(read_roles, person_id=person_id, cycle_id=cycle_id or 0)}
        pairs = see(list_pairs_of, person_id=person_id)
        meetings = see(list_meetings_of, person_id=person_id)
        return self.show(
            "panel/paper_way.html",
            person=person,
            has_consent=cycle_id is not None and see(read_state, person_id=person_id) is ConsentState.GIVEN,
            free_roles=[role for role in Role if role not in roles],
            offers=[one for one in pairs if _awaits(one, person_id)],
            meeting_pairs=[one for one in pairs if one.status in MEETING],
            proposed=[one for one in meetings if _is_proposed_to(one, person_id)],
            planned=[one for one in meetings if _is_planned(one)],
            over=[one for one in meetings if _is_unspoken(one, person_id)],
            runs=see(list_unsent, person_id=person_id, cycle_id=cycle_id) if cycle_id else [],
            entries=see(list_entries, person_id=person_id),
            reasons=tuple(DeclineReason),
            request_pairs=[(one, _list_kinds(one, person_id)) for one in pairs if one.status in IN_WORK],
            sources=tuple(WordOf),
            kinds={one.id: kind_title(one.id) for one in pack().pack.meeting_kinds} if cycle_id else {},
            today=current_day(),
            deeds=DEED_WORDS,
            ways=WORD_OF,
            lang=locale(),
        )

    @command("/<int:person_id>/role", right=Right.MANAGE_PAIRS)
    def role(self, person_id: int) -> Response:
        run_id = do(
            enter_role,
            person_id=person_id,
            role=one_of(Role, text("role")),
            given=_given(),
            success=label("The role is entered. Now the questionnaire."),
        )
        return redirect(url_for("surveys.paper", run_id=run_id))

    @command("/<int:person_id>/offers/<int:pair_id>", right=Right.MANAGE_PAIRS)
    def offer(self, person_id: int, pair_id: int) -> Response:
        answer = text("answer")
        if answer not in {"accept", "decline"}:
            raise NotFound
        is_no = answer == "decline"
        do(
            enter_offer_answer,
            person_id=person_id,
            pair_id=pair_id,
            reason=choice("reason", DeclineReason, needed=N_("Please choose the reason.")) if is_no else None,
            note=text("note"),
            given=_given(),
            success=label("The answer to the offer is entered."),
        )
        return self._back(person_id)

    @command("/<int:person_id>/meetings/<int:meeting_id>", right=Right.MANAGE_PAIRS)
    def meeting(self, person_id: int, meeting_id: int) -> Response:
        deed = DEEDS.get(text("answer"))
        if deed is None:
            raise NotFound
        do(
            enter_meeting_answer,
            person_id=person_id,
            meeting_id=meeting_id,
            deed=deed,
            given=_given(),
            success=label("Entered. The other side hears of it as if it had come from the chat."),
        )
        return self._back(person_id)

    @command("/<int:person_id>/propose/<int:pair_id>", right=Right.MANAGE_PAIRS)
    def propose(self, person_id: int, pair_id: int) -> Response:
        asked = N_("Please give the day and the time of the meeting.")
        clock = read_clock(text("clock"), field="clock", needed=asked)
        do(
            enter_proposal,
            person_id=person_id,
            pair_id=pair_id,
            kind=choice("kind", MeetingKind, needed=asked),
            local_start=datetime.combine(day("day", needed=asked), clock),
            topic=text("topic") or None,
            given=_given(),
            success=label("The meeting is proposed; the other side hears of it."),
        )
        return self._back(person_id)

    @command("/<int:person_id>/ask/<int:pair_id>", right=Right.MANAGE_PAIRS)
    def ask(self, person_id: int, pair_id: int) -> Response:
        do(
            enter_request,
            person_id=person_id,
            pair_id=pair_id,
            kind=one_of(RequestKind, text("kind")),
            text=text("text"),
            wanted_on=day("wanted_on"),
            given=_given(),
            success=label("Entered. It stands in the register of requests."),
        )
        return redirect(url_for("pairs.card", pair_id=pair_id))

    @page("/forms/survey/<survey_id>", right=Right.MANAGE_PAIRS)
    def survey_form(self, survey_id: str) -> str:
        """A questionnaire to print and fill in with a pen."""
        found = next((one for one in pack().surveys if one.id == survey_id), None)
        if found is None:
            raise NotFound
        fields = {one.id: make_field(one, None, ()) for one in found.questions()}
        head = paper_head(cycle().id)
        return self.show("panel/form_survey.html", head=head, survey=found, fields=fields, lang=locale())

    @page("/forms/pair/<int:pair_id>", right=Right.MANAGE_PAIRS)
    def pair_form(self, pair_id: int) -> str:
        """Answers of both sides to an offer and a journal of meetings, to print."""
        pair = see(read_pair, pair_id=pair_id)
        return self.show("panel/form_pair.html", head=paper_head(pair.cycle_id), pair=pair, lines=LOG_LINES)

    @staticmethod
    def _back(person_id: int) -> Response:
        return redirect(url_for("paper.person", person_id=person_id))


def _awaits(pair: PairCard, person_id: int) -> bool:
    return pair.is_asked(person_id)


def _is_proposed_to(meeting: MeetingCard, person_id: int) -> bool:
    is_open = meeting.status is MeetingStatus.PROPOSED and not meeting.has_lapsed(now())
    return is_open and meeting.proposed_by != person_id


def _is_planned(meeting: MeetingCard) -> bool:
    return meeting.status is MeetingStatus.PLANNED and meeting.is_coming(now())


def _is_unspoken(meeting: MeetingCard, person_id: int) -> bool:
    return meeting.can_be_logged(now()) and meeting.side_of(person_id).took_place is None


def _given() -> Given:
    return Given(choice("source", WordOf, WordOf.PAPER), day("said_on"))


def _list_kinds(pair: PairCard, person_id: int) -> dict[RequestKind, str]:
    """What this side of the pair may ask the staff for; what two ask each other passes no third hand."""
    role = pair.role_of(person_id)
    return {
        kind: words
        for kind, words in REQUEST_KINDS.items()
        if role in RULES[kind].roles and not RULES[kind].is_of_two
    }
