"""Target indicators of the regulation: values, targets, trend, headcounts, and the people behind a figure."""

from typing import get_args

from flask import Response as FlaskResponse
from flask import abort, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from admin import result_words
from admin.access import SecuredPage, current_day
from admin.calls import do, refusals_shown, see
from admin.cycles import cycle, pack
from admin.drawings import draw_trend
from admin.inputs import day, number, texts
from admin.languages import label, locale
from admin.pages import Entry, Group, form_page, page
from services.access.actors import Right
from services.access.errors import N_
from services.programmes.regulations import Indicator
from services.programmes.running import settings_of
from services.results.headcounts import MOST, enter_headcount, list_headcounts
from services.results.measured import list_behind, read_indicators, read_involvement
from services.surveys.reading import FEWEST_SEEN

COUNTS = ("young_specialists", "staff", "students")


class IndicatorPage(SecuredPage):
    endpoint, url = "indicators", "/indicators"
    entry = Entry(Group.PROGRAMME, 9, N_("Target indicators"), behind="scores")

    @page("/", right=Right.SEE_SCORES)
    def index(self) -> str:
        described = pack().pack
        measured = see(read_indicators)
        return self.show(
            "panel/indicators.html",
            measured=measured,
            drawn={one.indicator for one in measured if draw_trend(one) is not None},
            involved=see(read_involvement, cycle_id=cycle().id),
            titles={one.id: one.title.get(locale()) for one in (*described.forms, *described.kinds)},
            threshold=see(settings_of, cycle_id=cycle().id).satisfied_threshold,
            cycle=cycle(),
            result_words=result_words,
            fewest_seen=FEWEST_SEEN,
            may_enter=current_user.has(Right.MANAGE_PAIRS),
            may_see_people=current_user.has(Right.SEE_PEOPLE),
        )

    @form_page("/headcounts/", right=Right.SEE_SCORES, to_send=Right.MANAGE_PAIRS)
    def headcounts(self) -> str | Response:
        if request.method == "POST":
            with refusals_shown():
                counted = {name: number(name, high=MOST) for name in COUNTS}
                on = day("counted_on", needed=N_("This is no date. Write it like 15.10.2026."))
                if do(enter_headcount, counted_on=on, **counted):
                    flash(label("Saved. The shares of that day are counted anew."), "success")
                else:
                    flash(label("Nothing was changed."), "notice")
                return redirect(url_for("indicators.headcounts"))
        return self.show(
            "panel/headcounts.html",
            headcounts=see(list_headcounts),
            form=texts("counted_on", *COUNTS) if request.method == "POST" else {"counted_on": current_day()},
            may_enter=current_user.has(Right.MANAGE_PAIRS),
        )

    @page("/<int:cycle_id>/people/", right=Right.SEE_PEOPLE)
    def people(self, cycle_id: int) -> str:
        asked = request.args.get("of")
        indicator: Indicator | None = next((one for one in get_args(Indicator) if one == asked), None)
        if asked and indicator is None:
            abort(404)
        form, kind = request.args.get("form") or None, request.args.get("kind") or None
        described = pack().pack
        titles = {one.id: one.title.get(locale()) for one in (*described.forms, *described.kinds)}
        return self.show(
            "panel/indicator_people.html",
            people=see(list_behind, cycle_id=cycle_id, indicator=indicator, form=form, kind=kind),
            title=label("Who is counted: {what}", what=label(result_words.INDICATORS[indicator]))
            if indicator
            else label("Who works in pairs: {what}", what=titles.get(form or kind or "", "")),
        )

    @page("/<indicator>.svg", right=Right.SEE_SCORES)
    def trend(self, indicator: str) -> FlaskResponse:
        drawn = next((draw_trend(one) for one in see(read_indicators) if one.indicator == indicator), None)
        if drawn is None:
            abort(404)
        return FlaskResponse(drawn, mimetype="image/svg+xml")
