"""Typed days, times and lengths: a grammar that asks where it does not know (docs/design.md#dates)."""

from datetime import date, datetime, time, timedelta
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dates.answers import read_date, read_minutes, read_time
from services.dates.day_meanings import school_year_start
from services.dates.readings import Problem

WEDNESDAY = datetime(2025, 10, 15, 18, 0)
MONTHS = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]
WEEKDAYS = ["понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"]


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "towards", "expected"),
    [
        ("сегодня", None, "2025-10-15"), ("вчера", "past", "2025-10-14"), ("Позавчера!", None, "2025-10-13"),
        ("завтра", "future", "2025-10-16"), ("послезавтра", None, "2025-10-17"),
        ("третьего дня", None, "2025-10-13"),
        ("13.10", "past", "2025-10-13"), ("13.10.25", None, "2025-10-13"),
        ("13.10.2025 г.", None, "2025-10-13"),
        ("13/10", None, "2025-10-13"), ("2025-10-13", None, "2025-10-13"),
        ("13 октября", "past", "2025-10-13"),
        ("13-го октября", None, "2025-10-13"), ("13 окт.", None, "2025-10-13"),
        ("тринадцатого октября", None, "2025-10-13"),
        ("двадцать второго октября", "future", "2025-10-22"), ("5-го", "past", "2025-10-05"),
        ("5-го", "future", "2025-11-05"),
        ("пятого числа", "past", "2025-10-05"), ("13", "past", "2025-10-13"), ("5.9", None, "2025-09-05"),
        ("в понедельник", "past", "2025-10-13"), ("в понедельник", "future", "2025-10-20"),
        ("во вт", "past", "2025-10-14"),
        ("в чт", "future", "2025-10-16"), ("чт.", "past", "2025-10-09"), ("пятницу", "future", "2025-10-17"),
        ("на прошлой неделе в четверг", None, "2025-10-09"), ("в следующий понедельник", None, "2025-10-20"),
        ("в прошлую пятницу", None, "2025-10-10"), ("в эту пятницу", None, "2025-10-17"),
        ("через 3 дня", None, "2025-10-18"),
        ("через неделю", None, "2025-10-22"), ("два дня назад", None, "2025-10-13"),
        ("неделю назад", "past", "2025-10-08"),
        ("четверг, 16 октября, 15:00", "future", "2025-10-16"), ("вторник 14.10", None, "2025-10-14"),
        ("25 мая", "future", "2026-05-25"), ("25 мая", "past", "2025-05-25"), ("12.12", None, "2025-12-12"),
        ("завтра в 15:00", "future", "2025-10-16"), ("в среду в 19:00", "past", "2025-10-08"),
    ],
)  # fmt: skip
def test_a_day_is_read(text: str, towards: Any, expected: str) -> None:
    reading = read_date(text, WEDNESDAY, towards)
    assert (reading.date, reading.problem) == (day(expected), None)


@pytest.mark.parametrize(
    ("text", "towards", "problem", "choices"),
    [
        ("31.09", None, Problem.IMPOSSIBLE, []), ("30 февраля", "past", Problem.IMPOSSIBLE, []),
        ("29.02", None, Problem.IMPOSSIBLE, []),
        ("0.10", None, Problem.IMPOSSIBLE, []), ("32.10", None, Problem.IMPOSSIBLE, []),
        ("25 мая", None, Problem.AMBIGUOUS, ["2025-05-25", "2026-05-25"]),
        ("5-го", None, Problem.AMBIGUOUS, ["2025-10-05", "2025-11-05"]),
        ("в четверг", None, Problem.AMBIGUOUS, ["2025-10-09", "2025-10-16"]),
        ("в среду", "past", Problem.AMBIGUOUS, ["2025-10-08", "2025-10-15"]),
        ("в прошлый понедельник", None, Problem.AMBIGUOUS, ["2025-10-06", "2025-10-13"]),
        ("в четверг на той неделе", None, Problem.AMBIGUOUS, ["2025-10-09", "2025-10-23"]),
        ("завтра", "past", Problem.WRONG_SIDE, []),
        ("17.10", "past", Problem.WRONG_SIDE, ["2024-10-17", "2025-10-17"]),
        ("среда, 16 октября", None, Problem.WRONG_WEEKDAY, ["2025-10-16", "2024-10-16"]),
        ("12.10.2035", None, Problem.TOO_FAR, []), ("13-17 октября", None, Problem.RANGE, []),
        ("с 5.10 по 12.10", None, Problem.RANGE, []), ("на той неделе", None, Problem.UNKNOWN, []),
        ("по средам", None, Problem.UNKNOWN, []), ("на днях", None, Problem.UNKNOWN, []),
        ("не завтра", None, Problem.UNKNOWN, []),
        ("через день", None, Problem.AMBIGUOUS, []), ("5Б", None, Problem.UNKNOWN, []),
        ("в 5 классе", None, Problem.UNKNOWN, []),
        ("каб 304", None, Problem.UNKNOWN, []), ("цифровая среда", None, Problem.UNKNOWN, []),
        ("", None, Problem.UNKNOWN, []),
        ("в мае", None, Problem.UNKNOWN, []),
        ("5 и 12.10", "past", Problem.AMBIGUOUS, ["2025-10-05", "2025-10-12"]),
    ],
)  # fmt: skip
def test_a_doubtful_day_is_asked_about(text: str, towards: Any, problem: Any, choices: Any) -> None:
    reading = read_date(text, WEDNESDAY, towards)
    assert (reading.date, reading.problem) == (None, problem)
    assert sorted(reading.choices) == sorted(day(one) for one in choices)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("15:00", "15:00", None), ("в 15:00", "15:00", None), ("15.30", "15:30", None), ("15", "15:00", None),
        ("в 14", "14:00", None), ("1530", "15:30", None), ("в 15-30", "15:30", None),
        ("15 30", "15:30", None),
        ("12.12", "12:12", None), ("в 15 часов", "15:00", None), ("в 15ч30", "15:30", None),
        ("в 15 ч. 30 мин.", "15:30", None),
        ("в пятнадцать тридцать", "15:30", None), ("в пятнадцать ноль ноль", "15:00", None),
        ("в 3 часа дня", "15:00", None),
        ("в 7 вечера", "19:00", None), ("в 8 утра", "08:00", None), ("час дня", "13:00", None),
        ("в полдень", "12:00", None),
        ("с 15 до 16.15", "15:00", "16:15"), ("14:00-14:40", "14:00", "14:40"),
        ("14:00 – 14:40", "14:00", "14:40"),
        ("с 14-00 до 14-40", "14:00", "14:40"), ("с 3 до 4 дня", "15:00", "16:00"),
        ("в четверг в 15", "15:00", None),
        ("с 11 до 1", "11:00", "13:00"),
        ("без десяти девять", "08:50", None), ("в половине десятого", "09:30", None),
    ],
)  # fmt: skip
def test_a_time_is_read(text: str, start: Any, end: Any) -> None:
    reading = read_time(text)
    assert reading.problem is None
    assert reading.start == time.fromisoformat(start)
    assert reading.end == (time.fromisoformat(end) if end else None)


