"""The criteria of a pair: each gives a part between 0 and 1 for either side, or says that it is not known.

Pure rules over services.matching.facts. `is_failed` says that the pair does not meet the criterion at all:
such a pair is not proposed where the programme gives the criterion the weight `must`.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from services.matching.facts import WEAK, Criterion, Links, Member, Recommendation
from services.pairs.banks import STRONG
from services.pairs.verdicts import Verdict

MIXED = "mixed"
NO_LESSONS = "none"
LEAST_MORE = 0.5  # the part of experience that one year more is worth
ENOUGH_YEARS = 10  # more of experience than the mentee: the whole part
ENOUGH_MARKS = 3
ENOUGH_HOURS = 4.0  # a month for each mentee
ENOUGH_STRONG = 3  # strong sides of a mentor that are needed: the whole part
RANKS = (1.0, 0.9, 0.8)  # how much the first, second and third wish count when they are mutual


class Judged(NamedTuple):
    """A criterion of a pair; None of a side that is not known. `is_failed` is what `must` forbids."""

    for_mentee: float | None
    for_mentor: float | None
    is_failed: bool = False


UNKNOWN = Judged(None, None)


def _judge_needs(mentee: Member, mentor: Member, _links: Links) -> Judged:
    """For the mentee: how far the readiness covers what is difficult, by how difficult it is. For the mentor:
    how many of their strong sides are needed; three are enough.
    """
    covered = weight = 0.0
    meets = pressing = False
    for area, need in mentee.ratings.items():
        ready = mentor.ratings.get(area)
        if need < WEAK or ready is None:
            continue
        weight += need
        covered += need * ready / 10
        if need >= STRONG:
            pressing = True
            meets = meets or ready >= STRONG
    strong = [area for area, ready in mentor.ratings.items() if ready >= STRONG]
    used = sum(mentee.ratings.get(area, 0) >= STRONG for area in strong)
    return Judged(
        covered / weight if weight else None,
        min(used / min(len(strong), ENOUGH_STRONG), 1.0) if strong and mentee.ratings else None,
        pressing and not meets,
    )


def _judge_topics(mentee: Member, mentor: Member, _links: Links) -> Judged:
    ready = [mentor.ratings[topic] for topic in mentee.topics if topic in mentor.ratings]
    if not ready:
        return UNKNOWN
    part = sum(ready) / len(ready) / 10
    return Judged(part, part, max(ready) < STRONG)


def _judge_subject(mentee: Member, mentor: Member, _links: Links) -> Judged:
    """The same subject; of people who teach no lessons the same post."""
    if not mentee.subjects or not mentor.subjects:
        return UNKNOWN
    if NO_LESSONS in mentee.subjects or NO_LESSONS in mentor.subjects:
        if not mentee.posts or not mentor.posts:
            return UNKNOWN
        is_same = bool(mentee.posts & mentor.posts)
    else:
        is_same = bool(mentee.subjects & mentor.subjects)
    part = 1.0 if is_same else 0.0
    return Judged(part, part, not is_same)


def _judge_time(mentee: Member, mentor: Member, _links: Links) -> Judged:
    """Two common days and one common time of the day are enough."""
    days = _common(mentee.weekdays, mentor.weekdays)
    times = _common(mentee.times, mentor.times)
    if days is None and times is None:
        return UNKNOWN
    if 0 in {days, times}:
        return Judged(0.0, 0.0, is_failed=True)
    part = 1.0 if days is None or days > 1 else 0.7
    return Judged(part, part)


def _judge_format(mentee: Member, mentor: Member, _links: Links) -> Judged:
    if mentee.format is None or mentor.format is None:
        return UNKNOWN
    if mentee.format == mentor.format:
        return Judged(1.0, 1.0)
    if MIXED in {mentee.format, mentor.format}:
        return Judged(0.8, 0.8)
    return Judged(0.0, 0.0, is_failed=True)


def _judge_experience(mentee: Member, mentor: Member, _links: Links) -> Judged:
    if mentee.experience is None or mentor.experience is None:
        return UNKNOWN
    more = mentor.experience - mentee.experience
    if more <= 0:
        return Judged(0.0, 0.0, is_failed=True)
    part = LEAST_MORE + (1 - LEAST_MORE) * min(more / ENOUGH_YEARS, 1.0)
    return Judged(part, part)


def _judge_profile(_mentee: Member, mentor: Member, _links: Links) -> Judged:
    if mentor.marks is None:
        return UNKNOWN
    return Judged(min(mentor.marks / ENOUGH_MARKS, 1.0), None, mentor.marks == 0)


def _judge_kinds(mentee: Member, mentor: Member, _links: Links) -> Judged:
    if not mentee.kinds or not mentor.kinds:
        return UNKNOWN
    shared = len(mentee.kinds & mentor.kinds)
    return Judged(shared / len(mentee.kinds), shared / len(mentor.kinds), not shared)


def _judge_liking(mentee: Member, mentor: Member, _links: Links) -> Judged:
    """Both named each other: strong; one of them: weak; one named others only: nothing."""
    if not mentee.preferred and not mentor.preferred:
        return UNKNOWN
    by_mentee, by_mentor = (
        _rank(mentee.preferred, mentor.person_id),
        _rank(mentor.preferred, mentee.person_id),
    )
    return Judged(
        _liking(mentee, by_mentee, by_mentor),
        _liking(mentor, by_mentor, by_mentee),
        by_mentee is None and by_mentor is None,
    )


def _liking(own: Member, given: float | None, received: float | None) -> float | None:
    if given is not None:
        return given if received is not None else 0.75 * given
    if received is not None:
        return 0.3 if own.preferred else 0.5
    return 0.0 if own.preferred else None


def _judge_interview(_mentee: Member, mentor: Member, _links: Links) -> Judged:
    interview = mentor.interview
    if interview is None:
        return UNKNOWN
    told = {Recommendation.ACCEPT: 1.0, Recommendation.RESERVE: 0.3, Recommendation.DECLINE: 0.0}
    parts = []
    if interview.recommendation is not None:
        parts.append(told[interview.recommendation])
    if interview.mean is not None and interview.recommendation is not Recommendation.DECLINE:
        parts.append(interview.mean / 10)
    if not parts:
        return UNKNOWN
    return Judged(sum(parts) / len(parts), None, interview.recommendation is Recommendation.DECLINE)


def _judge_verdict(mentee: Member, mentor: Member, links: Links) -> Judged:
    verdict = links.verdicts.get((mentee.id, mentor.id))
    if verdict is None:
        return UNKNOWN
    part = {Verdict.RECOMMENDED: 1.0, Verdict.WITH_SUPPORT: 0.6, Verdict.NOT_RECOMMENDED: 0.0}[verdict]
    return Judged(part, part, verdict is Verdict.NOT_RECOMMENDED)


def judge_load(_mentee: Member, mentor: Member, _links: Links) -> Judged:
    part = 1.0 / (1 + mentor.taken)
    if mentor.hours is not None:
        part = min(part, mentor.hours / (mentor.taken + 1) / ENOUGH_HOURS)
    return Judged(part, part)


def _judge_grounds(mentee: Member, _mentor: Member, _links: Links) -> Judged:
    if mentee.has_grounds is None:
        return UNKNOWN
    part = 1.0 if mentee.has_grounds else 0.0
    return Judged(part, part, not mentee.has_grounds)


JUDGES: Mapping[Criterion, Callable[[Member, Member, Links], Judged]] = {
    Criterion.NEEDS: _judge_needs,
    Criterion.TOPICS: _judge_topics,
    Criterion.SUBJECT: _judge_subject,
    Criterion.TIME: _judge_time,
    Criterion.FORMAT: _judge_format,
    Criterion.EXPERIENCE: _judge_experience,
    Criterion.PROFILE: _judge_profile,
    Criterion.KINDS: _judge_kinds,
    Criterion.LIKING: _judge_liking,
    Criterion.INTERVIEW: _judge_interview,
    Criterion.VERDICT: _judge_verdict,
    Criterion.LOAD: judge_load,
    Criterion.GROUNDS: _judge_grounds,
}


def _common(one: frozenset[str], other: frozenset[str]) -> int | None:
    return len(one & other) if one and other else None


def _rank(preferred: tuple[int, ...], person_id: int) -> float | None:
    if person_id not in preferred:
        return None
    return RANKS[min(preferred.index(person_id), len(RANKS) - 1)]
