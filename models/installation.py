"""What kind of installation this database belongs to (decision 11)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from models.audit import Audited
from models.base import Base, enum_column


class Stamp(StrEnum):
    SANDBOX = "sandbox"
    LIVE = "live"


class Installation(Audited, Base):
    """One row: a database is stamped when it is made, and a real token never meets a sandbox stamp."""

    __tablename__ = "installation"
    audited_as = "installation"
    audited_in = None
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stamp: Mapped[Stamp] = mapped_column(enum_column(Stamp))
    created_at: Mapped[datetime]
    panel_address: Mapped[str | None] = mapped_column(String(300))
    """How a browser reaches the panel, as the panel said at its last start."""
