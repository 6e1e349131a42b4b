"""What a regulation says, as frozen models: stages, words, kinds, settings, scoring.

See docs/domain.md#requirements.

Where a regulation is silent the value has a default, and `sources` names where that default comes from.
"""

from datetime import time
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from services.dates.readings import LONGEST_USUAL_MINUTES
from services.programmes.roadmaps import PaperId, Role, Row, Stage, Window
from services.programmes.surveys import Audience, SurveyId
from services.programmes.texts import Content, CountedWord, Identifier, Text, Written, text

PackId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,23}$")]
"""The folder's name."""

Occasion = Literal[
    "mentee_intake",
    "mentor_intake",
    "post_meeting",
    "quality_checklist",
    "satisfaction_mid",
    "satisfaction_final",
    "indicators_before",
    "indicators_after",
    "satisfaction_short",
    "mutual_preference",
    "compatibility",
    "mentor_interview",
    "swot",
    "best_practice",
    "partner_feedback",
]


class Words(Content):
    """Display words that differ between seeds (docs/domain.md#regulations). `pairs` heads their page."""

    pair: CountedWord
    curator: Text
    pairs: Text = text("Пары", "Pairs")


class Act(Content):
    """What put the regulation in force, for which education, and who answers for it (A1, A3)."""

    title: Text
    levels: tuple[Text, ...] = ()
    executor: Text | None = None
    controller: Text | None = None


class Chapter(Content):
    """A part of the regulation that is read, not worked off: its goal, tasks, expected results, terms."""

    id: Identifier
    title: Text
    items: tuple[Text, ...] = Field(min_length=1)


class Duties(Content):
    """What one part in the programme does, and when (A9 to A13)."""

    id: Identifier
    role: Role
    title: Text
    items: tuple[Text, ...] = Field(min_length=1)
    windows: tuple[Window, ...] = ()


class Phase(Content):
    """A stage as the regulation's text tells it: what is done and what comes of it (A14 to A20).

    Its roadmap may cut the year otherwise, so the two stand side by side.
    """

    id: Identifier
    title: Text
    actions: tuple[Text, ...] = Field(min_length=1)
    results: tuple[Text, ...] = Field(min_length=1)


class MeasurementPoint(Content):
    """When something is measured, and on which occasions of the surveys: a date and a kind, not fixed months.

    See docs/domain.md#regulations.
    """

    id: Identifier
    title: Text
    kind: Literal["baseline", "interim", "closing"]
    occasions: tuple[Occasion, ...] = Field(min_length=1)
    windows: tuple[Window, ...] = Field(min_length=1)


class Paper(Content):
    """A document that the programme produces (docs/domain.md#documents)."""

    id: PaperId
    title: Text


class Retained(Content):
    """What stays after a person's data are erased, why, and for how many years (None: while the organisation
    must keep such papers).
    """

    id: Identifier
    title: Text
    ground: Text
    years: int | None = Field(default=None, ge=1, le=75)


class MeetingKind(Content):
    """A kind of meeting, listed in the usual order; `requires` is the state its pair must have reached.

    A pack names its kinds as it likes and leaves out what it does not have; the kinds are those of A18 and
    C27, because reminders, journals and the order of meetings know them.
    """

    id: Literal["intro", "trial", "planning", "regular", "final", "group_final"]
    title: Text
    requires: Literal["accepted", "active"]


class Named(Content):
    """A form or a kind of mentoring, or a role variant."""

    id: Identifier
    title: Text


class MentoringKind(Named):
    """A kind of mentoring and its rules (E10); without rules a pair works for as long as it likes.

    `is_group`: one mentor and several mentees. `is_reverse`: the mentor is the younger colleague, so less
    experience is no caution. `is_online`: meetings are online unless somebody says otherwise.
    `is_on_request`: meetings answer requests, so no silence is reminded of. `most_meetings`: the pair
    completes its work after so many held meetings. `term_days`: the work ends so many days after both have
    agreed, unless the curator sets another day.
    """

    is_group: bool = False
    is_reverse: bool = False
    is_online: bool = False
    is_on_request: bool = False
    most_meetings: int | None = Field(default=None, ge=1, le=100)
    term_days: int | None = Field(default=None, ge=1, le=366)


class LibraryActivity(Content):
    """What a personalised programme may be drafted from (E4, A11), and a plan of support (C20).

    `areas` are those of the mentee's questionnaire: `planning` is rated by its question `need_planning` and
    chosen in `topics`; `strengths` are options of its question `strengths`. What stands at the start or the
    end belongs to every programme. `without_mentor`: it helps a mentee who has no pair yet.
    """

    id: Identifier
    title: Text
    expected: Text
    areas: tuple[Identifier, ...] = ()
    strengths: tuple[Identifier, ...] = ()
    at: Literal["start", "work", "end"] = "work"
    without_mentor: bool = False

    @model_validator(mode="after")
    def check_areas(self) -> Self:
        """An activity of no area would be drafted for nobody."""
        if (self.at == "work") != bool(self.areas or self.strengths):
            raise ValueError('name areas or strengths, or at = "start" or "end", and not both')
        return self


class SurveyUse(Content):
    """Which survey is asked when."""

    occasion: Occasion
    survey: SurveyId


class ConsentUse(Content):
    """A consent that a person gives by its own choice; a required one is needed to take part.

    Where the law wants a signature `form` is paper: the product prints it, the curator registers it.
    `term_years` is how long it holds from the day it is given, as its text says; None: as the text says else.
    """

    id: Identifier
    version: int = Field(ge=1)
    title: Text
    required: bool
    audiences: tuple[Audience, ...] = Field(min_length=1)
    form: Literal["chat", "paper"] = "chat"
    term_years: int | None = Field(default=None, ge=1, le=75)


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


