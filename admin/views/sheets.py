"""Sheets that the staff fill in: the psychologist's conclusion, the interview, strengths and risks."""

from datetime import datetime

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin.access import SecuredPage, current_actor
from admin.cycles import cycle
from admin.forms import faults_of, make_field, read_form
from admin.languages import label, locale
from admin.numbers import read_number
from admin.pages import Entry, Group, command, form_page, page
from admin.storage import now, session
from admin.views.surveys import AnswerMissing
from models.surveys import SurveyStatus
from services.access.actors import Actor, Right
from services.access.errors import NotFound
from services.programmes.surveys import Survey
from services.programmes.values import AnswerRefused
from services.surveys.forms import Filled, fill_form, skip_rest
from services.surveys.office import (
    OfficeSheet,
    list_forms,
    list_office_sheets,
    list_subjects,
    open_sheet_about,
)
from services.surveys.runs import send
from services.surveys.steps import Step, read_step


class SheetPage(SecuredPage):
    endpoint, url = "sheets", "/sheets"
    entry = Entry(Group.PROGRAMME, behind="surveys")

    @page("/", right=Right.FILL_SCORES)
    def index(self) -> str:
        actor, cycle_id = current_actor(), cycle().id
        forms = list_forms(session(), actor=actor, cycle_id=cycle_id)
        return self.show(
            "panel/sheets.html",
            forms=[
                (one, list_subjects(session(), actor=actor, cycle_id=cycle_id, survey_id=one.id))
                for one in forms
            ],
            sheets=list_office_sheets(session(), actor=actor, cycle_id=cycle_id),
            lang=locale(),
        )

    @command("/new", right=Right.FILL_SCORES)
    def new(self) -> Response:
        subject = request.form.get("subject", "")
        run_id = self.attempt(
            open_sheet_about,
            actor=current_actor(),
            cycle_id=cycle().id,
            survey_id=request.form.get("survey", ""),
            subject_id=read_number(subject),
            now=now(),
        )
        if run_id is None:
            return redirect(url_for("sheets.index"))
        return redirect(url_for("sheets.sheet", run_id=run_id))

    @form_page("/<int:run_id>/", right=Right.FILL_SCORES)
    def sheet(self, run_id: int) -> str | Response:
        """Fill in one's own sheet; what is right is kept even when something beside it is not."""
        found = self._own(run_id)
        step = read_step(session(), run_id=run_id)
        if request.method == "GET":
            return self._draw(found, step, {})
        is_sending = request.form.get("go") == "send"
        filled = self.attempt(
            _keep,
            actor=current_actor(),
            run_id=run_id,
            survey=step.survey,
            is_sending=is_sending and not step.is_sent,
            now=now(),
        )
        if filled is None:
            return self._draw(found, step, {})
        faults: dict[str, AnswerRefused] = dict(filled.faults)
        if is_sending:
            faults = {**{one: AnswerMissing() for one in filled.missing}, **faults}
        is_new = filled.is_new or (is_sending and not step.is_sent)
        step = read_step(session(), run_id=run_id)
        if faults:
            return self._draw(found, step, faults)
        if not is_new:
            flash(label("Nothing was changed."), "notice")
            return redirect(url_for("sheets.index"))
        said = step.survey.outro.get(locale()) if step.is_sent else label("Saved. You may go on later.")
        flash(said, "success")
        return redirect(url_for("sheets.index"))

    def _own(self, run_id: int) -> OfficeSheet:
        """Raises NotFound for a sheet of somebody else."""
        for one in list_office_sheets(session(), actor=current_actor(), cycle_id=cycle().id):
            if one.run_id == run_id and one.is_own:
                return one
        raise NotFound

    def _draw(self, sheet: OfficeSheet, step: Step, faults: dict[str, AnswerRefused]) -> str:
        values = {one.question.id: one.value for one in step.given}
        fields = [
            make_field(
                question,
                values.get(question.id),
                step.people,
                locale(),
                posted=request.form if request.method == "POST" else None,
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


def _keep(
    session_: Session, *, actor: Actor, run_id: int, survey: Survey, is_sending: bool, now: datetime
) -> Filled:
    given = read_form(survey.questions(), request.form)
    if request.form.get("go") != "send":  # what is empty so far is not skipped
        given = {name: raw for name, raw in given.items() if raw is not None}
    filled = fill_form(session_, actor=actor, run_id=run_id, given=given, now=now)
    if is_sending and filled.is_complete:
        skip_rest(session_, actor=actor, run_id=run_id, now=now)
        send(session_, actor=actor, run_id=run_id, now=now)
    return filled
