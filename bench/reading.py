"""How much of sample messages is read right: fields, silent errors, wishes.

The samples are tests/unit/reading_*.jsonl. A line gives the text, what it says (`intent`, `entries`), which
questions must be asked (`ask`), and where an honest question is as good as the value (`either`); or the wish
that it is (`wish`), null where it is none. `free` entries are not compared.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from services.messages_read.reading.batch import read_text
from services.messages_read.wishes import find_wish

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "unit"
KEPT_APART, WORKING = "reading_kept_apart.jsonl", "reading_samples.jsonl"
WEDNESDAY = "2025-10-15T18:00:00+03:00"
MEMBERS = {
    "one": ["Петрова Анна Сергеевна"],
    "many": [
        "Петрова Анна Сергеевна",
        "Кузнецов Олег Иванович",
        "Орлова Екатерина Павловна",
        "Белова Марина Олеговна",
        "Иванов Пётр Львович",
        "Шевченко Павел Андреевич",
    ],
}
TEXTS = {"topic", "next_step", "place"}
ASKED_AS = {"end": "start", "approximate": "minutes"}
ENOUGH = 0.66  # share of words in common from which two wordings of a topic are the same
RUBBISH = 0.5  # share of words below which a topic is somebody else's words


@dataclass(slots=True)
class Score:
    messages: int = 0
    fields: int = 0
    right: int = 0
    silent: list[str] = field(default_factory=list)
    wishes: int = 0
    recognised: int = 0
    others: int = 0
    taken_for_wish: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def count(self, is_right: bool, fault: str) -> None:  # noqa: FBT001  # a condition, not a mode
        self.fields += 1
        self.right += is_right
        if not is_right:
            self.faults.append(fault)


def measure(name: str) -> Score:
    """Raises OSError, ValueError for a file of samples that is not there or not JSON lines."""
    score = Score()
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        _measure_one(json.loads(line), score)
    return score


def _measure_one(sample: Mapping[str, Any], score: Score) -> None:
    text, now = sample["text"], sample.get("now", WEDNESDAY)
    wanted = sample.get("wish")
    found = find_wish(text, now=datetime.fromisoformat(now))
    given = found.kind.value if found else None
    if wanted is not None:
        score.wishes += 1
        score.recognised += given == wanted
        if given != wanted:
            score.faults.append(f"{text!r}: wish {given}, not {wanted}")
        for name in ("since", "until"):
            if name in sample and found is not None:
                day = getattr(found, name)
                is_asked = day is None and name in sample.get("either", ())
                is_right = is_asked or str(day) == sample[name]
                score.count(is_right, f"{text!r}: {name} {day}, not {sample[name]}")
        return
    score.others += 1
    if given is not None and not (given == "late" and sample.get("intent") == "late"):
        score.taken_for_wish.append(f"{text!r}: {given}")
    if "intent" in sample:
        _measure_meeting(sample, now, score)


def _measure_meeting(sample: Mapping[str, Any], now: str, score: Score) -> None:
    text = sample["text"]
    reading = read_text(text, now=now, members=MEMBERS[sample.get("members", "one")])
    score.messages += 1
    accepted = {sample["intent"], *sample.get("accept", ())}
    silent = []
    score.count(reading["intent"] in accepted, f"{text!r}: {reading['intent']}, not {sample['intent']}")
    if reading["intent"] not in accepted and reading["intent"] != "unclear" and reading["entries"]:
        silent.append("intent")
    for name in sample.get("ask", ()):
        score.count(name in reading["questions"], f"{text!r}: {name} is not asked")
    for name in sample.get("need", ()):
        score.count(name in reading["warnings"], f"{text!r}: no word of {name}")
        if name not in reading["warnings"]:
            silent.append(name)
    if not sample.get("free"):
        silent += _measure_entries(sample, reading, score)
    if silent:
        score.silent.append(f"{text!r}: {', '.join(silent)}")


def _measure_entries(sample: Mapping[str, Any], reading: Mapping[str, Any], score: Score) -> list[str]:
    silent, text = [], sample["text"]
    wanted = [*sample["entries"]]
    given = [*reading["entries"]]
    for place in range(max(len(wanted), len(given))):
        right = wanted[place] if place < len(wanted) else {}
        told = given[place] if place < len(given) else {}
        for name in sorted({*right, *told}):
            one, other = right.get(name), told.get(name)
            if one is None and other is None:
                continue
            is_asked = ASKED_AS.get(name, name) in reading["questions"]
            is_open = other is None and name in sample.get("either", ())
            if name == "approximate" and (told.get("minutes") is None or right.get("minutes") is None):
                continue
            is_right = one == other or is_open or (name in TEXTS and _is_alike(one, other))
            if sample.get("may_date") and name == "date":
                continue
            score.count(is_right, f"{text!r}: {name} {other!r}, not {one!r}")
            is_said = other is not None and not is_asked and name != "approximate"
            if not is_right and is_said and (name not in TEXTS or _precision(one, other) < RUBBISH):
                silent.append(name)
    return silent


def _stems(words: str | None) -> set[str]:
    return {word[:4] for word in re.findall(r"\w+", (words or "").lower().replace("ё", "е")) if len(word) > 2}  # noqa: PLR2004


def _is_alike(one: str | None, other: str | None) -> bool:
    first, second = _stems(one), _stems(other)
    both = len(first & second)
    return bool(both) and 2 * both / (len(first) + len(second)) >= ENOUGH


def _precision(one: str | None, other: str | None) -> float:
    said = _stems(other)
    return len(_stems(one) & said) / len(said) if said else 1.0


def show(scores: Iterable[tuple[str, Score]]) -> list[Sequence[str]]:
    return [
        (
            name, str(one.messages), f"{one.right}/{one.fields} ({_share(one.right, one.fields)})",
            f"{len(one.silent)} ({_share(len(one.silent), one.messages)})",
            f"{one.recognised}/{one.wishes} ({_share(one.recognised, one.wishes)})",
            f"{len(one.taken_for_wish)}/{one.others} ({_share(len(one.taken_for_wish), one.others)})",
        )
        for name, one in scores
    ]  # fmt: skip


HEAD = ("samples", "about meetings", "fields right", "silent errors", "wishes recognised", "taken for a wish")


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"
