"""The curator's Monday digest: at most seven rows, the most urgent first, each with what may be done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.accounts import AccountRole
from models.messages import NoticeKind
from models.programmes import Cycle, Programme
from models.roadmap import RoadmapCheck, RoadmapDigest, RoadmapEntry
from services.access.actors import Actor
from services.access.errors import NotFound
from services.access.records import find
from services.delivery.outbox import enqueue
from services.organizations.days import today_of, zone_of
from services.organizations.school_days import read_calendar
from services.programmes.texts import Text
from services.roadmap.entries import quieten
from services.roadmap.leaders import check_leads, read_leaders
from services.roadmap.proofs import CHECK_EVERY
from services.roadmap.reminders import BATCH as REMINDED
from services.roadmap.reminders import ask_responsible, is_reminded, leaders_of, remind_responsible, row_of

AT = time(8, 30)  # before the reminders of the same day, so that these leave out what it says
MOST = 7
BATCH = 5
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DigestItem:
    """`days` until the end, negative when late. `can_ask`: somebody else answers and is in the chat."""

    entry_id: int
    title: Text
    planned_to: date | None
    days: int
    done_on: date | None
    quiet_until: date | None
    can_ask: bool


@dataclass(frozen=True, slots=True)
class Digest:
    """`more` rows wait beside those that are listed."""

    id: int
    person_id: int
    week: date
    items: tuple[DigestItem, ...]
    more: int


def remind_of_roadmaps(session: Session, *, now: datetime, limit: int = REMINDED) -> int:
    """Make the digests that are due and queue the reminders whose time has come, in one transaction.

    In two, a reminder could leave before the digest of the same morning is there: both would name the same
    rows, and the day's one unprompted message would be spent on the lesser one. Gives the rows looked at;
    `limit` when more may wait.
    """
    if send_digests(session, now=now) == BATCH:
        return limit
    return remind_responsible(session, now=now, limit=limit)


def send_digests(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """On the first working morning of a week make a digest for each curator who is linked to the chat.

    A week in which nothing waits has none. Gives the programmes whose week was settled.
    """
    a_week_ago = now.date() - timedelta(days=6)
    checks = session.execute(
        select(RoadmapCheck, Cycle)
        .select_from(Cycle)
        .join(Programme, Programme.cycle_id == Cycle.id)
        .outerjoin(RoadmapCheck, RoadmapCheck.cycle_id == Cycle.id)
        .where(Cycle.is_open)
        .where(or_(RoadmapCheck.digest_week.is_(None), RoadmapCheck.digest_week <= a_week_ago))
        .order_by(Cycle.id)
    ).all()
    settled = 0
    for found, cycle in checks:
        if settled == limit:
            break
        check = found or _begin_checks(session, cycle, now)
        local = now.astimezone(zone_of(session, cycle.organization_id))
        week = local.date() - timedelta(days=local.weekday())
        opens = read_calendar(session, organization_id=cycle.organization_id).find_after(week)
        if check.digest_week == week or opens >= week + WEEK:
            continue
        if (local.date(), local.time()) < (opens, AT):
            continue
        if check.digest_week is not None or local.date() == opens:
            _make(session, cycle, week, local.date(), now)
        check.digest_week = week
        settled += 1
    session.flush()
    return settled


def _begin_checks(session: Session, cycle: Cycle, now: datetime) -> RoadmapCheck:
    """For a programme too new to have been looked at; it stays due for that."""
    check = RoadmapCheck(
        cycle_id=cycle.id, organization_id=cycle.organization_id, checked_at=now - CHECK_EVERY
    )
    session.add(check)
    return check


def _make(session: Session, cycle: Cycle, week: date, today: date, now: datetime) -> None:
    entries = _waiting(session, cycle, today)
    if not entries:
        return
    leaders = read_leaders(session, organization_id=cycle.organization_id)
    for leader in leaders.by_part.get(AccountRole.CURATOR, ()):
        if leader.person_id is None:
            continue
        digest = RoadmapDigest(
            organization_id=cycle.organization_id,
            cycle_id=cycle.id,
            person_id=leader.person_id,
            week=week,
            items=[one.id for one in entries[:MOST]],
            made_at=now,
        )
        session.add(digest)
        session.flush()
        key = f"roadmap:digest:{cycle.id}:{week}:person:{leader.person_id}"
        enqueue(
            session,
            NoticeKind.ROADMAP_DIGEST,
            cycle,
            key=key,
            person_id=leader.person_id,
            facts={"digest_id": digest.id},
            now=now,
        )


def _waiting(session: Session, cycle: Cycle, today: date) -> list[RoadmapEntry]:
    """Rows that are late or due within a week, the earliest end first."""
    entries = session.scalars(
        select(RoadmapEntry)
        .where(RoadmapEntry.cycle_id == cycle.id, RoadmapEntry.done_on.is_(None))
        .where(RoadmapEntry.planned_to.is_not(None))
        .order_by(RoadmapEntry.planned_to, RoadmapEntry.id)
    )
    return [one for one in entries if is_reminded(one, cycle, today)]


def read_digest(session: Session, *, digest_id: int, now: datetime) -> Digest:
    """What a digest says now: its rows stay where they stood, done or not. Raises NotFound."""
    digest = find(session, RoadmapDigest, digest_id)
    cycle = session.get_one(Cycle, digest.cycle_id)
    today = today_of(session, digest.organization_id, now)
    items = []
    for entry_id in digest.items:
        entry = session.get(RoadmapEntry, int(entry_id))
        if entry is not None:
            items.append(_item(session, entry, digest.person_id, today))
    more = {one.id for one in _waiting(session, cycle, today)} - set(digest.items)
    return Digest(digest.id, digest.person_id, digest.week, tuple(items), len(more))


def _item(session: Session, entry: RoadmapEntry, reader_id: int, today: date) -> DigestItem:
    others = [one for one in leaders_of(session, entry) if one.is_in_chat and one.person_id != reader_id]
    is_quiet = entry.quiet_until is not None and entry.quiet_until > today
    return DigestItem(
        entry_id=entry.id,
        title=row_of(session, entry).title,
        planned_to=entry.planned_to,
        days=(entry.planned_to - today).days if entry.planned_to is not None else 0,
        done_on=entry.done_on,
        quiet_until=entry.quiet_until if is_quiet else None,
        can_ask=bool(others),
    )


def act_on_digest(
    session: Session,
    *,
    actor: Actor,
    digest_id: int,
    entry_id: int,
    act: str,
    now: datetime,
) -> Digest:
    """One tap of the digest: "remind" or "later"; then what the digest says.

    Raises NotFound, NotAllowed, NoOneToRemind, RowDone.
    """
    digest = find(session, RoadmapDigest, digest_id)
    if entry_id not in digest.items or act not in ACTS:
        raise NotFound
    actor.check_is_person(digest.person_id)
    check_leads(session, actor, digest.organization_id)
    ACTS[act](session, actor=actor, entry_id=entry_id, now=now)
    session.flush()
    return read_digest(session, digest_id=digest_id, now=now)


def _put_off(session: Session, *, actor: Actor, entry_id: int, now: datetime) -> None:
    quieten(session, find(session, RoadmapEntry, entry_id, lock=True), actor=actor, now=now)


ACTS: dict[str, Callable[..., Any]] = {"remind": ask_responsible, "later": _put_off}
