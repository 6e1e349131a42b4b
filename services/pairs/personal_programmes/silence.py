"""Reminders of a programme, and what the curator is told when nobody acts (docs/design.md#silence).

Each step has a day; those between the day of the last look and today are taken together, so that a person
gets one notice about all of them. While the pair is paused or a side is on leave nothing is looked at: what
came due meanwhile is told when they are back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.messages import NoticeKind
from models.pairs import MEETING, Pair
from models.people import Role
from models.personal_programmes import PersonalProgramme, ProgrammeStatus
from models.tasks import TaskKind
from services.delivery.tasks import open_task
from services.organizations.days import day_of, zone_of
from services.pairs.personal_programmes.contents import ProgrammeFacts, facts_of
from services.pairs.personal_programmes.states import is_task_open, settings_for, tell
from services.people.leaves import is_somebody_away
from services.programmes.regulations import Settings

BATCH = 20  # one unit of the writer stays short
LOOK = timedelta(days=1)


class Due(StrEnum):
    """What a step leads to."""

    REMIND = "remind"
    TASK = "task"


@dataclass(frozen=True, slots=True)
class Step:
    day: date
    due: Due
    people: frozenset[int] = frozenset()
    task: TaskKind | None = None


def watch_programmes(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Take the steps of the programmes whose look is due."""
    rows = session.scalars(
        select(PersonalProgramme)
        .where(PersonalProgramme.look_at <= now)
        .order_by(PersonalProgramme.look_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.look_at = now + LOOK
        pair = session.get_one(Pair, row.pair_id)
        if pair.status in MEETING and not is_somebody_away(session, pair_id=pair.id):
            _look(session, row, now=now)
    return len(rows)


def _look(session: Session, row: PersonalProgramme, *, now: datetime) -> None:
    zone = zone_of(session, row.organization_id)
    today = day_of(now, zone)
    facts = facts_of(session, row, today=today)
    since = day_of(row.since, zone)
    asked_on = {one.id: day_of(one.made_at, zone) for one in facts.changes}
    steps = list(_list_steps(facts, settings_for(session, row), since=since, asked_on=asked_on))
    new = [one for one in steps if row.looked_on < one.day <= today]
    people = {one for step in new if step.due is Due.REMIND for one in step.people}
    row.looked_on = max(row.looked_on, today)
    if people:
        tell(session, row, NoticeKind.PROGRAMME_REMINDER, key=today.isoformat(), only=people, now=now)
    for step in new:
        if step.task is not None and not is_task_open(session, row, step.task):
            key = f"programme:{row.id}:{step.task}:{step.day.isoformat()}"
            open_task(session, step.task, row, key=key, now=now)


def _list_steps(
    facts: ProgrammeFacts, settings: Settings, *, since: date, asked_on: dict[int, date]
) -> Iterator[Step]:
    remind, tell_curator = (timedelta(days=one) for one in settings.programme_silence_days)
    if facts.status in {ProgrammeStatus.DRAFT, ProgrammeStatus.PROPOSED}:
        yield Step(since + remind, Due.REMIND, facts.awaited)
        yield Step(since + tell_curator, Due.TASK, task=TaskKind.PROGRAMME_SILENT)
    if facts.status is not ProgrammeStatus.ACTIVE:
        return
    everybody = frozenset(one.person_id for one in facts.members)
    mentors = frozenset(one.person_id for one in facts.members if one.role is Role.MENTOR)
    for change in facts.changes:
        yield Step(asked_on[change.id] + remind, Due.REMIND, everybody - change.agreed)
        yield Step(asked_on[change.id] + tell_curator, Due.TASK, task=TaskKind.PROGRAMME_SILENT)
    for activity in facts.activities:
        if activity.done_on is None:
            yield Step(
                activity.planned_on - timedelta(days=settings.programme_due_days), Due.REMIND, everybody
            )
            yield Step(activity.planned_on + timedelta(days=1), Due.REMIND, mentors)
            late = activity.planned_on + timedelta(days=settings.programme_late_days)
            yield Step(late, Due.TASK, task=TaskKind.PROGRAMME_LATE)
