"""Meetings of a pair and what was logged of them (A18, B14; DC18)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.audit import Audited
from models.base import Base, enum_column
from models.pairs import Pair
from models.people import Person, Role


class MeetingKind(StrEnum):
    INTRO = "intro"
    TRIAL = "trial"
    PLANNING = "planning"
    REGULAR = "regular"
    FINAL = "final"
    GROUP_FINAL = "group_final"


class MeetingStatus(StrEnum):
    PROPOSED = "proposed"  # waits for the other side
    PLANNED = "planned"  # both agreed
    HELD = "held"
    MISSED = "missed"
    MOVED = "moved"  # replaced by another row, see moved_to_id
    CANCELLED = "cancelled"


OPEN = frozenset({MeetingStatus.PROPOSED, MeetingStatus.PLANNED})


class MeetingFormat(StrEnum):
    IN_PERSON = "in_person"
    ONLINE = "online"


class Source(StrEnum):
    """Through which channel a record came (DC18)."""

    BOT = "bot"
    PANEL = "panel"


class Meeting(Audited, Base):
    """A meeting keeps local time and zone; `starts_at` and `ends_at` are derived in UTC.

    A moved meeting is a new row: the old one keeps its story and never reminds again. `remind_at` and
    `ask_at` say when the scheduler acts on it next, None when there is nothing left to do.
    """

    __tablename__ = "meetings"
    audited_as = "meeting"
    __table_args__ = (
        CheckConstraint("minutes > 0", name="minutes_positive"),
        CheckConstraint("held_minutes IS NULL OR held_minutes > 0", name="held_minutes_positive"),
        Index("ix_meetings_pair_starts", "pair_id", "starts_at"),
        Index("ix_meetings_status", "organization_id", "cycle_id", "status"),
        Index("ix_meetings_cycle", "cycle_id", "status", "ends_at"),
        Index("ix_meetings_starts", "organization_id", "starts_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    pair_id: Mapped[int] = mapped_column(ForeignKey("pairs.id"))
    kind: Mapped[MeetingKind] = mapped_column(enum_column(MeetingKind))
    status: Mapped[MeetingStatus] = mapped_column(enum_column(MeetingStatus))
    local_start: Mapped[str] = mapped_column(String(16))  # "2026-11-26T15:00" in `timezone`
    timezone: Mapped[str] = mapped_column(String(64))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    minutes: Mapped[int]  # planned length
    proposed_by: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    proposed_at: Mapped[datetime]
    planned_at: Mapped[datetime | None]
    moved_to_id: Mapped[int | None] = mapped_column(ForeignKey("meetings.id"))
    cancelled_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))

    remind_at: Mapped[datetime | None] = mapped_column(index=True)
    remind_offset: Mapped[int | None]  # minutes before the start that `remind_at` stands for
    ask_at: Mapped[datetime | None] = mapped_column(index=True)

    held_minutes: Mapped[int | None]
    topic: Mapped[str | None] = mapped_column(String(500))
    next_step: Mapped[str | None] = mapped_column(String(500))
    format: Mapped[MeetingFormat | None] = mapped_column(enum_column(MeetingFormat))
    place: Mapped[str | None] = mapped_column(String(200))
    logged_by: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    logged_at: Mapped[datetime | None]
    corrected_at: Mapped[datetime | None]
    source: Mapped[Source | None] = mapped_column(enum_column(Source))

    pair: Mapped[Pair] = relationship()
    words: Mapped[list["MeetingAnswer"]] = relationship(back_populates="meeting")


class MeetingAnswer(Base):
    """What one side says of a meeting: did it take place? Of a group: was this mentee there?

    `is_marked`: the one who logged the meeting of a group said so, the mentee has not answered.
    """

    __tablename__ = "meeting_words"
    __table_args__ = (UniqueConstraint("meeting_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    role: Mapped[Role] = mapped_column(enum_column(Role))
    took_place: Mapped[bool]
    is_marked: Mapped[bool] = mapped_column(default=False)
    said_at: Mapped[datetime]

    meeting: Mapped[Meeting] = relationship(back_populates="words")
    person: Mapped[Person] = relationship()
