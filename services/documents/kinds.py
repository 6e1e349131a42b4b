"""The kinds of document: what each is about, who builds its facts, which names it declines.

One row of KINDS is one kind; docs/documents.md#new-kind says how one is added.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy.orm import Session

from models.documents import DocumentKind
from models.pairs import IN_WORK, UNDER_ORDER, PairStatus
from models.people import Role
from services.access.errors import N_, DomainError
from services.documents.builders import (
    Built,
    Subject,
    build_curator_order,
    build_ending_order,
    build_mentee_consent,
    build_mentors_order,
    build_of_pair,
    build_pair_report,
    build_pairs_order,
)
from services.documents.declining import Case
from services.documents.programme_builders import build_programme, build_support_plan


class KindNotMade(DomainError):
    text = N_("This version makes no document of this kind.")


class About(StrEnum):
    """What is chosen for a document, and how many documents come of it."""

    ORGANIZATION = "organization"  # nothing; one document
    MENTORS = "mentors"  # people of the bank; one document
    PAIRS = "pairs"  # pairs; one document
    EACH_PAIR = "each_pair"  # pairs; a document for each
    EACH_MENTEE = "each_mentee"  # pairs; a document for each mentee of theirs


@dataclass(frozen=True, slots=True)
class Kind:
    """`states` are those of the pairs that are offered for choosing; `usual` of them are ticked beforehand.

    `declined` says of whom the document writes which cases: those forms are confirmed before it is made.
    `choices` are asked for when it is made, `needed` of them may not be left out.
    `is_numbered`: the signed document has a number; otherwise a date is enough.
    """

    code: str
    about: About
    build: Callable[[Session, Subject], Built]
    states: frozenset[PairStatus] = frozenset()
    usual: frozenset[PairStatus] = frozenset()
    declined: Mapping[Role, frozenset[Case]] = field(default_factory=dict)
    posts: frozenset[Role] = frozenset()
    choices: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    is_numbered: bool = True


ACCEPTED = frozenset({PairStatus.ACCEPTED})
TERM = ("starts_on", "ends_on")

KINDS: Mapping[DocumentKind, Kind] = {
    DocumentKind.CURATOR_ORDER: Kind("DC05", About.ORGANIZATION, build_curator_order),
    DocumentKind.MENTORS_ORDER: Kind("DC06", About.MENTORS, build_mentors_order, choices=TERM, needed=TERM),
    DocumentKind.PAIRS_ORDER: Kind(
        "DC07",
        About.PAIRS,
        build_pairs_order,
        states=ACCEPTED,
        usual=ACCEPTED,
        choices=TERM,
        needed=TERM,
    ),
    DocumentKind.MENTOR_CONSENT: Kind(
        "DC08",
        About.EACH_PAIR,
        build_of_pair,
        states=IN_WORK,
        declined={Role.MENTOR: frozenset({Case.GENITIVE}), Role.MENTEE: frozenset({Case.DATIVE})},
        posts=frozenset({Role.MENTOR}),
        choices=TERM,
        needed=TERM,
        is_numbered=False,
    ),
    DocumentKind.MENTEE_CONSENT: Kind(
        "DC08",
        About.EACH_MENTEE,
        build_mentee_consent,
        states=IN_WORK,
        declined={Role.MENTOR: frozenset({Case.GENITIVE}), Role.MENTEE: frozenset({Case.GENITIVE})},
        posts=frozenset(Role),
        choices=TERM,
        needed=TERM,
        is_numbered=False,
    ),
    DocumentKind.AGREEMENT: Kind(
        "DC08",
        About.EACH_PAIR,
        build_of_pair,
        states=IN_WORK,
        declined={Role.MENTEE: frozenset({Case.DATIVE})},
        choices=TERM,
        needed=TERM,
    ),
    DocumentKind.ENDING_ORDER: Kind(
        "DC22",
        About.PAIRS,
        build_ending_order,
        states=IN_WORK,
        declined={Role.MENTOR: frozenset({Case.GENITIVE}), Role.MENTEE: frozenset({Case.GENITIVE})},
        posts=frozenset({Role.MENTOR}),
        choices=("effective_on", "end_reason", "reason_text", "successor_id"),
        needed=("effective_on", "end_reason"),
    ),
    DocumentKind.PROGRAMME: Kind(
        "DC16",
        About.EACH_PAIR,
        build_programme,
        states=IN_WORK | UNDER_ORDER,
        usual=IN_WORK,
        is_numbered=False,
    ),
    DocumentKind.SUPPORT_PLAN: Kind("DC20", About.ORGANIZATION, build_support_plan, is_numbered=False),
    DocumentKind.PAIR_REPORT: Kind(
        "DC31",
        About.EACH_PAIR,
        build_pair_report,
        states=UNDER_ORDER,
        choices=(*TERM, "conclusion", "recommendation"),
        is_numbered=False,
    ),
}
"""Every kind that can be made."""


def of_one_pair(status: PairStatus) -> tuple[DocumentKind, ...]:
    """What can be made from the page of a pair in this state."""
    return tuple(kind for kind, known in KINDS.items() if status in known.states)
