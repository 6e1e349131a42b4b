"""How a mentee's needs meet a mentor's readiness: what a curator sees side by side before pairing (A30, A31).

Pure rules over two profiles. Areas are told by the questions' ids: `need_planning` asks a mentee what
`ready_planning` asks a mentor. Nothing here decides: the curator does.
"""

from dataclasses import dataclass
from enum import StrEnum

from services.pairs.banks import NEED, READY, STRONG, Profile, ProfileLine

WEAK = 4
MIXED = "mixed"


class Caution(StrEnum):
    NEED_NOT_COVERED = "need_not_covered"  # the strongest need meets no readiness
    NO_SHARED_SUBJECT = "no_shared_subject"  # A30: the same subject area
    LESS_EXPERIENCE = "less_experience"
    NOT_YOUNGER = "not_younger"  # reverse mentoring: the mentor should be the younger one (E10)
    FORMATS_DIFFER = "formats_differ"
    NO_SHARED_TIME = "no_shared_time"
    NOT_INFORMED = "not_informed"  # of the written agreement (SV02, q12)
    REFUSED_BEFORE = "refused_before"  # one of them declined the other's offer


@dataclass(frozen=True, slots=True)
class Area:
    """One area, both ratings of 10; None where it was not answered."""

    id: str
    title: str
    need: int | None
    ready: int | None

    @property
    def is_match(self) -> bool:
        return (self.need or 0) >= STRONG and (self.ready or 0) >= STRONG

    @property
    def is_gap(self) -> bool:
        return (self.need or 0) >= STRONG and (self.ready or 0) <= WEAK


@dataclass(frozen=True, slots=True)
class Fit:
    areas: tuple[Area, ...]  # the strongest needs first
    shared: tuple[tuple[str, str], ...]  # question's words, what both answered
    cautions: tuple[Caution, ...]

    @property
    def matches(self) -> int:
        return sum(area.is_match for area in self.areas)


def compare(mentee: Profile, mentor: Profile, *, has_refused: bool = False, is_reverse: bool = False) -> Fit:
    """`has_refused`: an offer of these two was declined in this school year. `is_reverse`: the mentor is
    meant to be the younger one.
    """
    areas = _areas(mentee, mentor)
    cautions = [Caution.REFUSED_BEFORE] if has_refused else []
    return Fit(
        areas, _shared(mentee, mentor), (*cautions, *_cautions(mentee, mentor, areas, is_reverse=is_reverse))
    )


def _areas(mentee: Profile, mentor: Profile) -> tuple[Area, ...]:
    needs = {line.question_id.removeprefix(NEED): line for line in mentee.lines if _is(line, NEED)}
    readiness = {line.question_id.removeprefix(READY): line for line in mentor.lines if _is(line, READY)}
    found = [
        Area(
            id=key,
            title=(needs.get(key) or readiness[key]).label.partition(":")[0],
            need=_rating(needs.get(key)),
            ready=_rating(readiness.get(key)),
        )
        for key in dict.fromkeys((*needs, *readiness))
    ]
    return tuple(sorted(found, key=lambda area: (-(area.need or 0), -(area.ready or 0))))


def _is(line: ProfileLine, prefix: str) -> bool:
    return line.question_id.startswith(prefix)


def _rating(line: ProfileLine | None) -> int | None:
    return line.value if line is not None and isinstance(line.value, int) else None


def _shared(mentee: Profile, mentor: Profile) -> tuple[tuple[str, str], ...]:
    """What both chose among the same options: subjects, days, times."""
    found = []
    for line in mentee.lines:
        common = _chosen(line.value) & _chosen(mentor.value(line.question_id))
        if line.question_id in {"subjects", "weekdays", "times", "kinds"} and common:
            names = dict(zip(_list(line.value), line.text.split(", "), strict=False))
            found.append(
                (line.label, ", ".join(names.get(one, one) for one in _list(line.value) if one in common))
            )
    return tuple(found)


def _list(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _chosen(value: object) -> set[str]:
    return set(_list(value))


def _cautions(
    mentee: Profile, mentor: Profile, areas: tuple[Area, ...], *, is_reverse: bool
) -> list[Caution]:
    found = []
    if any((area.need or 0) >= STRONG for area in areas) and not any(area.is_match for area in areas):
        found.append(Caution.NEED_NOT_COVERED)
    if _differ(mentee, mentor, "subjects"):
        found.append(Caution.NO_SHARED_SUBJECT)
    younger, older = mentee.value("experience"), mentor.value("experience")
    if isinstance(younger, int) and isinstance(older, int):
        if is_reverse and older >= younger:
            found.append(Caution.NOT_YOUNGER)
        elif not is_reverse and older <= younger:
            found.append(Caution.LESS_EXPERIENCE)
    wished, offered = mentee.value("format"), mentor.value("format")
    if (
        isinstance(wished, str)
        and isinstance(offered, str)
        and MIXED not in {wished, offered}
        and wished != offered
    ):
        found.append(Caution.FORMATS_DIFFER)
    if _differ(mentee, mentor, "weekdays") or _differ(mentee, mentor, "times"):
        found.append(Caution.NO_SHARED_TIME)
    if mentor.value("informed") is False:
        found.append(Caution.NOT_INFORMED)
    return found


def _differ(mentee: Profile, mentor: Profile, question_id: str) -> bool:
    """Both answered and nothing is common."""
    one, other = _chosen(mentee.value(question_id)), _chosen(mentor.value(question_id))
    return bool(one and other and not one & other)
