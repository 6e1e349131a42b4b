"""What each kind of request needs and may lead to: one row a kind."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.people import Role
from models.requests import RequestKind
from services.access.errors import N_, DomainError
from services.pairs.assignments import EndReason

TEXT_LIMIT = 4096
"""Characters of a reason, as many as a message of Telegram holds: it is kept in full, never cut."""

BOTH = frozenset(Role)
MENTORS = frozenset({Role.MENTOR})


class PairOver(DomainError):
    text = N_("This pair has ended meanwhile, so nothing was saved. Your curator can help.")


class DecidedAlready(DomainError):
    text = N_("This has been decided already.")


class TextTooLong(DomainError):
    text = N_("Please keep it to {limit} characters.")


@dataclass(frozen=True, slots=True)
class RequestRule:
    """`roles` may ask. `wants_reason`: it is not taken without one. `wants_day`: a day is asked for.
    `needs_consent`: of every other side. `ends_pair`: granting it ends the pair. `is_notice`: it cannot be
    refused. `is_of_two`: the other side answers it, not the staff.
    """

    roles: frozenset[Role] = BOTH
    wants_reason: bool = True
    wants_day: bool = False
    needs_consent: bool = False
    ends_pair: bool = False
    is_notice: bool = False
    is_of_two: bool = False


RULES: Mapping[RequestKind, RequestRule] = {
    RequestKind.REPLACEMENT: RequestRule(ends_pair=True),
    RequestKind.RELEASE: RequestRule(
        roles=MENTORS, wants_reason=False, wants_day=True, ends_pair=True, is_notice=True
    ),
    RequestKind.UNFIT: RequestRule(wants_reason=False, ends_pair=True),
    RequestKind.EXTENSION: RequestRule(wants_day=True, needs_consent=True),
    RequestKind.COMPLETION: RequestRule(needs_consent=True, ends_pair=True),
    RequestKind.LESSON: RequestRule(wants_day=True),
    RequestKind.INVOLVE: RequestRule(),
    RequestKind.ENCOURAGE: RequestRule(roles=MENTORS),
    RequestKind.CONTEST: RequestRule(roles=MENTORS),
    RequestKind.FILE: RequestRule(roles=MENTORS),
    RequestKind.QUESTION: RequestRule(is_of_two=True),
}


def end_reason_of(kind: RequestKind, role: Role) -> EndReason:
    """Why a pair ends that ends by a request of this side."""
    if kind is RequestKind.COMPLETION:
        return EndReason.COMPLETED
    return EndReason.BY_MENTOR if role is Role.MENTOR else EndReason.BY_MENTEE


def check_length(text: str, limit: int = TEXT_LIMIT) -> str:
    """The text without blanks around it. Raises TextTooLong."""
    found = text.strip()
    if len(found) > limit:
        raise TextTooLong(limit=limit)
    return found
