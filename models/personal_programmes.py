"""The personalised programme of a pair with its changes, the bank of finished ones, plans of support."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.audit import Audited
from models.base import Base, enum_column
from models.people import Person


class ProgrammeStatus(StrEnum):
    DRAFT = "draft"  # nobody has agreed to it
    PROPOSED = "proposed"  # somebody of the pair has agreed, and waits for the others
    AGREED = "agreed"  # all of the pair have, the curator has not
    ACTIVE = "active"
    COMPLETED = "completed"


class ProgrammeOutcome(StrEnum):
    FULFILLED = "fulfilled"
    EARLY = "early"  # by the wish of either side or both, for a valid reason
    NOT_CARRIED_OUT = "not_carried_out"  # by the curator


class Mark(StrEnum):
    """The mentor's mark of an activity: whether the expected result was reached."""

    REACHED = "reached"
    PARTLY = "partly"
    NOT_REACHED = "not_reached"


class ChangeKind(StrEnum):
    ADD = "add"
    MOVE = "move"
    DROP = "drop"
    GOAL = "goal"
    AREA = "area"  # one more difficulty
    TERM = "term"


class ChangeState(StrEnum):
    CARD = "card"  # its author looks at it; nobody else knows
    WAITING = "waiting"  # for the others of the pair
    APPLIED = "applied"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class PersonalProgramme(Audited, Base):
    """One of each pair (DC16). `areas` and `strengths` are ids of the mentee's questionnaire.

    `since` is when its state began, `look_at` when the scheduler looks whether somebody must be reminded, and
    `looked_on` the day up to which it has.
    """

    __tablename__ = "personal_programmes"
    audited_as = "pair"
    audited_by = "pair_id"
    __table_args__ = (Index("ix_personal_programmes_listed", "organization_id", "cycle_id", "status", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    pair_id: Mapped[int] = mapped_column(ForeignKey("pairs.id", ondelete="CASCADE"), unique=True)
    status: Mapped[ProgrammeStatus] = mapped_column(enum_column(ProgrammeStatus))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    goal: Mapped[str] = mapped_column(String(1000), default="")
    areas: Mapped[list[Any]]
    own_difficulties: Mapped[str] = mapped_column(String(500), default="")
    strengths: Mapped[list[Any]]
    own_strengths: Mapped[str] = mapped_column(String(500), default="")
    rhythm: Mapped[str] = mapped_column(String(200), default="")  # how often they meet
    reports: Mapped[str] = mapped_column(String(200), default="")  # how they report
    remark: Mapped[str] = mapped_column(String(500), default="")  # why the curator gave it back
    version: Mapped[int] = mapped_column(default=0)  # 0 before it is approved
    since: Mapped[datetime]
    drafted_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    outcome: Mapped[ProgrammeOutcome | None] = mapped_column(enum_column(ProgrammeOutcome))
    outcome_note: Mapped[str] = mapped_column(String(500), default="")
    look_at: Mapped[datetime | None] = mapped_column(index=True)
    looked_on: Mapped[date]

    activities: Mapped[list["ProgrammeActivity"]] = relationship(
        back_populates="programme",
        order_by="ProgrammeActivity.planned_on, ProgrammeActivity.id",
        cascade="all, delete-orphan",
    )


class ProgrammeActivity(Base):
    """`direction` is the id of an area, "strength:" and the id of a strength, or "" for what belongs to every
    programme.
    """

    __tablename__ = "programme_activities"
    __table_args__ = (CheckConstraint("(done_on IS NULL) = (mark IS NULL)", name="done_or_not"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(
        ForeignKey("personal_programmes.id", ondelete="CASCADE"), index=True
    )
    direction: Mapped[str] = mapped_column(String(40), default="")
    title: Mapped[str] = mapped_column(String(300))
    expected: Mapped[str] = mapped_column(String(500), default="")
    planned_on: Mapped[date]
    done_on: Mapped[date | None]
    mark: Mapped[Mark | None] = mapped_column(enum_column(Mark))
    actual: Mapped[str] = mapped_column(String(500), default="")
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meetings.id", ondelete="SET NULL"), index=True)

    programme: Mapped[PersonalProgramme] = relationship(back_populates="activities")


class ProgrammeChange(Base):
    """What somebody of the pair wants otherwise, and what became of it; `text` is a title or the goal, `code`
    a direction, and `day` a date, each where the kind has one.
    """

    __tablename__ = "programme_changes"
    __table_args__ = (Index("ix_programme_changes_programme", "programme_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("personal_programmes.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ChangeKind] = mapped_column(enum_column(ChangeKind))
    state: Mapped[ChangeState] = mapped_column(enum_column(ChangeState))
    activity_id: Mapped[int | None] = mapped_column(
        ForeignKey("programme_activities.id", ondelete="SET NULL"), index=True
    )
    text: Mapped[str] = mapped_column(String(1000), default="")
    expected: Mapped[str] = mapped_column(String(500), default="")
    code: Mapped[str] = mapped_column(String(40), default="")
    day: Mapped[date | None]
    made_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class ProgrammeConsent(Base):
    """Somebody of the pair agrees to the programme as it stands (`change_id` None), or to a change of it."""

    __tablename__ = "programme_consents"
    __table_args__ = (Index("ix_programme_consents_programme", "programme_id", "change_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("personal_programmes.id", ondelete="CASCADE"))
    change_id: Mapped[int | None] = mapped_column(
        ForeignKey("programme_changes.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"), index=True)
    agreed_at: Mapped[datetime]


class ProgrammeVersion(Base):
    """The programme as it stood after an approval or a change; the change or the account tells by whom."""

    __tablename__ = "programme_versions"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("personal_programmes.id", ondelete="CASCADE"))
    number: Mapped[int]
    made_at: Mapped[datetime]
    change_id: Mapped[int | None] = mapped_column(
        ForeignKey("programme_changes.id", ondelete="SET NULL"), index=True
    )
    account_id: Mapped[int | None]  # as in the audit trail
    contents: Mapped[dict[str, Any]]


class BankedProgramme(Audited, Base):
    """A finished programme without names, kept for those who write the next one (E20)."""

    __tablename__ = "banked_programmes"
    audited_as = "banked_programme"
    __table_args__ = (Index("ix_banked_programmes_listed", "organization_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    programme_id: Mapped[int | None] = mapped_column(
        ForeignKey("personal_programmes.id", ondelete="SET NULL"), unique=True
    )
    title: Mapped[str] = mapped_column(String(200))
    contents: Mapped[dict[str, Any]]
    added_at: Mapped[datetime]
    account_id: Mapped[int | None]  # as in the audit trail


class SupportReason(StrEnum):
    """Why a mentee has no pair yet."""

    NO_FREE_MENTOR = "no_free_mentor"
    NO_FITTING_MENTOR = "no_fitting_mentor"
    OFFER_FAILED = "offer_failed"
    PAIR_ENDED = "pair_ended"
    OWN_WISH = "own_wish"


class SupportPlan(Audited, Base):
    """What a mentee without a pair gets meanwhile (DC20). `steps` are {"title", "expected", "planned_on",
    "done_on"}; nobody but the curator sees it before `shared_at`.
    """

    __tablename__ = "support_plans"
    audited_as = "person"
    audited_by = "person_id"
    __table_args__ = (
        UniqueConstraint("person_id", "cycle_id"),
        Index("ix_support_plans_listed", "organization_id", "cycle_id", "closed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    reason: Mapped[SupportReason] = mapped_column(enum_column(SupportReason))
    words: Mapped[str] = mapped_column(String(1000), default="")
    steps: Mapped[list[Any]]
    next_search_on: Mapped[date]
    drafted_at: Mapped[datetime]
    shared_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
