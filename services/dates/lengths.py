"""Lengths of a meeting, found in a scanned text. A range or a college «пара» is no single length: ask."""

import re
from dataclasses import dataclass

from services.dates.folding import TAKEN, Scan
from services.dates.readings import Problem

_FREE = r"(?<!\w)(?<!\d[.,:/-])"
_HOUR = r"(?:часов|часа|часу|часик\w*|часок|час|ч)(?![^\W\d])\.?"
_MINUTE = r"(?:минут(?:ок|очек|ки|ы|у|а|ам|ами)?|мин|м)(?!\w)\.?"
_ABOUT_BEFORE = re.compile(
    r"(?:(?<!\w)(?:где-то|где то|примерно|приблизительно|около|порядка|почти|чуть больше"
    r"|чуть меньше|чуть более|чуть менее"
    r"|более|больше|свыше|менее|меньше|не меньше|не менее|не больше|не более|ок\.?|типа"
    r"|наверное|наверно|навскидку|плюс-минус|плюс минус"
    r"|что-то около|кажется|вроде|вроде бы|в районе|в пределах|минимум|максимум)[ ]{1,3}|[~≈±][ ]?)$"
)
_ABOUT_AFTER = re.compile(
    r"[ ,]{0,3}(?:примерно|приблизительно|где-то|с небольшим|с лишним|с чем-то|с хвостиком"
    r"|с копейками|плюс-минус|наверное|наверно"
    r"|или около того|или чуть больше|или чуть меньше|кажется|вроде)(?!\w)|[ ]?\+(?!\d)"
)
_NOT_LENGTH_BEFORE = re.compile(
    r"(?<!\w)(?:через|каждые|каждый|опоздал\w*(?: на)?|задержал\w*(?: на)?|классный|классного"
    r"|классном|классному|классных|классные"
    r"|кл\.?|в|каждого|позже на|раньше на|сдвинул\w* на)[ ]{1,3}$"
)
_NOT_LENGTH_AFTER = re.compile(r"[ ]{1,3}(?:назад|до|позже|раньше|пик|спустя|утра|дня|вечера|ночи)(?!\w)")
_ACADEMIC = re.compile(
    rf"(?:(?<!\w)(?P<n>\d{{1,2}})[ ]{{0,20}})?(?<!\w)(?:академ\w*\.?|ак(?:ад)?\.?)[ ]{{0,2}}{_HOUR}"
)
_EACH_BEFORE = re.compile(r"(?<!\w)по[ ]{1,3}$")
_EACH_AFTER = re.compile(r"[ ,]{0,3}(?:кажд(?:ая|ый|ую|ое)|обе|оба|все)(?!\w)")


@dataclass(frozen=True, slots=True)
class FoundLength:
    start: int
    end: int
    minutes: int | None = None
    approximate: bool = False
    is_each: bool = False  # «по часу каждая»
    choices: tuple[int, ...] = ()
    problem: Problem | None = None


_ADJECTIVE_NUMBERS = {
    "десяти": 10, "пятнадцати": 15, "двадцати": 20, "двадцатипяти": 25, "тридцати": 30, "тридцатипяти": 35,
    "сорока": 40, "сорокапяти": 45, "пятидесяти": 50, "шестидесяти": 60, "девяносто": 90,
}  # fmt: skip

