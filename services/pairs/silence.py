"""Silence in a pair: an offer without an answer, no meeting yet or for long (docs/design.md#silence).

Days on which a side is on leave, and holidays of the school or the country, do not count. A reminder that is
late by more than two days is left out: the next step comes in its time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from models.meetings import Meeting
from models.messages import NoticeKind
from models.pairs import MEETING, WATCHED, Pair, PairMember, PairStatus, WaitsFor, is_in_pair
from models.people import Role
from models.tasks import Task, TaskKind
from services.access.records import find
from services.delivery.outbox import enqueue
from services.delivery.tasks import open_task
from services.organizations.days import day_of, zone_of
from services.organizations.school_days import Calendar, read_calendar
from services.pairs.contacts import MET, NO_CONTACT, Contact, read_contacts
from services.pairs.rules import rules_of
from services.people.leaves import Leave, read_leaves
from services.programmes.regulations import Settings
from services.programmes.running import settings_of

BATCH = 20  # one unit of the writer stays short
LATE = timedelta(days=2)
LOOK = timedelta(days=1)  # a meeting that is called off, a leave: what is due may come nearer
FARTHEST = 400  # days


class Silence(StrEnum):
    OFFER = "offer"
    FIRST_MEETING = "first_meeting"
    MEETING = "meeting"


NOTICES = {
    Silence.OFFER: NoticeKind.PAIR_OFFER_REMINDER,
    Silence.FIRST_MEETING: NoticeKind.PAIR_FIRST_MEETING,
    Silence.MEETING: NoticeKind.PAIR_SILENT,
}


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from a silence that began at `since` and has lasted for so many days: `who` is reminded,
    or gets a task (the curator).
    """

    silence: Silence
    days: int
    who: WaitsFor
    since: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Quiet:
    """What is known of a pair's contact, and the steps that follow while nobody acts, by their time."""

    contact: Contact
    steps: tuple[Step, ...]
    is_away: bool  # a side is on leave today

    def due(self, now: datetime) -> list[Step]:
        """The latest step of each silence that has come; earlier ones were taken or left out."""
        latest = {step.silence: step for step in self.steps if step.due_at <= now}
        return [] if self.is_away else list(latest.values())


def watch(pair: Pair, *, now: datetime) -> None:
    """The state of the pair has changed: the scheduler looks at it anew, or no more."""
    pair.silence_at = now if pair.status in WATCHED else None


