"""One record for a form that was sent twice: by a double click, a repeated request, or the way back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from models.sent_forms import SentForm
from services.delivery.outbox import insert_or_ignore

KEPT = timedelta(days=2)  # longer than a session of the panel lives
ANSWER_LIMIT = 300


@dataclass(frozen=True, slots=True)
class SentBefore:
    """`answer` is the page that the first sending led to; None when it led to none."""

    answer: str | None


def note_sent(session: Session, *, key_sha256: str, account_id: int, now: datetime) -> SentBefore | None:
    """Note a form in the transaction that carries it out; gives what is known when it was carried out before.

    Whoever sends it at the same time waits here until the first is decided. Raises nothing.
    """
    added = session.execute(
        insert_or_ignore(session, SentForm)
        .values(key_sha256=key_sha256, account_id=account_id, sent_at=now, answer=None)
        .returning(SentForm.key_sha256)
    ).first()
    if added is not None:
        return None
    earlier = session.get_one(SentForm, key_sha256)
    return SentBefore(earlier.answer)


def store_answer(session: Session, *, key_sha256: str, answer: str) -> None:
    """Where a carried-out form led; nothing when it was refused. Raises nothing."""
    if len(answer) <= ANSWER_LIMIT:
        session.execute(update(SentForm).where(SentForm.key_sha256 == key_sha256).values(answer=answer))


def forget_sent(session: Session, *, now: datetime) -> int:
    """A tick: forms of sessions that are over. Raises nothing."""
    gone = session.execute(
        delete(SentForm).where(SentForm.sent_at < now - KEPT).returning(SentForm.key_sha256)
    )
    return len(gone.all())
