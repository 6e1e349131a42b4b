"""How long a wrong password makes wait, and whom: a guesser, not the owner of the account.

Failures are counted by sign-in name *and* address, or by name and browser when the account has been opened in
this browser before. Somebody elsewhere who guesses therefore never keeps the owner out. Names that nobody has
are counted in the same way, so waiting tells nothing about them. Codes that are typed in a chat are
counted by chat: some are free, then one wait follows.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import delete
from sqlalchemy.orm import Session

from models.accounts import FailedTries
from services.access.digests import sha256_of
from services.delivery.outbox import insert_or_ignore

FREE_TRIES = 3
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(minutes=5)
MOST_COUNTED = 9  # failures, from which the longest delay holds
FORGIVEN_AFTER = timedelta(minutes=1)
"""Each minute without a try takes one failure back: tries now and then do not renew a wait for ever."""
CODE_TRIES = 5
CODE_WAIT = timedelta(minutes=15)
"""After the last of them; wrong codes that are older count no more."""
KEPT = max(MOST_COUNTED * FORGIVEN_AFTER, CODE_WAIT)
NETWORK_BITS = 64  # of an IPv6 address: the rest is chosen by whoever has the line


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a try comes from. `known` are the accounts that were opened in this browser before."""

    address: str
    device: str = ""
    known: frozenset[int] = frozenset()

    def key(self, name: str, account_id: int | None) -> str:
        """What failures are counted under."""
        is_known = self.device != "" and account_id in self.known
        place = f"device {self.device}" if is_known else f"address {_network(self.address)}"
        return sha256_of(f"{name}\n{place}")


def read_wait(session: Session, key: str, now: datetime) -> timedelta:
    """How long no try with this key is looked at; zero when it may be tried. Raises nothing."""
    row = session.get(FailedTries, key, with_for_update=True, populate_existing=True)
    return _wait(row.failures, row.failed_at, now) if row is not None else timedelta(0)


def count_failure(session: Session, key: str, now: datetime) -> timedelta:
    """One more wrong password; gives the wait that follows. Raises nothing.

    Only for a try that was looked at: one that came during a wait must not make it longer.
    """
    row = _lock_row(session, key, now)
    forgiven = max(now - row.failed_at, timedelta(0)) // FORGIVEN_AFTER
    row.failures = min(max(row.failures - forgiven, 0) + 1, MOST_COUNTED)
    row.failed_at = now
    session.flush()
    return _wait(row.failures, now, now)


def key_of_chat(chat_id: int) -> str:
    """What wrong codes in a chat are counted under."""
    return sha256_of(f"code\nchat {chat_id}")


def read_code_wait(session: Session, key: str, now: datetime) -> timedelta:
    """How long no code is looked at; zero when one may be tried. Raises nothing."""
    row = session.get(FailedTries, key, with_for_update=True, populate_existing=True)
    if row is None or row.failures < CODE_TRIES:
        return timedelta(0)
    return max(row.failed_at + CODE_WAIT - now, timedelta(0))


def count_wrong_code(session: Session, key: str, now: datetime) -> int:
    """One more wrong code; gives how many tries are left before the wait. Raises nothing."""
    row = _lock_row(session, key, now)
    is_forgotten = row.failures >= CODE_TRIES or now - row.failed_at >= CODE_WAIT
    row.failures = 1 if is_forgotten else row.failures + 1
    row.failed_at = now
    session.flush()
    return CODE_TRIES - row.failures


def _lock_row(session: Session, key: str, now: datetime) -> FailedTries:
    session.execute(delete(FailedTries).where(FailedTries.failed_at < now - KEPT))
    session.execute(insert_or_ignore(session, FailedTries).values(key_sha256=key, failures=0, failed_at=now))
    return session.get_one(FailedTries, key, with_for_update=True, populate_existing=True)


def forgive_failures(session: Session, key: str) -> None:
    """After the right password or code. Raises nothing."""
    session.execute(delete(FailedTries).where(FailedTries.key_sha256 == key))


def _wait(failures: int, failed_at: datetime, now: datetime) -> timedelta:
    if failures < FREE_TRIES:
        return timedelta(0)
    delay = min(FIRST_DELAY * (1 << failures - FREE_TRIES), LONGEST_DELAY)
    return max(failed_at + delay - now, timedelta(0))


def _network(address: str) -> str:
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(int(known) >> (known.max_prefixlen - NETWORK_BITS))
