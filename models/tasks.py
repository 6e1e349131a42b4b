"""What waits for the curator: one line of the panel's home each."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.audit import Audited
from models.base import Base, enum_column

WORDS_LIMIT = 500


class TaskKind(StrEnum):
    RECOGNISE_PERSON = "recognise_person"  # someone typed the school's code
    WRONG_INVITATION = "wrong_invitation"  # a link was opened by somebody else
    OFFER_DECLINED = "offer_declined"
    OFFER_EXPIRED = "offer_expired"
    PAIR_SILENT = "pair_silent"  # no meeting for long, though both were reminded
    PAIR_TERM_OVER = "pair_term_over"  # its last day has passed: it is completed or gets another
    PAIR_PAUSE_OVER = "pair_pause_over"  # its day of return has come, and a side is still on leave
    PROGRAMME_TO_APPROVE = "programme_to_approve"  # the four of models.personal_programmes
    PROGRAMME_SILENT = "programme_silent"  # whoever of the pair must answer does not
    PROGRAMME_LATE = "programme_late"  # an activity has no result
    PROGRAMME_ENDS = "programme_ends"  # everything is done, or the last day has passed
    MENTOR_FOR_WAITING = "mentor_for_waiting"  # a new mentor suits mentees who wait
    LOW_RATING = "low_rating"
    HELP_WANTED = "help_wanted"
    MEETING_MISMATCH = "meeting_mismatch"  # the sides disagree whether it took place
    PERSON_UNREACHABLE = "person_unreachable"  # blocked the bot or deleted the account
    CONSENT_DECLINED = "consent_declined"
    EXTENSION_WANTED = "extension_wanted"  # a pair of the year that was closed wants to go on
    MATCH_ANSWER = "match_answer"  # a mentor answered the curator's question of one more mentee, or did not
    WORDS_TOLD = "words_told"  # somebody asked the bot to pass their words on
    SURVEY_SILENT = "survey_silent"  # reminded of a survey, and still no answer
    ERASURE_DUE = "erasure_due"  # the three of models.privacy.DutyKind, with the last day in wanted_on
    STOP_DUE = "stop_due"
    UNPUBLISH_DUE = "unpublish_due"
    RETENTION_OVER = "retention_over"  # once a month: the terms of some people's data have run out
    LONG_TERM_OVER = "long_term_over"  # the consent to the long-term bank has ended: ask again or destroy


class Task(Audited, Base):
    """`dedup_key` names the occasion, so that one occasion opens one task."""

    __tablename__ = "tasks"
    audited_as = "task"
    __table_args__ = (Index("ix_tasks_open", "organization_id", "done_at", "kind", "opened_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycles.id"))
    kind: Mapped[TaskKind] = mapped_column(enum_column(TaskKind))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    pair_id: Mapped[int | None] = mapped_column(ForeignKey("pairs.id"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meetings.id"), index=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("survey_runs.id"), index=True)
    join_request_id: Mapped[int | None] = mapped_column(ForeignKey("join_requests.id"), index=True)
    wanted_on: Mapped[date | None]  # the last day of a term, of the law or of the pair's work
    amount: Mapped[int | None]  # how many it is about
    words: Mapped[str | None] = mapped_column(String(WORDS_LIMIT))  # what a person asked to pass on
    dedup_key: Mapped[str] = mapped_column(String(120), unique=True)
    opened_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
