"""`make faults`: all fault runs, a table of what the auditor saw; 1 when anything was lost or doubled."""

import argparse
import asyncio
import os
import platform
import random
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tests.faults import disturbances
from tests.faults.cluster import Cluster, NoServer
from tests.faults.runs import Report, Run

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "faults.md"
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"

COLUMNS = {
    "acts": ("acts",),
    "answers": ("answers checked",),
    "bot killed": ("kills of the bot",),
    "panel, worker killed": ("kills of the panel", "kills of the worker"),
    "calls hit": (),
    "database cut": ("database locked", "database restarted"),
    "second bots": ("second bots refused", "second bots that polled"),
    "sent": ("messages sent",),
    "repeated, kill": ("repeated after a kill",),
    "repeated, reset": ("repeated after a reset",),
    "lost or doubled": (),
}


def runs(seed: int, kills: int, cluster: Cluster | None) -> Iterator[Run]:
    """Each with a seed of its own, drawn from the one that is printed."""
    draw = random.Random(seed)

    def make(name: str, **facts: object) -> Run:
        return Run(name, draw.randrange(10**6), **facts)  # type: ignore[arg-type]  # named facts of Run

    yield make(
        "kill -9, SQLite",
        kills=kills,
        couples=3,
        disturbances=[disturbances.restart_panel, disturbances.restart_worker],
    )
    yield make("network, SQLite", disturbances=[disturbances.disturb_network])
    yield make("both, SQLite", kills=kills // 3, disturbances=[disturbances.disturb_network])
    yield make("database locked, SQLite", disturbances=[disturbances.lock_database])
    yield make("second bot, SQLite", disturbances=[disturbances.start_second_bot])
    if cluster is None:
        return
    for number in range(4):
        cluster.create(f"run_{number}")
    yield make("kill -9, PostgreSQL", kills=kills // 2, database_url=cluster.url("run_0"))
    yield make(
        "network, PostgreSQL", disturbances=[disturbances.disturb_network], database_url=cluster.url("run_1")
    )
    restart = partial(disturbances.restart_database, restart=cluster.restart)
    yield make("server restarted, PostgreSQL", disturbances=[restart], database_url=cluster.url("run_2"))
    yield make(
        "second bot, PostgreSQL",
        disturbances=[disturbances.start_second_bot],
        database_url=cluster.url("run_3"),
    )


def figures(report: Report) -> list[str]:
    """One line of the table."""
    tally = report.tally
    cells = [report.name, str(report.seed)]
    for title, names in COLUMNS.items():
        if title == "calls hit":
            cells.append(str(sum(n for name, n in tally.items() if name.startswith("calls hit by"))))
        elif title == "lost or doubled":
            cells.append(str(len(report.findings)))
        else:
            cells.append(str(sum(tally.get(name, 0) for name in names)))
    return [*cells, f"{report.seconds:.0f}"]


def table(reports: list[Report]) -> str:
    rows = [["run", "seed", *COLUMNS, "seconds"], *(figures(report) for report in reports)]
    widths = [max(len(row[number]) for row in rows) for number in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def machine() -> str:
    cores = os.cpu_count()
    python = platform.python_version()
    return f"{datetime.now(UTC):%d %B %Y}, {cores} cores, {platform.system()}, CPython {python}"


def write_reports(reports: list[Report], seed: int) -> None:
    """Put the figures into docs/faults.md."""
    page = PAGE.read_text(encoding="utf-8")
    told = f"{BEGIN}\n{machine()}; seed {seed}.\n\n{table(reports)}\n{END}"
    PAGE.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: told, page, flags=re.DOTALL), encoding="utf-8")


@contextmanager
def cluster_in(folder: Path) -> Iterator[Cluster | None]:
    """A server of our own; None, said aloud, where PostgreSQL's programs are missing."""
    with ExitStack() as stack:
        try:
            cluster = stack.enter_context(Cluster(folder))
        except NoServer as missing:
            print(f"PostgreSQL is left out: {missing}")
            yield None
            return
        yield cluster


def main() -> int:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--kills", type=int, default=45, help="of the bot, in the longest run")
    parser.add_argument("--only", default="", help="runs whose name contains this")
    parser.add_argument("--keep", action="store_true", help="write the figures into docs/faults.md")
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    reports = []
    with tempfile.TemporaryDirectory(prefix="nastavnik-faults-") as name, cluster_in(Path(name)) as cluster:
        for number, run in enumerate(runs(asked.seed, asked.kills, cluster)):
            if asked.only not in run.name:
                continue
            report = asyncio.run(run.live(Path(name) / str(number)))
            reports.append(report)
            print(" | ".join(figures(report)), flush=True)
            for finding in report.findings:
                print(f"  seed {asked.seed}, {run.name}: {finding}", flush=True)
    print(f"\n{table(reports)}")
    if asked.keep:
        write_reports(reports, asked.seed)
    return 0 if all(report.is_clean for report in reports) else 1


if __name__ == "__main__":
    sys.exit(main())