def remind_of_silence(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Remind whoever must act in a pair, and open the curator's task when that was in vain."""
    pairs = session.scalars(
        select(Pair)
        .where(Pair.silence_at <= now)
        .order_by(Pair.silence_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for pair, quiet in zip(pairs, read_quiet(session, pairs, now=now), strict=True):
        for step in quiet.due(now):
            _take(session, pair, step, now=now)
        coming = [step.due_at for step in quiet.steps if step.due_at > now]
        pair.silence_at = min([now + LOOK, *coming])
    _close_ended(session, now=now)
    return len(pairs)


def read_silence(session: Session, *, pair_id: int, now: datetime) -> Quiet:
    """For callers that have checked who asks. Raises NotFound."""
    return read_quiet(session, [find(session, Pair, pair_id)], now=now)[0]


def read_quiet(session: Session, pairs: Sequence[Pair], *, now: datetime) -> list[Quiet]:
    """Of each pair in this order, by a few statements for all of them."""
    contacts = read_contacts(session, [pair.id for pair in pairs], now=now)
    people = _read_people(session, [pair.id for pair in pairs])
    leaves = read_leaves(session, {one for members in people.values() for one in members})
    zones = {one: zone_of(session, one) for one in {pair.organization_id for pair in pairs}}
    found = []
    for pair in pairs:
        days = _Days(
            zone=zones[pair.organization_id],
            calendar=read_calendar(session, organization_id=pair.organization_id),
            leaves=[leave for one in people.get(pair.id, ()) for leave in leaves.get(one, ())],
        )
        contact = contacts.get(pair.id, NO_CONTACT)
        settings = settings_of(session, cycle_id=pair.cycle_id)
        steps = sorted(_list_steps(session, pair, contact, days, settings), key=lambda step: step.due_at)
        found.append(Quiet(contact, tuple(steps), is_away=days.is_away(day_of(now, days.zone))))
    return found


def _read_people(session: Session, pair_ids: list[int]) -> dict[int, list[int]]:
    """Whose leaves count: of both sides of a pair; of a group its mentor's, the others meet all the same."""
    sides: dict[int, list[tuple[Role, int]]] = {}
    for pair_id, role, person_id in session.execute(
        select(PairMember.pair_id, PairMember.role, PairMember.person_id).where(
            PairMember.pair_id.in_(pair_ids), is_in_pair()
        )
    ):
        sides.setdefault(pair_id, []).append((role, person_id))
    return {
        pair_id: [person_id for role, person_id in found if role is Role.MENTOR or len(found) <= len(Role)]
        for pair_id, found in sides.items()
    }


@dataclass(frozen=True, slots=True)
class _Days:
    """Which days of a pair count."""

    zone: ZoneInfo
    calendar: Calendar
    leaves: list[Leave]

    def find(self, since: datetime, days: int) -> datetime | None:
        """The same hour so many days that count later; None where that lies beyond all planning."""
        begun = since.astimezone(self.zone)
        day, left = begun.date(), days
        for _ in range(FARTHEST):
            day += timedelta(days=1)
            left -= not (self.calendar.is_holiday(day) or self.is_away(day))
            if not left:
                return datetime.combine(day, begun.time(), self.zone)
        return None

    def is_away(self, day: date) -> bool:
        return any(
            one.starts_on <= day and (one.ended_at is None or day < day_of(one.ended_at, self.zone))
            for one in self.leaves
        )


def _list_steps(
    session: Session, pair: Pair, contact: Contact, days: _Days, settings: Settings
) -> Iterable[Step]:
    if pair.status is PairStatus.OFFERED and pair.offered_at is not None:
        steps = [(one, WaitsFor.BOTH) for one in settings.offer_reminder_days]
        last = pair.offer_expires_at
        found = _date(Silence.OFFER, steps, pair.offered_at, days)
        yield from (step for step in found if last is None or step.due_at < last)
    if pair.status not in MEETING or pair.accepted_at is None or contact.coming_at is not None:
        return
    if rules_of(session, pair).is_on_request:
        return
    if not contact.has_begun:
        steps = [(one, WaitsFor.MENTOR) for one in settings.first_meeting_reminder_days]
        yield from _date(Silence.FIRST_MEETING, steps, pair.resumed_at or pair.accepted_at, days)
    moments = (pair.accepted_at, pair.resumed_at, contact.met_at)
    since = max(moment for moment in moments if moment is not None)
    roles = (WaitsFor.MENTOR, WaitsFor.BOTH, WaitsFor.CURATOR)
    yield from _date(Silence.MEETING, zip(settings.no_meeting_days, roles, strict=True), since, days)


def _date(
    silence: Silence, steps: Iterable[tuple[int, WaitsFor]], since: datetime, days: _Days
) -> Iterable[Step]:
    for count, who in steps:
        due_at = days.find(since, count)
        if due_at is not None:
            yield Step(silence, count, who, since, due_at)


def _take(session: Session, pair: Pair, step: Step, *, now: datetime) -> None:
    mark = f"pair:{pair.id}:silence:{step.silence}:{step.since.isoformat()}:{step.days}"
    if step.who is WaitsFor.CURATOR:
        open_task(session, TaskKind.PAIR_SILENT, pair, key=mark, now=now)
        return
    if now - step.due_at > LATE:
        return
    for member in pair.sides:
        is_answered = step.silence is Silence.OFFER and member.decision is not None
        if is_answered or (step.who is WaitsFor.MENTOR and member.role is not Role.MENTOR):
            continue
        enqueue(
            session,
            NOTICES[step.silence],
            pair,
            key=f"{mark}:person:{member.person_id}",
            person_id=member.person_id,
            facts={"pair_id": pair.id},
            now=now,
        )


def _close_ended(session: Session, *, now: datetime) -> None:
    """A meeting was agreed or told of since, or the pair meets no more: nothing waits for the curator."""
    has_met = exists().where(
        Meeting.pair_id == Task.pair_id, Meeting.status.in_(MET), Meeting.proposed_at >= Task.opened_at
    )
    meets = exists().where(Pair.id == Task.pair_id, Pair.status.in_(MEETING))
    session.execute(
        update(Task)
        .where(Task.kind == TaskKind.PAIR_SILENT, Task.done_at.is_(None), has_met | ~meets)
        .values(done_at=now)
        .execution_options(synchronize_session=False)
    )
