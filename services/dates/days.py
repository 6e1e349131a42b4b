"""Phrases that name a day, found in a scanned text: a small closed grammar (docs/design.md#dates)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from services.dates.day_meanings import (
    DayMeaning,
    DayOfMonth,
    DayOfNearMonth,
    DaysAway,
    ExactDay,
    MonthEnd,
    NoSingleDay,
    QualifiedWeekDay,
    TwoPhrases,
    WeekDay,
)
from services.dates.day_words import (
    MONTH,
    MONTHS,
    MONTHS_AWAY,
    ORDINAL,
    ORDINALS,
    WEEKDAY,
    WEEKDAY_PREPOSITION,
    WEEKDAYS,
    WEEKS_AWAY,
    WHICH,
)
from services.dates.folding import TAKEN, Scan
from services.dates.readings import Problem

_FREE = r"(?<![\w+])(?<!\d[.,:/-])"
_YEAR = r"(?:[ ,]{1,2}(?P<year>20\d\d)(?:[ ]?(?:года|году|год|г)(?!\w)\.?)?)?(?!\d|:\d)"
_WORDY_DAY = r"[0-3]?\d(?:[ ]?-?(?:ого|го|ое|ему|му|е|ем|ым|м))?"
_LISTED = rf"{_WORDY_DAY}(?:[ ]?(?:,|и|,[ ]?и|или|либо)[ ]{{0,2}}{_WORDY_DAY}){{1,6}}"
_BEFORE = r"(?:(?<!\w)(?P<prep>до|к|ко|с|со|на|от|после)[ ]{1,3})?"
_AFTER_AT = re.compile(r"(?<!\w)во?[ ]{1,3}$")
_LAST_MONTH, _LAST_HOUR = 12, 23


@dataclass(frozen=True, slots=True)
class FoundDay:
    start: int
    end: int
    meaning: DayMeaning
    preposition: str = ""
    is_every: bool = False  # «каждый вторник», «по средам»: a series, of which this is the nearest

    @property
    def is_bound(self) -> bool:
        """«до 20.10», «к пятнице», «с 1 ноября»: a limit, not the day of a meeting."""
        return self.preposition in {"до", "к", "ко", "с", "со", "после"}


def _month_of(match: re.Match[str]) -> int:
    return MONTHS[match["month"] or match["may"] or match["short"]]


def _exact(year: int, month: int, day: int) -> DayMeaning:
    try:
        return ExactDay(date(year, month, day))
    except ValueError:
        return NoSingleDay(Problem.IMPOSSIBLE)


def _day_of_month(day: int, month: int | None, year: str | None) -> DayMeaning:
    if day == 0:
        return NoSingleDay(Problem.IMPOSSIBLE)
    if year is not None and month is not None:
        return _exact(int(year) if len(year) > 2 else 2000 + int(year), month, day)  # noqa: PLR2004
    return DayOfMonth(day, month)


def _iso(match: re.Match[str]) -> DayMeaning:
    return _exact(int(match["year"]), int(match["month"]), int(match["day"]))


def _numeric(match: re.Match[str]) -> DayMeaning | None:
    day, month, year = int(match["day"]), int(match["month"]), match["year"]
    if year is None and _AFTER_AT.search(match.string[max(0, match.start() - 5) : match.start()]):
        return None  # «в 12.10» is a time
    if year is None and month > _LAST_MONTH and day <= _LAST_HOUR:
        return None  # a time: 15.30
    if year is None and month == 0:
        return None  # a time: 14.00
    if month > _LAST_MONTH or month == 0:
        return NoSingleDay(Problem.IMPOSSIBLE)
    return _day_of_month(day, month, year)


def _with_month_word(match: re.Match[str]) -> DayMeaning:
    return _day_of_month(_first_number(match["day"]), _month_of(match), match["year"])


def _first_number(text: str) -> int:
    found = re.match(r"\d+", text)
    return int(found.group()) if found else 0


def _ordinal_with_month(match: re.Match[str]) -> DayMeaning:
    return _day_of_month(_ordinal(match), _month_of(match), match["year"])


def _ordinal(match: re.Match[str]) -> int:
    return int(match["tens"] or 0) + ORDINALS[match["ordinal"]]


def _ordinal_of_month(match: re.Match[str]) -> DayMeaning:
    return DayOfMonth(_ordinal(match))


def _day_number(match: re.Match[str]) -> DayMeaning:
    return _day_of_month(_first_number(match["day"]), None, None)


def _day_of_near_month(match: re.Match[str]) -> DayMeaning:
    day = _first_number(match["day"]) if match["day"] else _ordinal(match)
    months = next(found for stem, found in MONTHS_AWAY.items() if match["near"].startswith(stem))
    return DayOfNearMonth(day, months)


def _days_away(match: re.Match[str]) -> DayMeaning | None:
    is_ahead = match["through"] is not None
    if is_ahead == (match["ago"] is not None):
        return None
    is_week = match["unit"].startswith("нед")
    if not match["count"] and not is_week:
        return NoSingleDay(Problem.AMBIGUOUS) if is_ahead else DaysAway(-1)  # «через день» is not one day
    days = int(match["count"] or 1) * (7 if is_week else 1)
    return DaysAway(days if is_ahead else -days)


_WORD_DAYS = {"позавчера": -2, "вчера": -1, "сегодня": 0, "послезавтра": 2, "завтра": 1, "третьего": -2}


def _worded_day(match: re.Match[str]) -> DayMeaning:
    return DaysAway(_WORD_DAYS[match["word"]])


def _weekday(match: re.Match[str]) -> DayMeaning | None:
    stem = next(found for name in ("full", "fem", "neut", "wed", "abbr") if (found := match[name]))
    number, which = WEEKDAYS[stem], match["which"] or ""
    if stem == "сред" and not which and not match["prep"] and not _stands_alone(match):
        return None
    if match["week"] or match["week_after"]:
        return WeekDay(number, WEEKS_AWAY[match["week"] or match["week_after"]])
    if which.startswith("эт"):
        return WeekDay(number, (0,))
    if which.startswith("т"):
        return WeekDay(number, (-1, 1))
    if which.startswith(("след", "буд", "прош")):
        return QualifiedWeekDay(number, is_next=not which.startswith("прош"))
    return WeekDay(number)


def _stands_alone(match: re.Match[str]) -> bool:
    """«среда, 15:00»: the word begins its clause, so it is no «цифровая среда»."""
    before = match.string[: match.start()].rstrip(" ")
    return match.group().endswith("а") and (not before or before[-1] in ",.;:!?\n(-/" + TAKEN)


def _range(_match: re.Match[str]) -> DayMeaning:
    return NoSingleDay(Problem.RANGE)


def _unknown(_match: re.Match[str]) -> DayMeaning:
    return NoSingleDay(Problem.UNKNOWN)


def _month_end(match: re.Match[str]) -> DayMeaning:
    return MonthEnd(_month_of(match))


_WEEK = r"на[ ]{1,2}(?P<%s>прошл|прошедш|минувш|следующ|будущ|эт|т)(?:ой|ей)[ ]{1,2}неделе"

_Maker = Callable[[re.Match[str]], DayMeaning | None]

_NUMBER_DATE = r"\d{1,2}[./][01]\d(?:[./]\d{2,4})?"
_COUNTED_AWAY = (
    r"(?<!\w)(?:(?P<through>через)[ ]{1,3})?(?:(?P<count>\d{1,2})[ ]{1,20})?"
    r"(?P<unit>день|дня|дней|недел[юиь])(?!\w)"
    r"(?:[ ]{1,3}(?P<ago>назад|тому назад))?"
)
_WORD_DAY = (
    r"(?<!\w)(?:(?P<prep>на|до|с|к)[ ]{1,3})?(?P<word>позавчера|вчера|сегодня|послезавтра|завтра)"
    r"(?:шн(?:ий|его|ему|им|ем|яя|юю|ей|ее|ие|их))?(?!\w)"
)
_WITH_YEAR = (
    rf"{_BEFORE}{_FREE}(?P<day>\d{{1,2}})(?P<s>[./])(?P<month>\d{{1,2}})(?P=s)(?P<year>20\d\d|\d\d)(?!\d|:\d)"
    r"(?:[ ]?(?:года|году|г)(?!\w)\.?)?"
)
_WITHOUT_YEAR = (
    rf"{_BEFORE}{_FREE}(?P<day>\d{{1,2}})[./](?P<month>\d\d)(?P<year>(?!))?"
    r"(?![ ]?-[ ]?\d{1,2}[.:](?:00|1[3-9]|[2-5]\d)(?!\d))"
    r"(?!\d|:\d|[.,/]\d|[ ]?(?:час(?:а|ов)(?!\w)|ч(?!\w)|мин))"
)
_OF_NEAR_MONTH = (
    rf"{_BEFORE}(?:{_FREE}(?P<day>[0-3]?\d(?:[ ]?-?(?:ого|го|е|ое))?)"
    rf"|{ORDINAL})[ ]{{1,3}}(?:числа[ ]{{1,3}})?"
    r"(?P<near>прошл|прошедш|эт|текущ|следующ|будущ)(?:ого|его)[ ]{1,3}месяца(?!\w)"
)
_NO_UNIT = r"(?![ ]?(?:час|ч(?!\w)|мин|балл|раз|%))"
_RANGE_OF_DAYS = (
    rf"(?:(?<!\w)с(?:о)?[ ])?{_FREE}{_WORDY_DAY}[ ]?(?:-|по|до)[ ]?{_WORDY_DAY}[ ]{{1,3}}{MONTH}{_YEAR}"
)
_RANGE_OF_DATES = rf"(?<!\w)с(?:о)?[ ]{_NUMBER_DATE}[ ]?(?:-|по)[ ]?{_NUMBER_DATE}(?!\d|:\d)"
_NEAR_WEEKDAY = (
    rf"(?<!\w)(?:{_WEEK % 'week'}[ ,]{{1,3}})?{WEEKDAY_PREPOSITION}{WHICH}(?<!\w){WEEKDAY}"
    rf"(?:[ ,]{{1,3}}{_WEEK % 'week_after'})?"
)
_EVERY_WEEKDAY = re.compile(
    r"(?<!\w)(?:(?:по|и)[ ](?P<weekday>понедельник|вторник|сред|четверг|пятниц|суббот|воскресень)(?:ам|ям)"
    r"|кажд(?:ый|ую|ое)[ ]{1,3}(?P<each>понедельник|вторник|сред|четверг|пятниц|суббот"
    r"|воскресень)\w{0,2})(?!\w)"
)

# In this order: what a rule reads is not seen by those after it.
_RULES: tuple[tuple[re.Pattern[str], _Maker], ...] = tuple(
    (re.compile(pattern), maker)
    for pattern, maker in (
        (r"(?<![\d.])(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)", _iso),
        (_RANGE_OF_DAYS, _range),
        (_RANGE_OF_DATES, _range),
        (_WITH_YEAR, _numeric),
        (rf"{_BEFORE}{_FREE}(?P<day>\d{{1,2}})-(?P<month>\d{{1,2}})-(?P<year>20\d\d)(?!\d)", _numeric),
        (_WITHOUT_YEAR, _numeric),
        (
            r"(?m)^[ ]{0,3}(?P<day>[0-3]?\d)\.(?P<month>[1-9])(?P<year>(?!))?(?=[ ]{0,3}(?:$|[ ,:;-]))"
            + _NO_UNIT,
            _numeric,
        ),
        (rf"{_BEFORE}{_FREE}(?P<day>{_WORDY_DAY})[ ]{{1,3}}{MONTH}{_YEAR}", _with_month_word),
        (rf"{_BEFORE}{ORDINAL}[ ]{{1,3}}{MONTH}{_YEAR}", _ordinal_with_month),
        (
            _OF_NEAR_MONTH,
            _day_of_near_month,
        ),
        (rf"{_BEFORE}{ORDINAL}[ ]{{1,3}}числа(?!\w)", _ordinal_of_month),
        (rf"{_BEFORE}{_FREE}(?P<day>[0-3]?\d(?:[ ]?-?(?:ого|го|е|ое))?)[ ]{{1,3}}числа(?!\w)", _day_number),
        (rf"{_BEFORE}{_FREE}(?P<day>[0-3]?\d[ ]?-?(?:го|ого))(?!\w)(?![ ]?класс)", _day_number),
        (rf"(?:(?<!\w)(?P<prep>до|к)[ ])?(?<!\w)(?:конца|концу|конце)[ ]{{1,3}}{MONTH}", _month_end),
        (
            rf"(?:(?<!\w)(?:до|к|с|в|за|на|весь)[ ])?(?<!\w)(?:начал|середин|конц)[аеуы][ ]{{1,3}}{MONTH}",
            _unknown,
        ),
        (rf"(?<!\w)(?:до|к|с|в|за|весь)[ ]{{1,3}}{MONTH}(?:[ ]20\d\d)?", _unknown),
        (_WORD_DAY, _worded_day),
        (r"(?<!\w)(?P<word>третьего)[ ]дня(?!\w)", _worded_day),
        (_COUNTED_AWAY, _days_away),
        (_NEAR_WEEKDAY, _weekday),
        (rf"(?<!\w)(?:{_WEEK % 'week'}|на[ ](?:днях|выходных|каникулах)|недавно)(?!\w)", _unknown),
    )
)

_LIST_WITH_MONTH = re.compile(rf"{_FREE}(?P<days>{_LISTED})[ ]{{1,3}}{MONTH}{_YEAR}")
_LIST_WITH_NUMBER = re.compile(
    rf"{_FREE}(?P<days>{_WORDY_DAY}(?:,[ ]?{_WORDY_DAY}){{0,5}}[ ]и)"
    rf"[ ](?=\d{{1,2}}\.(?P<month>[01]\d)(?!\d|:\d))"
)
_BESIDE = re.compile(r"[ ,(\n)-]{0,3}(?:(?:то есть|т\.? ?е\.?)[ ])?")


def find_days(scan: Scan) -> list[FoundDay]:
    """Day phrases in the order of the text, blanked out in the scan; two for one day side by side are one."""
    found = _find_listed(scan)
    for match in _EVERY_WEEKDAY.finditer(scan.text):
        weekday = WEEKDAYS[match["weekday"] or match["each"]]
        found.append(FoundDay(*match.span(), WeekDay(weekday), is_every=True))
        scan.take(*match.span())
    for pattern, maker in _RULES:
        for match in pattern.finditer(scan.text):
            meaning = maker(match)
            if meaning is None or TAKEN in match.group():
                continue
            preposition = match.groupdict().get("prep") or ""
            found.append(FoundDay(*match.span(), meaning, preposition))
            scan.take(*match.span())
    found.sort(key=lambda day: day.start)
    return _join_neighbours(found, scan.folded)


def _find_listed(scan: Scan) -> list[FoundDay]:
    """«5, 12 и 19 октября», «5 и 12.10»: as many days as numbers."""
    found = []
    for match in _LIST_WITH_MONTH.finditer(scan.text):
        found += _listed(match, _month_of(match), match["year"])
        scan.take(*match.span())
    for match in _LIST_WITH_NUMBER.finditer(scan.text):
        found += _listed(match, int(match["month"]), None)
        scan.take(*match.span())
    return found


def _listed(match: re.Match[str], month: int, year: str | None) -> list[FoundDay]:
    numbers = list(re.finditer(r"\d+", match["days"]))
    spans = [(match.start("days") + number.start(), match.start("days") + number.end()) for number in numbers]
    spans[-1] = (spans[-1][0], match.end())
    days = (_day_of_month(int(number.group()), month, year) for number in numbers)
    return [FoundDay(*span, day) for span, day in zip(spans, days, strict=True)]


def _join_neighbours(found: list[FoundDay], text: str) -> list[FoundDay]:
    """«четверг, 26 ноября» and «вчера, 14.10» are one day each, said twice."""
    joined: list[FoundDay] = []
    for day in found:
        last = joined[-1] if joined else None
        is_series = day.is_every or (last is not None and last.is_every)
        if (
            last is not None
            and not is_series
            and _BESIDE.fullmatch(text[last.end : day.start])
            and _mean_one_day(last, day)
        ):
            joined[-1] = FoundDay(last.start, day.end, _both(last.meaning, day.meaning), last.preposition)
        else:
            joined.append(day)
    return joined


def _is_weekday(meaning: DayMeaning) -> bool:
    return isinstance(meaning, WeekDay | QualifiedWeekDay)


def _mean_one_day(first: FoundDay, second: FoundDay) -> bool:
    kinds = {type(first.meaning), type(second.meaning)}
    dated = {ExactDay, DayOfMonth}
    is_pair_of_weekday = _is_weekday(first.meaning) != _is_weekday(second.meaning)
    return (is_pair_of_weekday and bool(kinds & (dated | {DaysAway}))) or (
        DaysAway in kinds and bool(kinds & dated)
    )


def _both(first: DayMeaning, second: DayMeaning) -> DayMeaning:
    """The weekday, or the word («вчера»), checks the number."""
    if _is_weekday(second) or (isinstance(second, DaysAway) and not _is_weekday(first)):
        return TwoPhrases(second, first)
    return TwoPhrases(first, second)
