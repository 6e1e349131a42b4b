"""The roadmap of a regulation: stages, rows, when each is due, who answers for it and what proves it.

A window says when; `dates_in` turns it into dates of one school year. A row without a window waits until the
curator gives it dates (the target model names none).
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from services.programmes.texts import Content, Identifier, Text, Written

Role = Literal[
    "curator",
    "head",
    "deputy_head",
    "methodist",
    "psychologist",
    "mentor",
    "mentee",
    "council_chair",
    "education_authority",
    "organizations",
]
"""Who answers for a row or a duty: a part that someone plays, never a person's name."""

WindowKind = Literal[
    "absolute", "yearly", "school_year", "on_request", "whole_period", "pair_programs", "own_schedule"
]
MonthDay = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
"""Month and day, "09-01"; a day that a month does not have means its last one."""

PaperId = Annotated[str, StringConstraints(pattern=r"^DC\d\d$")]
"""A document of docs/domain.md#documents."""

Evidence = Literal[
    "requests_collected",
    "mentors_surveyed",
    "mentee_consents",
    "mentor_consents",
    "mentee_bank",
    "mentor_bank",
    "request_list",
    "interviews_held",
    "mentors_ordered",
    "training_held",
    "preferences_asked",
    "pairs_formed",
    "pairs_ordered",
    "programs_written",
    "unpaired_supported",
    "intro_meetings",
    "trial_meetings",
    "planning_meetings",
    "regular_meetings",
    "final_meetings",
    "feedback_given",
    "quality_assessed",
    "satisfaction_asked",
    "indicators_before",
    "indicators_after",
    "round_table_held",
    "council_held",
    "final_event_held",
    "group_final_held",
    "themed_events",
    "final_event_ordered",
    "invitations_sent",
    "awards_ordered",
    "best_practices",
    "publications",
    "results_published",
    "memos_sent",
    "minutes_kept",
    "partners_found",
]
"""What data can prove. A row ticks itself when everything it names is there; the rest is ticked by hand."""


@dataclass(frozen=True, slots=True)
class Due:
    """Dates of a window, both included; without a start it is due by the end ("до 30 мая")."""

    start: date | None
    end: date


class Window(Content):
    """When a row is due.

    absolute       between dates, or by a date
    yearly         every year between days, or by a day; `first_year` and `last_year` bound it
    school_year    in the school year of the programme: between days, or all of it when no day is named
    on_request     whenever somebody asks
    whole_period   all the time that the programme runs
    pair_programs  as each pair's own programme says
    own_schedule   by a schedule that the curator makes

    `note` is printed beside it: what the regulation adds, or what its printed date must have meant.
    """

    kind: WindowKind
    start: date | None = None
    end: date | None = None
    from_day: MonthDay | None = None
    to_day: MonthDay | None = None
    first_year: int | None = Field(default=None, ge=2000, le=2100)
    last_year: int | None = Field(default=None, ge=2000, le=2100)
    also_on_request: bool = False
    note: Text | None = None

    @model_validator(mode="after")
    def check_dates(self) -> Self:
        """Each kind has its own dates and no others."""
        if (self.kind == "absolute") != (self.end is not None):
            raise ValueError("an absolute window, and no other, has an end date")
        if self.start is not None and (self.end is None or self.start > self.end):
            raise ValueError("start must stand before an end")
        if self.kind == "yearly" and self.to_day is None:
            raise ValueError("a yearly window has to_day, and from_day unless it is due by a day")
        if self.kind not in {"yearly", "school_year"} and (self.from_day or self.to_day):
            raise ValueError("from_day and to_day belong to a yearly or a school_year window")
        if self.kind == "school_year" and self.from_day and not self.to_day:
            raise ValueError("name to_day beside from_day")
        if self.kind != "yearly" and (self.first_year or self.last_year):
            raise ValueError("first_year and last_year belong to a yearly window")
        if self.first_year and self.last_year and self.first_year > self.last_year:
            raise ValueError("first_year is above last_year: swap them")
        return self

    def dates_in(self, first: date, last: date) -> tuple[Due, ...]:
        """When it is due in the school year from `first` to `last`, earliest first.

        An absolute window keeps its dates whatever the year. A yearly one returns in every year that its
        bounds allow, in the school year where it ends. Nothing for windows that the calendar cannot date.
        """
        if self.kind == "absolute" and self.end is not None:
            return (Due(self.start, self.end),)
        if self.kind == "whole_period" or (self.kind == "school_year" and self.to_day is None):
            return (Due(first, last),)
        if self.to_day is None:
            return ()
        found = (self._due_in(year, self.to_day) for year in range(first.year, last.year + 1))
        return tuple(due for due in found if first <= due.end <= last and self._is_within(due))

    def _due_in(self, year: int, to_day: str) -> Due:
        end = _day_of(year, to_day)
        if self.from_day is None:
            return Due(None, end)
        start = _day_of(year, self.from_day)
        return Due(start if start <= end else _day_of(year - 1, self.from_day), end)

    def _is_within(self, due: Due) -> bool:
        year = (due.start or due.end).year
        return (self.first_year or year) <= year <= (self.last_year or year)


def _day_of(year: int, month_day: str) -> date:
    month, day = (int(part) for part in month_day.split("-"))
    return date(year, month, min(day, monthrange(year, month)[1]))


class Activity(Content):
    """One thing that a row of the roadmap asks for."""

    id: Identifier
    title: Text
    document: Text | None = None


class Row(Content):
    """A row of the roadmap.

    `number` is how the regulation counts it, `section` the heading under its stage, `responsible` leads and
    `together_with` helps, `document` and `papers` come out of it, `result` is what is then different,
    `evidence` names the data that prove it done, `shows` those that only say how far it is.
    """

    id: Identifier
    number: Written | None = None
    section: Text | None = None
    title: Text
    activities: tuple[Activity, ...] = ()
    windows: tuple[Window, ...] = ()
    responsible: Role | None = None
    together_with: tuple[Role, ...] = ()
    document: Text | None = None
    papers: tuple[PaperId, ...] = ()
    result: Text | None = None
    evidence: tuple[Evidence, ...] = ()
    shows: tuple[Evidence, ...] = ()
    source: Written

    @model_validator(mode="before")
    @classmethod
    def read_window(cls, given: Any) -> Any:
        """A row with one window may say `window`; programmes begun with version 0.1 have stored it so."""
        if isinstance(given, dict) and "window" in given and "windows" not in given:
            window = given["window"]
            rest = {key: value for key, value in given.items() if key != "window"}
            return rest if window is None else {**rest, "windows": [window]}
        return given

    @property
    def is_continuous(self) -> bool:
        """Whether it goes on all the time: then nothing proves it done before its period is over."""
        return any(
            window.kind == "whole_period" or (window.kind == "school_year" and window.to_day is None)
            for window in self.windows
        )

    def dates_in(self, first: date, last: date) -> tuple[Due, ...]:
        """Every time that the row is due in the school year, earliest first, each once."""
        found = {due for window in self.windows for due in window.dates_in(first, last)}
        return tuple(sorted(found, key=lambda due: (due.end, due.start or due.end - timedelta(days=366))))


class Stage(Content):
    """A stage heading with its rows."""

    id: Identifier
    title: Text
    rows: tuple[Row, ...] = Field(min_length=1)
