"""Before and after: what changed for people who were measured twice, and who was measured."""

from flask import Response as FlaskResponse
from flask import abort, request
from flask_login import current_user

from admin.access import SecuredPage
from admin.calls import see
from admin.cycles import cycle
from admin.drawings import draw_growth, height_of_growth
from admin.languages import locale
from admin.pages import Entry, Group, page
from services.access.actors import Right
from services.access.errors import N_
from services.results.growth import CERTAIN, list_measured, read_expectations, read_growth
from services.surveys.reading import FEWEST_SEEN


class GrowthPage(SecuredPage):
    endpoint, url = "growth", "/growth"
    entry = Entry(Group.PROGRAMME, 10, N_("Before and after"), behind="scores")

    @page("/", right=Right.SEE_SCORES)
    def index(self) -> str:
        sides = see(read_growth, cycle_id=cycle().id)
        return self.show(
            "panel/growth.html",
            sides=sides,
            heights={one.role: height_of_growth(one) for one in sides},
            expectations=see(read_expectations, cycle_id=cycle().id),
            cycle=cycle(),
            certain=CERTAIN,
            fewest_seen=FEWEST_SEEN,
            may_see_who=current_user.has(Right.MANAGE_PAIRS),
            lang=locale(),
        )

    @page("/people/", right=Right.MANAGE_PAIRS)
    def people(self) -> str:
        return self.show("panel/growth_people.html", people=see(list_measured, cycle_id=cycle().id))

    @page("/chart.svg", right=Right.SEE_SCORES)
    def chart(self) -> FlaskResponse:
        sides = see(read_growth, cycle_id=cycle().id)
        side = next((one for one in sides if one.role == request.args.get("role")), None)
        drawn = draw_growth(side) if side is not None else None
        if drawn is None:
            abort(404)
        return FlaskResponse(drawn, mimetype="image/svg+xml")