@pytest.mark.parametrize(
    ("text", "problem", "choices"),
    [
        ("в 3", Problem.AMBIGUOUS, ["03:00", "15:00"]),
        ("полтретьего", Problem.AMBIGUOUS, ["02:30", "14:30"]),
        ("без пятнадцати три", Problem.AMBIGUOUS, ["02:45", "14:45"]),
        ("с двух до трёх", Problem.AMBIGUOUS, ["02:00", "14:00"]),
        ("25:00", Problem.IMPOSSIBLE, []), ("15:75", Problem.IMPOSSIBLE, []),
        ("с 15 до 14", Problem.IMPOSSIBLE, []),
        ("утром", Problem.UNKNOWN, []), ("каб 304", Problem.UNKNOWN, []), ("8а", Problem.UNKNOWN, []),
        ("в 5 задании", Problem.UNKNOWN, []), ("в 6 классе", Problem.UNKNOWN, []),
        ("", Problem.UNKNOWN, []), ("не в 15", Problem.UNKNOWN, []),
    ],
)  # fmt: skip
def test_a_doubtful_time_is_asked_about(text: str, problem: Any, choices: Any) -> None:
    reading = read_time(text)
    assert (reading.start, reading.problem) == (None, problem)
    assert list(reading.choices) == [time.fromisoformat(one) for one in choices]


@pytest.mark.parametrize(
    ("text", "minutes", "approximate"),
    [
        ("40 минут", 40, False), ("40", 40, False), ("40мин.", 40, False), ("40м", 40, False),
        ("полчаса", 30, False),
        ("пол часа", 30, False), ("полчасика", 30, False), ("час", 60, False), ("часик", 60, False),
        ("1 ч", 60, False),
        ("два часа", 120, False), ("полтора часа", 90, False), ("1,5 часа", 90, False),
        ("1.5ч", 90, False), ("1/2 часа", 30, False),
        ("час с половиной", 90, False), ("2 с половиной часа", 150, False),
        ("час с четвертью", 75, False), ("четверть часа", 15, False),
        ("три четверти часа", 45, False), ("1ч 20м", 80, False), ("1ч20", 80, False),
        ("1 час 20 минут", 80, False), ("1:20", 80, False),
        ("час двадцать", 80, False), ("час десять", 70, False), ("сорок пять минут", 45, False),
        ("сто двадцать минут", 120, False),
        ("45-минутная", 45, False), ("сорокаминутная", 40, False), ("получасовая", 30, False),
        ("полуторачасовая", 90, False),
        ("минут 20", 20, True), ("минут сорок", 40, True), ("часа полтора", 90, True),
        ("часа два", 120, True),
        ("где-то час", 60, True), ("около часа", 60, True), ("час с небольшим", 60, True),
        ("~40 мин", 40, True),
        ("примерно 50 минут", 50, True), ("40+ минут", 40, True),
        ("чуть больше часа", 60, True),
        ("с 15 до 16.15", 75, False), ("14:00-14:40", 40, False), ("600 минут", 600, False),
    ],
)  # fmt: skip
def test_a_length_is_read(text: str, minutes: Any, approximate: bool) -> None:
    reading = read_minutes(text)
    assert (reading.minutes, reading.approximate, reading.problem) == (minutes, approximate, None)
    assert reading.is_long == (minutes > 480)


