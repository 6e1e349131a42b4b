"""Accounts of the panel: what each role may do, one-time set-up links, signing in (issue 2, B.5)."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.accounts import Account, AccountOrganization, AccountPass, AccountRole, SetupLink
from models.audit import AuditEntry
from models.people import Organization
from services.actors import Actor, ActorKind, Door, Right
from services.audit import record
from services.errors import N_, DomainError, NotFound
from services.passwords import check_password, hash_password, is_password
from services.rights import RIGHTS

LINK_LIFE = timedelta(minutes=30)
LOCALES = ("ru", "en")

LONGEST_LOGIN, LONGEST_NAME = 50, 100
LOGIN_SIGNS = "._-@"

FREE_TRIES = 3
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(minutes=5)  # not longer: nobody may lock a curator out by guessing
SIGNED_IN, SIGN_IN_FAILED = "account.signed_in", "account.sign_in_failed"
PASSWORD_SET = "account.password_set"  # noqa: S105  # the name of an audit entry


class LoginTaken(DomainError):
    text = N_("An account with this sign-in name exists already.")


class LoginMissing(DomainError):
    text = N_("Please give a sign-in name and a name.")


class LoginWrong(DomainError):
    text = N_("A sign-in name has at most {longest} letters, digits and the signs . _ - @, without spaces.")


class AccountNameTooLong(DomainError):
    text = N_("This is too long: at most {limit} characters fit.")


class AccountOff(DomainError):
    text = N_("This account is switched off. Switch it on again first.")


class LinkNotValid(DomainError):
    text = N_("This link has been used or is out of date. Please ask for a new one.")


class PasswordWrong(DomainError):
    text = N_("The present password is not right.")


class NewAccount(NamedTuple):
    account_id: int
    token: str  # for the one-time link; only its hash is kept


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account as the panel carries it through a request: in one organisation at a time.

    `others`: how many more it may turn to. `is_told`: it has read of the rule on foreign messengers.
    """

    id: int
    organization_id: int
    organization: str
    timezone: str
    login: str
    name: str
    role: AccountRole
    locale: str
    epoch: int
    others: int = 0
    is_told: bool = True
    has_chat: bool = False

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.ACCOUNT, self.id, self.organization_id, Door.PANEL, RIGHTS[self.role])


@dataclass(frozen=True, slots=True)
class SignInTry:
    """`account` when the door opens; otherwise `wait` says how long this account takes no more tries."""

    account: SignedIn | None
    wait: timedelta


def create_account(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    login: str,
    name: str,
    role: AccountRole,
    now: datetime,
) -> NewAccount:
    """Make an account without a password and a one-time link that sets one.

    Raises NotAllowed, LoginMissing, LoginWrong, LoginTaken, AccountNameTooLong.
    """
    check_may_keep(actor, role, organization_id)
    login, name = login.strip().casefold(), " ".join(name.split())
    if not login or not name:
        raise LoginMissing
    if len(login) > LONGEST_LOGIN or not all(sign.isalnum() or sign in LOGIN_SIGNS for sign in login):
        raise LoginWrong(longest=LONGEST_LOGIN)
    if len(name) > LONGEST_NAME:
        raise AccountNameTooLong(limit=LONGEST_NAME)
    account = Account(
        organization_id=organization_id, login=login, name=name, role=role, locale=LOCALES[0], created_at=now
    )
    try:
        with session.begin_nested():  # two curators may choose the same name in the same moment
            session.add(account)
    except IntegrityError as error:
        raise LoginTaken from error
    _record(session, actor, "account.created", account, now, after={"role": role.value})
    return NewAccount(account.id, _make_link(session, account, now))


def issue_link(session: Session, *, actor: Actor, account_id: int, now: datetime) -> str:
    """A new one-time link; earlier ones stop working. Raises NotFound, NotAllowed, AccountOff."""
    account = lock_account(session, actor, account_id)
    if account.disabled_at is not None:
        raise AccountOff
    return renew_link(session, actor, account, now)