_RANGE = re.compile(
    rf"{_FREE}(?:от[ ])?(?P<a>\d{{1,3}}(?:[.,]\d)?|час(?:ик|ок)?|полчаса"
    rf"|полтора)(?:[ ]{{0,20}}(?:{_MINUTE}|{_HOUR}))?"
    rf"[ ]{{0,20}}(?:-|до|или)[ ]{{0,2}}"
    rf"(?:\d{{1,3}}(?:[.,]\d)?[ ]{{0,20}}(?:{_MINUTE}|{_HOUR})|час(?!\w)"
    rf"|полтора(?:[ ]часа?)?(?!\w)|полутора(?!\w))"
    rf"|(?<!\w)(?:минут(?:ок)?|часа|часов)[ ]{{1,2}}\d{{1,3}}[ ]{{0,20}}(?:-|до"
    rf"|или)[ ]{{0,2}}\d{{1,3}}(?!\w|[:.]\d)"
)
_AND_MINUTES = (
    rf"(?:[ ]{{0,20}}(?:и[ ]{{1,2}})?(?P<m>\d{{1,2}})(?:[ ]{{0,20}}{_MINUTE}|(?!\w|:\d|[.,/-]\d)))?"
)
_SPELLED = "|".join(sorted(_ADJECTIVE_NUMBERS, key=len, reverse=True))
_PHRASES = (
    rf"{_FREE}(?P<whole>\d{{1,2}})[ ]{{1,20}}с[ ]{{1,2}}половиной[ ]{{1,2}}{_HOUR}",
    r"(?<!\w)(?P<one>час)[ ]{1,2}с[ ]{1,2}половиной(?!\w)",
    r"(?<!\w)(?P<three>(?:3[ ]{1,20}четверти|3/4|¾)[ ]?часа)(?!\w)",
    r"(?<!\w)(?P<third>(?:треть|1/3)[ ]часа)(?!\w)",
    r"(?<!\w)(?P<two_thirds>(?:2[ ]{1,20}трети|2/3)[ ]часа)(?!\w)",
    r"(?<!\w)(?P<quarter_sign>(?:1/4|¼)[ ]?часа)(?!\w)",
    rf"(?<!\w)(?P<one_and_half>1[ ]?(?:1/2|½))[ ]?{_HOUR}",
    r"(?<!\w)(?P<quarter>четверть[ ]часа)(?!\w)",
    r"(?<!\w)(?P<with_quarter>час[ ]с[ ]четвертью)(?!\w)",
    rf"(?<!\w)(?P<half_sign>1/2|½)[ ]?{_HOUR}",
    rf"(?<!\w)(?P<one_half>полтора|полутора)[ ]?{_HOUR}|(?<!\w)(?P<inverted_half>часа[ ]полтора)(?!\w)",
    r"(?<!\w)(?P<half>пол[ -]?час(?:а|ика|ик))(?!\w)",
    rf"{_FREE}(?P<hours>\d{{1,2}})[.,](?P<tenth>\d|25|50|75|(?<=0[.,])\d\d)[ ]{{0,20}}{_HOUR}",
    rf"{_FREE}(?P<h>\d{{1,3}})[ ]{{0,20}}{_HOUR}{_AND_MINUTES}",
    r"(?<!\w)(?P<about_hours>часа)[ ]{1,2}(?P<n>[2-6])(?!\w|:\d|[.,/-]\d)",
    rf"(?<!\w)(?P<bare>час(?:ик|ок|а|у)?)(?!\w){_AND_MINUTES}",
    rf"{_FREE}(?P<minutes>\d{{1,4}})(?:[ ]?-?(?:ти|и))?(?P<plus>\+)?[ ]{{0,20}}(?:{_MINUTE}|')",
    r"(?<!\w)(?P<about_minutes>минут(?:ок)?(?:[ ](?:на|так|эдак))?)[ ]{1,2}(?P<n>\d{1,3})(?!\w|:\d|[.,/-]\d)",
    r"(?<!\w)(?<!\d[.,:/])(?P<adjective>\d{1,3})(?:-?ти|-)?[ ]?-?минутн\w+",
    rf"(?<!\w)(?P<spelled>{_SPELLED})минутн\w+",
    r"(?<!\w)(?P<half_adjective>получасов\w+)",
    r"(?<!\w)(?P<one_half_adjective>полуторачасов\w+)",
    r"(?<!\w)(?P<two_adjective>двухчасов\w+)",
    r"(?<!\w)(?P<one_adjective>часов(?:ая|ую|ой))(?!\w)",
)
_A_LITTLE = re.compile(r"(?<!\w)чуть[ ]")
# «больше часа» names a bound, not a length
_BOUND = re.compile(
    r"(?<!\w)(?:более|больше|свыше|менее|меньше|не меньше|не менее|не больше|не более"
    r"|минимум|максимум)[ ]$"
)
_RULES: tuple[re.Pattern[str], ...] = tuple(re.compile(phrase) for phrase in _PHRASES)
_COLLEGE_CLASS = re.compile(
    r"(?<!\w)(?:(?:одн[уа]|цел(?:ую|ая))[ ])?пар(?:а|у)(?=[ ]*(?:$|[,.;!?\n)]))|(?<!\w)(?:2|3"
    r"|4)[ ]{1,20}пары(?:[ ]подряд)?(?!\w)"
    r"|(?<!\w)(?:пару|несколько)[ ](?:минут|часов|часиков)(?!\w)"
)
_FIXED = {
    "one": 90, "three": 45, "third": 20, "two_thirds": 40, "quarter_sign": 15, "one_and_half": 90,
    "quarter": 15, "with_quarter": 75,
    "half_sign": 30, "one_half": 90, "inverted_half": 90, "half": 30,
    "half_adjective": 30, "one_half_adjective": 90, "two_adjective": 120, "one_adjective": 60,
}  # fmt: skip
_LONGEST_HOURS = 8
_SURELY_ABOUT = {"inverted_half", "about_hours", "about_minutes", "plus"}


