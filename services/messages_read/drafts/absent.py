"""Who of a group was not there, as a text about its meeting says: «не было Петрова», «Петров не пришёл»."""

import re
from collections.abc import Sequence

from models.names import fold

_NAME = r"[а-яё]{3,}(?:-[а-яё]+)?"
_NAMES = rf"(?P<names>{_NAME}(?:\s*(?:,|\bи\b)\s*{_NAME})*)"
_CAME = r"не\s+приш(?:ла|ли|[её]л)|отсутствовал[аи]?"
_ABSENT = (
    re.compile(rf"(?P<said>\bне\s+было|\bбез|\b(?:{_CAME}))\s+{_NAMES}"),
    re.compile(rf"{_NAMES}\s+(?P<said>не\s+было|{_CAME})\b"),
)
_WITH_GROUP = re.compile(r"\b(?:со?|для)\s+(?:(?:мо|наш|вс)ей\s+)?групп(?:ой|ы)\b", re.IGNORECASE)
_WORD = re.compile(_NAME)
ENDING = 3
"""Letters of a family name that a case may change: Белых, Петрова, Коваленко, Долгим."""


def split_absent(text: str, people: Sequence[tuple[int, str]]) -> tuple[str, tuple[int, ...]]:
    """The text without the words about who was absent, and the ids of those people; `people` are the mentees
    of the author's groups with their full names. A family name that fits nobody or several stays in the text.
    «С группой» names who met and is no topic.
    """
    if not people:
        return text, ()
    found: dict[int, None] = {}
    text = _WITH_GROUP.sub(lambda hit: " " * len(hit[0]), text)
    lowered = text.lower()
    for pattern in _ABSENT:
        for hit in pattern.finditer(lowered):
            named = {
                word.span(): _find(word[0], people) for word in _WORD.finditer(lowered, *hit.span("names"))
            }
            known = {span: one for span, one in named.items() if one is not None}
            found |= dict.fromkeys(known.values())
            for start, end in (*known, hit.span("said")) if known else ():
                text = text[:start] + " " * (end - start) + text[end:]
    return re.sub(r"\s+([,.;])", r"\1", text).strip(" ,"), tuple(found)


def _find(name: str, people: Sequence[tuple[int, str]]) -> int | None:
    ids = {person_id for person_id, full_name in people if _is_family_name(fold(name), fold(full_name))}
    return ids.pop() if len(ids) == 1 else None


def _is_family_name(name: str, full_name: str) -> bool:
    family = full_name.split(maxsplit=1)[0]
    stem = family[: max(len(family) - ENDING, ENDING)]
    return name.startswith(stem) and abs(len(name) - len(family)) <= ENDING
