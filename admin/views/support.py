"""Mentees without a pair: who waits, and what helps them meanwhile (C20; DC20)."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from admin.access import SecuredPage
from admin.calls import do, refusals_shown, see
from admin.cycles import cycle_id_or_none
from admin.inputs import choice, day, read_day, sent, text
from admin.languages import label
from admin.pages import Entry, Group, command, form_page, page
from admin.paging import read_asked
from admin.programme_words import SUPPORT_REASONS
from models.personal_programmes import SupportReason
from services.access.actors import Right
from services.access.errors import N_
from services.pairs.support import (
    WORDS_LIMIT,
    SupportStep,
    SupportWritten,
    draft_support,
    list_waiting_mentees,
    share_support,
    write_support,
)
from services.people.cards import read_person

NEW_LINES = 2  # empty lines of the form for more steps
COLUMNS = ("title", "expected", "planned_on", "done_on")


class SupportPage(SecuredPage):
    endpoint, url = "support", "/support"
    entry = Entry(Group.PAIRS, 13, N_("Mentees without a pair"), behind="personal_programmes")

    @page("/", right=Right.MANAGE_PAIRS)
    def index(self) -> str:
        listed = see(list_waiting_mentees, asked=read_asked()) if cycle_id_or_none() else None
        return self.show("panel/support.html", listed=listed)

    @form_page("/<int:mentee_id>/", right=Right.MANAGE_PAIRS)
    def plan(self, mentee_id: int) -> str | Response:
        """`mentee_id` is of the participation, as in proposals of pairs."""
        found = see(draft_support, participation_id=mentee_id)
        form = {
            "reason": found.reason.value,
            "words": found.words,
            "next_search_on": found.next_search_on.isoformat(),
        }
        lines = [
            {
                "title": one.title,
                "expected": one.expected,
                "planned_on": one.planned_on.isoformat(),
                "done_on": one.done_on.isoformat() if one.done_on else "",
            }
            for one in found.steps
        ]
        if request.method == "POST":
            form = {name: text(name) for name in form}
            columns = [sent().getlist(name) for name in COLUMNS]
            lines = [dict(zip(COLUMNS, row, strict=True)) for row in zip(*columns, strict=False)]
            with refusals_shown():
                do(
                    write_support,
                    participation_id=mentee_id,
                    written=_written(lines),
                    success=label("The plan is kept. The mentee sees it once you show it."),
                )
                return redirect(url_for("support.plan", mentee_id=mentee_id))
        empty = dict.fromkeys(COLUMNS, "")
        return self.show(
            "panel/support_plan.html",
            plan=found,
            mentee_id=mentee_id,
            person=see(read_person, person_id=found.person_id),
            form=form,
            lines=[*lines, *([empty] * (NEW_LINES - sum(not one["title"] for one in lines)))],
            reasons=[(one, label(words)) for one, words in SUPPORT_REASONS.items()],
            limit=WORDS_LIMIT,
        )

    @command("/<int:mentee_id>/share", right=Right.MANAGE_PAIRS)
    def share(self, mentee_id: int) -> Response:
        do(
            share_support,
            participation_id=mentee_id,
            success=label("The mentee sees the plan and hears of it."),
        )
        return redirect(url_for("support.plan", mentee_id=mentee_id))


def _written(lines: list[dict[str, str]]) -> SupportWritten:
    """Raises InputRefused."""
    needed = N_("Please give each step its day, like 15.10.2026.")
    return SupportWritten(
        reason=choice("reason", SupportReason, needed=N_("Please choose the reason.")),
        words=text("words"),
        next_search_on=day("next_search_on", needed=N_("Please say when you search next.")),
        steps=[
            SupportStep(
                title=one["title"],
                expected=one["expected"],
                planned_on=read_day(one["planned_on"], field="planned_on", needed=needed),
                done_on=read_day(one["done_on"], field="done_on"),
            )
            for one in lines
            if one["title"].strip()
        ],
    )