def find_lengths(scan: Scan) -> list[FoundLength]:
    """Lengths in the order of the text, blanked out in the scan."""
    found: list[FoundLength] = []
    for match in _RANGE.finditer(scan.text):
        if TAKEN not in match.group():
            found.append(FoundLength(*match.span(), problem=Problem.RANGE))
            scan.take(*match.span())
    for match in _ACADEMIC.finditer(scan.text):
        hours = int(match["n"] or 1)
        found.append(FoundLength(*match.span(), choices=(hours * 45, hours * 60), problem=Problem.AMBIGUOUS))
        scan.take(*match.span())
    for pattern in _RULES:
        for match in pattern.finditer(scan.text):
            one = None if TAKEN in match.group() else _read(match)
            if one is not None:
                found.append(one)
                scan.take(one.start, one.end)
    for match in _COLLEGE_CLASS.finditer(scan.text):
        choices = (90, 45) if match.group().endswith(("пара", "пару")) else ()
        found.append(FoundLength(*match.span(), choices=choices, problem=Problem.AMBIGUOUS))
        scan.take(*match.span())
    return sorted((one for one in found if one.minutes is not None or one.problem), key=lambda one: one.start)


def _read(match: re.Match[str]) -> FoundLength | None:
    """The length of one phrase; without minutes when the phrase is no length («через 20 минут»)."""
    before, after = match.string[max(0, match.start() - 30) : match.start()], match.string[match.end() :][:30]
    groups = {name: value for name, value in match.groupdict().items() if value}
    if _NOT_LENGTH_BEFORE.search(before) or _NOT_LENGTH_AFTER.match(after):
        return FoundLength(*match.span()) if "bare" not in groups else None
    about_before, about_after = _ABOUT_BEFORE.search(before), _ABOUT_AFTER.match(after)
    is_about = bool(about_before or about_after or _SURELY_ABOUT & set(groups))
    start = match.start() - (len(about_before.group()) if about_before else 0)
    end = match.end() + (about_after.end() if about_after else 0)
    is_each = bool(_EACH_BEFORE.search(before) or _EACH_AFTER.match(after))
    minutes = _minutes(groups)
    if groups.get("m") and minutes > _LONGEST_HOURS * 60:  # «14 часов 40 минут» is rather an hour of the day
        return FoundLength(start, end, problem=Problem.AMBIGUOUS)
    if about_before and _BOUND.search(about_before.group()) and not _A_LITTLE.search(about_before.group()):
        return FoundLength(start, end, choices=(minutes,), problem=Problem.AMBIGUOUS)
    return FoundLength(start, end, minutes, is_about, is_each, problem=None if minutes else Problem.ZERO)


def _minutes(groups: dict[str, str]) -> int:
    for name, minutes in _FIXED.items():
        if name in groups:
            return minutes
    if "whole" in groups:
        return int(groups["whole"]) * 60 + 30
    if "tenth" in groups:
        return round(float(f"{groups['hours']}.{groups['tenth']}") * 60)
    if "about_hours" in groups:
        return int(groups["n"]) * 60
    if "spelled" in groups:
        return _ADJECTIVE_NUMBERS[groups["spelled"]]
    hours = int(groups["h"]) if "h" in groups else int("bare" in groups)
    minutes_said = (
        groups.get("m") or groups.get("minutes") or groups.get("n") or groups.get("adjective") or "0"
    )
    return hours * 60 + int(minutes_said)
