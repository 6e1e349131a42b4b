"""Before and after (SV08; A38, A39): what changed in each parameter for people who were measured twice.

A measurement at the start counts when it was answered before the pair's second meeting; a later one is marked
as late and stays out of the comparison. Ratings where 10 is bad are turned round, so that more is better.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import fmean
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetings import Meeting, MeetingStatus
from models.people import Person, Role
from models.programmes import Cycle
from models.surveys import SurveyRun, SurveyStatus, SurveyWave
from services.access.actors import Actor, Right
from services.access.records import find
from services.organizations.days import day_of, zone_of
from services.programmes.regulations import Occasion
from services.programmes.running import pack_of
from services.programmes.surveys import Question, Survey
from services.results.answers import Summary, read_round
from services.results.indicators import WORST_AND_BEST
from services.results.populations import ASKED_AT
from services.results.rounds import Round, list_rounds
from services.surveys.reading import FEWEST_SEEN, may_count, read_values, staff_reader

COMPARED = frozenset({"rating10", "int", "yes_no"})
RESAMPLES = 2000
SEED = 20_260_901  # the interval of the same answers is the same whenever it is looked at
CERTAIN = 95  # percent of resampled means within the interval
EXPECTATIONS = "expectations"
"""The question of SV05 and SV06, how far expectations came true; nobody rates them at the start (A43)."""


@dataclass(frozen=True, slots=True)
class Twice:
    """One person's value at the start and at the end, turned so that more is better where 10 is bad."""

    respondent: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Growth:
    """Means over `measured` pairs of values and the mean change with its interval; `improved` is the percent
    of values that rose. Of fewer than five people only their number is told: the rest is None.
    """

    measured: int
    people: int
    before: float | None = None
    after: float | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    improved: float | None = None

    @property
    def is_withheld(self) -> bool:
        return self.change is None


@dataclass(frozen=True, slots=True)
class ItemGrowth:
    question: Question
    growth: Growth


