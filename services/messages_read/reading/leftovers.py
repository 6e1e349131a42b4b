"""What stands beside a day, an hour or a length and was not understood: it is asked, and is no topic."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from services.dates.folding import TAKEN

_Span = tuple[int, int]
_BESIDE = re.compile(r"[ ~≈+/-]{0,2}")

_OF_LENGTH = re.compile(
    r"(?<!\w)(?:(?:\d{1,3}|несколько|пол|много|пару)[ ]{0,3})?(?:минут\w*|мин|часа|часов|часик\w*"
    r"|часок)(?!\w)"
    rf"|(?<!\w)(?:плюс|минус)[ ]{{0,2}}(?={TAKEN})"
    r"|(?<!\w)(?:полдня|(?:весь|целый|пол)[ ](?:день|вечер|урока)|пол-?урока|допоздна|долго)(?!\w)"
    r"|(?<!\w)(?:\d{1,2}|несколько|пару)[ ]{1,20}(?:пар[ыу]?|раза?|урок[аи]?)(?:[ ]подряд)?(?=[ ]*(?:по[ ]"
    r"|$|[,.;\n]))"
)
_CLASS_HOUR = re.compile(r"(?<!\w)(?:классн\w+|кл\.?|астрономическ\w+)[ ]{1,2}$")
_OF_DAY = re.compile(
    r"(?<!\w)(?:(?:в|на|за|с)[ ])?(?:позапрошл|прошл|прошедш|минувш|той|том|ту|тот|следующ|эт)\w*[ ]"
    r"(?:недел\w+|месяц\w*|выходн\w+|год[ау]?|четверт[ьи]|каникул\w*)(?!\w)"
    r"|(?<!\w)в[ ](?:начале|конце|середине)[ ](?:этой|той|прошлой|следующей)?[ ]?(?:недели|месяца"
    r"|четверти)(?!\w)"
    r"|(?<!\w)(?:дн(?:я|ей)|недел[июья]|месяц\w*|пол-?месяца|год)[ ](?:\d{1,2}[ ]+)?(?:тому[ ])?назад(?!\w)"
    rf"|(?<!\w)(?:кажется|вроде(?:[ ]бы)?|по-моему|не[ ]помню(?:[ ](?:когда|точно))?)(?=[ ]{{1,2}}{TAKEN})"
    r"|(?<!\w)не[ ]помню[ ](?:когда|какого|точно)(?!\w)"
    r"|(?<!\w)(?:на[ ]каникулах|на[ ]днях|недавно|давно|как-то|однажды|намедни|в[ ]выходн\w+)(?!\w)"
)
# an hour in words that may be none («в три, сорок минут»), and minutes without their word («обсуждение 20»)
_OF_HOUR = re.compile(rf"(?<!\w)(?:в|к)[ ]{{1,2}}\d{{1,2}}(?=[ ]*(?:$|[,.;\n]|{TAKEN}))")
_AT_THE_END = re.compile(r"(?<=[^\W\d_] )(?:[1-9]\d|1\d\d)(?=[ ]*(?:$|[,;\n]|\.(?!\d)))")
_NUMBER = re.compile(r"(?<![\w.,:/-])\d{1,4}(?![\w:/]|[.,]\d|\)|\.[ ]+[^\W\d])")


@dataclass(frozen=True, slots=True)
class Leftover:
    start: int
    end: int
    field: Literal["date", "start", "minutes"]


def find_leftovers(scanned: str, days: Sequence[_Span], clocks: Sequence[_Span]) -> list[Leftover]:
    """Spans of the scanned text (what was read is blanked out). `days` and `clocks` are where days, and hours
    or lengths, were read; a bare number beside one of them is taken for a part of it.
    """
    found = [
        Leftover(*match.span(), "minutes")
        for match in _OF_LENGTH.finditer(scanned)
        if not _CLASS_HOUR.search(scanned[max(0, match.start() - 14) : match.start()])
    ]
    found += [Leftover(*match.span(), "date") for match in _OF_DAY.finditer(scanned)]
    found += [Leftover(*match.span(), "start") for match in _OF_HOUR.finditer(scanned)]
    found += [
        Leftover(*match.span(), "minutes")
        for match in _AT_THE_END.finditer(scanned)
        if int(match.group()) % 5 == 0 and days
    ]
    taken = [(one.start, one.end) for one in found]
    for match in _NUMBER.finditer(scanned):
        if TAKEN in match.group() or any(start <= match.start() < end for start, end in taken):
            continue
        if _touches(scanned, match.span(), clocks):
            found.append(Leftover(*match.span(), "minutes"))
        elif _touches(scanned, match.span(), days):
            found.append(Leftover(*match.span(), "date"))
    return found


def _touches(scanned: str, span: _Span, read: Sequence[_Span]) -> bool:
    return any(
        (end <= span[0] and _BESIDE.fullmatch(scanned[end : span[0]]))
        or (span[1] <= start and _BESIDE.fullmatch(scanned[span[1] : start]))
        for start, end in read
    )
