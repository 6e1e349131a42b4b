"""Scores of a programme: the nine criteria, satisfaction by side, meetings held against planned."""

from services.scores.attendance import Attendance, MonthMeetings, read_attendance
from services.scores.satisfaction import (
    FEWEST_SEEN,
    MonthRating,
    Satisfaction,
    SideSatisfaction,
    read_pair_ratings,
    read_satisfaction,
)
from services.scores.sheets import (
    Criterion,
    LevelFacts,
    NotYourSheet,
    Sheet,
    criteria_of,
    latest_level,
    list_sheets,
    open_sheet,
    read_sheet,
    save_sheet,
)

__all__ = [
    "FEWEST_SEEN",
    "Attendance",
    "Criterion",
    "LevelFacts",
    "MonthMeetings",
    "MonthRating",
    "NotYourSheet",
    "Satisfaction",
    "Sheet",
    "SideSatisfaction",
    "criteria_of",
    "latest_level",
    "list_sheets",
    "open_sheet",
    "read_attendance",
    "read_pair_ratings",
    "read_satisfaction",
    "read_sheet",
    "save_sheet",
]
