"""Russian names and positions in the cases that papers need: a proposal, which a person confirms.

pytrovich declines names, pymorphy3 positions; both are loaded at the first use.
"""

import logging
from collections.abc import Mapping
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from models.names import full_name


class Case(StrEnum):
    GENITIVE = "genitive"
    DATIVE = "dative"
    ACCUSATIVE = "accusative"


Forms = Mapping[Case, str]
KEPT = 512
"""Names of a page of documents, so that looking whether they are out of date declines each but once."""


@lru_cache(KEPT)
def decline_name(family_name: str, given_name: str, patronymic: str) -> Forms:
    """The full name in each case; the sex is told by the patronymic, else by the first name."""
    from pytrovich.enums import Case as Petrovich
    from pytrovich.enums import Gender, NamePart

    if not (family_name or given_name):
        return dict.fromkeys(Case, "")
    maker, detector = _petrovich()
    sex = detector.detect(
        firstname=given_name or None, lastname=family_name or None, middlename=patronymic or None
    )
    parts = (
        (NamePart.LASTNAME, family_name),
        (NamePart.FIRSTNAME, given_name),
        (NamePart.MIDDLENAME, patronymic),
    )

    def decline(case: Any) -> str:
        made = [
            maker.make(part, sex or Gender.ANDROGYNOUS, case, written) if written else ""
            for part, written in parts
        ]
        return full_name(*made)

    return {case: decline(Petrovich[case.name]) for case in Case}


def decline_written_name(written: str) -> Forms:
    """The same of "Family name First name Patronymic" in one line."""
    words = written.split()
    return decline_name(words[0] if words else "", " ".join(words[1:2]), " ".join(words[2:]))


@lru_cache(KEPT)
def decline_position(written: str) -> Forms:
    """A post: its leading adjectives and its first noun change, what depends on them stays."""
    words = written.split()
    forms: dict[Case, list[str]] = {case: [] for case in Case}
    is_head_found = False
    for word, following in zip(words, (*words[1:], ""), strict=False):
        parsed = None if is_head_found else _nominative(word, following)
        for case in Case:
            forms[case].append(_inflect(word, parsed, case) if parsed is not None else word)
        is_head_found = is_head_found or parsed is None or "NOUN" in parsed.tag
    return {case: " ".join(made) for case, made in forms.items()}


def shorten(family_name: str, given_name: str, patronymic: str) -> str:
    """As names stand beside signatures: family name, then initials with dots."""
    initials = [f"{one[0]}." for one in (given_name, patronymic) if one]
    return full_name(family_name, *([*initials, "", ""][:2]))


def shorten_written(written: str) -> str:
    words = written.split()
    return shorten(words[0] if words else "", " ".join(words[1:2]), " ".join(words[2:3]))


def _nominative(word: str, following: str) -> Any:
    """The reading of a word as a singular nominative noun or adjective; None for any other word.

    Before a noun that could agree with it an adjective is one: "старший воспитатель".
    """
    found = [one for one in _morphology().parse(word) if {"nomn", "sing"} in one.tag]
    adjective = next((one for one in found if "ADJF" in one.tag or "PRTF" in one.tag), None)
    noun = next((one for one in found if "NOUN" in one.tag), None)
    if adjective is not None and noun is not None and following:
        is_agreed = any({"NOUN", "nomn", "sing"} in one.tag for one in _morphology().parse(following))
        return adjective if is_agreed else noun
    return noun or adjective


def _inflect(word: str, parsed: Any, case: Case) -> str:
    """The accusative of a man's post is its genitive, whatever a dictionary thinks of it."""
    is_masculine = "masc" in parsed.tag
    wanted = {
        Case.GENITIVE: "gent",
        Case.DATIVE: "datv",
        Case.ACCUSATIVE: "gent" if is_masculine else "accs",
    }[case]
    made = parsed.inflect({wanted, "sing"})
    if made is None:
        return word
    found: str = made.word
    return found[:1].upper() + found[1:] if word[:1].isupper() else found


@cache
def _petrovich() -> tuple[Any, Any]:
    from pytrovich.detector import PetrovichGenderDetector
    from pytrovich.maker import PetrovichDeclinationMaker

    return PetrovichDeclinationMaker(), PetrovichGenderDetector()


@cache
def _morphology() -> Any:
    import pymorphy3

    logging.getLogger("pymorphy3").setLevel(logging.WARNING)  # it tells of its dictionary at every start
    return pymorphy3.MorphAnalyzer(lang="ru")
