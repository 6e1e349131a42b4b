"""Runs of the matching of a school year, what curators fixed and forbade, and what mentors were asked."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.audit import Audited
from models.base import Base, enum_column


class Aim(StrEnum):
    """What a plan is to be best at."""

    BEST_SCORE = "best_score"
    BALANCED = "balanced"
    NOBODY_LEFT_OUT = "nobody_left_out"


class Change(StrEnum):
    """What a mentor may be asked for, so that more mentees get one."""

    ONE_MORE_PLACE = "one_more_place"
    ACCEPT_PAIR = "accept_pair"


class Reason(StrEnum):
    """Why a mentee has no mentor in a plan."""

    NO_SCORE = "no_score"
    ALL_FORBIDDEN = "all_forbidden"
    NO_PLACE = "no_place"
    BETTER_TOTAL = "better_total"


class RuleKind(StrEnum):
    """What a curator decided about two people before a plan is made."""

    LOCK = "lock"
    FORBID = "forbid"


class MatchRun(Audited, Base):
    """The plans of one moment. `inputs_sha256` is of all facts, weights and rules they were made from.

    `summary` is numbers only: the totals of each plan. Nothing of a run is told to anybody in the chat.
    """

    __tablename__ = "match_runs"
    audited_as = "match_run"
    __table_args__ = (Index("ix_match_runs_cycle", "cycle_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"), index=True)
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    asked_at: Mapped[datetime]
    made_at: Mapped[datetime | None]
    inputs_sha256: Mapped[str | None] = mapped_column(String(64))
    summary: Mapped[dict[str, Any] | None]


class MatchLine(Base):
    """One mentee in one plan of a run: with a mentor, or with the reason for having none.

    `told` holds ids of criteria, areas and rules, and numbers; no word of a person.
    """

    __tablename__ = "match_lines"
    __table_args__ = (Index("ix_match_lines_run", "run_id", "aim", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("match_runs.id", ondelete="CASCADE"))
    aim: Mapped[Aim] = mapped_column(enum_column(Aim))
    mentee_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    mentor_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    runner_up_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    told: Mapped[dict[str, Any]]


class MatchRule(Audited, Base):
    """Two people locked together or kept apart; the newest one that is not undone holds.

    `reason` is free text for whoever leads pairs.
    """

    __tablename__ = "match_rules"
    audited_as = "match_rule"
    __table_args__ = (
        Index(
            "uq_match_rules_holding",
            "cycle_id",
            "mentee_id",
            "mentor_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    kind: Mapped[RuleKind] = mapped_column(enum_column(RuleKind))
    mentee_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    mentor_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    reason: Mapped[str] = mapped_column(String(500), default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    undone_at: Mapped[datetime | None]


class MatchFix(Audited, Base):
    """A change that would help, found with a run; once asked of its mentor, the question and its answer.

    `mentee_id` says for whose sake a pair is accepted: the mentor is not told who it is. `criteria` are the
    wishes that this pair does not meet.
    """

    __tablename__ = "match_fixes"
    audited_as = "match_fix"
    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (is_agreed IS NULL)", name="answered_or_not"),
        Index(
            "ix_match_fixes_open",
            "closes_at",
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("match_runs.id", ondelete="CASCADE"), index=True)
    change: Mapped[Change] = mapped_column(enum_column(Change))
    mentor_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    mentee_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    places: Mapped[int] = mapped_column(default=0)
    criteria: Mapped[list[Any]]
    asked_at: Mapped[datetime | None]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    closes_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    is_agreed: Mapped[bool | None]
