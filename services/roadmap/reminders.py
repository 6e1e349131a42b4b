"""Reminding those who answer for rows: by the clock, and when a curator asks.

What is due is an indexed column; what was said is known by the outbox's unique keys: row, day and person.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import NoticeKind
from models.people import Person
from models.programmes import Cycle
from models.roadmap import RoadmapDigest, RoadmapEntry
from services.access.actors import Actor, ActorKind
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.delivery.outbox import enqueue
from services.organizations.days import today_of
from services.programmes.roadmaps import Row
from services.programmes.running import pack_of
from services.programmes.texts import Text
from services.roadmap.entries import reschedule
from services.roadmap.leaders import Leader, check_answers_for, check_leads, read_leaders
from services.roadmap.reading import RowState, state_of

BATCH = 40  # rows; all that are due in a morning make one notice a person
SOON = timedelta(days=7)
MOST_DUTIES = 7


class NoOneToRemind(DomainError):
    text = N_("Nobody in the chat answers for this row: choose who does, in the panel.")


@dataclass(frozen=True, slots=True)
class RowAsked:
    """How many people were reminded; those reminded earlier today are not counted."""

    entry_id: int
    people: int


@dataclass(frozen=True, slots=True)
class Duty:
    """A row as it stands for the person who answers for it. `days` until its end, negative when late."""

    entry_id: int
    title: Text
    document: Text | None
    planned_to: date | None
    days: int
    is_done: bool


def remind_responsible(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Queue the reminders whose time has come, one notice a person, and set the next ones.

    Gives the rows looked at.
    """
    entries = session.scalars(
        select(RoadmapEntry)
        .where(RoadmapEntry.remind_at <= now)
        .order_by(RoadmapEntry.remind_at, RoadmapEntry.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    by_person: defaultdict[int, list[RoadmapEntry]] = defaultdict(list)
    for entry in entries:
        if not session.scalars(select(Cycle.is_open).where(Cycle.id == entry.cycle_id)).one():
            entry.remind_at = None
            continue
        for leader in leaders_of(session, entry):
            if leader.person_id is not None:
                by_person[leader.person_id].append(entry)
        reschedule(session, entry, now=now)
    for person_id, rows in by_person.items():
        key = f"roadmap:due:{now.date()}:{rows[0].id}:person:{person_id}"
        enqueue(
            session,
            NoticeKind.ROADMAP_REMINDER,
            rows[0],
            key=key,
            person_id=person_id,
            facts={"entry_ids": [row.id for row in rows]},
            now=now,
        )
    session.flush()
    return len(entries)


def ask_responsible(session: Session, *, actor: Actor, entry_id: int, now: datetime) -> RowAsked:
    """A curator reminds those who answer for a row, once a day.

    Raises NotFound, NotAllowed, NoOneToRemind.
    """
    entry = find(session, RoadmapEntry, entry_id)
    check_leads(session, actor, entry.organization_id)
    own = actor.id if actor.kind is ActorKind.PERSON else None
    others = [one for one in leaders_of(session, entry) if one.is_in_chat and one.person_id != own]
    if not others:
        raise NoOneToRemind
    today = today_of(session, entry.organization_id, now)
    asked = sum(
        _enqueue(session, entry, leader, NoticeKind.ROADMAP_ASKED, f"asked:{today}", now) for leader in others
    )
    record(session, actor, Action.ROADMAP_ASKED, entry, now=now, after={"row": entry.row_id, "people": asked})
    return RowAsked(entry.id, asked)


def leaders_of(session: Session, entry: RoadmapEntry) -> tuple[Leader, ...]:
    named = () if entry.responsible_id is None else (entry.responsible_id,)
    leaders = read_leaders(session, organization_id=entry.organization_id, named=named)
    return leaders.of(row_of(session, entry).responsible, entry.responsible_id)


def row_of(session: Session, entry: RoadmapEntry) -> Row:
    """The row in the programme's pack. Raises NotFound: an upgrade of the programme may have dropped it."""
    try:
        return pack_of(session, cycle_id=entry.cycle_id).row(entry.row_id)
    except KeyError:
        raise NotFound from None


def read_duty(session: Session, *, entry_id: int, person_id: int, now: datetime) -> Duty | None:
    """The row as it stands for this person; None when somebody else answers for it now, or it is put off.

    Raises NotFound.
    """
    entry = find(session, RoadmapEntry, entry_id)
    if person_id not in {one.person_id for one in leaders_of(session, entry)}:
        return None
    today = today_of(session, entry.organization_id, now)
    if entry.quiet_until is not None and entry.quiet_until > today:
        return None
    return _duty(session, entry, today)


def read_own_row(session: Session, *, actor: Actor, entry_id: int, now: datetime) -> Duty:
    """The row as it stands, for whoever may tick it. Raises NotFound, NotAllowed."""
    entry = find(session, RoadmapEntry, entry_id)
    check_answers_for(session, actor, entry, row_of(session, entry).responsible)
    return _duty(session, entry, today_of(session, entry.organization_id, now))


def read_duties(
    session: Session, *, entry_ids: Sequence[int], person_id: int, now: datetime
) -> tuple[Duty, ...]:
    """Of these rows those that still wait for this person and do not stand in their digest of this week.

    On the digest's own day none: it names the most urgent ones and how many wait beside them.
    """
    found = []
    digest = _last_digest(session, person_id, now)
    if digest is not None and digest.made_at.date() == now.date():
        return ()
    told = set(digest.items) if digest is not None else set()
    for entry_id in entry_ids:
        if entry_id in told:
            continue
        try:
            duty = read_duty(session, entry_id=entry_id, person_id=person_id, now=now)
        except NotFound:
            continue
        if duty is not None and not duty.is_done:
            found.append(duty)
    return tuple(sorted(found, key=lambda one: one.days))


def _last_digest(session: Session, person_id: int, now: datetime) -> RoadmapDigest | None:
    return session.scalars(
        select(RoadmapDigest)
        .where(RoadmapDigest.person_id == person_id, RoadmapDigest.made_at > now - SOON)
        .order_by(RoadmapDigest.id.desc())
        .limit(1)
    ).one_or_none()


def list_duties(session: Session, *, person_id: int, now: datetime) -> tuple[Duty, ...]:
    """Rows that this person answers for and that are late or due within a week, the latest first."""
    person = find(session, Person, person_id)
    today = today_of(session, person.organization_id, now)
    entries = session.scalars(
        select(RoadmapEntry)
        .join(Cycle, Cycle.id == RoadmapEntry.cycle_id)
        .where(
            RoadmapEntry.organization_id == person.organization_id,
            Cycle.is_open,
            RoadmapEntry.done_on.is_(None),
            RoadmapEntry.planned_to <= today + SOON,
            RoadmapEntry.remind_at.is_not(None),
        )
        .order_by(RoadmapEntry.planned_to, RoadmapEntry.id)
    )
    found = []
    for entry in entries:
        if person_id in {one.person_id for one in leaders_of(session, entry)}:
            found.append(_duty(session, entry, today))
        if len(found) == MOST_DUTIES:
            break
    return tuple(found)


def is_reminded(entry: RoadmapEntry, cycle: Cycle, today: date) -> bool:
    """Whether a row that is not done belongs on a list of what waits: late or due within a week, and not put
    off.
    """
    if entry.quiet_until is not None and entry.quiet_until > today:
        return False
    state = state_of(entry, cycle, today)
    is_soon = entry.planned_to is not None and entry.planned_to <= today + SOON
    return state is RowState.LATE or (state is RowState.DUE and is_soon)


def _duty(session: Session, entry: RoadmapEntry, today: date) -> Duty:
    row = row_of(session, entry)
    days = (entry.planned_to - today).days if entry.planned_to is not None else 0
    return Duty(entry.id, row.title, row.document, entry.planned_to, days, entry.done_on is not None)


def _enqueue(
    session: Session, entry: RoadmapEntry, leader: Leader, kind: NoticeKind, occasion: str, now: datetime
) -> bool:
    if leader.person_id is None:
        return False
    key = f"roadmap:{entry.id}:{occasion}:person:{leader.person_id}"
    return enqueue(
        session, kind, entry, key=key, person_id=leader.person_id, facts={"entry_id": entry.id}, now=now
    )
