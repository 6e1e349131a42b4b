"""Accounts of the panel and the one-time links that set their passwords."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.accounts import Account, AccountOrganization, AccountPass, AccountRole, SetupLink
from models.audit import Action, AuditEntry
from models.people import Organization
from services.access.actors import Actor, ActorKind, Channel, Right, account_of
from services.access.audit import record
from services.access.digests import sha256_of
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.access.rights import RIGHTS, rights_of
from services.accounts.news import LINK_BY, tell_owner
from services.accounts.passwords import check_password, hash_password, is_password
from services.accounts.record_closures import close_records
from services.accounts.sessions import end_sessions

LINK_LIFE = timedelta(minutes=30)
LOCALES = ("ru", "en")

LONGEST_LOGIN, LONGEST_NAME = 50, 100
LOGIN_SIGNS = "._-@"


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


class NewAccount(NamedTuple):
    account_id: int
    token: str  # for the one-time link; only its hash is kept


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account as the panel carries it through a request: in one organisation at a time.

    `others`: how many more it may turn to. `is_guest`: the organisation is another than its own. `is_told`:
    it has read of the rule on foreign messengers.
    """

    id: int
    organization_id: int
    organization: str
    timezone: str
    login: str
    name: str
    role: AccountRole
    locale: str
    others: int = 0
    is_told: bool = True
    has_chat: bool = False
    is_guest: bool = False

    @property
    def actor(self) -> Actor:
        rights = rights_of(self.role, is_guest=self.is_guest)
        return Actor(ActorKind.ACCOUNT, self.id, self.organization_id, Channel.PANEL, rights)


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
    check_may_manage(actor, role, organization_id)
    login, name = login.strip().casefold(), " ".join(name.split())
    if not login or not name:
        raise LoginMissing(field="name" if login else "login")
    if len(login) > LONGEST_LOGIN or not all(sign.isalnum() or sign in LOGIN_SIGNS for sign in login):
        raise LoginWrong(field="login", longest=LONGEST_LOGIN)
    if len(name) > LONGEST_NAME:
        raise AccountNameTooLong(field="name", limit=LONGEST_NAME)
    account = Account(
        organization_id=organization_id, login=login, name=name, role=role, locale=LOCALES[0], created_at=now
    )
    try:
        with session.begin_nested():  # two curators may choose the same name in the same moment
            session.add(account)
    except IntegrityError as error:
        raise LoginTaken(field="login") from error
    record(session, actor, Action.ACCOUNT_CREATED, account, now=now, after={"role": role.value})
    return NewAccount(account.id, _make_link(session, actor, account, now))


def issue_link(session: Session, *, actor: Actor, account_id: int, now: datetime) -> str:
    """A new one-time link; earlier ones stop working. Raises NotFound, NotAllowed, AccountOff."""
    account = lock_account(session, actor, account_id)
    if account.disabled_at is not None:
        raise AccountOff
    return renew_link(session, actor, account, now)


def lock_account(session: Session, actor: Actor, account_id: int) -> Account:
    """An account that this actor may keep, locked. Raises NotFound, NotAllowed."""
    account = find(session, Account, account_id, lock=True)
    check_may_manage(actor, account.role, account.organization_id)
    return account


def check_may_manage(actor: Actor, role: AccountRole, organization_id: int) -> None:
    """Whoever keeps accounts makes links that sign in as them; so an account with a right that the keeper
    has not is kept by administrators and the command line only (decision record 15). Raises NotAllowed.
    """
    actor.check_right(Right.KEEP_ACCOUNTS, organization_id)
    if not RIGHTS[role] <= actor.rights:
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


def untie_chat(session: Session, actor: Actor, account: Account, now: datetime) -> None:
    """The chat opens the panel no more, and nothing that was sent into it. The caller tells it."""
    if account.person_id is None:
        return
    account.person_id = None
    end_passes(session, account.id, now)
    record(session, actor, Action.ACCOUNT_CHAT_UNLINKED, account, now=now)


def renew_link(session: Session, actor: Actor, account: Account, now: datetime) -> str:
    """Earlier links stop working; the owner hears of it."""
    end_links(session, account.id, now)
    record(session, actor, Action.ACCOUNT_LINK_ISSUED, account, now=now)
    tell_owner(session, account, Action.ACCOUNT_LINK_ISSUED, by_account_id=account_of(actor), now=now)
    return _make_link(session, actor, account, now)


