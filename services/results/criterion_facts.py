"""What data say beside each of the nine criteria (SV07; A42): facts to judge by, never a suggested mark."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models.events import Event, EventGuest, EventStatus
from models.meetings import Meeting, MeetingFormat, MeetingKind, MeetingStatus
from models.pairs import REFUSED, Pair
from models.programmes import Cycle
from services.access.actors import Actor, Right
from services.access.records import find
from services.programmes.texts import Text
from services.results.answers import read_round
from services.results.attendance import read_attendance
from services.results.growth import read_growth
from services.results.measured import read_indicators
from services.results.rounds import Round, list_rounds

TRADITIONAL = "traditional"


class Fact(StrEnum):
    """A sentence with its numbers; the words stand in admin.result_words."""

    PLANNED = "planned"  # pairs that held their planning meeting
    AGREED = "agreed"  # offers that both accepted, and declined ones
    OTHER_KINDS = "other_kinds"  # pairs of another kind than one to one
    ONLINE = "online"  # held meetings that were online
    MEAN = "mean"  # the mean of one question
    SATISFIED_MENTEES = "satisfied_mentees"
    SATISFIED_MENTORS = "satisfied_mentors"
    MEETINGS = "meetings"  # held of planned
    EVENTS = "events"  # who came of who was invited
    GROWTH = "growth"  # parameters that rose of those measured twice


@dataclass(frozen=True, slots=True)
class CriterionFact:
    """`part` of `whole`, or a `mean` over `people`; `text` is the question that a mean is of."""

    fact: Fact
    part: int | None = None
    whole: int | None = None
    mean: float | None = None
    people: int | None = None
    text: Text | None = None


MEANS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "climate": (("mentee_satisfaction", "comfort"), ("mentee_satisfaction", "support")),
    "mentor_logic": (("mentee_satisfaction", "understanding"), ("mentee_satisfaction", "plan")),
    "partners": (("partner_feedback", "interaction"), ("partner_feedback", "timeliness")),
    "application": (("mentee_satisfaction", "growth"),),
}
"""Questions whose means stand beside a criterion: the survey and the question."""


def read_criterion_facts(
    session: Session, *, actor: Actor, cycle_id: int, now: datetime
) -> Mapping[str, tuple[CriterionFact, ...]]:
    """By the criterion's question. A mean of too few people, or promised to others, is left out.

    Raises NotFound, NotAllowed.
    """
    cycle = find(session, Cycle, cycle_id)
    actor.check_right(Right.SEE_SCORES, cycle.organization_id)
    rounds = [
        one
        for one in list_rounds(session, actor=actor, organization_id=cycle.organization_id)
        if one.cycle_id == cycle_id
    ]
    found = {
        "goal_fit": [_planned(session, cycle_id)],
        "principles": [_agreed(session, cycle_id)],
        "modern_approaches": [_other_kinds(session, cycle_id), _online(session, cycle_id)],
        "climate": [],
        "mentor_logic": [],
        "satisfaction": _satisfied(session, actor, cycle, now),
        "partners": [],
        "involvement": [_meetings(session, actor, cycle_id, now), _events(session, cycle_id)],
        "application": _growth(session, actor, cycle_id),
    }
    for criterion, questions in MEANS.items():
        for survey_id, question_id in questions:
            found[criterion] += _mean(session, actor, rounds, survey_id, question_id)
    return {key: tuple(one for one in facts if one.whole or one.people) for key, facts in found.items()}


def _mean(
    session: Session, actor: Actor, rounds: list[Round], survey_id: str, question_id: str
) -> list[CriterionFact]:
    """Of the last time that it was asked this year."""
    own = [one for one in rounds if one.survey.id == survey_id]
    if not own:
        return []
    last = max(own, key=lambda one: one.first)
    results = read_round(
        session,
        actor=actor,
        cycle_id=last.cycle_id,
        survey_id=survey_id,
        occasion=last.occasion,
        question_id=question_id,
    )
    return [
        CriterionFact(Fact.MEAN, mean=one.summary.mean, people=one.summary.people, text=one.question.text)
        for one in results.questions
        if one.summary.mean is not None
    ]


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(*conditions)) or 0


def _planned(session: Session, cycle_id: int) -> CriterionFact:
    planned = session.scalar(
        select(func.count(func.distinct(Meeting.pair_id)))
        .join(Pair, Pair.id == Meeting.pair_id)
        .where(
            Meeting.cycle_id == cycle_id,
            Meeting.kind == MeetingKind.PLANNING,
            Meeting.status == MeetingStatus.HELD,
            Pair.accepted_at.is_not(None),
        )
    )
    return CriterionFact(Fact.PLANNED, planned or 0, _pairs(session, cycle_id))


def _pairs(session: Session, cycle_id: int, *conditions: ColumnElement[bool]) -> int:
    return _count(session, Pair.cycle_id == cycle_id, Pair.accepted_at.is_not(None), *conditions)


def _agreed(session: Session, cycle_id: int) -> CriterionFact:
    agreed = _pairs(session, cycle_id)
    refused = _count(session, Pair.cycle_id == cycle_id, Pair.status.in_(REFUSED))
    return CriterionFact(Fact.AGREED, agreed, agreed + refused)


def _other_kinds(session: Session, cycle_id: int) -> CriterionFact:
    other = _pairs(session, cycle_id, Pair.kind != TRADITIONAL)
    return CriterionFact(Fact.OTHER_KINDS, other, _pairs(session, cycle_id))


def _online(session: Session, cycle_id: int) -> CriterionFact:
    held = (Meeting.cycle_id == cycle_id, Meeting.status == MeetingStatus.HELD)
    online = _count(session, *held, Meeting.format == MeetingFormat.ONLINE)
    return CriterionFact(Fact.ONLINE, online, _count(session, *held))


def _satisfied(session: Session, actor: Actor, cycle: Cycle, now: datetime) -> list[CriterionFact]:
    measured = read_indicators(session, actor=actor, organization_id=cycle.organization_id, now=now)
    kinds = {"mentee_satisfaction": Fact.SATISFIED_MENTEES, "mentor_satisfaction": Fact.SATISFIED_MENTORS}
    found = []
    for one in measured:
        own = [
            point for point in one.points if point.cycle_id == cycle.id and point.share.percent is not None
        ]
        if one.indicator in kinds and own:
            found.append(CriterionFact(kinds[one.indicator], own[-1].share.part, own[-1].share.whole))
    return found


def _meetings(session: Session, actor: Actor, cycle_id: int, now: datetime) -> CriterionFact:
    found = read_attendance(session, actor=actor, cycle_id=cycle_id, now=now)
    missed = sum(one.missed for one in found.months)
    return CriterionFact(Fact.MEETINGS, found.held, found.held + missed)


def _events(session: Session, cycle_id: int) -> CriterionFact:
    came, asked = session.execute(
        select(func.count(EventGuest.attended_at), func.count())
        .join(Event, Event.id == EventGuest.event_id)
        .where(Event.cycle_id == cycle_id, Event.status == EventStatus.HELD)
    ).one()
    return CriterionFact(Fact.EVENTS, came, asked)


def _growth(session: Session, actor: Actor, cycle_id: int) -> list[CriterionFact]:
    found = []
    for side in read_growth(session, actor=actor, cycle_id=cycle_id):
        rated = [one.growth for one in side.items if one.question.kind == "rating10"]
        changes = [one.change for one in rated if one.change is not None]
        if changes:
            found.append(CriterionFact(Fact.GROWTH, sum(one > 0 for one in changes), len(changes)))
    return found[:1]
