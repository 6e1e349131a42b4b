"""Indicators of the regulations, each a pure function with the requirement that asks for it.

Nothing here reads the database: services.results.measured does. A share is of people, in percent; it is None
where its base is missing or plainly wrong, never a guess.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

from services.surveys.reading import FEWEST_SEEN

WORST_AND_BEST = 11  # 1 and 10: a reversed rating of 10 counts as 1
NEAR = 10.0  # percentage points under the target


class Gap(StrEnum):
    """Why an indicator has no value."""

    NO_BASE = "no_base"  # nobody to count, or no headcount entered
    BASE_TOO_SMALL = "base_too_small"  # more people counted than the headcount says there are
    TOO_FEW = "too_few"  # a share of so few answers would tell whose they are


class Light(StrEnum):
    REACHED = "reached"
    NEAR = "near"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole` people; `percent` is None with the reason in `gap`. A withheld `part` is None."""

    part: int | None
    whole: int | None
    gap: Gap | None = None

    @property
    def percent(self) -> float | None:
        if self.gap is not None or self.part is None or not self.whole:
            return None
        return 100 * self.part / self.whole


@dataclass(frozen=True, slots=True)
class Satisfied:
    """Of everybody who took part, `respondents` answered; `share` counts the satisfied among all of them, and
    `of_respondents` among those who answered.
    """

    share: Share
    participants: int
    respondents: int
    of_respondents: float | None

    @property
    def rate(self) -> float | None:
        """Percent of participants who answered."""
        return 100 * self.respondents / self.participants if self.participants else None


def share_of(part: int, whole: int | None) -> Share:
    """How many of all; the base is entered by hand and may be wrong."""
    if not whole:
        return Share(part, whole, Gap.NO_BASE)
    return Share(part, whole, Gap.BASE_TOO_SMALL if part > whole else None)


def young_specialists(in_pairs: Collection[int], headcount: int | None) -> Share:
    """Young specialists who became mentees, of all who work in the organisation (B25)."""
    return share_of(len(set(in_pairs)), headcount)


def coverage(covered: Collection[int], headcount: int | None) -> Share:
    """People whom mentoring reaches, of all students (C39) or of all teaching staff (C40)."""
    return share_of(len(set(covered)), headcount)


def satisfaction_index(ratings: Mapping[str, int], reversed_items: Collection[str] = ()) -> float | None:
    """The mean of the ratings that a person gave, those where 10 is bad turned round; None without any."""
    turned = [WORST_AND_BEST - value if key in reversed_items else value for key, value in ratings.items()]
    return fmean(turned) if turned else None


def satisfied(indexes: Iterable[float], participants: int, threshold: float) -> Satisfied:
    """Satisfied mentees (B26) or mentors (B27) of everybody who took part: whoever did not answer counts as
    not satisfied. Of fewer than five answers only their number is told.
    """
    given = list(indexes)
    whole = max(participants, len(given))  # answers of an erased person stay
    content = sum(one >= threshold for one in given)
    if not whole:
        return Satisfied(Share(0, 0, Gap.NO_BASE), 0, 0, None)
    if len(given) < FEWEST_SEEN:
        return Satisfied(Share(None, whole, Gap.TOO_FEW), whole, len(given), None)
    return Satisfied(Share(content, whole), whole, len(given), 100 * content / len(given))


def light(percent: float | None, target: float | None) -> Light | None:
    """Where a value stands against its target (B28); None where either is missing."""
    if percent is None or target is None:
        return None
    if percent >= target:
        return Light.REACHED
    return Light.NEAR if percent >= target - NEAR else Light.MISSED


@dataclass(frozen=True, slots=True)
class Work:
    """One pair of the year, as far as it was agreed by both."""

    form: str
    kind: str
    mentee_id: int
    mentor_id: int
    meetings: int
    minutes: int
    is_young: bool  # the mentee is a young specialist


@dataclass(frozen=True, slots=True)
class Involvement:
    """People are counted once, however many pairs they are in; pairs and meetings are all counted."""

    pairs: int
    mentees: int
    mentors: int
    young: int
    meetings: int
    minutes: int


def involvement(works: Iterable[Work]) -> Involvement:
    """Who is involved, and how much work it was (B18, E25)."""
    own = list(works)
    return Involvement(
        pairs=len(own),
        mentees=len({one.mentee_id for one in own}),
        mentors=len({one.mentor_id for one in own}),
        young=len({one.mentee_id for one in own if one.is_young}),
        meetings=sum(one.meetings for one in own),
        minutes=sum(one.minutes for one in own),
    )


def involvement_by(works: Iterable[Work], attribute: str) -> dict[str, Involvement]:
    """The same for each form, or each kind, of mentoring: `attribute` is "form" or "kind"."""
    own = list(works)
    keys = dict.fromkeys(getattr(one, attribute) for one in own)
    return {key: involvement(one for one in own if getattr(one, attribute) == key) for key in keys}
