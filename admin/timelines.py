"""The roadmap as a picture: a lane of bars for each stage, months above, today's line through all of them.

Plain rectangles in an inline SVG that stretches with the page: they read at 360 pixels as well, print, and
need no script. Words stand beside them in HTML, so that letters are never stretched.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date

from services.roadmap.reading import Roadmap, RoadmapRow, RowState

WIDTH = 1000  # units of the drawing, whatever the pixels
BAR, GAP = 9, 4
THINNEST = 9
DEADLINE_DAYS = 7  # a row that names its last day only is drawn as the week before it
MOST_LABELS = 14


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: int
    width: float
    state: RowState
    is_by_data: bool
    title: str
    actual: float | None  # where it was really done


@dataclass(frozen=True, slots=True)
class Lane:
    """One stage: its bars, never over each other."""

    bars: tuple[Bar, ...]
    height: int


@dataclass(frozen=True, slots=True)
class Picture:
    lanes: tuple[Lane, ...]
    months: tuple[str, ...]
    lines: tuple[float, ...]  # where months begin
    today: float | None


def draw_roadmap(roadmap: Roadmap, locale: str) -> Picture:
    axis = _Axis(_month_of(roadmap.first), _next_month(roadmap.last))
    starts = list(axis.months())
    step = -(-len(starts) // MOST_LABELS)
    is_inside = axis.first <= roadmap.today < axis.end
    return Picture(
        lanes=tuple(_lane(stage.rows, axis, locale) for stage in roadmap.stages),
        months=tuple(_name(one, locale) if place % step == 0 else "" for place, one in enumerate(starts)),
        lines=tuple(axis.x(one) for one in starts[1:]),
        today=axis.x(roadmap.today) if is_inside else None,
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    first: date
    end: date  # not included

    def x(self, day: date) -> float:
        share = (day - self.first).days / (self.end - self.first).days
        return round(min(max(share, 0), 1) * WIDTH, 1)

    def months(self) -> list[date]:
        found, month = [], self.first
        while month < self.end:
            found.append(month)
            month = _next_month(month)
        return found


def _lane(rows: tuple[RoadmapRow, ...], axis: _Axis, locale: str) -> Lane:
    spans = [
        (row, span) for row in rows if (span := _span(row)) is not None and row.state is not RowState.OLD
    ]
    spans.sort(key=lambda one: (one[1][0], one[1][1]))
    ends: list[float] = []
    bars = []
    for row, (start, last) in spans:
        x = axis.x(start)
        width = max(axis.x(last + timedelta(days=1)) - x, THINNEST)
        x = min(x, WIDTH - width)
        place = next((i for i, end in enumerate(ends) if end + GAP <= x), len(ends))
        ends[place : place + 1] = [x + width]
        bars.append(
            Bar(
                x=x,
                y=GAP + place * (BAR + GAP),
                width=round(width, 1),
                state=row.state,
                is_by_data=row.is_by_data,
                title=row.row.title.get(locale),
                actual=axis.x(row.done_on) if row.done_on is not None else None,
            )
        )
    return Lane(tuple(bars), GAP + max(1, len(ends)) * (BAR + GAP))


def _span(row: RoadmapRow) -> tuple[date, date] | None:
    """From the first day to the last; of an undated row that was done, the day it was."""
    if row.planned_to is None:
        return (row.done_on, row.done_on) if row.done_on is not None else None
    start = row.planned_from or row.planned_to - timedelta(days=DEADLINE_DAYS)
    return start, row.planned_to


def _month_of(day: date) -> date:
    return day.replace(day=1)


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _name(month: date, locale: str) -> str:
    name: str = format_date(month, "LLL", locale=locale)
    return name.strip(".")[:3]
