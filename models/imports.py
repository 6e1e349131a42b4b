"""Lists of staff that were brought in from a file, and where what is held on a person comes from."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.audit import Audited
from models.base import Base, enum_column


class LegalGround(StrEnum):
    """On what ground data that the person did not give is held (152-ФЗ, art. 6 and 18)."""

    EMPLOYER = "employer"  # the employer's own list, names and positions, for an invitation


class ImportState(StrEnum):
    CHECKING = "checking"  # the worker reads it: nothing is written
    CHECKED = "checked"  # each row's fate is known, the curator decides
    APPLYING = "applying"
    APPLIED = "applied"
    REFUSED = "refused"  # the file cannot be read as a list
    DISCARDED = "discarded"


class PeopleImport(Audited, Base):
    """One file with a list of staff. The file goes once its fate is decided; the counts stay.

    `counts` are rows by their fate, `result` what a page shows of the check: numbers of rows, no names.
    """

    __tablename__ = "people_imports"
    audited_as = "import"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    title: Mapped[str] = mapped_column(String(200))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id", ondelete="SET NULL"), index=True)
    ground: Mapped[LegalGround] = mapped_column(enum_column(LegalGround))
    source: Mapped[str] = mapped_column(String(300))  # which list of the employer's it is
    received_on: Mapped[date]
    state: Mapped[ImportState] = mapped_column(enum_column(ImportState))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"))
    result: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class Origin(Base):
    """Where a person's card comes from: the ground, the source and the day it was received."""

    __tablename__ = "origins"

    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"), primary_key=True)
    import_id: Mapped[int | None] = mapped_column(
        ForeignKey("people_imports.id", ondelete="SET NULL"), index=True
    )
    ground: Mapped[LegalGround] = mapped_column(enum_column(LegalGround))
    source: Mapped[str] = mapped_column(String(300))
    received_on: Mapped[date]