@dataclass(frozen=True, slots=True)
class SideGrowth:
    """What one side told: mentees of themselves, mentors of their mentees. `late` and `in_time` are answers
    of the start; `both` were measured in time and again at the end. `hidden` parameters are for others.
    """

    role: Role
    asked_before: int
    in_time: int
    late: int
    asked_after: int
    sent_after: int
    both: int
    items: tuple[ItemGrowth, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Who was measured, for whoever leads pairs; never what they answered."""

    person_id: int
    name: str
    about: str
    role: Role
    before: date | None
    is_late: bool
    after: date | None


@dataclass(frozen=True, slots=True)
class _Run:
    id: int
    key: tuple[int, int | None]  # who answered, and about whom
    person_id: int
    pair_id: int | None
    answered: datetime | None
    filled_on: date | None

    def day(self, zone: ZoneInfo) -> date | None:
        if self.filled_on is not None:
            return self.filled_on
        return day_of(self.answered, zone) if self.answered else None


def grow(values: Sequence[Twice]) -> Growth:
    """Compare both measurements. The interval is of the mean change: a bootstrap with a fixed seed."""
    people = len({one.respondent for one in values})
    if people < FEWEST_SEEN:
        return Growth(len(values), people)
    import numpy as np

    changes = np.array([one.after - one.before for one in values])
    chosen = np.random.default_rng(SEED).integers(0, len(changes), (RESAMPLES, len(changes)))
    low, high = np.percentile(changes[chosen].mean(axis=1), [(100 - CERTAIN) / 2, (100 + CERTAIN) / 2])
    return Growth(
        len(values),
        people,
        before=fmean(one.before for one in values),
        after=fmean(one.after for one in values),
        change=float(changes.mean()),
        low=float(low),
        high=float(high),
        improved=100 * float((changes > 0).mean()),
    )


def turned(question: Question, value: object) -> float | None:
    """The value to compare: a reversed rating turned round, "yes" as 1; None of a skipped question."""
    if isinstance(value, bool):
        return float(value)
    if type(value) is not int:
        return None
    return float(WORST_AND_BEST - value if question.reverse else value)


def read_growth(session: Session, *, actor: Actor, cycle_id: int) -> tuple[SideGrowth, ...]:
    """Both sides of a school year, mentees first; a side that is not measured is left out.

    Raises NotFound, NotAllowed.
    """
    cycle = find(session, Cycle, cycle_id)
    actor.check_right(Right.SEE_SCORES, cycle.organization_id)
    reader = staff_reader(actor, cycle.organization_id)
    found = []
    for role in (Role.MENTEE, Role.MENTOR):
        surveys = _surveys(session, cycle_id, role)
        if surveys is None:
            continue
        before = _runs(session, cycle_id, "indicators_before", role)
        after = _runs(session, cycle_id, "indicators_after", role)
        late = _late(session, cycle, before)
        questions = [one for one in surveys[0].questions() if one.kind in COMPARED]
        counted = [one for one in questions if may_count(one, reader)]
        first = {one.key: one for one in before if one.answered and one.id not in late}
        last = {one.key: one for one in after if one.answered}
        both = [key for key in first if key in last]
        ids = {one.id for one in counted}
        then = read_values(session, [first[key].id for key in both], question_ids=ids)
        now = read_values(session, [last[key].id for key in both], question_ids=ids)
        found.append(
            SideGrowth(
                role=role,
                asked_before=len(before),
                in_time=len(first),
                late=len(late),
                asked_after=len(after),
                sent_after=len(last),
                both=len(both),
                items=tuple(
                    ItemGrowth(one, grow(_twice(one, both, first, last, then, now))) for one in counted
                ),
                hidden=len(questions) - len(counted),
            )
        )
    return tuple(found)


def list_measured(session: Session, *, actor: Actor, cycle_id: int) -> list[Standing]:
    """Who was asked at the start or at the end, by role and name. Raises NotFound, NotAllowed."""
    cycle = find(session, Cycle, cycle_id)
    actor.check_right(Right.MANAGE_PAIRS, cycle.organization_id)
    zone = zone_of(session, cycle.organization_id)
    found: list[tuple[tuple[int, str, int], Standing]] = []
    for number, role in enumerate((Role.MENTEE, Role.MENTOR)):
        before = _runs(session, cycle_id, "indicators_before", role)
        after = _runs(session, cycle_id, "indicators_after", role)
        late = _late(session, cycle, before)
        first, last = ({one.key: one for one in runs} for runs in (before, after))
        ids = {one for key in (*first, *last) for one in key if one is not None}
        names = {one.id: one for one in session.scalars(select(Person).where(Person.id.in_(ids)))}
        for key in dict.fromkeys((*first, *last)):
            person, about = names[key[0]], names.get(key[1] or 0)
            start, end = first.get(key), last.get(key)
            standing = Standing(
                person_id=person.id,
                name=person.full_name,
                about=about.full_name if about else "",
                role=role,
                before=start.day(zone) if start else None,
                is_late=start is not None and start.id in late,
                after=end.day(zone) if end else None,
            )
            found.append(((number, person.sort_key, about.id if about else 0), standing))
    return [standing for _, standing in sorted(found, key=lambda one: one[0])]


def read_expectations(session: Session, *, actor: Actor, cycle_id: int) -> list[tuple[Round, Summary]]:
    """How far expectations came true, each time that it was asked this year. Raises NotFound, NotAllowed."""
    cycle = find(session, Cycle, cycle_id)
    found = []
    for one in list_rounds(session, actor=actor, organization_id=cycle.organization_id):
        if one.cycle_id == cycle_id and one.occasion in ASKED_AT:
            results = read_round(
                session,
                actor=actor,
                cycle_id=cycle_id,
                survey_id=one.survey.id,
                occasion=one.occasion,
                question_id=EXPECTATIONS,
            )
            found += [(one, question.summary) for question in results.questions]
    return found


def _surveys(session: Session, cycle_id: int, role: Role) -> tuple[Survey, Survey] | None:
    pack = pack_of(session, cycle_id=cycle_id)
    before, after = (
        pack.survey_for(occasion, role.value) for occasion in ("indicators_before", "indicators_after")
    )
    return (before, after) if before and after else None


def _runs(session: Session, cycle_id: int, occasion: Occasion, role: Role) -> list[_Run]:
    """One run for each person and whom they told of: at the start the first that was answered, at the end the
    last.
    """
    pack = pack_of(session, cycle_id=cycle_id)
    mine = [one.id for one in pack.surveys if one.audience == role.value]
    rows = session.execute(
        select(
            SurveyRun.id,
            SurveyRun.person_id,
            SurveyRun.about_person_id,
            SurveyRun.pair_id,
            SurveyRun.status,
            SurveyRun.sent_at,
            SurveyRun.filled_on,
        )
        .join(SurveyWave, SurveyWave.id == SurveyRun.wave_id)
        .where(
            SurveyRun.cycle_id == cycle_id,
            SurveyRun.survey_id.in_(mine),
            SurveyRun.person_id.is_not(None),
            SurveyWave.occasion == occasion,
        )
        .order_by(SurveyRun.id)
    )
    found: dict[Any, _Run] = {}
    for run_id, person_id, about_id, pair_id, status, sent_at, filled_on in rows:
        answered = sent_at if status is SurveyStatus.SENT else None
        run = _Run(run_id, (person_id or 0, about_id), person_id or 0, pair_id, answered, filled_on)
        known = found.get(run.key)
        is_open = known is None or known.answered is None or occasion == "indicators_after"
        if known is None or (is_open and answered is not None):
            found[run.key] = run
    return list(found.values())


def _late(session: Session, cycle: Cycle, runs: Sequence[_Run]) -> set[int]:
    """Measurements at the start that were answered after the second meeting of their pair had begun."""
    zone = zone_of(session, cycle.organization_id)
    met: dict[int, list[datetime]] = {}
    for pair_id, starts_at in session.execute(
        select(Meeting.pair_id, Meeting.starts_at)
        .where(
            Meeting.pair_id.in_({one.pair_id for one in runs if one.pair_id is not None}),
            Meeting.status == MeetingStatus.HELD,
        )
        .order_by(Meeting.starts_at)
    ):
        met.setdefault(pair_id, []).append(starts_at)
    late = set()
    for run in runs:
        meetings = met.get(run.pair_id or 0, [])
        if run.answered is None or len(meetings) < 2:  # noqa: PLR2004  # the second meeting
            continue
        if run.filled_on is not None:
            is_late = run.filled_on > day_of(meetings[1], zone)
        else:
            is_late = run.answered > meetings[1]
        if is_late:
            late.add(run.id)
    return late


def _twice(
    question: Question,
    keys: Sequence[tuple[int, int | None]],
    first: dict[tuple[int, int | None], _Run],
    last: dict[tuple[int, int | None], _Run],
    then: dict[int, dict[str, object]],
    now: dict[int, dict[str, object]],
) -> list[Twice]:
    found = []
    for key in keys:
        before = turned(question, then.get(first[key].id, {}).get(question.id))
        after = turned(question, now.get(last[key].id, {}).get(question.id))
        if before is not None and after is not None:
            found.append(Twice(key[0], before, after))
    return found
