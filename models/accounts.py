"""Panel accounts and the one-time links that open them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.audit import Audited
from models.base import Base, enum_column
from models.people import Organization


class AccountRole(StrEnum):
    """Functions of docs/design.md#tenancy; a right is looked up in services.accounts."""

    ADMINISTRATOR = "administrator"
    CURATOR = "curator"
    HEAD = "head"
    PSYCHOLOGIST = "psychologist"
    OBSERVER = "observer"


class Account(Audited, Base):
    """Someone who signs in to the panel."""

    __tablename__ = "accounts"
    audited_as = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    login: Mapped[str] = mapped_column(String(100), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[AccountRole] = mapped_column(enum_column(AccountRole))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(5), default="ru")
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    messenger_rule_read_at: Mapped[datetime | None]
    """When this account was told of the law on foreign messengers and said so.

    See docs/domain.md#foreign-messengers.
    """

    organization: Mapped[Organization] = relationship()


class AccountOrganization(Audited, Base):
    """An organisation that let an account of another one in as a guest, with a role of its choice (A2)."""

    __tablename__ = "account_organizations"
    audited_as = "account"
    audited_by = "account_id"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), primary_key=True, index=True)
    role: Mapped[AccountRole] = mapped_column(enum_column(AccountRole))
    admitted_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class AccountSession(Base):
    """A browser that is signed in; signing out deletes the row, so a copied cookie opens nothing any more."""

    __tablename__ = "account_sessions"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime]
    news_after: Mapped[int]
    """The journal's entry of the sign-in before this one: what came later is news to the account."""


class FailedTries(Base):
    """Wrong passwords for one sign-in name from one address or device; the key is a SHA-256 of both.

    It does not point at an account: names that nobody has are counted in the same way.
    """

    __tablename__ = "failed_tries"

    key_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    failed_at: Mapped[datetime] = mapped_column(index=True)


class SetupLink(Base):
    """A one-time link by which an account sets its password; only the token's SHA-256 is kept.

    `issued_by` is the account that made it, None for the command line.
    """

    __tablename__ = "setup_links"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecordClosure(Base):
    """Own records that are closed, because somebody else gave the account a new password."""

    __tablename__ = "record_closures"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    closed_at: Mapped[datetime]
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    opened_at: Mapped[datetime | None]


class PassPurpose(StrEnum):
    LINK_CHAT = "link_chat"  # digits, typed in the chat by whoever owns the account
    SIGN_IN = "sign_in"  # a link, sent into the chat that is linked


class AccountPass(Base):
    """A short-lived secret between an account and its owner's chat; only its SHA-256 is kept."""

    __tablename__ = "account_passes"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[PassPurpose] = mapped_column(enum_column(PassPurpose))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
