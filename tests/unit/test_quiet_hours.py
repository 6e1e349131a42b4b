"""Quiet hours move a moment to the nearest allowed minute, in local time, over midnight and clock changes."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.delivery.quiet_hours import QuietHours

MOSCOW = ZoneInfo("Europe/Moscow")
NIGHT = QuietHours(MOSCOW, time(21), time(8))


def moscow(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("moment", "earlier", "later"),
    [
        ("2026-11-26T15:00", "2026-11-26T15:00", "2026-11-26T15:00"),
        ("2026-11-26T20:59", "2026-11-26T20:59", "2026-11-26T20:59"),
        ("2026-11-26T21:00", "2026-11-26T20:59", "2026-11-27T08:00"),
        ("2026-11-27T06:30", "2026-11-26T20:59", "2026-11-27T08:00"),
        ("2026-11-27T08:00", "2026-11-27T08:00", "2026-11-27T08:00"),
    ],
)
def test_a_quiet_moment_moves_to_the_nearest_allowed_minute(moment: str, earlier: str, later: str) -> None:
    assert NIGHT.earlier(moscow(moment)) == moscow(earlier)
    assert NIGHT.later(moscow(moment)) == moscow(later)


def test_equal_ends_mean_no_quiet_hours() -> None:
    assert not QuietHours(MOSCOW, time(0), time(0)).is_quiet(moscow("2026-11-26T00:00"))


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.sampled_from(["Europe/Moscow", "Europe/Berlin", "Asia/Kamchatka", "Asia/Yekaterinburg"]),
    st.times(),
    st.times(),
)
def test_whatever_the_hours_the_result_is_allowed_and_on_its_side(
    moment: datetime, zone: str, start: Any, end: Any
) -> None:
    length = (end.hour * 60 + end.minute - start.hour * 60 - start.minute) % (24 * 60)
    assume(length <= 20 * 60)  # nobody leaves less than four hours a day for messages
    hours = QuietHours(
        ZoneInfo(zone), start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0)
    )
    later = hours.later(moment)
    earlier = hours.earlier(moment)
    assert earlier <= moment <= later
    assert not hours.is_quiet(earlier)
    assert not hours.is_quiet(later)
    assert later - earlier <= timedelta(hours=22)
