"""Events of a programme: round tables, trainings, kick-off sessions, councils, the final ceremony."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.audit import Audited
from models.base import Base, enum_column


class EventKind(StrEnum):
    ROUND_TABLE = "round_table"
    TRAINING = "training"
    KICKOFF = "kickoff"  # установочная сессия (D9)
    CONSULTATION = "consultation"
    INTERNSHIP = "internship"  # стажировочная площадка (E22)
    COUNCIL = "council"  # methodical or pedagogical council (A33)
    GROUP_FINAL = "group_final"  # the final meeting of all pairs (C27)
    FINAL = "final"  # final event, ceremony (C34, D15)
    THEMED = "themed"  # festival, forum, conference, contest (B16)


TRAININGS = (EventKind.TRAINING, EventKind.KICKOFF, EventKind.CONSULTATION, EventKind.INTERNSHIP)


class EventStatus(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class GuestAnswer(StrEnum):
    COMES = "comes"
    CANNOT = "cannot"


class Event(Audited, Base):
    """`token` is the secret of the attendance link `evt_...`; nothing personal is in it."""

    __tablename__ = "events"
    audited_as = "event"
    __table_args__ = (Index("ix_events_cycle", "organization_id", "cycle_id", "starts_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    kind: Mapped[EventKind] = mapped_column(enum_column(EventKind))
    title: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime]
    timezone: Mapped[str] = mapped_column(String(64))
    place: Mapped[str] = mapped_column(String(200), default="")
    leader: Mapped[str] = mapped_column(String(200), default="")  # who conducts it; may be from outside
    agenda: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[EventStatus] = mapped_column(enum_column(EventStatus))
    token: Mapped[str] = mapped_column(String(22), unique=True)
    minutes_number: Mapped[str] = mapped_column(String(30), default="")
    decisions: Mapped[str] = mapped_column(Text, default="")
    chair: Mapped[str] = mapped_column(String(200), default="")
    secretary: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]


class EventGuest(Base):
    """Someone invited to an event, or who came without an invitation."""

    __tablename__ = "event_guests"
    __table_args__ = (UniqueConstraint("event_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    invited_at: Mapped[datetime | None]
    answer: Mapped[GuestAnswer | None] = mapped_column(enum_column(GuestAnswer))
    answered_at: Mapped[datetime | None]
    attended_at: Mapped[datetime | None]


class EventMaterial(Base):
    """What is handed out after an event: a link to slides, a recording, a text."""

    __tablename__ = "event_materials"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(String(500))
    added_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
