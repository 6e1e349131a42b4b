"""Windows of roadmap rows: when each is due in a school year, and how it is worded."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from services.programmes.roadmaps import Due, Row, Window
from services.programmes.windows import describe_window, describe_windows

FIRST, LAST = date(2023, 9, 1), date(2024, 8, 31)

CASES: list[tuple[dict[str, Any], list[tuple[date | None, date]], str]] = [
    ({"kind": "absolute", "end": "2022-05-30"}, [(None, date(2022, 5, 30))], "до 30 мая 2022 г."),
    ({"kind": "absolute", "start": "2022-09-01", "end": "2022-09-15"},
     [(date(2022, 9, 1), date(2022, 9, 15))], "1–15 сентября 2022 г."),
    ({"kind": "absolute", "start": "2024-10-01", "end": "2025-05-31"},
     [(date(2024, 10, 1), date(2025, 5, 31))], "октябрь 2024 г. – май 2025 г."),
    ({"kind": "absolute", "start": "2023-01-01", "end": "2023-02-28"},
     [(date(2023, 1, 1), date(2023, 2, 28))], "январь – февраль 2023 г."),
    ({"kind": "yearly", "from_day": "09-01", "to_day": "09-30", "also_on_request": True},
     [(date(2023, 9, 1), date(2023, 9, 30))], "ежегодно, сентябрь, дополнительно по запросу"),
    ({"kind": "yearly", "to_day": "10-30", "first_year": 2022, "last_year": 2024},
     [(None, date(2023, 10, 30))], "ежегодно, до 30 октября, 2022–2024"),
    ({"kind": "yearly", "to_day": "10-30", "first_year": 2024}, [], "ежегодно, до 30 октября, с 2024"),
    ({"kind": "yearly", "from_day": "12-20", "to_day": "01-15"},
     [(date(2023, 12, 20), date(2024, 1, 15))], "ежегодно, 20 декабря – 15 января"),
    ({"kind": "yearly", "from_day": "02-01", "to_day": "02-31"},
     [(date(2024, 2, 1), date(2024, 2, 29))], "ежегодно, февраль"),
    ({"kind": "school_year", "from_day": "10-01", "to_day": "11-30"},
     [(date(2023, 10, 1), date(2023, 11, 30))], "октябрь – ноябрь"),
    ({"kind": "school_year"}, [(FIRST, LAST)], "в течение учебного года"),
    ({"kind": "whole_period"}, [(FIRST, LAST)], "весь период"),
    ({"kind": "pair_programs"}, [], "по срокам программ пар"),
    ({"kind": "own_schedule"}, [], "по отдельному графику"),
    ({"kind": "on_request", "note": {"ru": "сколько нужно", "en": "as needed"}}, [],
     "по запросу (сколько нужно)"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "dates", "words"), CASES, ids=[case[2] for case in CASES])
def test_window_gives_dates_and_words(
    given: dict[str, Any], dates: list[tuple[date | None, date]], words: str
) -> None:
    window = Window.model_validate(given)
    assert window.dates_in(FIRST, LAST) == tuple(Due(start, end) for start, end in dates)
    assert describe_window(window, "ru") == words


def test_yearly_window_returns_in_each_school_year_of_its_bounds() -> None:
    window = Window(kind="yearly", from_day="09-16", to_day="09-30", first_year=2022, last_year=2024)
    dues = [window.dates_in(date(year, 9, 1), date(year + 1, 8, 31)) for year in range(2021, 2026)]
    assert [[due.end.year for due in one] for one in dues] == [[], [2022], [2023], [2024], []]


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "absolute"},
        {"kind": "absolute", "start": "2024-02-01", "end": "2024-01-01"},
        {"kind": "yearly", "from_day": "09-01"},
        {"kind": "school_year", "from_day": "09-01"},
        {"kind": "on_request", "to_day": "09-01"},
        {"kind": "school_year", "to_day": "09-01", "first_year": 2022},
        {"kind": "yearly", "to_day": "09-01", "first_year": 2024, "last_year": 2022},
    ],
)
def test_window_without_its_own_dates_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Window.model_validate(given)


def test_row_is_due_at_every_window_once() -> None:
    plain = {
        "id": "bank",
        "title": {"ru": "Банк", "en": "Bank"},
        "source": "ours",
        "windows": [
            {"kind": "yearly", "from_day": "06-01", "to_day": "06-30"},
            {"kind": "yearly", "from_day": "12-01", "to_day": "12-31"},
            {"kind": "school_year", "from_day": "12-01", "to_day": "12-31"},
        ],
    }
    row = Row.model_validate(plain)
    assert [due.end for due in row.dates_in(FIRST, LAST)] == [date(2023, 12, 31), date(2024, 6, 30)]
    assert describe_windows(row.windows, "en") == "every year, June; every year, December; December"
    assert describe_windows((), "ru") == "срок не назван"


def test_programme_begun_with_one_window_a_row_is_still_read() -> None:
    stored: dict[str, Any] = {
        "id": "information",
        "title": {"ru": "Освещение", "en": "Coverage"},
        "activities": [],
        "window": {"kind": "whole_period", "start": None, "end": None, "also_on_request": False},
        "responsible": "curator",
        "document": None,
        "source": "regulation D, row 7",
    }
    assert [window.kind for window in Row.model_validate(stored).windows] == ["whole_period"]
    assert Row.model_validate({**stored, "window": None}).windows == ()
