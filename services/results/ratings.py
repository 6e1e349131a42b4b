"""Ratings after meetings (SV04), by side and by month: usefulness and comfort of a meeting as mentees see it,
the mentee's progress and the comfort of the talk as mentors do. Nobody's satisfaction with mentoring: that is
services.results.satisfaction.

One survey gives one value, the mean of its ratings. Surveys closed half-way stay out.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from statistics import fmean
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.pairs import Pair
from models.people import Organization, Role
from models.programmes import Cycle
from models.surveys import Answer, SurveyRun, SurveyStatus
from services.access.actors import Actor, Right
from services.access.errors import NotFound
from services.organizations.days import day_of
from services.programmes.running import pack_of
from services.surveys.reading import FEWEST_SEEN


@dataclass(frozen=True, slots=True)
class MonthRating:
    """`people` is how many stand behind the mean."""

    month: date  # its first day
    mean: float
    ratings: int
    people: int


@dataclass(frozen=True, slots=True)
class SideRatings:
    """`mean` is of 10, None without a rating. `is_withheld`: there are ratings, but of too few people for
    whoever asks.
    """

    role: Role
    mean: float | None
    ratings: int
    people: int
    months: tuple[MonthRating, ...]
    is_withheld: bool = False

    def of_at_least(self, fewest: int) -> "SideRatings":
        """The same without any mean of fewer people."""
        months = tuple(month for month in self.months if month.people >= fewest)
        if self.people >= fewest or not self.people:
            return replace(self, months=months)
        return replace(self, mean=None, months=(), is_withheld=True)


@dataclass(frozen=True, slots=True)
class Ratings:
    sides: tuple[SideRatings, ...]

    def side(self, role: Role) -> SideRatings:
        return next(side for side in self.sides if side.role is role)


def read_ratings(session: Session, *, actor: Actor, cycle_id: int) -> Ratings:
    """Means of fewer than FEWEST_SEEN people are withheld from whoever does not manage pairs (a promise).

    Raises NotFound, NotAllowed.
    """
    found = session.execute(
        select(Cycle.organization_id, Organization.timezone)
        .join(Organization, Organization.id == Cycle.organization_id)
        .where(Cycle.id == cycle_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    actor.check_right(Right.SEE_SCORES, found.organization_id)
    sides = tuple(
        _read_side(session, cycle_id, side, ZoneInfo(found.timezone)) for side in (Role.MENTEE, Role.MENTOR)
    )
    if not actor.has_right(Right.MANAGE_PAIRS, found.organization_id):
        sides = tuple(side.of_at_least(FEWEST_SEEN) for side in sides)
    return Ratings(sides)


def read_pair_ratings(session: Session, *, actor: Actor, pair_id: int) -> tuple[SideRatings, ...]:
    """The same of one pair, the mentee's side first. Raises NotFound, NotAllowed."""
    found = session.execute(
        select(Pair.organization_id, Pair.cycle_id, Organization.timezone)
        .join(Organization, Organization.id == Pair.organization_id)
        .where(Pair.id == pair_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    actor.check_right(Right.SEE_SCORES, found.organization_id)
    actor.check_right(Right.MANAGE_PAIRS, found.organization_id)  # so it was promised
    return tuple(
        _read_side(session, found.cycle_id, side, ZoneInfo(found.timezone), pair_id=pair_id)
        for side in (Role.MENTEE, Role.MENTOR)
    )


def _read_side(
    session: Session,
    cycle_id: int,
    role: Role,
    zone: ZoneInfo,
    *,
    pair_id: int | None = None,
) -> SideRatings:
    audience: Literal["mentee", "mentor"] = "mentee" if role is Role.MENTEE else "mentor"
    survey = pack_of(session, cycle_id=cycle_id).survey_for("post_meeting", audience)
    if survey is None:
        return SideRatings(role, None, 0, 0, ())
    rated = [one.id for one in survey.questions() if one.kind == "rating10" and not one.private]
    rows = session.execute(
        select(SurveyRun.id, SurveyRun.person_id, SurveyRun.sent_at, Answer.value)
        .join(Answer, Answer.run_id == SurveyRun.id)
        .where(
            SurveyRun.cycle_id == cycle_id,
            SurveyRun.survey_id == survey.id,
            SurveyRun.status == SurveyStatus.SENT,
            Answer.question_id.in_(rated),
            *([SurveyRun.pair_id == pair_id] if pair_id is not None else []),
        )
    )
    runs: dict[int, tuple[int, date, list[int]]] = {}
    for run_id, person_id, sent_at, value in rows:
        rating = (value or {}).get("value")
        if isinstance(rating, int) and person_id is not None and sent_at is not None:
            month = day_of(sent_at, zone).replace(day=1)
            runs.setdefault(run_id, (person_id, month, []))[2].append(rating)
    return _sum_up(role, list(runs.values()))


def _sum_up(role: Role, runs: list[tuple[int, date, list[int]]]) -> SideRatings:
    by_month: defaultdict[date, list[float]] = defaultdict(list)
    raters: defaultdict[date, set[int]] = defaultdict(set)
    for person_id, month, ratings in runs:
        by_month[month].append(fmean(ratings))
        raters[month].add(person_id)
    values = [fmean(ratings) for _person, _month, ratings in runs]
    return SideRatings(
        role=role,
        mean=fmean(values) if values else None,
        ratings=len(values),
        people=len({person_id for person_id, _month, _ratings in runs}),
        months=tuple(
            MonthRating(month, fmean(own), len(own), len(raters[month]))
            for month, own in sorted(by_month.items())
        ),
    )