def lock_account(session: Session, actor: Actor, account_id: int) -> Account:
    """An account that this actor may keep, locked. Raises NotFound, NotAllowed."""
    account = session.get(Account, account_id, with_for_update=True, populate_existing=True)
    if account is None:
        raise NotFound
    check_may_keep(actor, account.role, account.organization_id)
    return account


def check_may_keep(actor: Actor, role: AccountRole, organization_id: int) -> None:
    """Whoever manages settings keeps the accounts; those of administrators only another administrator,
    or a link to one would make a curator one too (decision record 15). Raises NotAllowed.
    """
    actor.check_right(Right.MANAGE_SETTINGS, organization_id)
    if role is AccountRole.ADMINISTRATOR:
        actor.check_right(Right.APPOINT_ADMINISTRATORS, organization_id)


def end_passes(session: Session, account_id: int, now: datetime) -> None:
    """Nothing that was sent into the chat before opens the panel any more."""
    session.execute(
        update(AccountPass)
        .where(AccountPass.account_id == account_id, AccountPass.used_at.is_(None))
        .values(used_at=now)
    )


def end_links(session: Session, account_id: int, now: datetime) -> None:
    session.execute(
        update(SetupLink)
        .where(SetupLink.account_id == account_id, SetupLink.used_at.is_(None))
        .values(used_at=now)
    )


def renew_link(session: Session, actor: Actor, account: Account, now: datetime) -> str:
    end_links(session, account.id, now)
    _record(session, actor, "account.link_issued", account, now)
    return _make_link(session, account, now)


def read_link(session: Session, *, token: str, now: datetime) -> str:
    """The sign-in name that this link opens. Raises LinkNotValid."""
    link = session.get(SetupLink, _digest(token))
    account = session.get(Account, link.account_id) if link else None
    if link is None or account is None or link.used_at is not None or link.expires_at <= now:
        raise LinkNotValid
    return account.login


def set_password(session: Session, *, token: str, password: str, now: datetime) -> int:
    """Set the password through a one-time link and return the account's id.

    Raises LinkNotValid and the refusals of services.passwords, which leave the link usable.
    """
    link = session.get(SetupLink, _digest(token), with_for_update=True)
    if link is None or link.used_at is not None or link.expires_at <= now:
        raise LinkNotValid
    account = session.get_one(Account, link.account_id, with_for_update=True)
    link.used_at = now
    _keep_password(session, account, password, now)
    return account.id


def change_password(
    session: Session, *, actor: Actor, present: str, password: str, now: datetime
) -> SignedIn:
    """Change one's own password; every session but the one that goes on with the result ends."""
    account = (
        session.get(Account, actor.id, with_for_update=True) if actor.kind is ActorKind.ACCOUNT else None
    )
    if account is None:
        raise NotFound
    if not is_password(account.password_hash, present):
        raise PasswordWrong
    _keep_password(session, account, password, now)
    return _signed_in(account)


def choose_language(session: Session, *, actor: Actor, locale: str, now: datetime) -> None:
    account = (
        session.get(Account, actor.id, with_for_update=True) if actor.kind is ActorKind.ACCOUNT else None
    )
    if account is None or locale not in LOCALES:
        raise NotFound
    if account.locale != locale:
        _record(session, actor, "account.language_chosen", account, now, after={"locale": locale})
        account.locale = locale


def sign_in(session: Session, *, login: str, password: str, now: datetime) -> SignInTry:
    """Check a sign-in. A failed one is returned, not raised: it must stay in the trail.

    After three failures in a row each further try has to wait, twice as long each time, at most five
    minutes; tries that come too early are refused unchecked.
    """
    account = session.scalar(
        select(Account).where(Account.login == login.strip().casefold(), Account.disabled_at.is_(None))
    )
    if account is not None:
        wait = _wait(session, account.id, now)
        if wait > timedelta(0):
            return SignInTry(None, wait)
    is_right = is_password(account.password_hash if account else None, password)
    if account is None:
        return SignInTry(None, timedelta(0))
    actor = Actor(ActorKind.ACCOUNT, account.id, account.organization_id, Door.PANEL)
    _record(session, actor, SIGNED_IN if is_right else SIGN_IN_FAILED, account, now)
    if is_right:
        return SignInTry(_signed_in(account), timedelta(0))
    session.flush()
    return SignInTry(None, _wait(session, account.id, now))


