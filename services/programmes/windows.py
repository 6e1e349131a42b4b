"""Windows of the roadmap in words, as a regulation prints them: "до 30 мая 2022 г.", "ежегодно, сентябрь"."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date

from services.dates.full_dates import OF_MONTHS
from services.programmes.roadmaps import Window
from services.programmes.texts import Text, text

_MONTHS = tuple(
    text(*pair)
    for pair in (
        ("январь", "January"),
        ("февраль", "February"),
        ("март", "March"),
        ("апрель", "April"),
        ("май", "May"),
        ("июнь", "June"),
        ("июль", "July"),
        ("август", "August"),
        ("сентябрь", "September"),
        ("октябрь", "October"),
        ("ноябрь", "November"),
        ("декабрь", "December"),
    )
)
_UNDATED: dict[str, Text] = {
    "on_request": text("по запросу", "on request"),
    "whole_period": text("весь период", "the whole period"),
    "pair_programs": text("по срокам программ пар", "by the terms of the pairs' programmes"),
    "own_schedule": text("по отдельному графику", "by a separate schedule"),
}
_YEARLY = text("ежегодно", "every year")
_SCHOOL_YEAR = text("в течение учебного года", "during the school year")
_BY = text("до", "by")
_SINCE = text("с", "since")
_ALSO_ON_REQUEST = text("дополнительно по запросу", "also on request")
_NO_DATES = text("срок не назван", "no dates given")
A_LEAP_YEAR = 2024  # days without a year are worded in it, so that 29 February exists


def describe_windows(windows: Sequence[Window], locale: str) -> str:
    """All windows of a row in one line; says so when there is none."""
    return "; ".join(describe_window(one, locale) for one in windows) or _NO_DATES.get(locale)


def describe_window(window: Window, locale: str) -> str:
    """One window in words, its note in brackets."""
    words = _describe_dates(window, locale)
    if window.also_on_request:
        words = f"{words}, {_ALSO_ON_REQUEST.get(locale)}"
    return f"{words} ({window.note.get(locale)})" if window.note else words


def _describe_dates(window: Window, locale: str) -> str:
    if window.kind in _UNDATED:
        return _UNDATED[window.kind].get(locale)
    if window.kind == "absolute" and window.end is not None:
        return _describe_span(window.start, window.end, locale, has_year=True)
    if window.to_day is None:
        return _SCHOOL_YEAR.get(locale)
    start = _day(window.from_day) if window.from_day else None
    days = _describe_span(start, _day(window.to_day), locale, has_year=False)
    if window.kind == "school_year":
        return days
    return ", ".join([_YEARLY.get(locale), days, *_describe_years(window, locale)])


def _describe_years(window: Window, locale: str) -> list[str]:
    if window.first_year and window.last_year:
        return [f"{window.first_year}–{window.last_year}"]
    if window.first_year:
        return [f"{_SINCE.get(locale)} {window.first_year}"]
    return [f"{_BY.get(locale)} {window.last_year}"] if window.last_year else []


def _day(month_day: str) -> date:
    month, day = (int(part) for part in month_day.split("-"))
    return date(A_LEAP_YEAR, month, min(day, monthrange(A_LEAP_YEAR, month)[1]))


def _describe_span(start: date | None, end: date, locale: str, *, has_year: bool) -> str:
    """Whole months as months, one day as a day, the rest as days from and to."""
    is_english = locale.lower().startswith("en")
    mark = "" if is_english else " г."
    year = f" {end.year}{mark}" if has_year else ""
    if start is None:
        return f"{_BY.get(locale)} {_describe_day(end, locale)}{year}"
    other_year = f" {start.year}{mark}" if has_year and start.year != end.year else ""
    if start.day == 1 and _is_last_day(end):
        first, last = (_MONTHS[one.month - 1].get(locale) for one in (start, end))
        is_one = (start.month, start.year) == (end.month, end.year)
        return f"{last}{year}" if is_one else f"{first}{other_year} – {last}{year}"
    if start == end:
        return f"{_describe_day(end, locale)}{year}"
    if (start.month, start.year) == (end.month, end.year):
        return f"{start.day}–{_describe_day(end, locale)}{year}"
    return f"{_describe_day(start, locale)}{other_year} – {_describe_day(end, locale)}{year}"


def _describe_day(day: date, locale: str) -> str:
    if locale.lower().startswith("en"):
        return f"{day.day} {_MONTHS[day.month - 1].en}"
    return f"{day.day} {OF_MONTHS[day.month - 1]}"


def _is_last_day(day: date) -> bool:
    return day.day == monthrange(day.year, day.month)[1]
