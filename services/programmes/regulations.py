"""What a regulation says, as frozen models: stages, words, kinds, settings, scoring (domain.md 1).

Where a seed is silent the value has a default, and `sources` names where that default comes from.
"""

from datetime import date, time
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from services.programmes.surveys import Audience, SurveyId
from services.programmes.texts import Content, CountedWord, Identifier, Text, Written

PackId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,23}$")]
"""The folder's name."""

Role = Literal["curator", "head", "mentor", "mentee", "psychologist"]
Occasion = Literal[
    "mentee_intake",
    "mentor_intake",
    "post_meeting",
    "quality_checklist",
    "satisfaction_mid",
    "satisfaction_final",
    "indicators_before",
    "indicators_after",
]


class Words(Content):
    """Display words that differ between seeds (domain.md 1.F)."""

    pair: CountedWord
    curator: Text


class Window(Content):
    """When a row is due: between dates, every year between days ("09-01"), on request, or all the time."""

    kind: Literal["absolute", "yearly", "on_request", "whole_period"]
    start: date | None = None
    end: date | None = None
    from_day: Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")] | None = (
        None
    )
    to_day: Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")] | None = (
        None
    )
    also_on_request: bool = False

    @model_validator(mode="after")
    def check_dates(self) -> Self:
        """Each kind has its own dates and no others."""
        if (self.kind == "absolute") != (self.end is not None):
            raise ValueError("an absolute window, and no other, has an end date")
        if (self.kind == "yearly") != (self.from_day is not None and self.to_day is not None):
            raise ValueError("a yearly window, and no other, has from_day and to_day")
        if self.start is not None and (self.end is None or self.start > self.end):
            raise ValueError("start must stand before an end")
        return self


class Activity(Content):
    """One thing that a row of the roadmap asks for."""

    id: Identifier
    title: Text
    document: Text | None = None


class Row(Content):
    """A row of the roadmap. `responsible` is a role, never a person's name."""

    id: Identifier
    title: Text
    activities: tuple[Activity, ...] = ()
    window: Window | None = None
    responsible: Role | None = None
    document: Text | None = None
    source: Written


class Stage(Content):
    """A stage heading with its rows."""

    id: Identifier
    title: Text
    rows: tuple[Row, ...] = Field(min_length=1)


class MeetingKind(Content):
    """A kind of meeting, listed in the usual order; `requires` is the state its pair must have reached."""

    id: Identifier
    title: Text
    requires: Literal["accepted", "active"]


class Named(Content):
    """A form or a kind of mentoring, or a role variant."""

    id: Identifier
    title: Text


class SurveyUse(Content):
    """Which survey is asked when."""

    occasion: Occasion
    survey: SurveyId


class ConsentUse(Content):
    """A consent that a person gives by its own choice; a required one is needed to take part."""

    id: Identifier
    version: int = Field(ge=1)
    title: Text
    required: bool
    audiences: tuple[Audience, ...] = Field(min_length=1)


class Level(Content):
    """A band of the total, both ends included."""

    id: Identifier
    title: Text
    least: int
    most: int


class Scoring(Content):
    """The programme's effectiveness: the sum of the scale3 criteria of one survey (A40, A41)."""

    survey: SurveyId
    levels: tuple[Level, ...] = Field(min_length=1)

    def level_of(self, total: int | None) -> Level | None:
        """The level of a sum; None when the sheet is incomplete or the sum is outside every level."""
        if total is None:
            return None
        return next((level for level in self.levels if level.least <= total <= level.most), None)


class Target(Content):
    """What an indicator should reach in a year, in percent."""

    year: int
    indicator: Identifier
    value: float = Field(ge=0, le=100)


class Settings(Content):
    """Defaults of a programme; the curator may change each one in a running programme."""

    reminder_offsets_minutes: tuple[int, ...]
    quiet_from: time
    quiet_to: time
    feedback_after_minutes: int = Field(ge=0)
    feedback_closes_days: int = Field(ge=1)
    feedback_reminder_days: int = Field(ge=1)
    alert_rating: int = Field(ge=1, le=10)
    satisfied_threshold: float = Field(ge=1, le=10)
    offer_expires_days: int = Field(ge=1)
    invitation_days: int = Field(ge=1)
    meeting_minutes: int = Field(ge=1, le=480)
    day_slots: tuple[time, ...] = Field(min_length=1)
    agreement_required: bool
    psychologist_verdict_required: bool
    term_months_min: int = Field(ge=1)
    term_months_max: int = Field(ge=1)

    @model_validator(mode="after")
    def check_order(self) -> Self:
        """Spans that contradict each other would leave people without a reminder or a term."""
        if self.term_months_min > self.term_months_max:
            raise ValueError("term_months_min is above term_months_max: swap them")
        if self.feedback_reminder_days >= self.feedback_closes_days:
            raise ValueError("feedback_reminder_days must be below feedback_closes_days")
        if any(offset <= 0 for offset in self.reminder_offsets_minutes):
            raise ValueError("reminder_offsets_minutes: minutes before the meeting, each above 0")
        return self


class Pack(Content):
    """A programme as its regulation describes it. `seed` is the number of the source document."""

    id: PackId
    seed: Annotated[str, StringConstraints(pattern=r"^\d{3}$")] | None = None
    title: Text
    version: int = Field(ge=1)
    words: Words
    stages: tuple[Stage, ...] = Field(min_length=1)
    meeting_kinds: tuple[MeetingKind, ...] = Field(min_length=1)
    forms: tuple[Named, ...] = Field(min_length=1)
    kinds: tuple[Named, ...] = Field(min_length=1)
    role_variants: tuple[Named, ...] = ()
    settings: Settings
    surveys: tuple[SurveyUse, ...] = Field(min_length=1)
    consents: tuple[ConsentUse, ...] = Field(min_length=1)
    scoring: Scoring
    targets: tuple[Target, ...] = ()
    sources: dict[str, Written]

    def rows(self) -> tuple[Row, ...]:
        """All rows of the roadmap, in order."""
        return tuple(row for stage in self.stages for row in stage.rows)
