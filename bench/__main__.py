"""`python -m bench [PART ...] [--write]`: prints the figures; with --write they go into the document too."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.databases import list_kinds
from bench.matching import measure_matching, show_matching
from bench.pages import measure_pages
from bench.reading import HEAD, KEPT_APART, WORKING
from bench.reading import measure as measure_reading
from bench.reading import show as show_reading
from bench.reminders import measure_reminders
from bench.report import (
    describe_machine,
    show_pages,
    show_reminders,
    show_starting,
    show_survey,
    show_ticks,
    tabulate,
    write_part,
)
from bench.sandboxed import measure_sandboxed, show_sandboxed
from bench.starting import measure_starting
from bench.survey import measure_survey
from bench.ticks import measure_ticks


async def survey(folder: Path, asked: argparse.Namespace) -> str:
    rounds, seconds = (1, 2.0) if asked.quick else (3, 2.0)
    return show_survey(await measure_survey(folder, rounds=rounds, seconds=seconds))


async def sandbox(folder: Path, asked: argparse.Namespace) -> str:
    return show_sandboxed(await measure_sandboxed(folder, seconds=2.0 if asked.quick else 6.0))


async def ticks(folder: Path, asked: argparse.Namespace) -> str:
    count = 100_000 if asked.quick else 1_000_000
    return show_ticks(
        [one for kind in list_kinds() for one in await measure_ticks(kind, folder, count=count)]
    )


async def starting(folder: Path, _asked: argparse.Namespace) -> str:
    return show_starting(await measure_starting(folder))


async def reminders(folder: Path, asked: argparse.Namespace) -> str:
    count = 600 if asked.quick else asked.reminders
    return show_reminders([await measure_reminders(asked.database, folder, count=count)])


async def pages(folder: Path, asked: argparse.Namespace) -> str:
    sizes = (1_000,) if asked.quick else (1_000, 10_000)
    kinds = list_kinds()
    return show_pages([one for kind in kinds for size in sizes for one in measure_pages(kind, folder, size)])


async def reading(_folder: Path, _asked: argparse.Namespace) -> str:
    """The faults of the working half are named below the table; of the half kept apart only the figures."""
    working = measure_reading(WORKING)
    table = tabulate(HEAD, show_reading([("kept apart", measure_reading(KEPT_APART)), ("working", working)]))
    found = [*working.faults, *(f"silent: {one}" for one in working.silent), *working.taken_for_wish]
    print("\n".join(found))
    return table


async def match(folder: Path, asked: argparse.Namespace) -> str:
    return show_matching(measure_matching(folder, is_quick=asked.quick))


PARTS: dict[str, Callable[[Path, argparse.Namespace], Awaitable[str]]] = {
    "survey": survey,
    "sandbox": sandbox,
    "ticks": ticks,
    "starting": starting,
    "reminders": reminders,
    "pages": pages,
    "match": match,
    "reading": reading,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all by default")
    parser.add_argument("--write", action="store_true", help="write the figures into docs/performance.md")
    parser.add_argument("--quick", action="store_true", help="a minute or two; the figures are rough")
    parser.add_argument("--reminders", type=int, default=10_000, help="how many fall due at once")
    parser.add_argument("--database", choices=list_kinds(), default="sqlite", help="for the reminders")
    asked = parser.parse_args()
    unknown = [part for part in asked.parts if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]}")
    print(describe_machine(), flush=True)
    for part in asked.parts or PARTS:
        began = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="nastavnik-bench-") as folder:
            text = asyncio.run(measure(part, Path(folder), asked))
        print(f"\n{part} ({time.perf_counter() - began:.0f} s)\n\n{text}", flush=True)
        if asked.write:
            write_part(part, text)
    return 0


async def measure(part: str, folder: Path, asked: argparse.Namespace) -> str:
    return await PARTS[part](folder, asked)


if __name__ == "__main__":
    sys.exit(main())
