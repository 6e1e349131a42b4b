"""Sheets that the staff fill in: the psychologist's conclusion, the interview, strengths and risks."""

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from admin.access import SecuredPage
from admin.calls import do, refusals_shown, see
from admin.choices import Choice, offer_choice, offer_pair_choice
from admin.cycles import cycle
from admin.forms import faults_of, fill_sent, make_field
from admin.inputs import record, text
from admin.languages import label, locale
from admin.pages import Entry, Group, command, form_page, page
from admin.paging import read_asked
from admin.views.surveys import AnswerMissing
from models.pairs import ENDED, PairStatus
from models.surveys import SurveyStatus
from services.access.actors import Right
from services.access.errors import NotFound
from services.programmes.values import AnswerRefused
from services.surveys.office import (
    OfficeSheet,
    SubjectKind,
    is_mentor,
    list_forms,
    list_office_sheets,
    open_sheet_about,
    subject_of,
)
from services.surveys.steps import Step, read_step


class SheetPage(SecuredPage):
    endpoint, url = "sheets", "/sheets"
    entry = Entry(Group.PROGRAMME, behind="surveys")

    @page("/", right=Right.FILL_SCORES)
    def index(self) -> str:
        cycle_id = cycle().id
        forms = see(list_forms, cycle_id=cycle_id)
        return self.show(
            "panel/sheets.html",
            forms=[(one, _choose_subject(cycle_id, one.id)) for one in forms],
            sheets=see(list_office_sheets, cycle_id=cycle_id, asked=read_asked(is_descending=True)),
            lang=locale(),
        )

    @command("/new", right=Right.FILL_SCORES)
    def new(self) -> Response:
        run_id = do(
            open_sheet_about, cycle_id=cycle().id, survey_id=text("survey"), subject_id=record("subject")
        )
        return redirect(url_for("sheets.sheet", run_id=run_id))

    @form_page("/<int:run_id>/", right=Right.FILL_SCORES)
    def sheet(self, run_id: int) -> str | Response:
        """Fill in one's own sheet; what is right is kept even when something beside it is not."""
        found = self._own(run_id)
        step = see(read_step, run_id=run_id)
        if request.method == "GET":
            return self._draw(found, step, {})
        is_sending = text("go") == "send"
        with refusals_shown():
            filled = do(fill_sent, run_id=run_id, survey=step.survey, is_sending=is_sending)
            faults: dict[str, AnswerRefused] = dict(filled.faults)
            if is_sending:
                faults = {**{one: AnswerMissing() for one in filled.missing}, **faults}
            is_new = filled.is_new or (is_sending and not step.is_sent)
            step = see(read_step, run_id=run_id)
            if faults:
                return self._draw(found, step, faults)
            if not is_new:
                flash(label("Nothing was changed."), "notice")
            else:
                said = label("Saved. You may go on later.")
                flash(step.survey.outro.get(locale()) if step.is_sent else said, "success")
            return redirect(url_for("sheets.index"))
        return self._draw(found, step, {})

    def _own(self, run_id: int) -> OfficeSheet:
        """Raises NotFound for a sheet of somebody else."""
        found = see(list_office_sheets, cycle_id=cycle().id, run_id=run_id).rows
        if not found or not found[0].is_own:
            raise NotFound
        return found[0]

    def _draw(self, sheet: OfficeSheet, step: Step, faults: dict[str, AnswerRefused]) -> str:
        values = {one.question.id: one.value for one in step.given}
        fields = [
            make_field(
                question,
                values.get(question.id),
                step.people,
                fault=faults.get(question.id),
            )
            for question in step.survey.questions()
        ]
        return self.show(
            "panel/office_sheet.html",
            sheet=sheet,
            survey=step.survey,
            fields={one.question.id: one for one in fields},
            faults=faults_of(fields),
            is_sent=sheet.status is SurveyStatus.SENT,
            lang=locale(),
        )


def _choose_subject(cycle_id: int, survey_id: str) -> Choice | None:
    """Whom a sheet may be about; None where it is about nobody in particular."""
    about, address = see(subject_of, cycle_id=cycle_id, survey_id=survey_id), url_for("sheets.index")
    if about is SubjectKind.MENTOR:
        return offer_choice("subject", address, only=is_mentor(cycle_id), mark=survey_id)
    if about is SubjectKind.PAIR:
        at_work = frozenset(PairStatus) - ENDED
        return offer_pair_choice("subject", address, cycle_id=cycle_id, statuses=at_work, mark=survey_id)
    return None
