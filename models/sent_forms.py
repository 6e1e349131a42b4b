"""Forms of the panel that were carried out: the same one sent again does nothing."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class SentForm(Base):
    """`key_sha256` is of the mark of the rendered form, the address and what was filled in, so that nothing
    that was typed can be read here. `answer` is the page that the first sending led to.
    """

    __tablename__ = "sent_forms"

    key_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    sent_at: Mapped[datetime] = mapped_column(index=True)
    answer: Mapped[str | None] = mapped_column(String(300))
