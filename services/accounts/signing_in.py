"""Who knows the password of an account: at the sign-in and before a change of the password."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts import Account
from models.audit import Action
from services.access.actors import Actor, ActorKind, Channel, account_of
from services.access.audit import record
from services.access.records import find
from services.accounts.directory import SignedIn, signed_in, store_password
from services.accounts.failed_tries import Origin, count_failure, forgive_failures, read_wait
from services.accounts.passwords import is_password


@dataclass(frozen=True, slots=True)
class PasswordTry:
    """`account` when the password is right and was looked at; otherwise `wait` says how long no try is.

    `tried_id` is the account that the name belongs to, for the log; `is_early` says that the try came during
    a wait and does not count.
    """

    account: SignedIn | None
    wait: timedelta
    tried_id: int | None
    is_early: bool = False


def sign_in(session: Session, *, login: str, password: str, origin: Origin, now: datetime) -> PasswordTry:
    """Check a sign-in. A failed one is returned, not raised: it must stay in the trail. Raises nothing.

    After three failures in a row each further try has to wait (services.accounts.failed_tries). The
    password is hashed before the wait is looked at, so neither words nor time tell whether a name exists.
    """
    name = login.strip().casefold()
    account = session.scalar(select(Account).where(Account.login == name, Account.disabled_at.is_(None)))
    key = origin.key(f"sign-in {name}", account.id if account else None)
    return _try(session, account, password, key, Action.ACCOUNT_SIGN_IN_FAILED, Action.ACCOUNT_SIGNED_IN, now)


def change_password(
    session: Session, *, actor: Actor, present: str, password: str, origin: Origin, now: datetime
) -> PasswordTry:
    """Change one's own password; every session ends. A wrong present one waits as at the sign-in.

    Raises NotFound and the refusals of services.accounts.passwords.
    """
    account = find(session, Account, account_of(actor), lock=True)
    key = origin.key(f"present password {account.id}", account.id)
    tried = _try(session, account, present, key, Action.ACCOUNT_PRESENT_PASSWORD_FAILED, None, now)
    if tried.account is not None:
        store_password(session, account, password, now)
    return tried


def _try(
    session: Session,
    account: Account | None,
    password: str,
    key: str,
    failed: Action,
    passed: Action | None,
    now: datetime,
) -> PasswordTry:
    is_right = is_password(account.password_hash if account else None, password)
    tried_id = account.id if account else None
    wait = read_wait(session, key, now)
    if wait:
        return PasswordTry(None, wait, tried_id, is_early=True)
    action = passed if is_right else failed
    if account is not None and action is not None:
        record(
            session,
            Actor(ActorKind.ACCOUNT, account.id, account.organization_id, Channel.PANEL),
            action,
            account,
            now=now,
        )
    if account is not None and is_right:
        forgive_failures(session, key)
        return PasswordTry(signed_in(account), timedelta(0), tried_id)
    return PasswordTry(None, count_failure(session, key, now), tried_id)
