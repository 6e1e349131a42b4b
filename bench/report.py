"""Figures as tables: on the screen, and in the generated part of docs/performance.md."""

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from bench.databases import read_server_version, sqlite_version
from bench.pages import PageFigures
from bench.reminders import ReminderFigures
from bench.starting import StartFigures
from bench.survey import SurveyFigures
from bench.ticks import TickFigures

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- {part}: written by make bench -->", "<!-- end of {part} -->"


def describe_machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    load = os.getloadavg()[1]
    return (
        f"{date.today():%d.%m.%Y}; {os.cpu_count()} cores ({model}); Python {platform.python_version()}; "  # noqa: DTZ011  # the reader's day
        f"SQLite {sqlite_version()}; PostgreSQL {read_server_version() or 'none'}; "
        f"load of the machine over five minutes before the table was written: {load:.1f}"
    )


def tabulate(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table that reads well as text and as Markdown."""
    cells = [list(head), *[list(row) for row in rows]]
    widths = [max(len(row[place]) for row in cells) for place in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in cells
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def show_survey(figures: Sequence[SurveyFigures]) -> str:
    head = (
        "bot", "updates", "taps/s", "of bare", "CPU ms a tap", "of bare by CPU",
        "p50 ms, 100 chats", "p99 ms, 100 chats", "p50 ms at 200/s", "p99 ms at 200/s",
    )  # fmt: skip
    return tabulate(
        head,
        [
            (
                one.name, one.updates, f"{one.rate:.0f}", f"{one.ratio:.2f}", f"{one.cpu_ms:.2f}",
                f"{one.cpu_ratio:.2f}", f"{one.median_ms:.0f}", f"{one.p99_ms:.0f}",
                f"{one.paced_median_ms:.1f}", f"{one.paced_p99_ms:.1f}",
            )
            for one in figures
        ],
    )  # fmt: skip


def show_reminders(figures: Sequence[ReminderFigures]) -> str:
    head = (
        "database", "reminders", "sent/s", "of allowed", "429s", "latest beyond k/rate, s", "p99, s",
        "wait for the tick, s", "CPU ms each",
    )  # fmt: skip
    return tabulate(
        head,
        [
            (
                one.database, f"{one.count}", f"{one.rate:.2f}", f"{one.rate / one.allowed:.1%}",
                f"{one.refused}", f"{one.late_max:.2f}", f"{one.late_p99:.2f}", f"{one.tick_wait:.1f}",
                f"{one.cpu_ms:.1f}",
            )
            for one in figures
        ],
    )  # fmt: skip


def show_ticks(figures: Sequence[TickFigures]) -> str:
    return tabulate(
        ("database", "tick", "meetings ahead", "fastest ms", "median ms", "slowest ms"),
        [
            (
                one.database, one.tick, f"{one.rows}", f"{one.fastest_ms:.1f}", f"{one.median_ms:.1f}",
                f"{one.slowest_ms:.1f}",
            )
            for one in figures
        ],
    )  # fmt: skip


def show_starting(figures: StartFigures) -> str:
    table = tabulate(
        ("process", "RSS started, MB", "PSS started, MB", "RSS loaded, MB", "PSS loaded, MB", "load"),
        [
            (
                one.process, f"{one.started.rss:.0f}", f"{one.started.pss:.0f}", f"{one.loaded.rss:.0f}",
                f"{one.loaded.pss:.0f}", one.load,
            )
            for one in figures.memory
        ],
    )  # fmt: skip
    return f"From `nastavnik bot` to the first reply: {figures.first_reply:.1f} s\n\n{table}"


def write_part(part: str, text: str) -> None:
    """Put a part's figures, with the machine and the day, between its marks in the document."""
    begin, end = BEGIN.format(part=part), END.format(part=part)
    document = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = document.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"{DOCUMENT.name} has no place for {part}")
    filled = f"{before}{begin}\n{text}\n\n*{describe_machine()}*\n{end}{after}"
    DOCUMENT.write_text(filled, encoding="utf-8")


def show_pages(figures: Sequence[PageFigures]) -> str:
    head = ("database", "page", "people", "CPU ms", "statements", "KB")
    return tabulate(
        head,
        [
            (
                one.database,
                one.address,
                str(one.people),
                f"{one.cpu_ms:.0f}",
                str(one.statements),
                f"{one.size / 1000:.0f}",
            )
            for one in figures
        ],
    )
