"""Days, times and lengths that are offered or typed."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.meetings.moments import TimeDoesNotExist, span_of
from services.meetings.slots import (
    DayOutOfRange,
    TimeNotUnderstood,
    check_day,
    draw_month,
    find_last_day,
    propose_days,
    propose_times,
    read_slot,
)
from services.organizations.school_days import Calendar, DaysFacts

SLOTS = (time(8), time(15, 30), time(18))
FRIDAY_NOON = datetime(2026, 11, 27, 12, 0, tzinfo=ZoneInfo("Europe/Moscow"))
days = st.dates(date(2024, 1, 1), date(2030, 12, 31))


def test_days_are_the_next_working_days_that_have_a_time_left() -> None:
    found = propose_days(FRIDAY_NOON, SLOTS, Calendar(), count=3)
    assert found == [date(2026, 11, 27), date(2026, 11, 30), date(2026, 12, 1)]
    evening = FRIDAY_NOON.replace(hour=18)
    assert propose_days(evening, SLOTS, Calendar(), count=1) == [date(2026, 11, 30)]


def test_no_day_of_the_country_s_or_the_school_s_holidays_is_proposed() -> None:
    new_year = datetime(2026, 12, 30, 12, 0, tzinfo=FRIDAY_NOON.tzinfo)
    own = DaysFacts(1, date(2027, 1, 11), date(2027, 1, 15), "Каникулы", is_working=False)
    first, *_ = propose_days(new_year, SLOTS, Calendar((own,)), count=2)[1:]
    assert first == date(2027, 1, 18)
    assert propose_days(new_year, SLOTS, Calendar((replace(own, last_day=date(2027, 9, 1)),)))[1:] == []


def test_times_that_have_passed_are_left_out() -> None:
    assert propose_times(FRIDAY_NOON, FRIDAY_NOON.date(), SLOTS) == [time(15, 30), time(18)]
    assert propose_times(FRIDAY_NOON, date(2026, 11, 30), SLOTS) == list(SLOTS)
    assert propose_times(FRIDAY_NOON, date(2026, 11, 26), SLOTS) == []


@given(days, days)
def test_the_calendar_shows_each_allowed_day_of_its_month_once(today: date, month: date) -> None:
    last = find_last_day(today)
    page = draw_month(month, first_day=today, last_day=last)
    shown = [day for week in page.weeks for day in week if day]
    assert shown == sorted(set(shown))
    assert all(today <= day <= last and day.month == page.first.month for day in shown)
    assert all(len(week) == 7 for week in page.weeks)
    assert all(day.weekday() == place for week in page.weeks for place, day in enumerate(week) if day)
    assert (page.previous is None) == (page.first <= today)
    assert (page.next is None) == ((page.first.replace(day=28) + timedelta(days=4)).replace(day=1) > last)


@given(days)
def test_turning_pages_reaches_every_allowed_day(today: date) -> None:
    last = find_last_day(today)
    page = draw_month(today, first_day=today, last_day=last)
    seen = set()
    while True:
        seen |= {day for week in page.weeks for day in week if day}
        if page.next is None:
            break
        page = draw_month(page.next, first_day=today, last_day=last)
    assert seen == {today + timedelta(days=n) for n in range((last - today).days + 1)}


def test_months_keep_to_the_end_of_a_shorter_one() -> None:
    assert find_last_day(date(2026, 8, 31)) == date(2027, 2, 28)


def test_a_day_outside_is_refused() -> None:
    today = date(2026, 11, 27)
    check_day(today, first_day=today, last_day=find_last_day(today))
    for wrong in (today - timedelta(days=1), find_last_day(today) + timedelta(days=1)):
        with pytest.raises(DayOutOfRange):
            check_day(wrong, first_day=today, last_day=find_last_day(today))


@given(st.times())
def test_every_slot_is_read_back_from_its_button(clock: time) -> None:
    assert read_slot(clock.strftime("%H%M")) == clock.replace(second=0, microsecond=0)


@pytest.mark.parametrize("code", ["", "25", "2560", "abcd", "15:30"])
def test_a_made_up_button_is_no_time(code: str) -> None:
    with pytest.raises(TimeNotUnderstood):
        read_slot(code)


def test_local_time_is_kept_over_a_change_of_clocks() -> None:
    """Berlin goes back on 25 October 2026: 15:00 is 13:00 UTC before and 14:00 UTC after."""
    before = span_of(datetime(2026, 10, 24, 15), "Europe/Berlin", 45)
    after = span_of(datetime(2026, 10, 26, 15), "Europe/Berlin", 45)
    assert before.starts_at == datetime(2026, 10, 24, 13, tzinfo=UTC)
    assert after.starts_at == datetime(2026, 10, 26, 14, tzinfo=UTC)
    assert before.local_start.endswith("T15:00")
    assert after.local_start.endswith("T15:00")


def test_an_hour_that_the_clocks_leave_out_is_refused_and_a_double_one_is_the_earlier() -> None:
    with pytest.raises(TimeDoesNotExist):
        span_of(datetime(2027, 3, 28, 2, 30), "Europe/Berlin", 45)
    double = span_of(datetime(2026, 10, 25, 2, 30), "Europe/Berlin", 45)
    assert double.starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
