"""An account and its owner's chat: digits typed in the chat tie them, a link sent into it signs in.

Whoever holds the chat may enter the panel, so the digits are twelve (nobody guesses them in a quarter of an
hour), they are shown only behind the password, and a link serves once, within five minutes.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from models.accounts import Account, AccountPass, PassPurpose
from models.audit import Action
from models.messages import NoticeKind
from models.people import Person
from services.access.actors import Actor, ActorKind, Channel, account_of, person_in_chat
from services.access.audit import record
from services.access.digests import sha256_of
from services.access.errors import N_, DomainError
from services.access.records import find
from services.accounts.chats import choose_chat_locale, link_chat, owner_of
from services.accounts.directory import LinkNotValid, SignedIn, read_account, untie_chat
from services.accounts.news import tell_owner
from services.accounts.workplaces import list_workplaces
from services.delivery.outbox import enqueue
from services.people.participation import takes_part

CODE_DIGITS = 12
CODE_LIFE = timedelta(minutes=15)
ENTRY_LIFE = timedelta(minutes=5)
PATRONYMICS = ("вич", "вна", "ична", "инична", "оглы", "кызы")
FULL, SHORT = 3, 2  # words of a name


class ChatCodeUnknown(DomainError):
    text = N_("I do not know this code: it works for 15 minutes. Please take a new one in the panel.")


class ChatOfOthers(DomainError):
    text = N_("This chat belongs to somebody of another organisation.")


class ChatOfParticipant(DomainError):
    text = N_(
        "This account belongs to somebody who takes part and writes from another chat. Send the digits from "
        "that chat; for a new telephone first ask your curator for an invitation, then take a new code."
    )


class NoAccount(DomainError):
    text = N_(
        "This command is for those who have an account in the panel. Open your account there, "
        "take the code and send it to me."
    )


@dataclass(frozen=True, slots=True)
class ChatLinked:
    account_id: int
    person_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A link's token for one account of the person, and what to call it."""

    token: str
    name: str
    organization: str


def issue_chat_code(session: Session, *, actor: Actor, now: datetime) -> str:
    """Digits for one's own account; earlier ones stop working. Raises NotFound."""
    account = find(session, Account, account_of(actor), lock=True)
    _end(session, account.id, PassPurpose.LINK_CHAT, now)
    code = str(secrets.randbelow(10**CODE_DIGITS)).zfill(CODE_DIGITS)
    _store(session, account.id, code, PassPurpose.LINK_CHAT, now + CODE_LIFE)
    return code


def link_account(session: Session, *, code: str, chat_id: int, locale: str, now: datetime) -> ChatLinked:
    """Tie the chat in which the digits were typed to their account.

    The chat of somebody known stays theirs; a chat of nobody becomes that of a card of its own: a curator
    need not take part. The owner also gets a notice there, which no lost answer keeps away.
    Raises ChatCodeUnknown, ChatOfOthers, ChatOfParticipant.
    """
    account = _take(session, code, PassPurpose.LINK_CHAT, now)
    if account is None:
        raise ChatCodeUnknown
    owner = owner_of(session, chat_id)
    if owner is not None:
        person = session.get_one(Person, owner)
        if person.organization_id not in {
            one.organization_id for one in list_workplaces(session, account.id)
        }:
            raise ChatOfOthers
        if account.person_id != owner:
            tell_unlinked_chat(session, account, now)
    else:
        person = _card_of(session, account, locale, now)
        choose_chat_locale(session, chat_id=chat_id, locale=locale, now=now)
        link_chat(session, chat_id=chat_id, person_id=person.id, now=now)
    account.person_id = person.id
    record(
        session,
        person_in_chat(person.id, person.organization_id),
        Action.ACCOUNT_CHAT_LINKED,
        account,
        now=now,
    )
    tell_owner(session, account, Action.ACCOUNT_CHAT_LINKED, by_account_id=None, now=now)
    return ChatLinked(account.id, person.id, account.name)


def unlink_account(session: Session, *, actor: Actor, now: datetime) -> None:
    """The chat opens the panel no more; links that were sent into it are spent. Raises NotFound."""
    account = find(session, Account, account_of(actor), lock=True)
    if account.person_id is None:
        return
    tell_unlinked_chat(session, account, now)
    untie_chat(session, actor, account, now)


def tell_unlinked_chat(session: Session, account: Account, now: datetime) -> None:
    """The chat hears that it opens the panel no more, and loses the command from its menu."""
    if account.person_id is not None:
        key = f"account:{account.id}:unlinked:{now.isoformat()}"
        enqueue(session, NoticeKind.ACCOUNT_UNLINKED, account, key=key, person_id=account.person_id, now=now)


