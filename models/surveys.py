"""Runs of surveys and their answers. A definition is data of the programme, not a table."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, enum_column


class SurveyStatus(StrEnum):
    OPEN = "open"
    PAUSED = "paused"
    SENT = "sent"
    PARTIAL = "partial"  # closed with some answers; out of averages
    EXPIRED = "expired"  # closed with none


class SurveyRun(Base):
    """One survey asked of one respondent: a person in the chat or an account in the panel.

    `dedup_key` names the occasion (`intake:mentee:cycle:1:person:7`, `feedback:meeting:42:person:7`),
    so that an occasion opens a run once. `at_question` is set when a person went back or changes an answer.
    """

    __tablename__ = "survey_runs"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (account_id IS NULL)", name="one_respondent"),
        Index("ix_survey_runs_person", "person_id", "status"),
        Index("ix_survey_runs_survey", "organization_id", "cycle_id", "survey_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    survey_id: Mapped[str] = mapped_column(String(64))
    survey_version: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meetings.id"), index=True)
    pair_id: Mapped[int | None] = mapped_column(ForeignKey("pairs.id"), index=True)
    dedup_key: Mapped[str] = mapped_column(String(120), unique=True)
    status: Mapped[SurveyStatus] = mapped_column(enum_column(SurveyStatus))
    at_question: Mapped[str | None] = mapped_column(String(24))
    opened_at: Mapped[datetime]
    closes_at: Mapped[datetime | None] = mapped_column(index=True)
    reminded_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]


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
