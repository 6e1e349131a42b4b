"""Meetings: the table, one meeting, and a log that the curator enters for a pair (docs/design.md#panel)."""

from typing import Any

from flask import g, redirect, request, url_for
from sqlalchemy import Select, select
from werkzeug.wrappers import Response

from admin import words
from admin.calls import do, refusals_shown, see
from admin.cycles import kind_title, pack
from admin.inputs import choice, day, flag, number, read_clock, record, text, texts
from admin.languages import label, local_moment
from admin.pages import Entry, Group, command, form_page, page
from admin.storage import now
from admin.tables import SecuredTable
from models.meetings import Meeting, MeetingKind
from models.pairs import Pair
from services.access.actors import Right
from services.access.errors import N_
from services.access.rights import LISTS
from services.documents import words as states
from services.meetings.attendance import set_attendance
from services.meetings.cards import WHOLE, MeetingCard, cards_of, read_meeting
from services.meetings.outcomes import log_meeting, log_past_meeting
from services.pairs.cards import read_pair
from services.people.searching import is_pair_found


def local_start(card: MeetingCard) -> str:
    """Date and time as they stand on the school's clock; only the date where no more is known."""
    return local_moment(card.local_start, has_clock=card.has_clock_time)


class MeetingTable(SecuredTable):
    model = Meeting
    right = LISTS["meetings"]
    exported = True
    endpoint, url = "meetings", "/meetings"
    entry = Entry(Group.PAIRS, 2, N_("Meetings"))
    column_list = ("starts_at", "sides", "kind", "status", "minutes")
    sorts = {"starts_at": (Meeting.starts_at, Meeting.id)}  # noqa: RUF012
    search_title = N_("Name of either")
    column_labels = {  # noqa: RUF012  # Flask-Admin's way
        "starts_at": N_("When"),
        "sides": N_("Mentor and mentee"),
        "kind": N_("Which"),
        "status": N_("State"),
        "minutes": N_("Minutes"),
    }
    empty = N_("No meeting yet. The mentor proposes the first one in the chat.")
    selects = {  # noqa: RUF012
        "status": lambda: {key.value: label(text) for key, text in states.MEETINGS.items()},
        "kind": lambda: {one.id: kind_title(one.id) for one in pack().pack.meeting_kinds},
    }

    def narrow(self, query: Select[Any]) -> Select[Any]:
        pairs = select(Pair.id).where(is_pair_found(Pair.id, request.args.get("search", "")))
        query = super().narrow(query).options(*WHOLE)
        return query.where(Meeting.pair_id.in_(pairs)) if request.args.get("search") else query

    def get_list(self, *facts: Any, **named: Any) -> tuple[int | None, list[Meeting]]:
        count, rows = super().get_list(*facts, **named)
        g.cards = {card.id: card for card in cards_of(rows)}
        return count, rows

    def cell(self, row: Meeting, column: str) -> str:
        card: MeetingCard = g.cards[row.id]
        match column:
            case "starts_at":
                return local_start(card)
            case "sides":
                return card.title
            case "kind":
                return kind_title(row.kind.value)
            case "status":
                return state_words(card)
            case _:
                return str(row.held_minutes or row.minutes)

    def link_of(self, row: Meeting) -> str:
        return url_for("meetings.card", meeting_id=row.id)

    @page("/<int:meeting_id>/", right=LISTS["meetings"])
    def card(self, meeting_id: int) -> str:
        card = see(read_meeting, meeting_id=meeting_id)
        return self.show("panel/meeting.html", meeting=card, **_words(card), now=now())

    @form_page("/<int:meeting_id>/log", right=Right.MANAGE_PAIRS)
    def log(self, meeting_id: int) -> str | Response:
        """Write down a planned meeting for the pair."""
        card = see(read_meeting, meeting_id=meeting_id)
        if request.method == "POST":
            with refusals_shown():
                do(
                    log_meeting,
                    meeting_id=meeting_id,
                    minutes=_minutes(),
                    topic=text("topic"),
                    success=_logged(),
                )
                return redirect(url_for("meetings.card", meeting_id=meeting_id))
        form = {"minutes": text("minutes") or card.minutes, "topic": text("topic")}
        return self.show("panel/meeting_log.html", meeting=card, pair=None, form=form, **_words(card))

    @command("/<int:meeting_id>/attend", right=Right.MANAGE_PAIRS)
    def attend(self, meeting_id: int) -> Response:
        """Whether a mentee of a group was there."""
        do(
            set_attendance,
            meeting_id=meeting_id,
            person_id=number("person_id", needed=N_("Please choose a mentee.")),
            was_there=flag("was_there"),
            success=label("Marked."),
        )
        return redirect(url_for("meetings.card", meeting_id=meeting_id))

    @form_page("/add/<int:pair_id>", right=Right.MANAGE_PAIRS)
    def add(self, pair_id: int) -> str | Response:
        """Write down a meeting that nobody planned in the chat."""
        pair = see(read_pair, pair_id=pair_id)
        if request.method == "POST":
            with refusals_shown():
                do(
                    log_past_meeting,
                    pair_id=pair_id,
                    day=day("day", needed=N_("Please give the date of the meeting.")),
                    clock=read_clock(text("clock"), field="clock"),
                    minutes=_minutes(),
                    topic=text("topic"),
                    kind=choice("kind", MeetingKind),
                    success=_logged(),
                )
                return redirect(url_for("pairs.card", pair_id=pair_id))
        form = texts("day", "clock", "minutes", "topic", "kind")
        kinds = {one.id: kind_title(one.id) for one in pack().pack.meeting_kinds}
        return self.show("panel/meeting_log.html", meeting=None, pair=pair, form=form, kinds=kinds)


def state_words(card: MeetingCard) -> str:
    """The state; a meeting whose time has passed and that nobody spoke of is named so."""
    if card.has_lapsed(now()):
        return label("proposed, was never confirmed")
    if card.can_be_logged(now()):
        return label("time has passed, not logged")
    return words.word(states.MEETINGS, card.status)


def _words(card: MeetingCard) -> dict[str, str]:
    return {"when": local_start(card), "kind": kind_title(card.kind.value), "state": state_words(card)}


def _minutes() -> int:
    """0 for what is no number: the rule refuses it with its own sentence."""
    return record("minutes") or 0


def _logged() -> str:
    return label("The meeting is logged, marked as entered by the curator.")
