"""What people of a pair ask for: of the curator (release, more time ...) or of each other."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.audit import Audited
from models.base import Base, enum_column


class RequestKind(StrEnum):
    REPLACEMENT = "replacement"  # another partner (E29)
    RELEASE = "release"  # a mentor's notice, which cannot be refused (E27; Labour Code, art. 351.8)
    UNFIT = "unfit"  # "this pair is not for me"
    EXTENSION = "extension"  # a later last day, by consent of both (E35)
    COMPLETION = "completion"  # earlier than planned, by consent of both (E34)
    LESSON = "lesson"  # to be released from a lesson for attending a colleague's one (E6)
    INVOLVE = "involve"  # another teacher or specialist helps, with their consent (E27)
    ENCOURAGE = "encourage"  # thanks, a diploma, a bonus for the mentee (E28)
    CONTEST = "contest"  # a contest or a festival for the mentee (E28)
    FILE = "file"  # to look into the mentee's personal file (E27)
    QUESTION = "question"  # to the other side, which answers in the chat


class RequestStatus(StrEnum):
    WAITING = "waiting"
    GRANTED = "granted"  # of a question: answered
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # by who asked
    CLOSED = "closed"  # the pair ended before it was decided


class Request(Audited, Base):
    """`text` is the reason in full; of a question only the two sides read it.

    `effective_on`: since when what was granted holds, of an extension the new last day; `partner_text` is
    what the other sides read when the pair ends by it, with {placeholders}. `done_on` is the day of a
    colleague's consent, or on which the personal file was shown; `colleague_id` is who was involved.
    """

    __tablename__ = "requests"
    audited_as = "pair"
    audited_by = "pair_id"
    __table_args__ = (
        Index("ix_requests_pair", "pair_id", "id"),
        Index("ix_requests_register", "organization_id", "cycle_id", "status", "id"),
        CheckConstraint("(status = 'waiting') = (decided_at IS NULL)", name="decided_or_waiting"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    pair_id: Mapped[int] = mapped_column(ForeignKey("pairs.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"), index=True)
    kind: Mapped[RequestKind] = mapped_column(enum_column(RequestKind))
    text: Mapped[str] = mapped_column(String(4096), default="")
    wanted_on: Mapped[date | None]
    made_at: Mapped[datetime]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    due_at: Mapped[datetime]
    """When the owner should have decided; silence past it is reminded of (docs/design.md#requests)."""
    watch_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the scheduler looks at it next."""
    status: Mapped[RequestStatus] = mapped_column(enum_column(RequestStatus))
    decided_at: Mapped[datetime | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    note: Mapped[str] = mapped_column(String(1000), default="")  # what who asked is told
    effective_on: Mapped[date | None]
    order_number: Mapped[str] = mapped_column(String(50), default="")
    order_on: Mapped[date | None]
    partner_text: Mapped[str | None] = mapped_column(String(3000))
    done_on: Mapped[date | None]
    colleague_id: Mapped[int | None] = mapped_column(
        ForeignKey("persons.id", ondelete="SET NULL"), index=True
    )


class RequestConsent(Base):
    """Whether another side of the pair agrees to what was asked. `account_id`: who noted it for them."""

    __tablename__ = "request_consents"

    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("persons.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    agrees: Mapped[bool]
    answered_at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
