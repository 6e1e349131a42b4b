"""What a curator notes of a person beside the programme: who needs support, absences, what others told."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.audit import Audited
from models.base import Base, enum_column


class Eligibility(Base):
    """Why a person may need a mentor (A23): years of experience and yes or no, never a date of birth."""

    __tablename__ = "eligibilities"
    __table_args__ = (CheckConstraint("experience_years BETWEEN 0 AND 70", name="years_likely"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"), primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    is_student: Mapped[bool] = mapped_column(default=False)  # banks of staff and of students stand apart (C9)
    experience_years: Mapped[int | None]
    is_new_here: Mapped[bool] = mapped_column(default=False)
    has_returned: Mapped[bool] = mapped_column(default=False)
    is_up_to_35: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime]


class AbsenceKind(StrEnum):
    LEAVE = "leave"  # long: maternity, study, illness
    DISMISSAL = "dismissal"
    TRANSFER = "transfer"  # to another organisation of the same installation


class Absence(Base):
    """A long leave, a dismissal or a transfer: the history of a person in organisations."""

    __tablename__ = "absences"
    __table_args__ = (Index("ix_absences_person", "person_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"))
    kind: Mapped[AbsenceKind] = mapped_column(enum_column(AbsenceKind))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]  # when the person is expected back
    to_organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Testimony(Audited, Base):
    """What a colleague or another third party said of a person's needs (A22, C6): by whom, when, and
    whether the person knows of it.
    """

    __tablename__ = "testimonies"
    audited_as = "person"
    audited_by = "person_id"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    source: Mapped[str] = mapped_column(String(200))
    told_on: Mapped[date]
    text: Mapped[str] = mapped_column(String(1000))
    informed_on: Mapped[date | None]
    created_at: Mapped[datetime]


class Consultation(Audited, Base):
    """The psychologist's own record of a consultation (A12): the words are the author's alone, everybody else
    sees at most that it took place. Of a consultation of a pair both people are named, so that it goes with
    either of them.
    """

    __tablename__ = "consultations"
    audited_as = "consultation"
    __table_args__ = (Index("ix_consultations_author", "account_id", "person_id", "held_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"), index=True)
    with_person_id: Mapped[int | None] = mapped_column(
        ForeignKey("persons.id", ondelete="CASCADE"), index=True
    )
    held_on: Mapped[date]
    text: Mapped[str] = mapped_column(String(2000), default="")
    created_at: Mapped[datetime]
