"""Scores: the nine criteria, satisfaction by side, meetings held against planned (A40 to A42)."""

from flask import Response as FlaskResponse
from flask import abort, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from admin import result_words
from admin.access import SecuredPage, current_account
from admin.calls import do, see
from admin.charts import is_worth_drawing
from admin.cycles import cycle, pack
from admin.drawings import CHARTS
from admin.edits import take_edit
from admin.languages import label, locale
from admin.pages import Entry, Group, command, form_page, page
from admin.storage import now
from services.access.actors import Right
from services.access.errors import N_
from services.access.rights import LISTS
from services.results.attendance import read_attendance
from services.results.criterion_facts import read_criterion_facts
from services.results.ratings import read_ratings
from services.results.sheets import (
    NotYourSheet,
    Sheet,
    criteria_of,
    latest_level,
    list_sheets,
    open_sheet,
    read_sheet,
    save_sheet,
)
from services.surveys.reading import FEWEST_SEEN

SHEETS_BESIDE = 4  # columns of the table; older sheets stand below as a list


class ScorePage(SecuredPage):
    endpoint, url = "scores", "/scores"
    entry = Entry(Group.PROGRAMME, 7, N_("Scores"), tab=N_("Criteria and meetings"))

    @page("/", right=LISTS["scores"])
    def index(self) -> str:
        cycle_id = cycle().id
        return self.show(
            "panel/scores.html",
            cycle=cycle(),
            criteria=criteria_of(pack()),
            levels=pack().pack.scoring.levels,
            sheets=see(list_sheets, cycle_id=cycle_id),
            beside=SHEETS_BESIDE,
            latest=see(latest_level, cycle_id=cycle_id),
            ratings=see(read_ratings, cycle_id=cycle_id),
            attendance=see(read_attendance, cycle_id=cycle_id),
            may_fill=current_user.has(Right.FILL_SCORES),
            may_see_people=current_user.has(Right.SEE_PEOPLE),
            fewest_seen=FEWEST_SEEN,
            is_worth_drawing=is_worth_drawing,
            lang=locale(),
            now=now(),
        )

    @command("/sheets/new", right=Right.FILL_SCORES)
    def new(self) -> Response:
        sheet_id = do(open_sheet, cycle_id=cycle().id)
        return redirect(url_for("scores.sheet", sheet_id=sheet_id))

    @form_page("/sheets/<int:sheet_id>/", right=LISTS["scores"], to_send=Right.FILL_SCORES)
    def sheet(self, sheet_id: int) -> str | Response:
        criteria = criteria_of(pack())
        found = see(read_sheet, run_id=sheet_id)
        is_mine = found.author_id == current_account().id and current_user.has(Right.FILL_SCORES)
        if request.method == "POST" and not is_mine:
            raise NotYourSheet
        ids = [one.question.id for one in criteria]
        titles = {one.question.id: one.question.text.get(locale()) for one in criteria}
        edit = take_edit(
            {one: str(found.ratings.get(one, "")) for one in ids}
            | {f"{one}_note": found.notes.get(one, "") for one in ids},
            titles | {f"{one}_note": title for one, title in titles.items()},
            subject=("survey_run", sheet_id),
        )

        def save() -> Sheet:
            return do(
                save_sheet,
                run_id=sheet_id,
                ratings={one: edit.form[one] for one in ids},
                notes={one: edit.form[f"{one}_note"] for one in ids},
            )

        if edit.carry_out(save, lambda sheet: _said(sheet.missing)):
            return redirect(url_for("scores.sheet", sheet_id=sheet_id))
        return self.show(
            "panel/sheet.html",
            facts=see(read_criterion_facts, cycle_id=found.cycle_id),
            result_words=result_words,
            sheet=found,
            criteria=criteria,
            levels=pack().pack.scoring.levels,
            edit=edit,
            is_mine=is_mine,
            lang=locale(),
        )

    @page("/charts/<drawing>.svg", right=LISTS["scores"])
    def chart(self, drawing: str) -> FlaskResponse:
        drawn = CHARTS[drawing](cycle().id) if drawing in CHARTS else None
        if drawn is None:
            abort(404)
        return FlaskResponse(drawn, mimetype="image/svg+xml")


def _said(missing: int) -> str:
    if not missing:
        return label("Saved. All nine are rated: the level is on the scores page.")
    return label("Saved. Not rated yet: {count}. The level appears when all nine are rated.", count=missing)