def read_account(
    session: Session, *, account_id: int, epoch: int, organization_id: int | None = None
) -> SignedIn | None:
    """The account of a running session, None when it was disabled or its sessions were ended.

    `organization_id` is the one it turned to; its own when it may not work there (any more).
    """
    account = session.get(Account, account_id)
    if account is None or account.disabled_at is not None or account.session_epoch != epoch:
        return None
    others = {
        one.id: one
        for one in session.scalars(
            select(Organization)
            .join(AccountOrganization, AccountOrganization.organization_id == Organization.id)
            .where(AccountOrganization.account_id == account.id)
        )
        if one.id != account.organization_id
    }
    chosen = others.get(organization_id or 0, account.organization)
    return replace(
        _signed_in(account),
        organization_id=chosen.id,
        organization=chosen.name,
        timezone=chosen.timezone,
        others=len(others),
    )


def has_accounts(session: Session) -> bool:
    return session.scalar(select(Account.id).limit(1)) is not None


def ensure_demo_curator(
    session: Session, password: str, *, organization_id: int, login: str, name: str, now: datetime
) -> int:
    """The sandbox's curator with this password; the one account whose password is drawn, not chosen."""
    account = session.scalar(select(Account).where(Account.login == login))
    if account is None:
        account = Account(
            organization_id=organization_id,
            login=login,
            name=name,
            role=AccountRole.CURATOR,
            locale=LOCALES[0],
            created_at=now,
        )
        session.add(account)
    if not is_password(account.password_hash, password):
        account.password_hash = hash_password(password)
    session.flush()
    return account.id


def _keep_password(session: Session, account: Account, password: str, now: datetime) -> None:
    check_password(password, login=account.login)
    end_passes(session, account.id, now)
    account.password_hash = hash_password(password)
    account.session_epoch += 1
    actor = Actor(ActorKind.ACCOUNT, account.id, account.organization_id, Door.PANEL)
    _record(session, actor, PASSWORD_SET, account, now)


def _wait(session: Session, account_id: int, now: datetime) -> timedelta:
    """How long until the next try, from the failures since the last success."""
    tries = session.execute(
        select(AuditEntry.action, AuditEntry.at)
        .where(
            AuditEntry.subject_kind == "account",
            AuditEntry.subject_id == account_id,
            AuditEntry.action.in_((SIGNED_IN, SIGN_IN_FAILED, PASSWORD_SET)),
        )
        .order_by(AuditEntry.id.desc())
        .limit(12)
    ).all()
    failures = 0
    for action, _at in tries:
        if action != SIGN_IN_FAILED:
            break
        failures += 1
    if failures < FREE_TRIES:
        return timedelta(0)
    delay = min(FIRST_DELAY * (1 << failures - FREE_TRIES), LONGEST_DELAY)
    last: datetime = tries[0].at
    return max(last + delay - now, timedelta(0))


def _make_link(session: Session, account: Account, now: datetime) -> str:
    token = secrets.token_urlsafe(24)
    session.add(SetupLink(token_sha256=_digest(token), account_id=account.id, expires_at=now + LINK_LIFE))
    session.flush()
    return token


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _signed_in(account: Account) -> SignedIn:
    organization: Organization = account.organization
    return SignedIn(
        id=account.id,
        organization_id=account.organization_id,
        organization=organization.name,
        timezone=organization.timezone,
        login=account.login,
        name=account.name,
        role=account.role,
        locale=account.locale,
        epoch=account.session_epoch,
        is_told=account.messenger_rule_read_at is not None,
        has_chat=account.person_id is not None,
    )


def _record(
    session: Session,
    actor: Actor,
    action: str,
    account: Account,
    now: datetime,
    after: dict[str, object] | None = None,
) -> None:
    record(
        session,
        actor=actor,
        action=action,
        subject=("account", account.id),
        organization_id=account.organization_id,
        now=now,
        after=after,
    )
