"""The matching at 1,000 and 10,000 mentees: `nastavnik match` on a file, and a worker's run from facts."""

import json
import os
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.report import tabulate
from models.matching import Aim

CANDIDATES = 20
CAPACITIES = (1, 2, 3)
AIMS = {1_000: tuple(Aim), 10_000: (Aim.BEST_SCORE, Aim.NOBODY_LEFT_OUT)}
"""By the number of mentees. A balanced plan solves the best total again up to 180 times."""
PEOPLE = ((60, 45), (200, 150), (1_000, 700))
"""Mentees and mentors of a run from facts: every mentor is a candidate of every mentee."""
SEED = 7


@dataclass(frozen=True, slots=True)
class MatchingFigures:
    """One call in a process of its own; `peak_mb` is its greatest resident set, imports included."""

    what: str
    mentees: int
    mentors: int
    edges: int
    seconds: float
    cpu_seconds: float
    peak_mb: float
    share: float


def measure_matching(folder: Path, *, is_quick: bool) -> list[MatchingFigures]:
    found = []
    for size, aims in list(AIMS.items())[: 1 if is_quick else None]:
        for aim in aims:
            path = folder / f"{size}.{aim}.json"
            document = draw_document(size, aim)
            path.write_text(json.dumps(document), encoding="utf-8")
            seconds, cpu, peak, printed = _call(
                ["-m", "nastavnik", "match", "--input", str(path), "--json"], folder
            )
            told = json.loads(printed)
            found.append(
                MatchingFigures(
                    f"nastavnik match, {aim}",
                    size,
                    len(document["mentors"]),
                    len(document["scores"]),
                    seconds,
                    cpu,
                    peak,
                    told["optimum_share"],
                )
            )
    for mentees, mentors in PEOPLE[:2] if is_quick else PEOPLE:
        seconds, cpu, peak, printed = _call(["-m", "bench.matching_run", str(mentees), str(mentors)], folder)
        told = json.loads(printed)
        found.append(
            MatchingFigures(
                "a run of the worker, all three plans",
                mentees,
                mentors,
                told["edges"],
                seconds,
                cpu,
                peak,
                told["share"],
            )
        )
    return found


def draw_document(mentees: int, aim: str) -> dict[str, Any]:
    """Each mentee may be paired with twenty mentors, by scores that share a part of both sides' liking."""
    draw = random.Random(SEED)  # noqa: S311  # the same figures every time
    mentors = mentees * 7 // 10
    scores = []
    for mentee in range(mentees):
        for mentor in draw.sample(range(mentors), CANDIDATES):
            common = draw.uniform(0, 60)
            first, second = (round(common + draw.uniform(0, 40), 1) for _ in range(2))
            scores.append([mentee, mentees + mentor, first, second])
    return {
        "mentees": [{"id": one} for one in range(mentees)],
        "mentors": [{"id": mentees + one, "capacity": draw.choice(CAPACITIES)} for one in range(mentors)],
        "scores": scores,
        "aim": aim,
    }


def _call(arguments: list[str], folder: Path) -> tuple[float, float, float, str]:
    """Seconds from start to end, those of the processor, peak of the resident set in MB, what was printed."""
    target = folder / "printed"
    began = time.perf_counter()
    with target.open("wb") as out:
        pid = os.posix_spawn(
            sys.executable,
            [sys.executable, *arguments],
            {**os.environ, "NASTAVNIK_DATA_DIR": str(folder / "data")},
            file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1)],
        )
        _, status, usage = os.wait4(pid, 0)
    if status:
        raise RuntimeError(f"{arguments[1]} ended with {status}")
    seconds, cpu = time.perf_counter() - began, usage.ru_utime + usage.ru_stime
    return seconds, cpu, usage.ru_maxrss / 1024, target.read_text(encoding="utf-8")


def show_matching(figures: Sequence[MatchingFigures]) -> str:
    return tabulate(
        (
            "what",
            "mentees",
            "mentors",
            "possible pairs",
            "seconds",
            "CPU seconds",
            "peak, MB",
            "of the highest total",
        ),
        [
            (
                one.what,
                f"{one.mentees:,}",
                f"{one.mentors:,}",
                f"{one.edges:,}",
                f"{one.seconds:.1f}",
                f"{one.cpu_seconds:.1f}",
                f"{one.peak_mb:.0f}",
                f"{one.share:.4f}",
            )
            for one in figures
        ],
    )
