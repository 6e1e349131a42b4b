"""Russian dates, times and lengths as people type them (engineering.md, decision 9; domain.md 6.2).

A closed grammar: what it does not know it does not read; what may mean two things comes back as choices.
"""

from services.dates.answers import read_date, read_minutes, read_time
from services.dates.day_meanings import school_year_start
from services.dates.readings import (
    LONGEST_USUAL_MINUTES,
    DateReading,
    MinutesReading,
    Problem,
    TimeReading,
    Towards,
)

__all__ = [
    "LONGEST_USUAL_MINUTES",
    "DateReading",
    "MinutesReading",
    "Problem",
    "TimeReading",
    "Towards",
    "read_date",
    "read_minutes",
    "read_time",
    "school_year_start",
]
