"""What the matching knows of the people of a school year: plain data, read by services.matching.reading."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from models.people import Role
from services.pairs.banks import STRONG
from services.pairs.verdicts import Verdict
from services.programmes.regulations import Weight

Pair = tuple[int, int]
"""The participations of a mentee and of a mentor."""

WEAK = 4  # of 10: hardly a need, hardly a readiness


class Gap(StrEnum):
    """Why somebody cannot be in a new pair now, whoever the other is."""

    CONSENT = "consent"
    INTAKE = "intake"  # the questionnaire is not sent
    TAKEN = "taken"  # a mentee who stands in a pair, an offer or a draft
    RESTING = "resting"  # a mentor who takes nobody this year
    FULL = "full"
    AWAY = "away"
    RESIGNING = "resigning"


class Criterion(StrEnum):
    """What a pair is judged by; `match_<criterion>` of the programme's settings says how much it counts."""

    NEEDS = "needs"
    TOPICS = "topics"
    SUBJECT = "subject"
    TIME = "time"
    FORMAT = "format"
    EXPERIENCE = "experience"
    PROFILE = "profile"
    KINDS = "kinds"
    LIKING = "liking"
    INTERVIEW = "interview"
    VERDICT = "verdict"
    LOAD = "load"
    GROUNDS = "grounds"


class Recommendation(StrEnum):
    """What the interview with a mentor came to (docs/domain.md#sv11)."""

    ACCEPT = "accept"
    RESERVE = "reserve"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Interview:
    """`mean` is that of its ratings of 10; None where none was given."""

    recommendation: Recommendation | None
    mean: float | None


@dataclass(frozen=True, slots=True)
class Member:
    """One person in one role, by participation. What was not answered is empty or None.

    `ratings` are needs of a mentee and readiness of a mentor, by area. `capacity` counts all places, `taken`
    those of pairs, offers and drafts. `preferred` (best first), `unwanted` and `managers` are ids of people;
    the last are unwanted because one leads the other. `marks` counts a mentor's achievements and category.
    `has_grounds` says whether the programme is meant for this mentee first.
    """

    id: int
    person_id: int
    role: Role
    gaps: frozenset[Gap] = frozenset()
    capacity: int = 1
    taken: int = 0
    ratings: Mapping[str, int] = field(default_factory=dict)
    topics: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    posts: frozenset[str] = frozenset()
    weekdays: frozenset[str] = frozenset()
    times: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    format: str | None = None
    experience: int | None = None  # years
    hours: int | None = None  # a month
    marks: int | None = None
    is_informed: bool | None = None
    has_grounds: bool | None = None
    interview: Interview | None = None
    preferred: tuple[int, ...] = ()
    unwanted: frozenset[int] = frozenset()
    managers: frozenset[int] = frozenset()

    @property
    def places(self) -> int:
        return max(self.capacity - self.taken, 0)

    @property
    def strong(self) -> frozenset[str]:
        """Areas with a rating of at least 7."""
        return frozenset(area for area, rating in self.ratings.items() if rating >= STRONG)


@dataclass(frozen=True, slots=True)
class Links:
    """What is known of two people together, by their participations.

    `refused`: an offer of the two was declined. `accepted`: criteria that the mentor has agreed to leave
    aside for this mentee. `no_more` are mentors who have declined to take one more mentee, `not_accepted`
    pairs that the mentor has declined to accept.
    """

    refused: frozenset[Pair] = frozenset()
    verdicts: Mapping[Pair, Verdict] = field(default_factory=dict)
    locked: frozenset[Pair] = frozenset()
    forbidden: frozenset[Pair] = frozenset()
    accepted: Mapping[Pair, frozenset[Criterion]] = field(default_factory=dict)
    no_more: frozenset[int] = frozenset()
    not_accepted: frozenset[Pair] = frozenset()


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a plan is made of. `is_verdict_required`: the programme wants the psychologist's word."""

    mentees: tuple[Member, ...]
    mentors: tuple[Member, ...]
    links: Links
    weights: Mapping[Criterion, Weight]
    is_verdict_required: bool = False
