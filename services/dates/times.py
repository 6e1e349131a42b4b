"""Clock times and spans of them, found in a scanned text. Hours from 1 to 7 may be night or day: ask."""

import re
from dataclasses import dataclass
from datetime import time

from services.dates.day_words import ORDINALS
from services.dates.folding import TAKEN, Scan
from services.dates.readings import Problem

_HALF_DAY = 12
_FIRST_SURE_HOUR = 8  # «в 8» is the morning in a school; «в 3» may be misread, so it is asked
_LAST_HOUR, _LAST_MINUTE = 23, 59
_EVENING, _SMALL_HOURS = 21, 3  # a span from one to the other crosses midnight

_FREE = r"(?<![\w+])(?<!\d[.,:/-])"
_PART = r"(?:[ ]{1,20}(?P<part%(n)s>утра|дня|вечера|ночи|утром|днем|вечером)(?!\w))?"
_CLOCK = (
    r"(?P<h%(n)s>\d{1,2})(?:(?P<sep%(n)s>[:.])(?P<m%(n)s>\d\d)"
    r"|[ ]{0,20}ч(?:ас(?:а|ов)?)?\.?[ ]{0,20}(?P<n%(n)s>[0-5]?\d)(?:[ ]{0,20}(?:минут\w?|мин"
    r"|м)(?!\w)\.?|(?<=ч\d\d)(?!\w))"
    r"|(?P<unit%(n)s>[ ]{0,20}(?:часов|часам|часа|час|ч)(?!\w)\.?))?" + _PART + r"(?!\w|:\d|[.,]\d)"
)
_COUNTED = (
    r"(?![ ]{0,20}(?:%|-?(?:мин|м(?!\w)|класс|кл|лет|уч|чел|балл|страниц|стр|раз(?!б)|недел|дн"
    r"|день|месяц|дет|год"
    r"|янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|групп|смен|четверт)))"
)
# after a bare «в 5» a word in the prepositional case is what the number counts: «в 5 задании»
_NOT_PLACE = (
    r"(?![ ]{1,20}(?!(?:все|уже|еще|обе|где|после|мне|тоже|вместе|или|если|при|и|не|же|очно|встреч\w*)(?!\w))"
    r"\w+(?<!л)(?:(?<!и)е|и|ах|ях)(?!\w))"
)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of the day as it was said; not sure when it may be the night's or the day's hour."""

    hour: int
    minute: int
    is_sure: bool = True

    @property
    def choices(self) -> tuple[time, ...]:
        return (time(self.hour, self.minute), time((self.hour + _HALF_DAY) % 24, self.minute))

    @property
    def minutes(self) -> int:
        return self.hour * 60 + self.minute


@dataclass(frozen=True, slots=True)
class FoundTime:
    """A start, a span, or an end alone («до 16:00»); `problem` when there is no such time of the day."""

    start: int
    end: int
    first: Clock | None = None
    second: Clock | None = None
    problem: Problem | None = None

    @property
    def crosses_midnight(self) -> bool:
        """«с 23:30 до 00:30»"""
        both = self.first is not None and self.second is not None
        return both and self.first.hour >= _EVENING and self.second.hour < _SMALL_HOURS  # type: ignore[union-attr]

    @property
    def length(self) -> int | None:
        """Minutes between start and end; known also when the half of the day is not."""
        if self.first is None or self.second is None:
            return None
        minutes = self.second.minutes - self.first.minutes
        if self.crosses_midnight:
            minutes += 2 * _HALF_DAY * 60
        elif minutes <= 0 and not (self.first.is_sure and self.second.is_sure):
            minutes += _HALF_DAY * 60
        return minutes if minutes > 0 else None


def _clock(number: str) -> str:
    return _CLOCK % {"n": number}


_SPAN_FROM = re.compile(
    rf"(?<!\w)(?:с|со)[ ]{{1,3}}{_clock('1')}[ ]{{0,20}}(?P<to>-|до|по)[ ]{{0,2}}{_clock('2')}{_COUNTED}"
)
_DASHED_SPAN = re.compile(
    r"(?:(?<!\w)с[ ]{1,3})?(?<!\w)(?<!\d[.,:/-])(?P<h1>\d{1,2})-(?P<m1>[0-5]\d)(?:[ ]{0,3}(?:до|-"
    r"|по)[ ]{0,3}|[ ])"
    r"(?P<h2>\d{1,2})-(?P<m2>[0-5]\d)(?!\w|:\d|[.,-]\d)"
)
_SPAN = re.compile(
    rf"(?:(?<!\w)в[ ]{{1,3}})?{_FREE}{_clock('1')}[ ]{{0,20}}(?P<to>-|до)[ ]{{0,2}}{_clock('2')}{_COUNTED}"
)
_PART_1 = _PART % {"n": "1"}
_HOUR_ORDINALS = "|".join(stem for stem, number in ORDINALS.items() if number <= _HALF_DAY)
_AT_HALF = re.compile(
    rf"(?<!\w)(?:(?P<prep>в|к|на|с|до)[ ])?(?:пол|половин[аеуы])[ ]?(?P<ordinal>{_HOUR_ORDINALS})(?:ого|его"
    rf"|ьего){_PART_1}(?!\w)"
)
_TO_THE_HOUR = re.compile(
    rf"(?<!\w)без[ ]{{1,3}}(?:(?P<less>\d{{1,2}})"
    rf"|(?P<quarter>четверти))(?:[ ]{{1,20}}минут)?[ ]{{1,20}}(?:(?P<h1>\d{{1,2}})|час){_PART_1}(?!\w)"
)
_ONE_O_CLOCK = re.compile(r"(?<!\w)(?:в|к|на)?[ ]?час[ ](?P<part1>дня|ночи)(?!\w)")
_NOON = re.compile(r"(?<!\w)(?:в|к)[ ]полдень(?!\w)")
_NUMBER_BEFORE = re.compile(
    r"(?:\d|(?<!\w)(?:полтора|полутора|пол|пару|пара|несколько|четверти|четверть))[ ]{1,20}$"
)
_ABOUT_HOUR = re.compile(
    rf"(?<!\w)(?:к[ ])?час(?:а|ов|ам|у|ика|иков)[ ](?P<prep>в|к|до|с|со|после)[ ]{{1,3}}{_clock('1')}"
    rf"{_COUNTED}"
)
_AT_APART = re.compile(
    rf"(?<!\w)(?:в|к)[ ]{{1,3}}(?P<h1>\d{{1,2}})(?:-|[ ]{{1,20}})(?P<m1>[0-5]\d"
    rf"|0[ ]{{1,20}}0){_PART_1}(?!\w|:\d|[.,-]\d){_COUNTED}"
)
_AT = re.compile(
    rf"(?<!\w)(?P<prep>в|во|к|на|с|со|до|после|около|от"
    rf"|по)[ ]{{1,3}}(?:районе[ ])?{_clock('1')}{_COUNTED}{_NOT_PLACE}"
)
_HOURS_FOLLOW = re.compile(r"[ ]{0,3}ч(?:ас\w*)?(?!\w)")
_BARE = re.compile(rf"{_FREE}{_clock('1')}")


def find_times(scan: Scan) -> list[FoundTime]:
    """Times in the order of the text, blanked out in the scan."""
    found: list[FoundTime] = []
    rules = (*_RULES, (_AT, lambda match: _read_at(match, scan)), (_BARE, _read_bare))
    for pattern, read in rules:
        for match in pattern.finditer(scan.text):
            if TAKEN in match.group():
                continue
            time_found = read(match)
            if time_found is not None:
                found.append(time_found)
                scan.take(*match.span())
    return _join_spans(sorted(found, key=lambda one: one.start), scan.folded)


def _join_spans(found: list[FoundTime], folded: str) -> list[FoundTime]:
    """«с половины третьего до трех»: a start and the end beside it are one span."""
    joined: list[FoundTime] = []
    for one in found:
        last = joined[-1] if joined else None
        is_end = one.first is None and one.second is not None
        if last and last.first and not last.second and is_end and not folded[last.end : one.start].strip():
            joined[-1] = _spanned(last.start, one.end, last.first, one.second)
        else:
            joined.append(one)
    return joined


def _group(match: re.Match[str], name: str) -> str:
    return match.groupdict().get(name) or ""


def _read_clock(match: re.Match[str], number: str) -> Clock | None:
    """None when there is no such time of the day."""
    hour_text = match["h" + number]
    minute_text = _group(match, "m" + number) or _group(match, "n" + number) or "0"
    hour, minute = int(hour_text), int(minute_text.split()[0])
    if hour > _LAST_HOUR or minute > _LAST_MINUTE:
        return None
    part = _group(match, "part" + number)
    if part:
        return _by_part(hour, minute, part)
    return Clock(hour, minute, is_sure=hour == 0 or hour >= _FIRST_SURE_HOUR or hour_text.startswith("0"))


def _by_part(hour: int, minute: int, part: str) -> Clock:
    if (
        part.startswith(("дн", "вечер"))
        and hour < _HALF_DAY
        and (part.startswith("вечер") or hour < _FIRST_SURE_HOUR)
    ):
        return Clock(hour + _HALF_DAY, minute)
    if part == "ночи" and hour == _HALF_DAY:
        return Clock(0, minute)
    return Clock(hour, minute)


def _is_clearly_time(match: re.Match[str], number: str) -> bool:
    """Whether this side can be no date: a colon, a unit, a part of the day, minutes beyond 12."""
    if _group(match, "sep" + number) == ".":
        return int(match["m" + number]) > _HALF_DAY or int(match["m" + number]) == 0
    return bool(
        _group(match, "sep" + number)
        or _group(match, "n" + number)
        or _group(match, "unit" + number)
        or _group(match, "part" + number)
    )


def _read_span_from(match: re.Match[str]) -> FoundTime | None:
    is_clear = _is_clearly_time(match, "1") or _is_clearly_time(match, "2")
    has_bare_hour = not _group(match, "sep1") or not _group(match, "sep2")
    if not is_clear and not (has_bare_hour and match["to"] in {"до", "-"}):
        return None
    return _span(match)


def _read_span(match: re.Match[str]) -> FoundTime | None:
    has_minutes = _group(match, "sep1") or _group(match, "n1") or _group(match, "unit1")
    if not has_minutes or not (_is_clearly_time(match, "1") or _is_clearly_time(match, "2")):
        return None
    if _group(match, "unit1") and _group(match, "unit2") and not match.group().startswith("в"):
        return None  # «1 час - 2 часа» is a length
    return _span(match)


def _span(match: re.Match[str]) -> FoundTime:
    first, second = _read_clock(match, "1"), _read_clock(match, "2")
    if first is not None and second is not None and _group(match, "part2") and not _group(match, "part1"):
        is_shared = second.is_sure and not first.is_sure
        first = _by_part(first.hour, first.minute, match["part2"]) if is_shared else first  # «с 3 до 4 дня»
    return _spanned(*match.span(), first, second)


def _spanned(start: int, end: int, first: Clock | None, second: Clock | None) -> FoundTime:
    if first is None or second is None:
        return FoundTime(start, end, problem=Problem.IMPOSSIBLE)
    if first.is_sure and not second.is_sure:  # «с 11 до 1» ends in the afternoon
        is_later = second.minutes > first.minutes
        second = Clock(second.hour + (0 if is_later else _HALF_DAY), second.minute)
    found = FoundTime(start, end, first, second)
    return found if found.length else FoundTime(start, end, problem=Problem.IMPOSSIBLE)


def _read_half(match: re.Match[str]) -> FoundTime | None:
    hour = ORDINALS[match["ordinal"]] - 1
    return _single(match, hour or _HALF_DAY, 30)


def _read_to_hour(match: re.Match[str]) -> FoundTime | None:
    less = 15 if match["quarter"] else int(match["less"])
    hour = int(match["h1"] or 1)
    if not 0 < less < _LAST_MINUTE or not 0 < hour <= 24:  # noqa: PLR2004
        return None
    return _single(match, hour - 1 or _HALF_DAY, 60 - less)


def _single(match: re.Match[str], hour: int, minute: int) -> FoundTime:
    part = _group(match, "part1")
    is_sure = hour >= _FIRST_SURE_HOUR
    clock = _by_part(hour, minute, part) if part else Clock(hour, minute, is_sure=is_sure)
    is_end = _group(match, "prep") == "до"
    return FoundTime(*match.span(), None if is_end else clock, clock if is_end else None)


def _read_about(match: re.Match[str]) -> FoundTime | None:
    """«часа в три» is an hour of the day, «2 часа в 15:00» a length and an hour."""
    if _NUMBER_BEFORE.search(match.string[max(0, match.start() - 24) : match.start()]):
        return None
    clock = _read_clock(match, "1")
    if clock is None or match["prep"] == "после":
        return (
            FoundTime(*match.span(), problem=Problem.IMPOSSIBLE)
            if clock is None
            else FoundTime(*match.span())
        )
    is_end = match["prep"] == "до"
    return FoundTime(*match.span(), None if is_end else clock, clock if is_end else None)


def _read_one(match: re.Match[str]) -> FoundTime:
    return FoundTime(*match.span(), Clock(13 if match["part1"] == "дня" else 1, 0))


def _read_noon(match: re.Match[str]) -> FoundTime:
    return FoundTime(*match.span(), Clock(_HALF_DAY, 0))


def _read_apart(match: re.Match[str]) -> FoundTime | None:
    clock = _read_clock(match, "1")
    return FoundTime(*match.span(), clock) if clock else None


def _read_at(match: re.Match[str], scan: Scan) -> FoundTime | None:
    """A time after a preposition. A bare hour is taken after «в» only, and only when written in digits."""
    preposition, has_sign = match["prep"], _is_clearly_time(match, "1")
    is_dotted = _group(match, "sep1") == "."
    is_written = has_sign or is_dotted or scan.has_digit_at(match.start("h1"))
    is_at = preposition in {"в", "во"}
    # «на 2 часа», «около 2 часов» is more likely a length; «в два этапа» no time at all
    is_length = not is_at and preposition != "к" and _group(match, "unit1") and not _group(match, "part1")
    if is_length or not is_written or not (has_sign or is_at):
        return None
    clock = _read_clock(match, "1")
    if clock is None:
        return FoundTime(*match.span(), problem=Problem.IMPOSSIBLE) if has_sign or is_dotted else None
    if preposition in {"после", "от", "около"}:
        return FoundTime(*match.span())  # no exact time
    is_end = preposition in {"до", "по"}
    return FoundTime(*match.span(), None if is_end else clock, clock if is_end else None)


def _read_bare(match: re.Match[str]) -> FoundTime | None:
    has_part_of_day = bool(_group(match, "part1"))
    if not _group(match, "sep1") and not has_part_of_day:
        return None
    if _group(match, "sep1") == "." and not _is_clearly_time(match, "1"):
        return None
    clock = _read_clock(match, "1")
    if clock is None and _HOURS_FOLLOW.match(match.string, match.end()):
        return None  # «0.75 ч» is a length
    return FoundTime(*match.span(), clock) if clock else FoundTime(*match.span(), problem=Problem.IMPOSSIBLE)


_RULES = (
    (_DASHED_SPAN, _span),
    (_SPAN_FROM, _read_span_from),
    (_SPAN, _read_span),
    (_AT_HALF, _read_half),
    (_TO_THE_HOUR, _read_to_hour),
    (_ONE_O_CLOCK, _read_one),
    (_NOON, _read_noon),
    (_ABOUT_HOUR, _read_about),
    (_AT_APART, _read_apart),
)
