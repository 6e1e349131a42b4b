"""Which charts the scores page shows: figures of services.results become titles, labels and series."""

from collections.abc import Callable
from datetime import date

from babel.dates import format_date

from admin.calls import see
from admin.charts import Band, Chart, Series, draw
from admin.cycles import pack
from admin.languages import label, locale, number
from models.people import Role
from services.results.attendance import read_attendance
from services.results.satisfaction import read_satisfaction
from services.results.sheets import criteria_of, list_sheets

LONGEST_NAME = 46


def month_name(month: date) -> str:
    """E.g. "нояб. 2026", for axes and tables."""
    return format_date(month, "LLL y", locale=locale())


def _satisfaction(cycle_id: int) -> bytes:
    found = see(read_satisfaction, cycle_id=cycle_id)
    months = sorted({one.month for side in found.sides for one in side.months})
    names = {Role.MENTEE: label("mentees"), Role.MENTOR: label("mentors")}
    series = []
    for side in found.sides:
        by_month = {one.month: round(one.mean, 2) for one in side.months}
        series.append(Series(names[side.role], tuple(by_month.get(month) for month in months)))
    return draw(
        Chart(
            kind="lines",
            title=label("Mean rating of meetings by month"),
            description=label(
                "Ratings from 1 to 10 after meetings, mentees and mentors apart; the table has the numbers."
            ),
            labels=tuple(map(month_name, months)),
            series=tuple(series),
            unit=label("rating, 1 to 10"),
            point=number(0.5)[1],
            top=10.8,
            line=Band(
                found.threshold,
                found.threshold,
                label("satisfied from {threshold}", threshold=number(found.threshold)),
            ),
        )
    )


def _meetings(cycle_id: int) -> bytes:
    found = see(read_attendance, cycle_id=cycle_id)
    return draw(
        Chart(
            kind="stacked",
            title=label("Meetings held against planned by month"),
            description=label(
                "Agreed meetings of each month by what became of them; the table has the numbers."
            ),
            labels=tuple(month_name(one.month) for one in found.months),
            series=(
                Series(label("Held"), tuple(one.held for one in found.months)),
                Series(label("Did not take place"), tuple(one.missed for one in found.months)),
                Series(label("Not logged"), tuple(one.unlogged for one in found.months)),
                Series(label("Still to come"), tuple(one.coming for one in found.months)),
            ),
            unit=label("meetings"),
        )
    )


def _criteria(cycle_id: int) -> bytes:
    """The newest sheet, criterion by criterion."""
    sheets = see(list_sheets, cycle_id=cycle_id)
    ratings = sheets[0].ratings if sheets else {}
    criteria = [one.question for one in criteria_of(pack())]
    return draw(
        Chart(
            kind="rows",
            title=label("The nine criteria on the newest sheet"),
            description=label("Each criterion from 0 to 2; the table has the numbers and the comments."),
            labels=tuple(_short(one.text.get(locale())) for one in criteria),
            series=(Series(label("rating"), tuple(ratings.get(one.id) for one in criteria)),),
            unit=label("0 not shown, 1 partly, 2 fully"),
            top=2.2,
        )
    )


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1].rstrip(" ,") + "…"


CHARTS: dict[str, Callable[[int], bytes]] = {
    "satisfaction": _satisfaction,
    "meetings": _meetings,
    "criteria": _criteria,
}
