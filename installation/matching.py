"""`nastavnik match`: a plan of pairs for a file that says who may be paired with whom; it touches no data."""

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from installation import faults
from installation.commands import Telling
from installation.site import Site
from models.matching import Change, Reason
from services.access.errors import N_
from services.matching.instances import NotJson, read_instance
from services.matching.running import Matching, match

STANDARD_INPUT = "-"
REASONS = {
    Reason.NO_SCORE: N_("no mentor has a score with them"),
    Reason.ALL_FORBIDDEN: N_("every mentor who could be is forbidden"),
    Reason.NO_PLACE: N_("every mentor who could be has no free place"),
    Reason.BETTER_TOTAL: N_("the others are better off together without them"),
}


def match_file(_site: Site, telling: Telling, asked: argparse.Namespace) -> int:
    """Print the plan. Raises FileNotRead and an InstanceRefused."""
    begun = time.perf_counter()
    found = match(read_instance(parse(read(asked.input))))
    facts = {**asdict(found), "seconds": round(time.perf_counter() - begun, 3)}
    telling.tell(facts, describe(found, telling))
    return 0


def read(name: str) -> bytes:
    """Raises FileNotRead."""
    try:
        return sys.stdin.buffer.read() if name == STANDARD_INPUT else Path(name).read_bytes()
    except OSError as error:
        raise faults.FileNotRead(file=name, why=error.strerror or type(error).__name__) from None


def parse(content: bytes) -> Any:
    """Raises NotJson, also for numbers that JSON does not know (NaN, Infinity)."""

    def refuse(_constant: str) -> NoReturn:
        raise NotJson

    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=refuse)
    except (ValueError, RecursionError):
        raise NotJson from None


def describe(found: Matching, telling: Telling) -> list[str]:
    """What a person reads: the pairs, who is left and why, and what would help."""
    t = telling.t
    return [
        t.label(
            "Pairs: {count}. Total {total}, {share} per cent of the highest possible.",
            count=len(found.pairs),
            total=f"{found.total:g}",
            share=f"{100 * found.optimum_share:.1f}",
        ),
        *(f"  {mentee} – {mentor}" for mentee, mentor in found.pairs),
        t.label(
            "Would both gain by leaving for each other: {count}, by more than 5 points: {material}.",
            count=found.blocking_pairs,
            material=found.material_blocking_pairs,
        ),
        *(
            t.label("Without a mentor: {id} – {reason}.", id=one.id, reason=t.label(REASONS[one.reason]))
            for one in found.unmatched
        ),
        *(_describe_fix(fix, telling) for fix in found.fixes),
    ]


def _describe_fix(fix: dict[str, int | str], telling: Telling) -> str:
    if fix["change"] == Change.ONE_MORE_PLACE:
        return telling.t.label("It would help if {mentor} took {places} more.", **fix)
    return telling.t.label("It would help if {mentee} and {mentor} agreed to be a pair.", **fix)
