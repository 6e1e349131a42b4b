"""A person's name: how it is written, and how two spellings of it are compared."""

import re

_HYPHENS = re.compile(r"[‑–—]")


def full_name(family_name: str, given_name: str, patronymic: str) -> str:
    return " ".join(filter(None, (family_name, given_name, patronymic)))


def polite_name(given_name: str, patronymic: str) -> str:
    """First name and patronymic, as colleagues address each other."""
    return full_name("", given_name, patronymic)


def fold(written: str) -> str:
    """For comparing: case, ё, hyphens and spaces do not make two words of one."""
    return " ".join(_HYPHENS.sub("-", written.casefold().replace("ё", "е")).split())