def issue_entries(session: Session, *, actor: Actor, now: datetime) -> tuple[Entry, ...]:
    """A link for each account of the person in this chat. Raises NoAccount."""
    if actor.kind is not ActorKind.PERSON:
        raise NoAccount
    accounts = session.scalars(_accounts_of(actor.id)).all()
    if not accounts:
        raise NoAccount
    entries = []
    for account in accounts:
        _end(session, account.id, PassPurpose.SIGN_IN, now)
        token = secrets.token_urlsafe(24)
        _store(session, account.id, token, PassPurpose.SIGN_IN, now + ENTRY_LIFE)
        record(session, actor, Action.ACCOUNT_ENTRY_SENT, account, now=now)
        entries.append(Entry(token, account.name, account.organization.name))
    return tuple(entries)


def has_account(session: Session, person_id: int) -> bool:
    """Whether this person's chat opens the panel."""
    return session.scalars(_accounts_of(person_id).limit(1)).first() is not None


def read_entry(session: Session, *, token: str, now: datetime) -> str:
    """The name of the account that a link opens; looking spends nothing. Raises LinkNotValid."""
    found = session.get(AccountPass, sha256_of(token))
    account = (
        session.get(Account, found.account_id)
        if found and _is_good(found, PassPurpose.SIGN_IN, now)
        else None
    )
    if account is None or account.disabled_at is not None:
        raise LinkNotValid
    return account.name


def enter(session: Session, *, token: str, now: datetime) -> SignedIn:
    """Sign in by a link from the chat; it is spent. Raises LinkNotValid."""
    account = _take(session, token, PassPurpose.SIGN_IN, now)
    if account is None:
        raise LinkNotValid
    found = read_account(session, account_id=account.id)
    if found is None:
        raise LinkNotValid
    actor = Actor(ActorKind.ACCOUNT, account.id, account.organization_id, Channel.PANEL)
    record(session, actor, Action.ACCOUNT_SIGNED_IN, account, now=now, after={"by": "chat"})
    return found


def _accounts_of(person_id: int | None) -> Select[Account]:
    return (
        select(Account)
        .where(Account.person_id == person_id, Account.disabled_at.is_(None))
        .order_by(Account.id)
    )


def _take(session: Session, secret: str, purpose: PassPurpose, now: datetime) -> Account | None:
    """The account of a secret that serves, which is spent by it."""
    found = session.get(AccountPass, sha256_of(secret), with_for_update=True, populate_existing=True)
    if found is None or not _is_good(found, purpose, now):
        return None
    account = session.get_one(Account, found.account_id, with_for_update=True)
    if account.disabled_at is not None:
        return None
    found.used_at = now
    return account


def _is_good(found: AccountPass, purpose: PassPurpose, now: datetime) -> bool:
    return found.purpose is purpose and found.used_at is None and found.expires_at > now


def _store(session: Session, account_id: int, secret: str, purpose: PassPurpose, until: datetime) -> None:
    session.add(
        AccountPass(token_sha256=sha256_of(secret), account_id=account_id, purpose=purpose, expires_at=until)
    )
    session.flush()


def _end(session: Session, account_id: int, purpose: PassPurpose | None, now: datetime) -> None:
    narrowed = [AccountPass.purpose == purpose] if purpose else []
    session.execute(
        update(AccountPass)
        .where(AccountPass.account_id == account_id, AccountPass.used_at.is_(None), *narrowed)
        .values(used_at=now)
    )


def _card_of(session: Session, account: Account, locale: str, now: datetime) -> Person:
    """Whose chat it becomes: the card made for this account, on a new telephone too, else a new card.

    Never the card of somebody who takes part, and nobody is looked for by name: whoever keeps an account
    would get a teacher's chat, answers and consents with it. A curator joins two cards of one person by hand.
    Raises ChatOfParticipant.
    """
    if account.person_id is not None:
        if takes_part(session, account.person_id):
            raise ChatOfParticipant
        return session.get_one(Person, account.person_id)
    family, given, patronymic = split_name(account.name)
    person = Person(
        organization_id=account.organization_id,
        family_name=family,
        given_name=given,
        patronymic=patronymic,
        locale=locale,
        created_at=now,
    )
    session.add(person)
    session.flush()
    after = {"account": account.id}
    record(
        session,
        person_in_chat(person.id, person.organization_id),
        Action.PERSON_ADDED,
        person,
        now=now,
        after=after,
    )
    return person


def split_name(name: str) -> tuple[str, str, str]:
    """Family name, first name and patronymic of a name as somebody wrote it, in either usual order."""
    words = name.split()
    if len(words) == SHORT:
        return words[1], words[0], ""
    if len(words) != FULL:
        return "", name, ""
    first, second, third = words
    if second.casefold().endswith(PATRONYMICS) and not third.casefold().endswith(PATRONYMICS):
        return third, first, second
    return first, second, third
