"""What a mentor puts to the curator of a pair: encouragement, a contest, a colleague, the personal file."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.audit import Audited
from models.base import Base, enum_column


class SuggestionKind(StrEnum):
    ENCOURAGE = "encourage"  # thanks, a diploma, a bonus for the mentee (E28)
    CONTEST = "contest"  # a contest or a festival for the mentee (E28)
    INVOLVE = "involve"  # another teacher or specialist helps, with their consent (E27)
    FILE = "file"  # to look into the mentee's personal file (E27)


class Suggestion(Audited, Base):
    """`done_on` is the day of the colleague's consent, or on which the file was shown; `colleague_id` is who
    was involved.
    """

    __tablename__ = "suggestions"
    audited_as = "pair"
    audited_by = "pair_id"
    __table_args__ = (
        Index("ix_suggestions_pair", "pair_id", "id"),
        CheckConstraint("(decided_at IS NULL) = (is_granted IS NULL)", name="decided_or_not"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    pair_id: Mapped[int] = mapped_column(ForeignKey("pairs.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id", ondelete="CASCADE"), index=True)
    kind: Mapped[SuggestionKind] = mapped_column(enum_column(SuggestionKind))
    text: Mapped[str] = mapped_column(String(500))
    made_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    is_granted: Mapped[bool | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    note: Mapped[str] = mapped_column(String(300), default="")
    done_on: Mapped[date | None]
    colleague_id: Mapped[int | None] = mapped_column(
        ForeignKey("persons.id", ondelete="SET NULL"), index=True
    )
