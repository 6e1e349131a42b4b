"""What day a phrase may mean, seen from today; the tense decides, and where it cannot, nobody guesses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from services.dates.readings import DateReading, Problem, Towards

CLEARLY_NEAR = timedelta(days=60)  # without a tense, a date this near is meant ...
CLEARLY_FARTHER = timedelta(days=180)  # ... when the other one lies so much farther
LONG_AGO = timedelta(days=183)  # "встретились 17.10", written on 15.10, is hardly a year ago
TOO_FAR = timedelta(days=366)
_A_YEAR = timedelta(days=366)
_SCHOOL_YEAR_STARTS = 9


def school_year_start(day: date) -> date:
    """The 1st of September that opens the school year of this day."""
    return date(day.year if day.month >= _SCHOOL_YEAR_STARTS else day.year - 1, _SCHOOL_YEAR_STARTS, 1)


class DayMeaning(Protocol):
    def candidates(self, today: date) -> tuple[date, ...]:
        """Days that the phrase may mean, about today; empty when there is no such day."""

    @property
    def vague(self) -> Problem | None:
        """Why the phrase names no single day at all."""


@dataclass(frozen=True, slots=True)
class ExactDay:
    day: date
    vague: Problem | None = None

    def candidates(self, today: date) -> tuple[date, ...]:  # noqa: ARG002  # as every meaning has it
        return (self.day,)


@dataclass(frozen=True, slots=True)
class DaysAway:
    days: int
    vague: Problem | None = None

    def candidates(self, today: date) -> tuple[date, ...]:
        return (today + timedelta(days=self.days),)


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """«13 октября», or «13-го» when the month is not said."""

    day: int
    month: int | None = None
    vague: Problem | None = None

    def candidates(self, today: date) -> tuple[date, ...]:
        if self.month is not None:
            found = _existing(
                (year, self.month, self.day) for year in (today.year - 1, today.year, today.year + 1)
            )
        else:
            months = range(today.year * 12 + today.month - 3, today.year * 12 + today.month + 2)
            found = _existing((month // 12, month % 12 + 1, self.day) for month in months)
        found = [day for day in found if abs(day - today) <= _A_YEAR]
        if today in found:
            return (today,)
        past = [day for day in found if day < today][-1:]
        return (*past, *[day for day in found if day > today][:1])


@dataclass(frozen=True, slots=True)
class DayOfNearMonth:
    """«10 числа прошлого месяца»: `months` away from this one."""

    day: int
    months: int
    vague: Problem | None = None

    def candidates(self, today: date) -> tuple[date, ...]:
        month = today.year * 12 + today.month - 1 + self.months
        return tuple(_existing([(month // 12, month % 12 + 1, self.day)]))


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """«до конца июня»: its last day, this time or next."""

    month: int
    vague: Problem | None = None

    def candidates(self, today: date) -> tuple[date, ...]:
        ends = [
            date(year + self.month // 12, self.month % 12 + 1, 1) - timedelta(days=1)
            for year in (today.year - 1, today.year, today.year + 1)
        ]
        return (*[day for day in ends if day < today][-1:], *[day for day in ends if day >= today][:1])


@dataclass(frozen=True, slots=True)
class WeekDay:
    """A weekday (Monday is 0), of the weeks `weeks` away from this one when the phrase says so."""

    weekday: int
    weeks: tuple[int, ...] = ()
    vague: Problem | None = None

    def candidates(self, today: date) -> tuple[date, ...]:
        monday = today - timedelta(days=today.weekday())
        here = monday + timedelta(days=self.weekday)
        if self.weeks:
            return tuple(here + timedelta(weeks=week) for week in self.weeks)
        if here == today:
            return (today - timedelta(weeks=1), today, today + timedelta(weeks=1))
        past = here if here < today else here - timedelta(weeks=1)
        return (past, past + timedelta(weeks=1))


@dataclass(frozen=True, slots=True)
class QualifiedWeekDay:
    """«прошлый вторник», «следующая пятница»: of the neighbouring week, or simply the nearest such day."""

    weekday: int
    is_next: bool
    vague: Problem | None = None

    def candidates(self, today: date) -> tuple[date, ...]:
        days = WeekDay(self.weekday, (0, 1) if self.is_next else (-1, 0)).candidates(today)
        return tuple(day for day in days if (day > today if self.is_next else day < today))


@dataclass(frozen=True, slots=True)
class TwoPhrases:
    """Two phrases for one day side by side: «четверг, 26 ноября»."""

    first: DayMeaning
    second: DayMeaning
    vague: Problem | None = None

    def candidates(self, today: date) -> tuple[date, ...]:
        second = self.second.candidates(today)
        if isinstance(self.first, WeekDay | QualifiedWeekDay):
            return tuple(day for day in second if day.weekday() == self.first.weekday)
        return tuple(day for day in self.first.candidates(today) if day in second)


@dataclass(frozen=True, slots=True)
class NoSingleDay:
    vague: Problem | None

    def candidates(self, today: date) -> tuple[date, ...]:  # noqa: ARG002  # as every meaning has it
        return ()


def _existing(parts: Iterable[tuple[int, int, int]]) -> list[date]:
    found = []
    for year, month, day in parts:
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    return found


def _fits(day: date, now: datetime, towards: Towards, at: time | None) -> bool:
    """Whether the day lies on the side that the words speak of; today is on both unless the time decides."""
    if towards is None:
        return True
    if day != now.date() or at is None:
        return day <= now.date() if towards == "past" else day >= now.date()
    return at <= now.time() if towards == "past" else at > now.time()


def resolve(meaning: DayMeaning, now: datetime, towards: Towards, at: time | None = None) -> DateReading:
    """The one day that is meant, or the choices to offer. `now` is local; `at` the time said beside it."""
    today = now.date()
    if meaning.vague is not None:
        return DateReading(problem=meaning.vague)
    near = meaning.candidates(today)
    if not near:
        problem = Problem.WRONG_WEEKDAY if isinstance(meaning, TwoPhrases) else Problem.IMPOSSIBLE
        choices = meaning.second.candidates(today) if isinstance(meaning, TwoPhrases) else ()
        return DateReading(choices=choices, problem=problem)
    fitting = [day for day in near if _fits(day, now, towards, at)]
    if not fitting:
        return DateReading(choices=near if len(near) > 1 else (), problem=Problem.WRONG_SIDE)
    if isinstance(meaning, TwoPhrases) and _is_another_year(fitting[0], meaning.second, today):
        return DateReading(choices=meaning.second.candidates(today), problem=Problem.WRONG_WEEKDAY)
    if len(fitting) == 1:
        return _single(fitting[0], near, today, towards)
    return _nearest_or_ask(fitting, today)


def _is_another_year(day: date, dated: DayMeaning, today: date) -> bool:
    """«среда, 16 октября», a Thursday tomorrow, does not mean the Wednesday of a year ago."""
    away = abs(day - today)
    return away > LONG_AGO and any(abs(other - today) < away for other in dated.candidates(today))


def _single(day: date, near: tuple[date, ...], today: date, towards: Towards) -> DateReading:
    away = abs(day - today)
    if away > TOO_FAR:
        return DateReading(problem=Problem.TOO_FAR)
    nearer = [other for other in near if abs(other - today) < away]
    is_this_school_year = school_year_start(day) == school_year_start(today)
    if towards and nearer and away > LONG_AGO and not is_this_school_year:
        return DateReading(choices=near, problem=Problem.WRONG_SIDE)
    return DateReading(date=day)


def _nearest_or_ask(fitting: list[date], today: date) -> DateReading:
    first, second, *_ = sorted(fitting, key=lambda day: abs(day - today))
    first_away, second_away = abs(first - today), abs(second - today)
    is_clear = first_away <= CLEARLY_NEAR and second_away - first_away >= CLEARLY_FARTHER
    if is_clear:
        return DateReading(date=first)
    return DateReading(choices=tuple(sorted(fitting)), problem=Problem.AMBIGUOUS)
