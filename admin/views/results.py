"""What surveys came to: rounds of all years, and each round question by question."""

from flask import Response as FlaskResponse
from flask import abort, request

from admin.access import SecuredPage
from admin.calls import see
from admin.cycles import pack
from admin.drawings import draw_means, draw_spread, has_means
from admin.languages import locale
from admin.pages import Entry, Group, page
from services.access.actors import Right
from services.access.errors import N_
from services.results.answers import Part, RoundResults, read_round
from services.results.rounds import list_rounds
from services.surveys.reading import FEWEST_SEEN

WORDS_SHOWN = 100  # open answers of one question on a page; the export has all


class ResultPage(SecuredPage):
    endpoint, url = "results", "/results"
    entry = Entry(Group.PROGRAMME, 8, N_("Survey results"), behind="scores")

    @page("/", right=Right.SEE_SCORES)
    def index(self) -> str:
        rounds = see(list_rounds)
        return self.show(
            "panel/results.html",
            rounds=rounds,
            years=list(dict.fromkeys(one.cycle for one in rounds)),
            lang=locale(),
        )

    @page("/<int:cycle_id>/<survey_id>/<occasion>/", right=Right.SEE_SCORES)
    def results(self, cycle_id: int, survey_id: str, occasion: str) -> str:
        found = _read(cycle_id, survey_id, occasion)
        described = pack().pack
        return self.show(
            "panel/round.html",
            found=found,
            place={
                "cycle_id": cycle_id,
                "survey_id": survey_id,
                "occasion": occasion,
                "form": found.part.form,
                "kind": found.part.kind,
            },
            forms={one.id: one.title.get(locale()) for one in described.forms},
            kinds={one.id: one.title.get(locale()) for one in described.kinds},
            has_means=has_means(found),
            fewest_seen=FEWEST_SEEN,
            words_shown=WORDS_SHOWN,
            lang=locale(),
        )

    @page("/<int:cycle_id>/<survey_id>/<occasion>/means.svg", right=Right.SEE_SCORES)
    def means(self, cycle_id: int, survey_id: str, occasion: str) -> FlaskResponse:
        found = _read(cycle_id, survey_id, occasion)
        if not has_means(found):
            abort(404)
        return FlaskResponse(draw_means(found), mimetype="image/svg+xml")

    @page("/<int:cycle_id>/<survey_id>/<occasion>/spread/<question_id>.svg", right=Right.SEE_SCORES)
    def spread(self, cycle_id: int, survey_id: str, occasion: str, question_id: str) -> FlaskResponse:
        found = _read(cycle_id, survey_id, occasion, question_id)
        drawn = draw_spread(found.questions[0]) if found.questions else None
        if drawn is None:
            abort(404)
        return FlaskResponse(drawn, mimetype="image/svg+xml")


def _read(cycle_id: int, survey_id: str, occasion: str, question_id: str | None = None) -> RoundResults:
    part = Part(request.args.get("form") or None, request.args.get("kind") or None)
    return see(
        read_round,
        cycle_id=cycle_id,
        survey_id=survey_id,
        occasion=occasion,
        part=part,
        question_id=question_id,
    )
