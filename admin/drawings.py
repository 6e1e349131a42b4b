"""Which charts the pages of results show: figures of services.results become titles, labels and series.

A chart of fewer than three points is not drawn (None): its table says it all.
"""

from collections.abc import Callable
from datetime import date

from babel.dates import format_date

from admin import result_words
from admin.calls import see
from admin.charts import Chart, Series, draw, draw_spark, height_of, is_worth_drawing
from admin.cycles import pack
from admin.languages import label, locale, number
from models.people import Role
from services.results.answers import QuestionResult, RoundResults
from services.results.attendance import read_attendance
from services.results.growth import SideGrowth
from services.results.measured import Measured
from services.results.ratings import read_ratings
from services.results.sheets import criteria_of, list_sheets

LONGEST_NAME = 46


def month_name(month: date) -> str:
    """E.g. "нояб. 2026", for axes and tables."""
    return format_date(month, "LLL y", locale=locale())


def _ratings(cycle_id: int) -> bytes | None:
    found = see(read_ratings, cycle_id=cycle_id)
    months = sorted({one.month for side in found.sides for one in side.months})
    if not is_worth_drawing(len(months)):
        return None
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
        )
    )


def _meetings(cycle_id: int) -> bytes | None:
    found = see(read_attendance, cycle_id=cycle_id)
    if not is_worth_drawing(len(found.months)):
        return None
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


def _criteria(cycle_id: int) -> bytes | None:
    """The newest sheet, criterion by criterion."""
    sheets = see(list_sheets, cycle_id=cycle_id)
    ratings = sheets[0].ratings if sheets else {}
    if not is_worth_drawing(len(ratings)):
        return None
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


def has_means(found: RoundResults) -> int:
    """The height of the picture in pixels; 0 where there are too few means for one."""
    rated = _rated(found)
    return round(100 * height_of(_means(found))) if is_worth_drawing(len(rated)) else 0


def draw_means(found: RoundResults) -> bytes:
    return draw(_means(found))


def _rated(found: RoundResults) -> list[QuestionResult]:
    return [
        one for one in found.questions if one.question.kind == "rating10" and one.summary.mean is not None
    ]


def _means(found: RoundResults) -> Chart:
    rated = _rated(found)
    return Chart(
        kind="rows",
        title=label("Means of the questions"),
        description=label("The mean rating of each question, from 1 to 10; the table has the numbers."),
        labels=tuple(_short(one.question.text.get(locale())) for one in rated),
        series=(Series(label("mean"), tuple(round(one.summary.mean or 0, 1) for one in rated)),),
        unit=label("rating, 1 to 10"),
        point=number(0.5)[1],
        top=10.8,
    )


def draw_spread(one: QuestionResult) -> bytes | None:
    """How ratings of one question spread; None for another kind, and where figures are withheld."""
    if one.question.kind != "rating10" or not one.summary.spread:
        return None
    words = ", ".join(f"{value}: {count}" for value, count in one.summary.spread)
    counts = tuple(count for _, count in one.summary.spread)
    return draw_spark(counts, one.question.text.get(locale()), words)


def draw_trend(measured: Measured) -> bytes | None:
    """An indicator over its days, with the targets of their years."""
    points = [one for one in measured.points if one.share.percent is not None]
    if not is_worth_drawing(len(points)):
        return None
    values = tuple(round(one.share.percent or 0, 1) for one in points)
    targets = tuple(one.target.value if one.target else None for one in points)
    series = [Series(label("value"), values)]
    if any(one is not None for one in targets):
        series.append(Series(label("target"), targets))
    return draw(
        Chart(
            kind="lines",
            title=label(result_words.INDICATORS[measured.indicator]),
            description=label("The indicator and its target by day, in percent; the table has the numbers."),
            labels=tuple(one.day.strftime("%d.%m.%Y") for one in points),
            series=tuple(series),
            unit="%",
            point=number(0.5)[1],
            top=108,
        )
    )


def height_of_growth(side: SideGrowth) -> int:
    """The height of the picture in pixels; 0 where there are too few means for one."""
    chart = _growth(side)
    return round(100 * height_of(chart)) if is_worth_drawing(len(chart.labels)) else 0


def draw_growth(side: SideGrowth) -> bytes | None:
    return draw(_growth(side)) if height_of_growth(side) else None


def _growth(side: SideGrowth) -> Chart:
    """Ratings only: facts have scales of their own."""
    rated = [one for one in side.items if one.question.kind == "rating10" and not one.growth.is_withheld]
    means = ([one.growth.before for one in rated], [one.growth.after for one in rated])
    before, after = (tuple(None if one is None else round(one, 1) for one in own) for own in means)
    return Chart(
        kind="spans",
        title=label("Means before and after"),
        description=label(
            "Mean ratings from 1 to 10 at the start and at the end; the table has the numbers."
        ),
        labels=tuple(_short(one.question.text.get(locale())) for one in rated),
        series=(Series(label("before"), before), Series(label("after"), after)),
        unit=label("rating, 1 to 10"),
        point=number(0.5)[1],
        top=10.8,
    )


CHARTS: dict[str, Callable[[int], bytes | None]] = {
    "ratings": _ratings,
    "meetings": _meetings,
    "criteria": _criteria,
}
