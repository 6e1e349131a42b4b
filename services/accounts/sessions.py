"""Browsers that are signed in to the panel: a row each, so that sign-out and a new password end them."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.accounts import AccountSession
from models.audit import Action, AuditEntry
from services.access.digests import sha256_of

LONGEST_SESSION = timedelta(hours=12)
"""However busy: a cookie that somebody copied is worth nothing the next day."""


def start_session(session: Session, *, account_id: int, now: datetime, has_end: bool = True) -> str:
    """The secret of a new session, for the cookie; only its hash is kept. Raises nothing.

    `has_end` is false in the sandbox, where no session is too old: see find_session.
    """
    if has_end:
        session.execute(
            delete(AccountSession).where(
                AccountSession.account_id == account_id, AccountSession.started_at <= now - LONGEST_SESSION
            )
        )
    token = secrets.token_urlsafe(24)
    session.add(
        AccountSession(
            token_sha256=sha256_of(token),
            account_id=account_id,
            started_at=now,
            news_after=_sign_in_before(session, account_id),
        )
    )
    session.flush()
    return token


def _sign_in_before(session: Session, account_id: int) -> int:
    """The entry of the journal about the last sign-in before this one; with no other, this one."""
    entries = session.scalars(
        select(AuditEntry.id)
        .where(
            AuditEntry.subject_kind == "account",
            AuditEntry.subject_id == account_id,
            AuditEntry.action == Action.ACCOUNT_SIGNED_IN,
        )
        .order_by(AuditEntry.id.desc())
        .limit(2)
    ).all()
    return entries[-1] if entries else 0


def find_session(session: Session, *, token: str, now: datetime | None) -> AccountSession | None:
    """A session that goes on. Raises nothing.

    `now` None leaves the absolute end out: in the sandbox the time is moved by hand, by weeks.
    """
    found = session.get(AccountSession, sha256_of(token))
    if found is None or (now is not None and found.started_at <= now - LONGEST_SESSION):
        return None
    return found


def end_session(session: Session, *, token: str) -> None:
    """Sign one browser out. Raises nothing."""
    session.execute(delete(AccountSession).where(AccountSession.token_sha256 == sha256_of(token)))


def end_sessions(session: Session, account_id: int) -> None:
    """Sign an account out everywhere. Raises nothing."""
    session.execute(delete(AccountSession).where(AccountSession.account_id == account_id))
