"""Faults of a pack, each told in one line: which file, which key, how to mend it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """`file` is relative to the folder of all packs; `key` is dotted, items of lists by their ids."""

    file: str
    key: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.mend}" if self.key else f"{self.file}: {self.mend}"


_ID_RULE = 'use 1 to {limit} characters a-z, 0-9, "_": ids travel in buttons of 64 bytes'
_LANGUAGES = frozenset({"ru", "en"})
_MENDS: Mapping[str, str] = {
    "missing": "this key is missing: add it",
    "string_too_short": "this is blank: write it",
    "literal_error": "write one of {expected}",
    "greater_than_equal": "write at least {ge}",
    "less_than_equal": "write at most {le}",
    "value_error": "{error}",
    "extra_forbidden": "this key is unknown: correct its spelling or remove it",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "float_type": "write a number",
    "float_parsing": "write a number",
    "string_type": "write a text in quotes",
    "tuple_type": "write a list in square brackets",
    "too_short": "add at least one",
    "time_parsing": 'write a time like "21:00"',
    "time_type": 'write a time like "21:00"',
    "date_from_datetime_parsing": 'write a date like "2026-09-01"',
    "date_parsing": 'write a date like "2026-09-01"',
}


def explain(error: ValidationError, raw: object) -> Iterator[tuple[str, str]]:
    """Each fault that pydantic found in `raw`, as (key, mend)."""
    faults = error.errors(include_url=False)
    for fault in faults:
        loc = fault["loc"]
        if fault["type"] == "too_short" and any(
            one["loc"][: len(loc)] == loc for one in faults if one is not fault
        ):
            continue  # the list only looks empty: its items were dropped for faults of their own
        yield (
            name_key(raw, loc),
            _mend(fault["type"], loc, fault.get("ctx", {}), fault["msg"], fault["input"]),
        )


@dataclass(frozen=True, slots=True)
class _Only:
    """The one item of a list that was written without its brackets."""

    item: Any


def name_key(raw: object, loc: Sequence[int | str]) -> str:
    """A dotted key; an item of a list is named by its id, or by its place from 1 where it has none."""
    names: list[str] = []
    here: Any = raw
    for step in loc:
        if step == "windows" and isinstance(here, dict) and "window" in here:
            names.append("window")  # a row with one window says it so
            here = _Only(here["window"])
        elif isinstance(here, _Only):
            here = here.item
        elif isinstance(step, int) and isinstance(here, list) and step < len(here):
            here = here[step]
            has_id = isinstance(here, dict) and isinstance(here.get("id"), str)
            names.append(here["id"] if has_id else str(step + 1))
        else:
            here = here.get(step) if isinstance(here, dict) else None
            names.append(str(step))
    return ".".join(names)


def _mend(
    kind: str, loc: Sequence[int | str], context: Mapping[str, Any], message: str, given: object
) -> str:
    key = loc[-1] if loc else ""
    if kind in {"missing", "string_too_short"} and key in _LANGUAGES:
        language = "Russian" if key == "ru" else "English"
        return f"the {language} text is missing: write it"
    if kind in {"model_type", "model_attributes_type"} and isinstance(given, str):
        if loc and isinstance(loc[-1], int):
            return f"common/defaults.toml has no item {given}: correct the id, or write the whole item"
        return "write both languages: { ru = ..., en = ... }"
    if kind == "string_pattern_mismatch":
        return _mend_pattern(str(context.get("pattern", "")))
    if kind in _MENDS:
        return _MENDS[kind].format(**{"error": message, **context})
    return message[:1].lower() + message[1:]


def _mend_pattern(pattern: str) -> str:
    if pattern.startswith("^[a-z0-9_]{1,"):
        return _ID_RULE.format(limit=pattern.removeprefix("^[a-z0-9_]{1,").removesuffix("}$"))
    if pattern == r"^SV\d\d$":
        return 'write a survey code like "SV01"'
    if pattern == r"^\d{3}$":
        return 'write the number of the source document like "003"'
    if pattern == r"^DC\d\d$":
        return 'write a document of docs/domain.md like "DC07"'
    if "0[1-9]" in pattern:
        return 'write month and day like "09-01"'
    return f"write it to match {pattern}"
