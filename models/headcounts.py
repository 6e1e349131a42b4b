"""How many people an organisation has on a day: the denominators of shares that the curator enters."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.audit import Audited
from models.base import Base


class Headcount(Audited, Base):
    """Numbers of one day; None where it was not counted. Nobody is named."""

    __tablename__ = "headcounts"
    audited_as = "headcount"
    __table_args__ = (UniqueConstraint("organization_id", "counted_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    counted_on: Mapped[date]
    young_specialists: Mapped[int | None]  # teachers with 0 to 3 years of experience (B25)
    staff: Mapped[int | None]  # teaching staff (C40)
    students: Mapped[int | None]  # (C39)
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    entered_at: Mapped[datetime]
