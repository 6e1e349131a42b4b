"""Runs of surveys and their answers, waves that open them, and links to answer them by. A definition is data
of the programme, not a table.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.audit import Audited
from models.base import Base, enum_column


class SurveyStatus(StrEnum):
    OPEN = "open"
    PAUSED = "paused"
    SENT = "sent"
    PARTIAL = "partial"  # closed with some answers; out of averages
    EXPIRED = "expired"  # closed with none


UNSENT = frozenset({SurveyStatus.OPEN, SurveyStatus.PAUSED})
"""States in which a run waits for its respondent."""


class RunOccasion(StrEnum):
    """Why a run was opened; services.surveys.outcomes says what follows when it is sent."""

    INTAKE = "intake"
    FEEDBACK = "feedback"
    WAVE = "wave"
    OFFICE = "office"  # a sheet of an account about its own work
    PARTNER = "partner"
    SCORES = "scores"  # the sheet of the nine criteria


class RunSource(StrEnum):
    """By which way the answers came in."""

    CHAT = "chat"
    WEB = "web"  # a one-time link
    PAPER = "paper"  # a sheet that the curator typed in
    PANEL = "panel"  # an account about its own work


class WaveKind(StrEnum):
    DATES = "dates"
    HAND = "hand"
    EVENT = "event"  # opens runs one by one as its event comes about


class WaveStatus(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class SurveyWave(Audited, Base):
    """One occasion of the pack asked of many: a part of the response rate.

    `segment` says of whom: {"roles": [...], "who": "all" | "paired" | "unpaired"}. Of an event: no end.
    """

    __tablename__ = "survey_waves"
    audited_as = "survey_wave"
    __table_args__ = (Index("ix_survey_waves_due", "status", "starts_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    occasion: Mapped[str] = mapped_column(String(32))
    kind: Mapped[WaveKind] = mapped_column(enum_column(WaveKind))
    status: Mapped[WaveStatus] = mapped_column(enum_column(WaveStatus))
    segment: Mapped[dict[str, Any]]
    dedup_key: Mapped[str] = mapped_column(String(120), unique=True)
    starts_at: Mapped[datetime]
    closes_at: Mapped[datetime | None]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]


class SurveyRun(Audited, Base):
    """One survey asked of one respondent: a person, an account in the panel, or somebody from outside.

    `dedup_key` makes sure that an occasion opens a run once; no code reads facts out of it. `at_question` is
    set when a person went back or changes an answer. `outsider` names a respondent who is nobody of ours (a
    partner); `account_id` is then who asked them. `entered_by` typed in a paper sheet that was filled in on
    `filled_on`; `issued_by` made the link that the answers came in by, None where the person made it.
    """

    __tablename__ = "survey_runs"
    audited_as = "survey_run"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (account_id IS NULL)", name="one_respondent"),
        Index("ix_survey_runs_person", "person_id", "status"),
        Index("ix_survey_runs_survey", "organization_id", "cycle_id", "survey_id", "status"),
        Index("ix_survey_runs_cycle", "cycle_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    survey_id: Mapped[str] = mapped_column(String(64))
    survey_version: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meetings.id"), index=True)
    pair_id: Mapped[int | None] = mapped_column(ForeignKey("pairs.id"), index=True)
    # the default is for rows written before this column: services.surveys.opening always names the occasion
    occasion: Mapped[RunOccasion] = mapped_column(
        enum_column(RunOccasion), server_default=RunOccasion.WAVE.value
    )
    dedup_key: Mapped[str] = mapped_column(String(120), unique=True)
    status: Mapped[SurveyStatus] = mapped_column(enum_column(SurveyStatus))
    at_question: Mapped[str | None] = mapped_column(String(24))
    opened_at: Mapped[datetime]
    closes_at: Mapped[datetime | None] = mapped_column(index=True)
    reminded_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    wave_id: Mapped[int | None] = mapped_column(ForeignKey("survey_waves.id"), index=True)
    about_person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    outsider: Mapped[str | None] = mapped_column(String(200))
    source: Mapped[RunSource] = mapped_column(
        enum_column(RunSource), default=RunSource.CHAT, server_default=RunSource.CHAT.value
    )
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    filled_on: Mapped[date | None]
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class Answer(Base):
    """One answer, stored before the next question is shown. A skipped question has `value` None.

    `is_final` is False while a multiple choice is still being ticked.
    """

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("run_id", "question_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("survey_runs.id", ondelete="CASCADE"))
    question_id: Mapped[str] = mapped_column(String(24))
    value: Mapped[dict[str, Any] | None]  # {"value": ...} of services.programmes.answers
    is_final: Mapped[bool] = mapped_column(default=True)
    answered_at: Mapped[datetime]


class AnswerChange(Base):
    """What an answer was before it was changed after sending: history of the edit window."""

    __tablename__ = "answer_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("survey_runs.id", ondelete="CASCADE"), index=True)
    question_id: Mapped[str] = mapped_column(String(24))
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    changed_at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[int | None]


class WebLink(Audited, Base):
    """A one-time link to a page of the panel without sign-in. Only the token's SHA-256 is kept.

    `purpose` says which page; it leads to a run, to a person, or to both.
    """

    __tablename__ = "web_links"
    audited_as = "web_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    purpose: Mapped[str] = mapped_column(String(24))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("survey_runs.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
