"""The curator's decision on what a mentor suggests; it stands on the page of the pair."""

from datetime import date

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from admin.access import SecuredPage, current_actor, current_day
from admin.days import read_day
from admin.languages import label
from admin.numbers import read_number
from admin.pages import Entry, Group, command, page
from admin.storage import now
from services.access.actors import Right
from services.pairs.suggestions import decide_suggestion


class SuggestionPage(SecuredPage):
    endpoint, url = "suggestions", "/suggestions"
    entry = Entry(Group.PAIRS, behind="pairs")

    @page("/", right=Right.MANAGE_PAIRS)
    def index(self) -> Response:
        return redirect(url_for("tasks.block", block="petitions"))

    @command("/<int:suggestion_id>/of/<int:pair_id>", right=Right.MANAGE_PAIRS)
    def decide(self, suggestion_id: int, pair_id: int) -> Response:
        answer = request.form.get("answer", "")
        if answer not in {"agree", "refuse"}:
            flash(label("Please choose the answer."), "error")
            return redirect(url_for("pairs.card", pair_id=pair_id))
        decided = self.attempt(
            decide_suggestion,
            actor=current_actor(),
            suggestion_id=suggestion_id,
            is_granted=answer == "agree",
            note=request.form.get("note", ""),
            done_on=_day(),
            colleague_id=read_number(request.form.get("colleague_id", "")),
            today=current_day(),
            now=now(),
        )
        if decided is not None:
            flash(label("Decided. The mentor hears of it."), "success")
        return redirect(url_for("pairs.card", pair_id=pair_id))


def _day() -> date | None:
    return read_day(request.form.get("done_on", ""))
