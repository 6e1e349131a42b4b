"""Surveys of the running programme: what is asked, of whom, what came back; partners and paper sheets."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from flask import flash, redirect, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin.access import SecuredPage, current_day
from admin.calls import do, refusals_shown, see
from admin.configuration import panel_config
from admin.cycles import cycle, pack
from admin.forms import Field, faults_of, fill_sent, make_field
from admin.inputs import day, text
from admin.languages import label, locale
from admin.links import full_address
from admin.pages import Entry, Group, command, form_page, page
from admin.paging import read_asked
from services.access.actors import Actor, Right
from services.access.errors import N_, NotFound
from services.access.rights import LISTS
from services.programmes.running import settings_of
from services.programmes.surveys import Survey
from services.programmes.values import AnswerRefused
from services.surveys.answers import AnswerSheet, read_answers
from services.surveys.forms import Filled, PaperSheet, begin_paper, read_paper
from services.surveys.partners import ask_partner, list_partner_runs, renew_link
from services.surveys.waves import list_waves
from services.surveys.web_links import LinkIssued, issue_survey_link


class AnswerMissing(AnswerRefused):
    text = N_("This answer is still missing.")


class SurveyPage(SecuredPage):
    endpoint, url = "surveys", "/surveys"
    entry = Entry(Group.PROGRAMME, 6, N_("Surveys"))

    @page("/", right=Right.SEE_SCORES)
    def index(self) -> str:
        found = pack()
        return self.show(
            "panel/surveys.html",
            definitions=[
                (one, [use.occasion for use in found.pack.surveys if use.survey == one.id])
                for one in sorted(found.surveys, key=lambda one: (one.code, one.audience))
            ],
            waves=see(list_waves, cycle_id=cycle().id),
            may_ask=current_user.has(Right.MANAGE_PAIRS),
            may_fill=current_user.has(Right.FILL_SCORES),
            asks_partners=found.survey_for("partner_feedback") is not None,
            lang=locale(),
        )

    @page("/definitions/<survey_id>/", right=Right.SEE_SCORES)
    def definition(self, survey_id: str) -> str:
        """What a respondent is asked, as the running programme has it."""
        found = self._survey(survey_id)
        return self.show(
            "panel/survey.html",
            survey=found,
            fields={one.id: make_field(one, None, ()) for one in found.questions()},
            lang=locale(),
        )

    @form_page("/partners/", right=Right.MANAGE_PAIRS)
    def partners(self) -> str | Response:
        if request.method == "POST":
            with refusals_shown():
                asked = do(ask_partner, cycle_id=cycle().id, name=text("name"))
                return self._hand_over(asked.link, text("name"))
        asked_for = read_asked(is_descending=True)
        runs = see(list_partner_runs, cycle_id=cycle().id, asked=asked_for)
        return self.show("panel/survey_partners.html", runs=runs, name=text("name"))

    @command("/partners/<int:run_id>/link", right=Right.MANAGE_PAIRS)
    def renew(self, run_id: int) -> str:
        issued = do(renew_link, run_id=run_id)
        sheet = see(read_answers, run_id=run_id)
        return self._hand_over(issued, sheet.respondent)

    @page("/runs/<int:run_id>/", right=LISTS["surveys"])
    def run(self, run_id: int) -> str:
        """What one respondent answered, within what each question promised."""
        sheet = see(read_answers, run_id=run_id)
        return self.show("panel/survey_run.html", sheet=sheet, lang=locale())

    @command("/runs/<int:run_id>/link", right=Right.MANAGE_PAIRS)
    def link(self, run_id: int) -> str:
        """For a respondent without a chat: the same questions on a page."""
        sheet = see(read_answers, run_id=run_id)
        days = see(settings_of, cycle_id=cycle().id).survey_link_days
        issued = do(issue_survey_link, run_id=run_id, valid_for=timedelta(days=days))
        return self._hand_over(issued, sheet.respondent, url_for("surveys.run", run_id=run_id))

    @form_page("/runs/<int:run_id>/paper", right=Right.MANAGE_PAIRS)
    def paper(self, run_id: int) -> str | Response:
        """Type in a sheet that was filled in on paper: its author and date stand beside the answers."""
        sheet = see(read_answers, run_id=run_id)
        with refusals_shown():
            return self._fill_paper(sheet, see(read_paper, run_id=run_id))
        return redirect(url_for("surveys.run", run_id=run_id))

    def _fill_paper(self, sheet: AnswerSheet, paper: PaperSheet) -> str | Response:
        if request.method == "GET":
            return self._draw_paper(sheet, paper, {})
        is_sending = text("go") == "send"
        with refusals_shown():
            filled = do(
                _type_in,
                run_id=paper.run_id,
                filled_on=day("filled_on", needed=N_("Please say when the sheet was filled in.")),
                survey=sheet.survey,
                is_sending=is_sending,
            )
            faults: dict[str, AnswerRefused] = dict(filled.faults)
            if is_sending and not filled.is_sent:
                faults = {**{one: AnswerMissing() for one in filled.missing}, **faults}
            if faults:
                return self._draw_paper(sheet, paper, faults)
            if filled.is_sent:
                flash(label("The sheet is in."), "success")
            elif filled.is_new:
                flash(label("Saved. You may go on later."), "success")
            else:
                flash(label("Nothing was changed."), "notice")
            return redirect(url_for("surveys.run", run_id=paper.run_id))
        return self._draw_paper(sheet, paper, {})

    def _draw_paper(self, sheet: AnswerSheet, paper: PaperSheet, faults: dict[str, AnswerRefused]) -> str:
        fields: list[Field] = [
            make_field(
                question,
                paper.values.get(question.id),
                paper.people,
                fault=faults.get(question.id),
            )
            for question in paper.survey.questions()
        ]
        return self.show(
            "panel/survey_paper.html",
            sheet=sheet,
            fields={one.question.id: one for one in fields},
            faults=faults_of(fields),
            filled_on=text("filled_on") or paper.filled_on or current_day(),
            today=current_day(),
            lang=locale(),
        )

    def _hand_over(self, link: LinkIssued, name: str, back: str = "") -> str:
        return self.show(
            "panel/survey_link.html",
            link=full_address("answering.part", token=link.token),
            name=name,
            expires_at=link.expires_at,
            is_local=not panel_config().panel_url,
            back=back or url_for("surveys.partners"),
        )

    def _survey(self, survey_id: str) -> Survey:
        try:
            return pack().survey(survey_id)
        except KeyError:
            raise NotFound from None


def _type_in(
    session_: Session,
    *,
    actor: Actor,
    run_id: int,
    filled_on: date,
    today: date,
    survey: Survey,
    is_sending: bool,
    now: datetime,
) -> Filled:
    """Keep what is right; send the sheet only when all of it is."""
    is_begun = begin_paper(session_, actor=actor, run_id=run_id, filled_on=filled_on, today=today, now=now)
    filled = fill_sent(session_, actor=actor, run_id=run_id, survey=survey, is_sending=is_sending, now=now)
    return replace(filled, is_new=filled.is_new or is_begun)
