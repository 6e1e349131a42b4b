"""The curator's decision on what a mentor suggests; it stands on the page of the pair."""

from flask import redirect, url_for
from werkzeug.wrappers import Response

from admin.access import SecuredPage
from admin.calls import do
from admin.inputs import InputRefused, day, record, text
from admin.languages import label
from admin.pages import Entry, Group, command, page
from services.access.actors import Right
from services.access.errors import N_
from services.pairs.suggestions import decide_suggestion


class SuggestionPage(SecuredPage):
    endpoint, url = "suggestions", "/suggestions"
    entry = Entry(Group.PAIRS, behind="pairs")

    @page("/", right=Right.MANAGE_PAIRS)
    def index(self) -> Response:
        return redirect(url_for("tasks.block", block="petitions"))

    @command("/<int:suggestion_id>/of/<int:pair_id>", right=Right.MANAGE_PAIRS)
    def decide(self, suggestion_id: int, pair_id: int) -> Response:
        answer = text("answer")
        if answer not in {"agree", "refuse"}:
            raise InputRefused("answer", N_("Please choose the answer."))
        do(
            decide_suggestion,
            suggestion_id=suggestion_id,
            is_granted=answer == "agree",
            note=text("note"),
            done_on=day("done_on"),
            colleague_id=record("colleague_id"),
            success=label("Decided. The mentor hears of it."),
        )
        return redirect(url_for("pairs.card", pair_id=pair_id))
