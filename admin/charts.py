"""Charts drawn on the server (decision 14): plain values in, an SVG out; the same values are drawn once.

matplotlib is loaded with the first chart, not with the panel: it takes a second.
"""

import io
import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

INK, MUTED, GRID = "#1f2d3d", "#5b6b7b", "#dfe5ea"
COLOURS = ("#2f6f9f", "#d08a2e", "#b9c4cd", "#7d9b76")  # told apart in grey print as well
WIDTH, HEIGHT = 7.2, 3.1  # inches
FEWEST = 5  # places for bars on an axis
FEWEST_POINTS = 3
"""Points of a picture: fewer are read faster in the table that stands beside every chart."""
LYING = frozenset({"rows", "spans"})  # long names stand on the left
SPARK = 1.75, 0.46  # inches
_drawing = threading.Lock()  # matplotlib's font cache is not for several threads at once


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    values: tuple[float | None, ...]  # None leaves a gap


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the value axis with a name: a level, a threshold."""

    low: float
    high: float
    name: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`title` and `description` are read by screen readers; `unit` names the value axis."""

    kind: str  # "bars", "stacked", "lines", "rows", "spans"
    title: str
    description: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str
    point: str = ","  # between whole and part
    top: float | None = None
    line: Band | None = None
    bands: tuple[Band, ...] = ()


def is_worth_drawing(points: int) -> bool:
    return points >= FEWEST_POINTS


def height_of(chart: Chart) -> float:
    """Inches; a picture of rows grows with them."""
    return max(HEIGHT, 0.42 * len(chart.labels) + 0.8) if chart.kind in LYING else HEIGHT


@lru_cache(maxsize=128)
def draw_spark(counts: tuple[int, ...], title: str, description: str) -> bytes:
    """Bars without axes, as small as a word: how answers spread over a scale."""
    with _drawing:
        from matplotlib.figure import Figure

        figure = Figure(figsize=SPARK)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.bar(range(len(counts)), counts, 0.78, color=COLOURS[0])
        axes.axhline(0, color=MUTED, linewidth=0.8)
        axes.set_ylim(0, max(*counts, 1) * 1.05)
        axes.set_axis_off()
        out = io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return _with_words(out.getvalue(), title, description)


@lru_cache(maxsize=64)
def draw(chart: Chart) -> bytes:
    """The chart as SVG."""
    with _drawing:
        from matplotlib import rc_context
        from matplotlib.figure import Figure

        style: dict[Any, Any] = {
            "font.family": "DejaVu Sans",  # comes with matplotlib and has Cyrillic
            "font.size": 9,
            "svg.fonttype": "path",  # looks the same where the font is missing
            "svg.hashsalt": "nastavnik",
            "axes.edgecolor": GRID,
            "text.color": INK,
            "axes.labelcolor": MUTED,
            "xtick.color": MUTED,
            "ytick.color": MUTED,
        }
        with rc_context(style):
            figure = Figure(figsize=(WIDTH, height_of(chart)), layout="constrained")
            axes = figure.add_subplot()
            _PLOTS[chart.kind](axes, chart)
            _dress(axes, chart)
            out = io.BytesIO()
            figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return _with_words(out.getvalue(), chart.title, chart.description)


def _bars(axes: object, chart: Chart) -> None:
    _grouped(axes, chart, is_stacked=False)


def _stacked(axes: object, chart: Chart) -> None:
    _grouped(axes, chart, is_stacked=True)


def _grouped(axes, chart: Chart, *, is_stacked: bool) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    places = range(len(chart.labels))
    width = 0.62 if is_stacked else 0.62 / max(len(chart.series), 1)
    floor = [0.0] * len(chart.labels)
    for number, one in enumerate(chart.series):
        values = [value or 0 for value in one.values]
        shift = 0 if is_stacked else (number - (len(chart.series) - 1) / 2) * width
        bars = axes.bar(
            [place + shift for place in places], values, width * 0.94,
            bottom=floor if is_stacked else None, label=one.name, color=COLOURS[number % len(COLOURS)],
        )  # fmt: skip
        axes.bar_label(
            bars, labels=[f"{value:g}" if value else "" for value in values], fontsize=8,
            label_type="center" if is_stacked else "edge",
            color="white" if is_stacked and number == 0 else INK,
        )  # fmt: skip
        if is_stacked:
            floor = [low + value for low, value in zip(floor, values, strict=True)]
    axes.set_xticks(list(places), chart.labels)
    room = max(0.0, (FEWEST - len(chart.labels)) / 2)  # one month alone is not a wall from edge to edge
    axes.set_xlim(-0.5 - room, len(chart.labels) - 0.5 + room)