@pytest.mark.parametrize(
    ("text", "problem", "choices"),
    [
        ("пара", Problem.AMBIGUOUS, (90, 45)), ("одну пару", Problem.AMBIGUOUS, (90, 45)),
        ("2", Problem.AMBIGUOUS, (2, 120)),
        ("2 ак. часа", Problem.AMBIGUOUS, (90, 120)), ("академический час", Problem.AMBIGUOUS, (45, 60)),
        ("40 минут и 20 минут", Problem.AMBIGUOUS, (40, 20)), ("40-45 минут", Problem.RANGE, ()),
        ("час-полтора", Problem.RANGE, ()),
        ("больше часа", Problem.AMBIGUOUS, (60,)), ("не меньше часа", Problem.AMBIGUOUS, (60,)),
        ("14 часов 40 минут", Problem.AMBIGUOUS, ()),
        ("от 30 до 40 минут", Problem.RANGE, ()), ("0", Problem.ZERO, ()), ("0 минут", Problem.ZERO, ()),
        ("5Б", Problem.UNKNOWN, ()), ("8а", Problem.UNKNOWN, ()), ("7в", Problem.UNKNOWN, ()),
        ("каб 304", Problem.UNKNOWN, ()),
        ("классный час", Problem.UNKNOWN, ()), ("через 20 минут", Problem.UNKNOWN, ()),
        ("20 минут назад", Problem.UNKNOWN, ()),
        ("6 мероприятий", Problem.UNKNOWN, ()), ("долго", Problem.UNKNOWN, ()), ("", Problem.UNKNOWN, ()),
        ("не 40 минут", Problem.UNKNOWN, ()),
    ],
)  # fmt: skip
def test_a_doubtful_length_is_asked_about(text: str, problem: Any, choices: Any) -> None:
    reading = read_minutes(text)
    assert (reading.minutes, reading.problem, reading.choices) == (None, problem, choices)


def test_the_year_turns_in_january() -> None:
    january = datetime(2026, 1, 12, 10, 0)
    assert read_date("28.12", january, "past").date == date(2025, 12, 28)
    assert read_date("20 января", january, "future").date == date(2026, 1, 20)
    assert read_date("25 декабря", january).date == date(2025, 12, 25)


def test_a_school_year_runs_from_the_first_of_september() -> None:
    assert school_year_start(date(2025, 8, 31)) == date(2024, 9, 1)
    assert school_year_start(date(2025, 9, 1)) == date(2025, 9, 1)
    # in May "10 октября" of a past meeting is this school year's, though the next October is nearer
    assert read_date("10 октября", datetime(2026, 5, 20, 12), "past").date == date(2025, 10, 10)


MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31))


@given(MOMENTS, st.integers(0, 60), st.booleans())
def test_the_echo_of_a_reading_reads_back_to_itself(now: datetime, away: int, is_past: bool) -> None:
    meant = (now + timedelta(days=-away if is_past else away)).date()
    towards: Literal["past", "future"] = "past" if is_past else "future"
    echoes = [
        f"{meant.day} {MONTHS[meant.month - 1]}",
        f"{WEEKDAYS[meant.weekday()]}, {meant.day} {MONTHS[meant.month - 1]}",
        f"{meant:%d.%m}", f"{meant:%d.%m.%Y}", f"{meant:%d.%m.%y}", meant.isoformat(),
    ]  # fmt: skip
    assert {read_date(echo, now, towards).date for echo in echoes} == {meant}


@given(st.times(min_value=time(8, 0), max_value=time(23, 59)))
def test_the_echo_of_a_time_reads_back_to_itself(moment: time) -> None:
    meant = moment.replace(second=0, microsecond=0)
    assert {read_time(f"{lead}{meant:%H:%M}").start for lead in ("", "в ", "четверг, 26 ноября, ")} == {meant}


@given(st.integers(5, 480))
def test_the_echo_of_a_length_reads_back_to_itself(minutes: Any) -> None:
    echoes = [f"{minutes} минут", f"{minutes} мин", str(minutes)]
    if minutes >= 60 and minutes % 60:
        echoes += [f"{minutes // 60} ч {minutes % 60} мин", f"{minutes // 60}ч{minutes % 60:02}м"]
    assert {read_minutes(echo).minutes for echo in echoes} == {minutes}


@settings(max_examples=300)
@given(st.text(max_size=200), MOMENTS, st.sampled_from(["past", "future", None]))
def test_any_answer_is_read_without_an_error(text: str, now: datetime, towards: Any) -> None:
    read = read_date(text, now, towards)
    assert (read.date is None) == (read.problem is not None)
    length = read_minutes(text)
    assert (length.minutes is None) == (length.problem is not None)
    assert length.minutes is None or length.minutes > 0
    moment = read_time(text)
    assert (moment.start is None) == (moment.problem is not None)
