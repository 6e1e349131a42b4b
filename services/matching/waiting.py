"""The search for mentees who wait goes on with each mentor who is new in the bank (C20, E43)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.people import Participation, ParticipationStatus
from models.tasks import TaskKind
from services.delivery.tasks import open_task
from services.matching.facts import Facts
from services.matching.reading import read_facts
from services.matching.scoring import find_broken, list_areas

BATCH = 5  # each reads the facts of its school year


def search_for_waiting(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Tell the curator, for each new mentor, how many of those who wait they suit."""
    rows = session.scalars(
        select(Participation)
        .where(Participation.search_at <= now)
        .order_by(Participation.search_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    known: dict[int, Facts] = {}
    for row in rows:
        row.search_at = None
        if row.status is not ParticipationStatus.READY:
            continue
        if row.cycle_id not in known:
            known[row.cycle_id] = read_facts(session, cycle_id=row.cycle_id)
        count = count_suited(known[row.cycle_id], row.id)
        if count:
            key = f"mentor_for_waiting:{row.id}:{now.isoformat()}"
            open_task(session, TaskKind.MENTOR_FOR_WAITING, row, key=key, amount=count, now=now)
    return len(rows)


def count_suited(facts: Facts, mentor_id: int) -> int:
    """How many mentees without a pair have a pressing need that this mentor is strong in, where no rule
    forbids the two.
    """
    mentor = next((one for one in facts.mentors if one.id == mentor_id), None)
    if mentor is None or mentor.gaps:
        return 0
    return sum(
        not mentee.gaps
        and not find_broken(mentee, mentor, facts)
        and any(area.is_match for area in list_areas(mentee, mentor))
        for mentee in facts.mentees
    )
