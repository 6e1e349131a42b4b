"""The cases of a Russian name, made by rule from its nominative: «с Анной Петровой» is Петрова Анна.

Why rules and not a dictionary of morphology: docs/decisions (names and topics without pymorphy3).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from services.dates.folding import fold
from services.messages_read.reading.short_names import KNOWN_FIRST_NAMES, SHORT_NAMES

_PATRONYMIC = re.compile(r".{2,}(?:ич|ыч|вна|чна)$|кызы$|оглы$")
_FLEETING = {"павел": "павл", "лев": "льв", "петр": "петр"}
_HUSHING = "гкхжшчщ"
PATRONYMIC_IN_ANY_CASE = re.compile(r".{2,}ич(?:а|у|ем|е)?$|.{2,}(?:вн|ичн)(?:а|ы|е|у|ой|ою)$")
SURNAME_IN_ANY_CASE = re.compile(
    r".{2,}(?:(?:ов|ев|ин|ын)(?:а|у|ым|е|ой|ою|ых|ы)?|(?:ск|цк)(?:ий|ого|ому|им|ом|ая|ой|ую|ою"
    r"|их)|енко|чук(?:а|у|ом|е)?|юк(?:а|у|ом|е)?)$"
)


@dataclass(frozen=True, slots=True)
class Member:
    """One whom a message may name; `written` is the name exactly as it was given."""

    written: str
    surname: frozenset[str]
    first: frozenset[str]
    patronymic: frozenset[str]
    nominative: frozenset[str]
    initials: str  # of first name and patronymic, folded: «ас»

    def matches(self, word: str) -> frozenset[str]:
        """Which parts of the name the folded word may be."""
        parts = {"surname": self.surname, "first": self.first, "patronymic": self.patronymic}
        return frozenset(part for part, forms in parts.items() if word in forms)


def forms_of_first_name(name: str) -> set[str]:  # one return for each declension
    """All cases of a first name, full or short; a little more than there are, never another name."""
    if name.endswith("ия"):
        return {name[:-1] + ending for ending in ("я", "и", "ю", "ей", "ею")}
    if name.endswith("а"):
        stem = name[:-1]
        genitive = "и" if stem[-1:] in _HUSHING else "ы"
        soft = {stem + "ей"} if stem[-1:] in "жшчщц" else set()
        return {name, stem + genitive, stem + "е", stem + "у", stem + "ой", stem + "ою"} | soft
    if name.endswith("я"):
        stem = name[:-1]
        return {name, stem + "и", stem + "е", stem + "ю", stem + "ей", stem + "ею", stem + "ь"}
    if name.endswith("овь"):
        return {name, name[:-1] + "и", name + "ю"}
    if name.endswith(("ь", "й")):
        stem = name[:-1]
        return {name, stem + "я", stem + "ю", stem + "ем", stem + "е", stem + "и"}
    stem = _FLEETING.get(name, name[:-2] + "к" if name.endswith("ек") else name)
    return {name, stem + "а", stem + "у", stem + "ом", stem + "е"}


def forms_of_patronymic(name: str) -> set[str]:
    forms: set[str] = set()
    for one in {name, *_spoken_patronymics(name)}:
        if one.endswith("а"):
            forms |= {one[:-1] + ending for ending in ("а", "ы", "е", "у", "ой", "ою")}
        else:
            forms |= {one + ending for ending in ("", "а", "у", "ем", "е")}
    return forms


def _spoken_patronymics(name: str) -> set[str]:
    """«Сергевна», «Иваныч», «Николаич»: as they are said and often written."""
    spoken = set()
    for full, short in (
        ("еевна", "евна"),
        ("аевна", "авна"),
        ("ановна", "анна"),
        ("еевич", "еич"),
        ("аевич", "аич"),
        ("ович", "ыч"),
    ):
        if name.endswith(full):
            spoken.add(name.removesuffix(full) + short)
    return spoken


def forms_of_surname(name: str, *, is_woman: bool | None) -> set[str]:
    """All cases; those that end in a consonant decline for men only."""
    if name.endswith(("о", "е", "и", "у", "ы", "ю", "э", "их", "ых")):
        return {name}
    if name.endswith(("ая", "яя", "ий", "ый", "ой")):
        return _adjective_forms(name, is_woman=is_woman)
    if name.endswith(("ова", "ева", "ина", "ына")):
        return {name[:-1] + ending for ending in ("а", "ой", "у", "ою")}
    if is_woman and not name.endswith(("а", "я")):
        return {name}
    if name.endswith(("ов", "ев", "ин", "ын")):
        return {name + ending for ending in ("", "а", "у", "ым", "е", "ом")}
    return forms_of_first_name(name)


def _adjective_forms(name: str, *, is_woman: bool | None) -> set[str]:
    stem = name[:-2]
    if name.endswith(("ая", "яя")):
        return {name, stem + "ой", stem + "ую", stem + "ою", stem + "ей", stem + "юю"}
    if is_woman:
        return {name}
    return {name} | {stem + ending for ending in ("ого", "ому", "им", "ым", "ом", "его", "ему", "ем")}


def _order(parts: list[str]) -> tuple[str, str, str]:
    """Surname, first name, patronymic, in whichever usual order they were given; empty when absent."""
    patronymics = [index for index, part in enumerate(parts) if index and _PATRONYMIC.fullmatch(part)]
    if patronymics:
        place = patronymics[-1]
        others = [part for index, part in enumerate(parts) if index not in {place, place - 1}]
        return (others[0] if others else "", parts[place - 1], parts[place])
    if len(parts) == 1:
        is_surname = parts[0] not in KNOWN_FIRST_NAMES and SURNAME_IN_ANY_CASE.fullmatch(parts[0])
        return (parts[0], "", "") if is_surname else ("", parts[0], "")
    is_first_name_first = parts[0] in KNOWN_FIRST_NAMES and parts[1] not in KNOWN_FIRST_NAMES
    return (parts[1], parts[0], "") if is_first_name_first else (parts[0], parts[1], "")


def _is_woman(surname: str, first: str, patronymic: str) -> bool | None:
    if patronymic:
        return patronymic.endswith("на") or patronymic == "кызы"
    if surname.endswith(("ова", "ева", "ина", "ая")):
        return True
    return True if first.endswith(("на", "ья", "ия")) and first != "илья" else None


@lru_cache(maxsize=4096)
def member_of(written: str) -> Member:
    """The name in all its forms. Accepts «Фамилия Имя Отчество», «Имя Отчество», «Имя Фамилия», «Имя»."""
    parts = [part for part in re.split(r"[\s.]+", fold(written).strip()) if part]
    surname, first, patronymic = _order(parts[:4]) if parts else ("", "", "")
    firsts = {first, *SHORT_NAMES.get(first, ())} | _full_names_of(first) if first else set()
    double = [part for part in surname.split("-") if part]
    is_woman = _is_woman(surname, first, patronymic)
    surnames = {
        form for part in {surname, *double} if part for form in forms_of_surname(part, is_woman=is_woman)
    }
    if len(double) > 1:
        surnames |= _double_forms(double, is_woman=is_woman)
    return Member(
        written=written,
        surname=frozenset(surnames),
        first=frozenset(form for name in firsts for form in forms_of_first_name(name)),
        patronymic=frozenset(forms_of_patronymic(patronymic) if patronymic else ()),
        nominative=frozenset({surname, patronymic, *firsts} - {""}),
        initials=first[:1] + patronymic[:1],
    )


def _double_forms(parts: list[str], *, is_woman: bool | None) -> set[str]:
    """«Петровой-Водкиной»: both halves in the same case, or any two of their forms."""
    first, second = (forms_of_surname(part, is_woman=is_woman) for part in parts[:2])
    return {f"{one}-{other}" for one in first for other in second}


def _full_names_of(short: str) -> set[str]:
    """A member given as «Катя» is also found by «Екатерина»."""
    return {full for full, shorts in SHORT_NAMES.items() if short in shorts and short not in SHORT_NAMES}


def members_of(names: Iterable[str]) -> tuple[Member, ...]:
    return tuple(member_of(name) for name in names if name.strip())


@lru_cache(maxsize=1)
def first_name_forms() -> frozenset[str]:
    """Every case of every first name in the table: to notice a person who is not among the members."""
    return frozenset(form for name in KNOWN_FIRST_NAMES for form in forms_of_first_name(name))