Indicator = Literal[
    "young_specialists", "mentee_satisfaction", "mentor_satisfaction", "student_coverage", "staff_coverage"
]
"""What a target may be set for (B25 to B27, C39, C40): each has its formula in docs/domain.md#surveys."""


class Target(Content):
    """What an indicator should reach in a calendar year, in percent (B28)."""

    year: int = Field(ge=2000, le=2100)
    indicator: Indicator
    value: float = Field(ge=0, le=100)


class Weight(StrEnum):
    """How much a criterion counts when pairs are proposed; `must`: a pair that fails it is not proposed."""

    MUST = "must"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    OFF = "off"


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
    survey_reminder_days: int = Field(default=2, ge=1)
    survey_closes_days: int = Field(default=14, ge=1)
    survey_change_days: int = Field(default=3, ge=0)
    survey_link_days: int = Field(default=14, ge=1)
    offer_expires_days: int = Field(ge=1)
    offer_reminder_days: tuple[int, ...] = (2, 5)
    first_meeting_reminder_days: tuple[int, ...] = (3, 7)
    no_meeting_days: tuple[int, int, int] = (10, 14, 28)  # remind the mentor, remind both, tell the curator
    term_reminder_days: int = Field(default=14, ge=1, le=90)  # before the last day of a pair that has a term
    request_days: int = Field(default=5, ge=1, le=60)  # for the staff to decide on a request
    request_head_days: int = Field(default=3, ge=1, le=60)  # later the head hears that it still waits
    invitation_days: int = Field(ge=1)
    meeting_minutes: int = Field(ge=1, le=LONGEST_USUAL_MINUTES)
    day_slots: tuple[time, ...] = Field(min_length=1)
    agreement_required: bool
    psychologist_verdict_required: bool
    term_months_min: int = Field(ge=1)
    term_months_max: int = Field(ge=1)
    is_pseudonymous: bool = False  # programmes that run already were begun without it
    programme_silence_days: tuple[int, int] = (
        7,
        14,
    )  # whoever must act is reminded, then the curator is told
    programme_due_days: int = Field(default=3, ge=1, le=30)  # before an activity the pair is reminded of it
    programme_late_days: int = Field(default=14, ge=1, le=90)  # after its day the curator is told
    mentor_papers_required: bool = False  # True: no pair begins its work without the papers of art. 351.8
    match_needs: Weight = Weight.HIGH  # what is difficult for one and what the other is ready for
    match_topics: Weight = Weight.HIGH
    match_subject: Weight = Weight.HIGH
    match_time: Weight = Weight.MEDIUM
    match_format: Weight = Weight.LOW
    match_experience: Weight = Weight.MEDIUM
    match_profile: Weight = Weight.LOW  # the mentor's achievements and category (A30)
    match_kinds: Weight = Weight.LOW
    match_liking: Weight = Weight.HIGH  # whom each would like to work with (SV03)
    match_interview: Weight = Weight.MEDIUM  # SV11
    match_verdict: Weight = Weight.MEDIUM  # SV09
    match_load: Weight = Weight.LOW  # mentors with fewer mentees and more hours first
    match_grounds: Weight = Weight.LOW  # mentees for whom the programme is meant first (A31)

    @model_validator(mode="after")
    def check_order(self) -> Self:
        """Spans that contradict each other would leave people without a reminder or a term."""
        if self.term_months_min > self.term_months_max:
            raise ValueError("term_months_min is above term_months_max: swap them")
        if self.feedback_reminder_days >= self.feedback_closes_days:
            raise ValueError("feedback_reminder_days must be below feedback_closes_days")
        if any(offset <= 0 for offset in self.reminder_offsets_minutes):
            raise ValueError("reminder_offsets_minutes: minutes before the meeting, each above 0")
        for name in (
            "offer_reminder_days",
            "first_meeting_reminder_days",
            "no_meeting_days",
            "programme_silence_days",
        ):
            days = getattr(self, name)
            if list(days) != sorted({*days}) or any(one < 1 for one in days):
                raise ValueError(f"{name}: days from 1 on, each later than the one before")
        return self


class Pack(Content):
    """A programme as its regulation describes it. `seed` is the number of the regulation
    in the order of docs/domain.md#requirements: 000 is A, 004 is E.
    """

    id: PackId
    seed: Annotated[str, StringConstraints(pattern=r"^\d{3}$")] | None = None
    title: Text
    version: int = Field(ge=1)
    words: Words
    stages: tuple[Stage, ...] = Field(min_length=1)
    meeting_kinds: tuple[MeetingKind, ...] = Field(min_length=1)
    forms: tuple[Named, ...] = Field(min_length=1)
    kinds: tuple[MentoringKind, ...] = Field(min_length=1)
    role_variants: tuple[Named, ...] = ()
    settings: Settings
    surveys: tuple[SurveyUse, ...] = Field(min_length=1)
    consents: tuple[ConsentUse, ...] = Field(min_length=1)
    scoring: Scoring
    targets: tuple[Target, ...] = ()
    curator_is: Literal["person", "organization"] = "person"
    mentee_kinds: tuple[Literal["teacher", "student"], ...] = ("teacher",)
    act: Act | None = None
    basis: tuple[Text, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    duties: tuple[Duties, ...] = ()
    phases: tuple[Phase, ...] = ()
    measurement_points: tuple[MeasurementPoint, ...] = ()
    papers: tuple[Paper, ...] = ()
    retention: tuple[Retained, ...] = ()
    activities: tuple[LibraryActivity, ...] = ()
    sources: dict[str, Written]

    def rows(self) -> tuple[Row, ...]:
        """All rows of the roadmap, in order."""
        return tuple(row for stage in self.stages for row in stage.rows)