def _lines(axes, chart: Chart) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    places = list(range(len(chart.labels)))
    for number, one in enumerate(chart.series):
        values = [float("nan") if value is None else value for value in one.values]
        axes.plot(
            places, values, marker="os"[number % 2], markersize=6, linewidth=2, label=one.name,
            color=COLOURS[number % len(COLOURS)],
        )  # fmt: skip
        for place, value in zip(places, one.values, strict=True):
            if value is not None:
                others = [other.values[place] or 0 for other in chart.series if other is not one]
                is_upper = value >= max(others, default=0)  # the lower of two is labelled below
                axes.annotate(
                    f"{value:.1f}".replace(".", chart.point), (place, value), textcoords="offset points",
                    xytext=(0, 7 if is_upper else -14), ha="center", fontsize=8,
                )  # fmt: skip
    axes.set_xticks(places, chart.labels)
    axes.set_xlim(-0.5, len(places) - 0.5)


def _rows(axes, chart: Chart) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Horizontal bars: long names stand on the left."""
    places = range(len(chart.labels))
    values = [value or 0 for value in chart.series[0].values]
    bars = axes.barh(list(places), values, 0.58, color=COLOURS[0])
    words = [
        "—" if value is None else f"{value:g}".replace(".", chart.point) for value in chart.series[0].values
    ]
    axes.bar_label(bars, labels=words, padding=4, fontsize=8)
    axes.set_yticks(list(places), chart.labels)
    axes.invert_yaxis()


def _spans(axes, chart: Chart) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Two points a row, joined by a line: where it began and where it came to."""
    places = list(range(len(chart.labels)))
    first, last = (one.values for one in chart.series)
    for place, low, high in zip(places, first, last, strict=True):
        if low is not None and high is not None:
            axes.plot([low, high], [place, place], color=COLOURS[2], linewidth=3, zorder=1)
    for number, one in enumerate(chart.series):
        values = [float("nan") if value is None else value for value in one.values]
        axes.scatter(
            values, places, s=52, marker="os"[number % 2], color=COLOURS[number], label=one.name, zorder=2
        )
    axes.set_yticks(places, chart.labels)
    axes.invert_yaxis()


_PLOTS = {"spans": _spans, "bars": _bars, "stacked": _stacked, "lines": _lines, "rows": _rows}


def _dress(axes, chart: Chart) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    from matplotlib.ticker import MaxNLocator

    is_rows = chart.kind in LYING
    for side in ("top", "right", "left" if not is_rows else "bottom"):
        axes.spines[side].set_visible(False)
    axes.grid(axis="x" if is_rows else "y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    (axes.set_xlabel if is_rows else axes.set_ylabel)(chart.unit)
    (axes.xaxis if is_rows else axes.yaxis).set_major_locator(MaxNLocator(nbins=6, integer=True))
    if chart.top is not None:
        (axes.set_xlim if is_rows else axes.set_ylim)(0, chart.top)
    elif not is_rows:
        axes.set_ylim(bottom=0)
        axes.margins(y=0.15)
    if chart.line is not None:
        axes.axhline(chart.line.low, color=MUTED, linewidth=1.2, linestyle="--", label=chart.line.name)
    if len(chart.series) > 1 or chart.line is not None:
        axes.figure.legend(loc="outside upper left", ncols=4, frameon=False, fontsize=8)


def _with_words(svg: bytes, title: str, description: str) -> bytes:
    """Give the drawing its title and description, which screen readers read."""
    text = svg.decode()
    start = text.index("<svg")
    end = text.index(">", start) + 1
    opening = text[start : end - 1] + ' role="img" aria-labelledby="title description">'
    words = f'<title id="title">{escape(title)}</title><desc id="description">{escape(description)}</desc>'
    return (text[:start] + opening + words + text[end:]).encode()
