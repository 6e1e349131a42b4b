"""«не 40 минут, а 50»: the number that is right takes the unit of the one that is taken back.

Each of the two may stand without its unit, and the right one may come first («50, а не 40 минут»). Two bare
numbers are minutes when they are no days of a month.
"""

import re

from services.dates.folding import fold, with_digits

_MONTH = r"(?:январ|феврал|март|апрел|ма[йя]|июн|июл|август|сентябр|октябр|ноябр|декабр)[а-я]*"
_ONES = r"один|одну|два|две|три|четыре|пять|шесть|семь|восемь|девять"
_TENS = r"двадцать|тридцать|сорок|пятьдесят|шестьдесят|семьдесят|восемьдесят|девяносто"
_NUMBER = rf"(?:\d{{1,3}}(?:[.,]\d)?|полтор[аы]|(?:{_TENS})(?:[ ](?:{_ONES}))?|{_ONES}|десять|пятнадцать)"
_HOURS = r"(?:час\w*|ч(?!\w))"
_MINUTES = r"(?:мин\w*|м(?!\w))"
_BARE = rf"(?!\w|[.:/-]\d|,\d|[ ]{{0,2}}(?:{_MINUTES}|{_HOURS}|{_MONTH}))"
_RIGHT = rf"(?:в[ ]|на[ ]|было[ ]|целых[ ]|все[ ])?(?P<right>{_NUMBER}){_BARE}"
_WRONG = r"(?P<wrong>(?:[^,.;!?\n]|(?<=\d)[.,](?=\d)){1,40}?)"
_FORMS = (
    re.compile(rf"(?<!\w)не[ ]{_WRONG}[ ,-]{{1,3}}а[ ]{_RIGHT}"),
    re.compile(
        rf"(?<!\w)вместо[ ](?P<wrong>{_NUMBER}[ ]?(?:{_MINUTES}|{_HOURS}|{_MONTH})?)[ ,]{{1,3}}{_RIGHT}"
    ),
    re.compile(rf"(?<!\w)(?P<right>{_NUMBER}){_BARE}[ ,-]{{1,3}}а[ ]не[ ](?P<wrong>[^,.;!?\n]{{1,40}})"),
)
_UNITS = (
    (re.compile(rf"(?<!\w)(?:\d+)?{_MINUTES}"), " минут"),
    (re.compile(rf"(?<!\w)(?:полчаса|(?:\d+)?{_HOURS})"), " часа"),
    (re.compile(rf"(?<!\w){_MONTH}"), ""),
)
_CLOCK = re.compile(r"(?<!\w)в[ ]\d")
LAST_DAY, LONGEST_HOURS = 31, 8


def carry_units(tidied: str) -> str:
    """The text with the unit put behind a right number that has none; otherwise as it was."""
    folded = fold(tidied)
    found: dict[int, str] = {}
    for form in _FORMS:
        for match in form.finditer(folded):
            unit = _unit_of(match["wrong"], match["right"])
            if unit:
                found.setdefault(match.end("right"), unit)
    for place in sorted(found, reverse=True):
        tidied = tidied[:place] + found[place] + tidied[place:]
    return tidied


def _unit_of(wrong: str, right: str) -> str:
    for known, unit in _UNITS:
        named = known.search(wrong)
        if named is None:
            continue
        if not unit:
            return f" {named[0].strip()}"
        number = _value(right)
        is_long = number is not None and number > LONGEST_HOURS
        return " минут" if unit == " часа" and is_long and not _CLOCK.search(wrong) else unit
    numbers = _value(wrong), _value(right)
    are_minutes = None not in numbers and max(one or 0 for one in numbers) > LAST_DAY
    return " минут" if are_minutes else ""


def _value(written: str) -> int | None:
    """A whole number in digits or words."""
    digits = "".join(with_digits(written).split())
    return int(digits) if digits.isdecimal() else None
