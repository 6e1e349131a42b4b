"""What comes in from the messenger, what goes out to it, and where each conversation stands."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.audit import Audited
from models.base import Base, enum_column


class InboxStatus(StrEnum):
    WAITING = "waiting"
    WORKED = "worked"  # its effect is committed, its answer may not have left
    ANSWERED = "answered"
    PARKED = "parked"  # could not be read or worked; kept 7 days


class OutboxStatus(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    SKIPPED = "skipped"  # no longer true or not wanted; `reason` says why
    PARKED = "parked"  # Telegram refused it


class NoticeKind(StrEnum):
    """Every kind of row in the outbox; notices/catalogue.py words each but one.

    SCREEN_CURRENT is no notice: the chat's current screen, shown when no answer could show it.
    """

    ACCOUNT_CHANGED = "account.changed"
    ACCOUNT_UNLINKED = "account.unlinked"
    CONSENT_REQUEST = "consent.request"
    CYCLE_CLOSED = "cycle.closed"
    EVENT_CANCELLED = "event.cancelled"
    EVENT_INVITATION = "event.invitation"
    EVENT_MATERIALS = "event.materials"
    EVENT_MOVED = "event.moved"
    EVENT_REMINDER = "event.reminder"
    FEEDBACK_INVITE = "feedback.invite"
    FEEDBACK_REMINDER = "feedback.reminder"
    JOINING_MOVED = "joining.moved"
    JOINING_RECOGNISED = "joining.recognised"
    JOINING_REFUSED = "joining.refused"
    JOINING_UNDONE = "joining.undone"
    MATCH_ASK = "match.ask"
    MATCH_ASK_REMINDER = "match.ask_reminder"
    MEETING_CANCELLED = "meeting.cancelled"
    MEETING_COMING = "meeting.coming"
    MEETING_PLANNED = "meeting.planned"
    MEETING_PROPOSED = "meeting.proposed"
    MEETING_QUESTION = "meeting.question"
    MEETING_REMINDER = "meeting.reminder"
    MEMO_SENT = "memo.sent"
    PAIR_ACCEPTED = "pair.accepted"
    PAIR_CHANGED = "pair.changed"
    PAIR_DECLINED = "pair.declined"
    PAIR_ENDED = "pair.ended"
    PAIR_EXPIRED = "pair.expired"
    PAIR_FIRST_MEETING = "pair.first_meeting"
    PAIR_MEMBER_JOINED = "pair.member_joined"
    PAIR_MEMBER_LEFT = "pair.member_left"
    PAIR_OFFER = "pair.offer"
    PAIR_OFFER_REMINDER = "pair.offer_reminder"
    PAIR_PAUSED = "pair.paused"
    PAIR_RESUMED = "pair.resumed"
    PAIR_SILENT = "pair.silent"
    PAIR_TERM_ENDS = "pair.term_ends"
    PAIR_UNREACHABLE = "pair.unreachable"
    PAIR_WITHDRAWN = "pair.withdrawn"
    PERSON_DISMISSED = "person.dismissed"
    PERSON_TRANSFERRED = "person.transferred"
    PRIVACY_ERASED = "privacy.erased"
    REQUEST_ASKED = "request.asked"
    REQUEST_DECIDED = "request.decided"
    REQUEST_LATE = "request.late"
    REQUEST_QUESTION = "request.question"
    PROGRAMME_ANSWERED = "programme.answered"
    PROGRAMME_CHANGE = "programme.change"
    PROGRAMME_DECIDED = "programme.decided"
    PROGRAMME_PROPOSED = "programme.proposed"
    PROGRAMME_REMINDER = "programme.reminder"
    ROADMAP_ASKED = "roadmap.asked"
    ROADMAP_DIGEST = "roadmap.digest"
    ROADMAP_REMINDER = "roadmap.reminder"
    SCREEN_CURRENT = "screen.current"
    SUPPORT_SHARED = "support.shared"
    SURVEY_INVITE = "survey.invite"
    SURVEY_UNFINISHED = "survey.unfinished"


class InboxUpdate(Base):
    """An update as Telegram sent it; the payload is dropped when it is worked (decision 3)."""

    __tablename__ = "inbox"
    __table_args__ = (
        Index(
            "ix_inbox_open",
            "update_id",
            sqlite_where=text("status IN ('waiting', 'worked')"),
            postgresql_where=text("status IN ('waiting', 'worked')"),
        ),
    )

    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    chat_id: Mapped[int | None] = mapped_column(BigInteger)
    payload: Mapped[str | None] = mapped_column(Text)
    status: Mapped[InboxStatus] = mapped_column(enum_column(InboxStatus))
    received_at: Mapped[datetime]
    worked_at: Mapped[datetime | None]
    fault: Mapped[str | None] = mapped_column(String(200))


class Conversation(Base):
    """Where a chat stands: `flow` and its `data` (ids only), and the message with its current screen."""

    __tablename__ = "conversations"

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    flow: Mapped[str | None] = mapped_column(String(64))
    data: Mapped[dict[str, Any]]
    screen_message_id: Mapped[int | None] = mapped_column(BigInteger)
    locale: Mapped[str] = mapped_column(String(5), default="ru")
    served_by: Mapped[str | None] = mapped_column(String(16))  # the bot's process, where there may be several


class OutboxMessage(Audited, Base):
    """A notice to be sent: kind and ids; notices/ makes the words when it is sent (decision 2).

    `due_at` is when it may leave; `next_try_at` moves on after a fault. `edited_text` is what a curator
    wrote instead, with its placeholders.
    """

    __tablename__ = "outbox"
    audited_as = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_due",
            "next_try_at",
            sqlite_where=text("status = 'waiting'"),
            postgresql_where=text("status = 'waiting'"),
        ),
        Index("ix_outbox_person", "person_id", "sent_at"),
        Index("ix_outbox_organization", "organization_id", "status", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    chat_id: Mapped[int | None] = mapped_column(BigInteger)  # for those who are no person yet
    kind: Mapped[str] = mapped_column(String(64))
    facts: Mapped[dict[str, Any]]
    edited_text: Mapped[str | None] = mapped_column(Text)
    dedup_key: Mapped[str] = mapped_column(String(160), unique=True)
    status: Mapped[OutboxStatus] = mapped_column(enum_column(OutboxStatus))
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str | None] = mapped_column(String(200))
