"""A person's name: how it is written, compared, sorted and found."""

import re
import unicodedata

_HYPHENS = re.compile(r"[‐‑‒–—―−﹣－]")
_APOSTROPHES = re.compile(r"['`´ʹʻʼʽ‘’‛′＇]")
_SIGNS = frozenset({"Cf", "Mn"})
"""Categories of what is not seen (a soft hyphen, a mark of direction) or only marks a letter (a stress)."""
_LOOK_ALIKE = str.maketrans("abcehkmoptxy", "авсенкмортху")
_WITHIN = frozenset(".-()" + "‐‑‒–—―−﹣－" + "'`´ʹʻʼʽ‘’‛′＇")
SORTED_BY = 300  # characters of a name; what is longer differs before


def full_name(family_name: str, given_name: str, patronymic: str) -> str:
    return " ".join(filter(None, (family_name, given_name, patronymic)))


def polite_name(given_name: str, patronymic: str) -> str:
    """First name and patronymic, as colleagues address each other."""
    return full_name("", given_name, patronymic)


def may_be_name(written: str) -> bool:
    """Whether a part of a name has no digit and no sign but those that names are written with."""
    return all(sign.isspace() or unicodedata.category(sign)[0] in "LM" or sign in _WITHIN for sign in written)


def fold(written: str) -> str:
    """For comparing: case, ё, hyphens and spaces do not make two words of one."""
    return " ".join(_HYPHENS.sub("-", written.casefold().replace("ё", "е")).split())


def sort_key(family_name: str, given_name: str, patronymic: str) -> str:
    """The place of a name in a list as Russian orders them, for a column that compares letter by letter.

    A space stands before every letter, so the family name decides first.
    """
    return " ".join(map(fold, (family_name, given_name, patronymic))).rstrip()[:SORTED_BY]


def search_key(family_name: str, given_name: str, patronymic: str, position: str) -> str:
    """What a person is found by: each word after a space, the initials after the names."""
    found = search_words(full_name(family_name, given_name, patronymic))
    initials = "".join(word[0] for word in search_words(polite_name(given_name, patronymic)))
    return "".join(f" {word}" for word in (*found, initials, *search_words(position)) if word)


def search_words(written: str) -> list[str]:
    """Words as they are looked for: case, ё, hyphens, apostrophes, what is not seen, and Latin letters that
    look like Russian ones make no difference.
    """
    plain = _APOSTROPHES.sub("", unicodedata.normalize("NFKC", written))
    seen = "".join(sign for sign in plain if unicodedata.category(sign) not in _SIGNS)
    return re.findall(r"[^\W_]+", fold(seen).translate(_LOOK_ALIKE))
