"""Day buttons and the calendar: the same two screens for planning and for logging."""

from collections.abc import Callable
from datetime import date

from babel.dates import format_date, get_day_names

from notices.language import Translator, capitalised
from notices.letters import Action, Letter, Rows, in_rows
from notices.taps import Tap
from services.meetings.slots import Month

EMPTY = "·"
WEEK = 7


def day_rows(days: list[date], t: Translator, *, choose: Callable[[date], Tap], width: int = 2) -> Rows:
    """Buttons such as "чт 26.11"."""
    return in_rows([Action(t.short_day(day), choose(day)) for day in days], width)


def draw_calendar(
    month: Month, t: Translator, *, choose: Callable[[date], Tap], turn: Callable[[date], Tap]
) -> Letter:
    """A month from Monday; days that may not be chosen are dots."""
    names = get_day_names("short", "stand-alone", t.locale)
    stay = turn(month.first)
    rows: list[tuple[Action, ...]] = [tuple(Action(capitalised(names[day]), stay) for day in range(WEEK))]
    rows.extend(
        tuple(Action(str(day.day), choose(day)) if day else Action(EMPTY, stay) for day in week)
        for week in month.weeks
    )
    turns = []
    if month.previous:
        turns.append(Action("‹ " + _month_name(month.previous, t), turn(month.previous)))
    if month.next:
        turns.append(Action(_month_name(month.next, t) + " ›", turn(month.next)))
    if turns:
        rows.append(tuple(turns))
    title = format_date(month.first, "LLLL y", locale=t.locale)
    return Letter(t("<b>{month}</b>\nPlease choose a day.", month=capitalised(title)), tuple(rows))


def _month_name(month: date, t: Translator) -> str:
    return format_date(month, "LLLL", locale=t.locale)