def read_link(session: Session, *, token: str, now: datetime) -> str:
    """The sign-in name that this link opens. Raises LinkNotValid."""
    link = session.get(SetupLink, sha256_of(token))
    account = session.get(Account, link.account_id) if link else None
    if link is None or account is None or link.used_at is not None or link.expires_at <= now:
        raise LinkNotValid
    return account.login


def set_password(session: Session, *, token: str, password: str, now: datetime) -> int:
    """Set the password through a one-time link and return the account's id.

    When somebody else issued the link and the account was in use, the owner hears of it, the chat is untied
    and own records close.
    Raises LinkNotValid, PasswordTooShort, PasswordTooLong, PasswordTooCommon; the link stays usable.
    """
    link = session.get(SetupLink, sha256_of(token), with_for_update=True)
    if link is None or link.used_at is not None or link.expires_at <= now:
        raise LinkNotValid
    account = session.get_one(Account, link.account_id, with_for_update=True)
    link.used_at = now
    is_new = not _was_used(session, account.id)
    by_owner = link.issued_by == account.id
    store_password(session, account, password, now, None if by_owner else {LINK_BY: link.issued_by})
    if not by_owner and not is_new:
        tell_owner(session, account, Action.ACCOUNT_PASSWORD_SET, by_account_id=link.issued_by, now=now)
        actor = Actor(ActorKind.ACCOUNT, account.id, account.organization_id, Channel.PANEL)
        close_records(session, account, issued_by=link.issued_by, actor=actor, now=now)
        untie_chat(session, actor, account, now)
    return account.id


def _was_used(session: Session, account_id: int) -> bool:
    """Whether a password was set before, also one that switching off took away."""
    found = session.scalar(
        select(AuditEntry.id)
        .where(
            AuditEntry.subject_kind == "account",
            AuditEntry.subject_id == account_id,
            AuditEntry.action == Action.ACCOUNT_PASSWORD_SET,
        )
        .limit(1)
    )
    return found is not None


def choose_language(session: Session, *, actor: Actor, locale: str, now: datetime) -> None:
    account = find(session, Account, account_of(actor), lock=True)
    if locale not in LOCALES:
        raise NotFound
    if account.locale != locale:
        record(session, actor, Action.ACCOUNT_LANGUAGE_CHOSEN, account, now=now, after={"locale": locale})
        account.locale = locale


def read_account(session: Session, *, account_id: int, organization_id: int | None = None) -> SignedIn | None:
    """An account as it works now, None when it was disabled.

    `organization_id` is the one it turned to; its own when it may not work there (any more).
    """
    account = session.get(Account, account_id)
    if account is None or account.disabled_at is not None:
        return None
    guest = session.get(AccountOrganization, (account_id, organization_id)) if organization_id else None
    found = signed_in(account)
    others = session.scalar(select(func.count()).where(AccountOrganization.account_id == account.id))
    if guest is not None:
        host = session.get_one(Organization, guest.organization_id)
        found = replace(
            found,
            organization_id=host.id,
            organization=host.name,
            timezone=host.timezone,
            role=guest.role,
            is_guest=True,
        )
    return replace(found, others=others or 0)


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


def store_password(
    session: Session,
    account: Account,
    password: str,
    now: datetime,
    after: dict[str, object] | None = None,
) -> None:
    """A new password ends every session and every unused pass.

    Raises PasswordTooShort, PasswordTooLong, PasswordTooCommon.
    """
    check_password(password, login=account.login)
    end_passes(session, account.id, now)
    end_sessions(session, account.id)
    account.password_hash = hash_password(password)
    actor = Actor(ActorKind.ACCOUNT, account.id, account.organization_id, Channel.PANEL)
    record(session, actor, Action.ACCOUNT_PASSWORD_SET, account, now=now, after=after)


def _make_link(session: Session, actor: Actor, account: Account, now: datetime) -> str:
    token = secrets.token_urlsafe(24)
    session.add(
        SetupLink(
            token_sha256=sha256_of(token),
            account_id=account.id,
            issued_by=account_of(actor),
            expires_at=now + LINK_LIFE,
        )
    )
    session.flush()
    return token


def signed_in(account: Account) -> SignedIn:
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
        is_told=account.messenger_rule_read_at is not None,
        has_chat=account.person_id is not None,
    )
