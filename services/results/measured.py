"""Indicators measured: each value with its day, its base, the target of its year, and the people behind it.

Measured values stand side by side, by their day; nothing averages them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from models.people import Participation, Person, Role
from models.programmes import Cycle, Programme
from models.surveys import SurveyRun, SurveyStatus, SurveyWave
from services.access.actors import Actor, Right
from services.access.records import find
from services.organizations.days import day_of, zone_of
from services.programmes.regulations import Indicator, Occasion, Target
from services.programmes.running import pack_of, settings_of
from services.programmes.surveys import Survey
from services.results.headcounts import HeadcountFacts, list_headcounts
from services.results.indicators import (
    Involvement,
    Light,
    Satisfied,
    Share,
    coverage,
    involvement,
    involvement_by,
    light,
    satisfaction_index,
    satisfied,
    young_specialists,
)
from services.results.populations import (
    ASKED_AT,
    respondents_of,
    sides_of,
    students_in,
    works_of,
    young_in,
)
from services.surveys.reading import read_values

SIDES: Mapping[Indicator, Role] = {
    "mentee_satisfaction": Role.MENTEE,
    "mentor_satisfaction": Role.MENTOR,
}
REQUIREMENTS: Mapping[Indicator, str] = {
    "young_specialists": "B25",
    "mentee_satisfaction": "B26",
    "mentor_satisfaction": "B27",
    "student_coverage": "C39",
    "staff_coverage": "C40",
}


@dataclass(frozen=True, slots=True)
class Point:
    """One measured value. `target` is that of its year, or the last one set before; `occasion` is None for a
    share of a headcount.
    """

    cycle_id: int
    day: date
    occasion: Occasion | None
    share: Share
    satisfied: Satisfied | None
    target: Target | None
    light: Light | None


@dataclass(frozen=True, slots=True)
class Measured:
    """An indicator with all that was measured of it, the oldest first."""

    indicator: Indicator
    requirement: str
    points: tuple[Point, ...]

    @property
    def latest(self) -> Point | None:
        return self.points[-1] if self.points else None

    @property
    def trend(self) -> float | None:
        """Percentage points from the value before to the latest one."""
        values = [one.share.percent for one in self.points if one.share.percent is not None]
        return values[-1] - values[-2] if len(values) > 1 else None


@dataclass(frozen=True, slots=True)
class Involved:
    """Involvement of a school year: whole, by form and by kind of mentoring (B18, E25)."""

    whole: Involvement
    forms: Mapping[str, Involvement]
    kinds: Mapping[str, Involvement]


@dataclass(frozen=True, slots=True)
class Behind:
    """A person behind a figure. `answered` is None for whoever may not know who answered, and where nothing
    was asked; what anybody answered is told to nobody.
    """

    person_id: int
    name: str
    role: Role
    is_in_pair: bool
    is_young: bool
    answered: bool | None


def read_indicators(
    session: Session, *, actor: Actor, organization_id: int, now: datetime
) -> tuple[Measured, ...]:
    """Every indicator over all school years. Raises NotAllowed."""
    actor.check_right(Right.SEE_SCORES, organization_id)
    cycles = session.scalars(
        select(Cycle)
        .join(Programme, Programme.cycle_id == Cycle.id)
        .where(Cycle.organization_id == organization_id)
        .order_by(Cycle.starts_on)
    ).all()
    zone = zone_of(session, organization_id)
    heads = list_headcounts(session, actor=actor, organization_id=organization_id)
    found: dict[Indicator, list[Point]] = {name: [] for name in REQUIREMENTS}
    has_students = False
    for cycle in cycles:
        pack = pack_of(session, cycle_id=cycle.id).pack
        has_students = has_students or "student" in pack.mentee_kinds
        own = [one for one in heads if cycle.starts_on <= one.counted_on <= cycle.ends_on]
        for name, point in _counted(session, cycle, own, pack.targets, zone):
            found[name].append(point)
        for name, role in SIDES.items():
            found[name] += _asked(session, cycle, name, role, pack.targets, zone, now)
    if not has_students:
        del found["student_coverage"]
    return tuple(
        Measured(name, REQUIREMENTS[name], tuple(sorted(points, key=lambda one: one.day)))
        for name, points in found.items()
    )


def read_involvement(session: Session, *, actor: Actor, cycle_id: int) -> Involved:
    """Raises NotFound, NotAllowed."""
    cycle = find(session, Cycle, cycle_id)
    actor.check_right(Right.SEE_SCORES, cycle.organization_id)
    works = works_of(session, cycle_id)
    return Involved(involvement(works), involvement_by(works, "form"), involvement_by(works, "kind"))


def list_behind(
    session: Session,
    *,
    actor: Actor,
    cycle_id: int,
    indicator: Indicator | None = None,
    form: str | None = None,
    kind: str | None = None,
) -> list[Behind]:
    """Who was counted for an indicator, or works in pairs of this form or kind.

    Raises NotFound, NotAllowed.
    """
    cycle = find(session, Cycle, cycle_id)
    actor.check_right(Right.SEE_PEOPLE, cycle.organization_id)
    works = [
        one for one in works_of(session, cycle_id) if form in {None, one.form} and kind in {None, one.kind}
    ]
    young, students = young_in(session, cycle_id), students_in(session, cycle_id)
    sides = [(one.mentee_id, Role.MENTEE) for one in works] + [(one.mentor_id, Role.MENTOR) for one in works]
    in_pairs = dict.fromkeys(sides)
    shown = set(in_pairs)
    answered: set[int] | None = None
    if indicator == "young_specialists":
        shown = {(one, Role.MENTEE) for one in young}
    elif indicator is not None and indicator in SIDES:
        shown = {one for one in shown if one[1] is SIDES[indicator]}
        if actor.has_right(Right.MANAGE_PAIRS, cycle.organization_id):
            answered = respondents_of(session, cycle_id, SIDES[indicator])
    elif indicator in {"staff_coverage", "student_coverage"}:
        shown = {one for one in shown if (one[0] in students) == (indicator == "student_coverage")}
    names = {
        one.id: one
        for one in session.scalars(select(Person).where(Person.id.in_({person for person, _ in shown})))
    }
    found = [
        Behind(
            person_id=person_id,
            name=names[person_id].full_name,
            role=role,
            is_in_pair=(person_id, role) in in_pairs,
            is_young=person_id in young,
            answered=None if answered is None else person_id in answered,
        )
        for person_id, role in shown
    ]
    return sorted(found, key=lambda one: (one.role.value, names[one.person_id].sort_key))


def _counted(
    session: Session,
    cycle: Cycle,
    heads: Iterable[HeadcountFacts],
    targets: Sequence[Target],
    zone: ZoneInfo,
) -> Iterable[tuple[Indicator, Point]]:
    """Shares of what the curator counted on a day, with the pairs that both had agreed to by then."""
    young, students = young_in(session, cycle.id), students_in(session, cycle.id)
    for head in heads:
        sides = sides_of(session, cycle.id, head.counted_on, zone)
        people = {person_id for person_id, _ in sides}
        mentees = {person_id for person_id, role in sides if role is Role.MENTEE}
        shares: dict[Indicator, Share | None] = {
            "young_specialists": young_specialists(mentees & young, head.young_specialists)
            if head.young_specialists is not None
            else None,
            "staff_coverage": coverage(people - students, head.staff) if head.staff is not None else None,
            "student_coverage": coverage(people & students, head.students)
            if head.students is not None
            else None,
        }
        for name, share in shares.items():
            if share is not None:
                yield name, _point(cycle.id, name, head.counted_on, share, targets)


def _asked(
    session: Session,
    cycle: Cycle,
    indicator: Indicator,
    role: Role,
    targets: Sequence[Target],
    zone: ZoneInfo,
    now: datetime,
) -> list[Point]:
    """A value for each time that satisfaction was asked: of everybody in a pair by the end of that time."""
    pack = pack_of(session, cycle_id=cycle.id)
    threshold = settings_of(session, cycle_id=cycle.id).satisfied_threshold
    found = []
    for occasion in ASKED_AT:
        survey = pack.survey_for(occasion, role.value)
        if survey is None:
            continue
        waves = session.execute(
            select(func.min(SurveyWave.starts_at), func.max(SurveyWave.closes_at))
            .join(SurveyRun, SurveyRun.wave_id == SurveyWave.id)
            .where(
                SurveyWave.cycle_id == cycle.id,
                SurveyWave.occasion == occasion,
                SurveyRun.survey_id == survey.id,
            )
        ).one()
        if waves[0] is None:
            continue
        until = min(waves[1] or now, now)
        sides = sides_of(session, cycle.id, day_of(until, zone), zone)
        took_part = {person_id for person_id, side in sides if side is role}
        indexes = _indexes(session, cycle.id, occasion, survey, took_part)
        measured = satisfied(indexes, len(took_part), threshold)
        day = day_of(waves[0], zone)
        found.append(_point(cycle.id, indicator, day, measured.share, targets, occasion, measured))
    return found


def _point(
    cycle_id: int,
    indicator: Indicator,
    day: date,
    share: Share,
    targets: Sequence[Target],
    occasion: Occasion | None = None,
    measured: Satisfied | None = None,
) -> Point:
    target = target_for(targets, indicator, day.year)
    value = target.value if target else None
    return Point(cycle_id, day, occasion, share, measured, target, light(share.percent, value))


def target_for(targets: Iterable[Target], indicator: Indicator, year: int) -> Target | None:
    """The target of a calendar year (B28), or the last one that was set before it."""
    own = [one for one in targets if one.indicator == indicator and one.year <= year]
    return max(own, key=lambda one: one.year, default=None)


def _indexes(
    session: Session, cycle_id: int, occasion: Occasion, survey: Survey, took_part: set[int]
) -> list[float]:
    """The satisfaction of each participant who answered, by the latest answers; nobody is named by an answer
    that stayed of an erased person, which counts on.
    """
    is_nobody = Person.erased_at.is_not(None) & ~exists().where(Participation.person_id == Person.id)
    runs = session.execute(
        select(SurveyRun.id, SurveyRun.person_id, is_nobody)
        .join(SurveyWave, SurveyWave.id == SurveyRun.wave_id)
        .join(Person, Person.id == SurveyRun.person_id)
        .where(
            SurveyRun.cycle_id == cycle_id,
            SurveyRun.survey_id == survey.id,
            SurveyWave.occasion == occasion,
            SurveyRun.status == SurveyStatus.SENT,
        )
        .order_by(SurveyRun.sent_at)
    ).all()
    latest = {person_id: run_id for run_id, person_id, nobody in runs if nobody or person_id in took_part}
    rated = {one.id: one.reverse for one in survey.questions() if one.kind == "rating10" and not one.private}
    turned = {key for key, is_reversed in rated.items() if is_reversed}
    found = []
    for values in read_values(session, latest.values(), question_ids=rated).values():
        ratings = {key: value for key, value in values.items() if type(value) is int}
        index = satisfaction_index(ratings, turned)
        if index is not None:
            found.append(index)
    return found
