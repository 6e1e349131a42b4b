"""How well a mentee and a mentor fit: what forbids the pair, a score for each side, and its parts.

Pure rules over services.matching.facts. A part is between 0 and 1 for each side; where a side's answer is
missing the part is left out, so nobody is the worse for a question that was not asked. A score is the mean of
the parts by their weights, from 0 to 100. Nothing here decides: the curator does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from services.matching.criteria import JUDGES, NO_LESSONS, Judged, judge_load
from services.matching.facts import WEAK, Criterion, Facts, Gap, Links, Member, Recommendation
from services.pairs.banks import STRONG
from services.pairs.verdicts import Verdict
from services.programmes.regulations import Weight

POINTS = {Weight.MUST: 4.0, Weight.HIGH: 4.0, Weight.MEDIUM: 2.0, Weight.LOW: 1.0}
UNKNOWN_SCORE = 50.0  # of a side of which no part is known
GOOD, POOR = 0.5, 0.4
MOST_REASONS = 3


class Rule(StrEnum):
    """Why two people who are both free are not proposed to each other. SAME_PERSON alone holds always."""

    SAME_PERSON = "same_person"
    FORBIDDEN = "forbidden"
    UNWANTED = "unwanted"
    LINE_MANAGER = "line_manager"
    REFUSED_BEFORE = "refused_before"
    NOT_RECOMMENDED = "not_recommended"
    MUST = "must"


class Broken(NamedTuple):
    """A rule that forbids a pair; `criterion` is that of MUST."""

    rule: Rule
    criterion: Criterion | None = None


class Caution(StrEnum):
    """What to think of before proposing a pair."""

    NOT_RECOMMENDED = "not_recommended"
    REFUSED_BEFORE = "refused_before"
    UNWANTED = "unwanted"
    INTERVIEW_DECLINED = "interview_declined"
    INTERVIEW_RESERVE = "interview_reserve"
    NEED_NOT_COVERED = "need_not_covered"  # the strongest need meets no readiness
    NO_SHARED_SUBJECT = "no_shared_subject"  # A30: the same subject area
    NO_SHARED_TIME = "no_shared_time"
    TOPICS_NOT_COVERED = "topics_not_covered"
    WITH_SUPPORT = "with_support"
    LESS_EXPERIENCE = "less_experience"
    NOT_YOUNGER = "not_younger"  # reverse mentoring: the mentor should be the younger one (E10)
    FORMATS_DIFFER = "formats_differ"
    KINDS_DIFFER = "kinds_differ"
    NOT_INFORMED = "not_informed"  # of the written agreement (SV02, q12)
    MUCH_WORK = "much_work"


@dataclass(frozen=True, slots=True)
class Area:
    """One area, both ratings of 10; None where it was not answered."""

    id: str
    need: int | None
    ready: int | None

    @property
    def is_match(self) -> bool:
        return (self.need or 0) >= STRONG and (self.ready or 0) >= STRONG

    @property
    def is_gap(self) -> bool:
        return (self.need or 0) >= STRONG and (self.ready or 0) <= WEAK


@dataclass(frozen=True, slots=True)
class Part:
    """One criterion of a pair. `details` are ids: of areas, or of options that both chose."""

    criterion: Criterion
    weight: Weight
    for_mentee: float | None
    for_mentor: float | None
    details: tuple[str, ...] = ()

    @property
    def mean(self) -> float:
        """Of the sides that are known."""
        known = [one for one in (self.for_mentee, self.for_mentor) if one is not None]
        return sum(known) / len(known)

    @property
    def gained(self) -> float:
        """What the part adds, in weighted points, beyond a middling one."""
        return (self.mean - GOOD) * POINTS[self.weight]


@dataclass(frozen=True, slots=True)
class Assessment:
    """A pair judged. `broken` is empty where it may be proposed; scores and parts are there all the same."""

    broken: tuple[Broken, ...]
    for_mentee: float
    for_mentor: float
    parts: tuple[Part, ...]
    cautions: tuple[Caution, ...]  # the gravest first

    @property
    def score(self) -> float:
        """The mean of both sides, from 0 to 100."""
        return (self.for_mentee + self.for_mentor) / 2

    @property
    def reasons(self) -> tuple[Part, ...]:
        """At most three parts that speak for the pair, the strongest first."""
        found = sorted((one for one in self.parts if one.mean > GOOD), key=lambda one: -one.gained)
        return tuple(found[:MOST_REASONS])


def assess(mentee: Member, mentor: Member, facts: Facts, *, is_reverse: bool = False) -> Assessment:
    """The pair with all that is said of it. `is_reverse`: the mentor is meant to be the younger one."""
    judged = _judge(mentee, mentor, facts)
    if is_reverse and Criterion.EXPERIENCE in judged:
        judged[Criterion.EXPERIENCE] = JUDGES[Criterion.EXPERIENCE](mentor, mentee, facts.links)
    parts = tuple(
        Part(
            criterion,
            facts.weights[criterion],
            one.for_mentee,
            one.for_mentor,
            _details(criterion, mentee, mentor),
        )
        for criterion, one in judged.items()
        if one.for_mentee is not None or one.for_mentor is not None
    )
    for_mentee, for_mentor = _scores(judged, facts.weights)
    return Assessment(
        broken=tuple(_find_broken(mentee, mentor, facts, judged)),
        for_mentee=for_mentee,
        for_mentor=for_mentor,
        parts=parts,
        cautions=tuple(_find_cautions(mentee, mentor, facts.links, is_reverse=is_reverse)),
    )


def rate(mentee: Member, mentor: Member, facts: Facts) -> tuple[list[Broken], float, float]:
    """What `assess` says without its words, for all pairs of a school year: the rules that forbid the pair,
    and the score for each side.
    """
    judged = _judge(mentee, mentor, facts)
    return _find_broken(mentee, mentor, facts, judged), *_scores(judged, facts.weights)


def find_broken(mentee: Member, mentor: Member, facts: Facts) -> list[Broken]:
    """What `assess` says of the rules alone."""
    needed = [criterion for criterion, weight in facts.weights.items() if weight is Weight.MUST]
    judged = {one: JUDGES[one](mentee, mentor, facts.links) for one in needed}
    return _find_broken(mentee, mentor, facts, judged)


def find_held(mentee: Member, mentor: Member, facts: Facts, broken: list[Broken]) -> list[Broken]:
    """What still forbids the pair: a lock sets aside every rule but that of the same person."""
    if (mentee.id, mentor.id) in facts.links.locked:
        return [one for one in broken if one.rule is Rule.SAME_PERSON]
    return broken


def list_areas(mentee: Member, mentor: Member) -> tuple[Area, ...]:
    """Needs and readiness side by side, the strongest needs first."""
    found = [
        Area(key, mentee.ratings.get(key), mentor.ratings.get(key))
        for key in dict.fromkeys((*mentee.ratings, *mentor.ratings))
    ]
    return tuple(sorted(found, key=lambda area: (-(area.need or 0), -(area.ready or 0))))


def can_be_asked(mentor: Member) -> bool:
    """Whether a mentor without a free place may be asked to take one more: nothing else stands in the way."""
    return mentor.gaps == {Gap.FULL}


def _judge(mentee: Member, mentor: Member, facts: Facts) -> dict[Criterion, Judged]:
    return {
        criterion: JUDGES[criterion](mentee, mentor, facts.links)
        for criterion, weight in facts.weights.items()
        if weight is not Weight.OFF
    }


def _scores(judged: Mapping[Criterion, Judged], weights: Mapping[Criterion, Weight]) -> tuple[float, float]:
    first = first_weight = second = second_weight = 0.0
    for criterion, (for_mentee, for_mentor, _) in judged.items():
        points = POINTS[weights[criterion]]
        if for_mentee is not None:
            first += points * for_mentee
            first_weight += points
        if for_mentor is not None:
            second += points * for_mentor
            second_weight += points
    return (
        100.0 * first / first_weight if first_weight else UNKNOWN_SCORE,
        100.0 * second / second_weight if second_weight else UNKNOWN_SCORE,
    )


def _find_broken(
    mentee: Member, mentor: Member, facts: Facts, judged: Mapping[Criterion, Judged]
) -> list[Broken]:
    links, pair = facts.links, (mentee.id, mentor.id)
    found = []
    if mentee.person_id == mentor.person_id:
        found.append(Broken(Rule.SAME_PERSON))
    if pair in links.forbidden:
        found.append(Broken(Rule.FORBIDDEN))
    if mentor.person_id in mentee.managers or mentee.person_id in mentor.managers:
        found.append(Broken(Rule.LINE_MANAGER))
    elif mentor.person_id in mentee.unwanted or mentee.person_id in mentor.unwanted:
        found.append(Broken(Rule.UNWANTED))
    if pair in links.refused:
        found.append(Broken(Rule.REFUSED_BEFORE))
    if facts.is_verdict_required and links.verdicts.get(pair) is Verdict.NOT_RECOMMENDED:
        found.append(Broken(Rule.NOT_RECOMMENDED))
    agreed = links.accepted.get(pair, frozenset())
    for criterion, one in judged.items():
        if one.is_failed and facts.weights[criterion] is Weight.MUST and criterion not in agreed:
            found.append(Broken(Rule.MUST, criterion))
    return found


def _details(criterion: Criterion, mentee: Member, mentor: Member) -> tuple[str, ...]:
    match criterion:
        case Criterion.NEEDS:
            return tuple(area.id for area in list_areas(mentee, mentor) if area.is_match)
        case Criterion.TOPICS:
            return tuple(sorted(one for one in mentee.topics if mentor.ratings.get(one, 0) >= STRONG))
        case Criterion.SUBJECT:
            return tuple(sorted(mentee.subjects & mentor.subjects - {NO_LESSONS}))
        case Criterion.TIME:
            return tuple(sorted(mentee.weekdays & mentor.weekdays))
        case Criterion.KINDS:
            return tuple(sorted(mentee.kinds & mentor.kinds))
        case _:
            return ()


def _find_cautions(mentee: Member, mentor: Member, links: Links, *, is_reverse: bool) -> list[Caution]:
    def fails(criterion: Criterion) -> bool:
        return JUDGES[criterion](mentee, mentor, links).is_failed

    pair = (mentee.id, mentor.id)
    verdict = links.verdicts.get(pair)
    told = mentor.interview.recommendation if mentor.interview else None
    is_unwanted = mentor.person_id in mentee.unwanted or mentee.person_id in mentor.unwanted
    load = judge_load(mentee, mentor, links).for_mentor
    holds = {
        Caution.NOT_RECOMMENDED: verdict is Verdict.NOT_RECOMMENDED,
        Caution.REFUSED_BEFORE: pair in links.refused,
        Caution.UNWANTED: is_unwanted,
        Caution.INTERVIEW_DECLINED: told is Recommendation.DECLINE,
        Caution.INTERVIEW_RESERVE: told is Recommendation.RESERVE,
        Caution.NEED_NOT_COVERED: fails(Criterion.NEEDS),
        Caution.NO_SHARED_SUBJECT: fails(Criterion.SUBJECT),
        Caution.NO_SHARED_TIME: fails(Criterion.TIME),
        Caution.TOPICS_NOT_COVERED: fails(Criterion.TOPICS),
        Caution.WITH_SUPPORT: verdict is Verdict.WITH_SUPPORT,
        Caution.LESS_EXPERIENCE: not is_reverse and fails(Criterion.EXPERIENCE),
        Caution.NOT_YOUNGER: is_reverse and JUDGES[Criterion.EXPERIENCE](mentor, mentee, links).is_failed,
        Caution.FORMATS_DIFFER: fails(Criterion.FORMAT),
        Caution.KINDS_DIFFER: fails(Criterion.KINDS),
        Caution.NOT_INFORMED: mentor.is_informed is False,
        Caution.MUCH_WORK: load is not None and load < POOR,
    }
    return [caution for caution, is_true in holds.items() if is_true]
