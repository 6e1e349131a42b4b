"""Personalised programmes of pairs: the list, one of them with its history, what the curator does with it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from admin.access import SecuredPage, current_day
from admin.calls import do, refusals_shown, see
from admin.cycles import cycle, cycle_id_or_none
from admin.inputs import choice, day, flag, read_day, record, sent, text
from admin.languages import label
from admin.pages import Entry, Group, command, form_page, page
from admin.paging import read_asked
from admin.programme_words import MARKS
from models.meetings import MeetingStatus
from models.personal_programmes import Mark, ProgrammeOutcome, ProgrammeStatus
from services.access.actors import Right
from services.access.errors import N_
from services.access.listing import NEWEST_FIRST
from services.meetings.cards import list_meetings_of_pair
from services.pairs.cards import read_pair
from services.pairs.personal_programmes.bank import list_bank_of_programmes, start_from_bank
from services.pairs.personal_programmes.cards import (
    Whose,
    find_programme_of,
    list_decided_changes,
    list_programmes,
    list_versions,
    read_programme,
)
from services.pairs.personal_programmes.contents import ProgrammeFacts
from services.pairs.personal_programmes.deciding import (
    NOTE_LIMIT,
    ActivityWritten,
    Written,
    agree_to_programme,
    approve_programme,
    complete_programme,
    give_back,
    write_programme,
)
from services.pairs.personal_programmes.drafting import draft_missing, draft_programme, find_without
from services.pairs.personal_programmes.progress import mark_activity, write_result

NEW_LINES = 3  # empty lines of the form for more activities
WORDS = ("goal", "own_difficulties", "own_strengths", "rhythm", "reports")


@dataclass(frozen=True, slots=True)
class Line:
    """An activity as the form shows it; `id` 0 is a new one."""

    id: int
    title: str
    expected: str
    planned_on: str
    direction: str


class PersonalProgrammePage(SecuredPage):
    endpoint, url = "personal_programmes", "/personal-programmes"
    entry = Entry(Group.PAIRS, 11, N_("Programmes of pairs"))

    @page("/", right=Right.MANAGE_PAIRS)
    def index(self) -> str:
        cycle_id = cycle_id_or_none()
        if cycle_id is None:
            return self.show("panel/personal_programmes.html", listed=None, missing=0)
        status = choice("status", ProgrammeStatus)
        whose, is_late = choice("whose", Whose), flag("late")
        search = request.args.get("search", "")
        return self.show(
            "panel/personal_programmes.html",
            listed=see(
                list_programmes,
                cycle_id=cycle_id,
                status=status,
                whose=whose,
                is_late=is_late,
                search=search,
                asked=read_asked(),
            ),
            missing=len(see(find_without, cycle_id=cycle_id)),
            status=status,
            whose=whose,
            late="1" if is_late else "",
            search=search,
            today=current_day(),
        )

    @command("/draft", right=Right.MANAGE_PAIRS)
    def draft_all(self) -> Response:
        count = do(
            draft_missing, cycle_id=cycle().id, success=label("The drafts are made: the pairs see them.")
        )
        return redirect(url_for("personal_programmes.index", status="draft" if count else None))

    @page("/of/<int:pair_id>", right=Right.MANAGE_PAIRS)
    def of_pair(self, pair_id: int) -> Response:
        """From a task: the programme of its pair, or the pair while it has none."""
        found = see(find_programme_of, pair_id=pair_id)
        if found is None:
            return redirect(url_for("pairs.card", pair_id=pair_id))
        return redirect(url_for("personal_programmes.card", programme_id=found.id))

    @command("/of/<int:pair_id>/draft", right=Right.MANAGE_PAIRS)
    def draft(self, pair_id: int) -> Response:
        made = do(draft_programme, pair_id=pair_id, success=label("The draft is made: the pair sees it."))
        return redirect(url_for("personal_programmes.card", programme_id=made))

    @page("/<int:programme_id>/", right=Right.MANAGE_PAIRS)
    def card(self, programme_id: int) -> str:
        return self._show(programme_id)

    @form_page("/<int:programme_id>/write", right=Right.MANAGE_PAIRS)
    def write(self, programme_id: int) -> str | Response:
        found = see(read_programme, programme_id=programme_id)
        if not found.is_writable:
            return redirect(url_for("personal_programmes.card", programme_id=programme_id))
        words = {name: getattr(found, name) for name in WORDS}
        words |= {"starts_on": found.starts_on.isoformat(), "ends_on": found.ends_on.isoformat()}
        lines = [
            Line(one.id, one.title, one.expected, one.planned_on.isoformat(), one.direction)
            for one in found.activities
        ]
        if request.method == "POST":
            words = {name: text(name) for name in words}
            lines = _sent_lines()
            with refusals_shown():
                do(
                    write_programme,
                    programme_id=programme_id,
                    written=_written(words, lines),
                    success=label("Saved. Whoever had agreed is asked again."),
                )
                return redirect(url_for("personal_programmes.card", programme_id=programme_id))
        empty = Line(0, "", "", "", "")
        return self.show(
            "panel/personal_programme_form.html",
            programme=found,
            form=words,
            lines=[*lines, *([empty] * (NEW_LINES - sum(not one.title for one in lines)))],
            mark=text("mark") or found.mark,
        )

    @command("/<int:programme_id>/agreed/<int:person_id>", right=Right.MANAGE_PAIRS)
    def agreed(self, programme_id: int, person_id: int) -> Response:
        said = label("Noted: agreed in person.")
        do(agree_to_programme, programme_id=programme_id, for_person_id=person_id, success=said)
        return redirect(url_for("personal_programmes.card", programme_id=programme_id))

    @command("/<int:programme_id>/approve", right=Right.MANAGE_PAIRS)
    def approve(self, programme_id: int) -> Response:
        do(approve_programme, programme_id=programme_id, success=label("Approved. The pair hears of it."))
        return redirect(url_for("personal_programmes.card", programme_id=programme_id))

    @command("/<int:programme_id>/return", right=Right.MANAGE_PAIRS)
    def give_back(self, programme_id: int) -> Response | str:
        with refusals_shown():
            said = label("Given back. The pair reads your remark.")
            do(give_back, programme_id=programme_id, remark=text("remark"), success=said)
            return redirect(url_for("personal_programmes.card", programme_id=programme_id))
        return self._show(programme_id, remark=text("remark"))

    @command("/<int:programme_id>/mark/<int:activity_id>", right=Right.MANAGE_PAIRS)
    def mark(self, programme_id: int, activity_id: int) -> Response | str:
        with refusals_shown():
            mark = choice("mark", Mark)
            see(
                mark_activity,
                activity_id=activity_id,
                mark=mark,
                done_on=day("done_on"),
                meeting_id=record("meeting_id"),
            )
            saved = label("The result is noted.") if mark else label("The result is taken back.")
            if mark is None:
                do(read_programme, programme_id=programme_id, success=saved)
            else:
                do(write_result, activity_id=activity_id, text=text("actual"), success=saved)
            return redirect(
                url_for("personal_programmes.card", programme_id=programme_id, _anchor="activities")
            )
        return self._show(programme_id)

    @form_page("/<int:programme_id>/complete", right=Right.MANAGE_PAIRS)
    def complete(self, programme_id: int) -> Response | str:
        found = see(read_programme, programme_id=programme_id)
        if found.status is not ProgrammeStatus.ACTIVE:
            return redirect(url_for("personal_programmes.card", programme_id=programme_id))
        if request.method == "POST":
            with refusals_shown():
                do(
                    complete_programme,
                    programme_id=programme_id,
                    outcome=choice("outcome", ProgrammeOutcome, needed=N_("Please choose how it ended.")),
                    note=text("note"),
                    success=label("The programme is completed. The pair hears of it."),
                )
                return redirect(url_for("personal_programmes.card", programme_id=programme_id))
        return self.show(
            "panel/personal_programme_end.html",
            programme=found,
            outcome=text("outcome"),
            note=text("note"),
            limit=NOTE_LIMIT,
        )

    @command("/<int:programme_id>/start", right=Right.MANAGE_PAIRS)
    def start(self, programme_id: int) -> Response:
        do(
            start_from_bank,
            programme_id=programme_id,
            banked_id=record("banked_id"),
            success=label("The activities of the finished programme stand in the draft, with new dates."),
        )
        return redirect(url_for("personal_programmes.card", programme_id=programme_id))

    def _show(self, programme_id: int, remark: str = "") -> str:
        found: ProgrammeFacts = see(read_programme, programme_id=programme_id)
        held = [
            one
            for one in see(list_meetings_of_pair, pair_id=found.pair_id)
            if one.status is MeetingStatus.HELD
        ]
        return self.show(
            "panel/personal_programme.html",
            programme=found,
            pair=see(read_pair, pair_id=found.pair_id),
            changes=see(list_decided_changes, programme_id=programme_id),
            versions=see(list_versions, programme_id=programme_id),
            bank=see(list_bank_of_programmes, asked=NEWEST_FIRST).rows if found.is_writable else (),
            held=[(one.id, f"{one.local_start:%d.%m.%Y} {one.topic or ''}".strip()) for one in held],
            marks=[(one, label(words)) for one, words in MARKS.items()],
            as_date=date.fromisoformat,
            remark=remark,
            limit=NOTE_LIMIT,
            today=current_day(),
        )


def _sent_lines() -> list[Line]:
    """The activities of the form, in its order; one whose title was emptied too."""
    columns: dict[str, list[str]] = {
        name: sent().getlist(name) for name in ("activity_id", "title", "expected", "planned_on", "direction")
    }
    rows = zip(*columns.values(), strict=False)
    return [Line(int(row[0]) if row[0].isdecimal() else 0, row[1], row[2], row[3], row[4]) for row in rows]


def _written(words: dict[str, str], lines: list[Line]) -> Written:
    """Raises InputRefused."""
    needed = N_("Please fill in the first and the last day.")
    days: dict[str, date] = {
        name: read_day(words[name], field=name, needed=needed) for name in ("starts_on", "ends_on")
    }
    activities = [
        ActivityWritten(
            one.id or None,
            one.title,
            one.expected,
            read_day(
                one.planned_on,
                field="planned_on",
                needed=N_("Please give each activity its day, like 15.10.2026."),
            ),
            one.direction,
        )
        for one in lines
        if one.title.strip()
    ]
    facts: dict[str, Any] = {name: words[name] for name in WORDS} | days
    return Written(**facts, mark=text("mark"), activities=activities)
