"""What people put down for a row, and when it counts as done: by hand here, by data in `settle_roadmaps`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.audit import Action
from models.programmes import Cycle, Programme
from models.roadmap import ProofKind, RoadmapCheck, RoadmapEntry, RoadmapProof
from services.access.actors import Actor, ActorKind, Channel, Right, system
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.organizations.days import today_of
from services.programmes.packs import ResolvedPack
from services.programmes.roadmaps import Role, Row
from services.programmes.running import pack_of
from services.roadmap.entries import lay_out, reschedule
from services.roadmap.evidence import Found, proven_on, read_evidence
from services.roadmap.leaders import check_answers_for

NOTE_LIMIT = 300
URL_LIMIT = 500
CHECK_EVERY = timedelta(minutes=10)
BATCH = 3  # programmes in one unit of the writer, about 10 ms each


class LinkUnreadable(DomainError):
    text = N_("This is no address of a page: it begins with https:// and has no spaces.")


class LinkTooLong(DomainError):
    text = N_("This address is too long: at most {limit} characters fit.")


class NoteTooLong(DomainError):
    text = N_("This note is too long: at most {limit} characters fit.")


class ProofMissing(DomainError):
    text = N_("Please say what shows that it is done: a link, a scan, or a few words.")


class NotYet(DomainError):
    text = N_("This day has not come yet: name the day on which it was really done.")


@dataclass(frozen=True, slots=True)
class RowSettled:
    """What became of a row: `done_on` None while it is open."""

    entry_id: int
    done_on: date | None


def check_link(typed: str) -> str:
    """The address of a page, without spaces around it. Raises LinkUnreadable, LinkTooLong."""
    url = typed.strip()
    if len(url) > URL_LIMIT:
        raise LinkTooLong(limit=URL_LIMIT)
    try:
        parts = urlsplit(url)
    except ValueError:
        raise LinkUnreadable from None
    if parts.scheme not in {"http", "https"} or "." not in parts.netloc or any(c.isspace() for c in url):
        raise LinkUnreadable
    return url


def is_link(typed: str) -> bool:
    """Whether somebody meant the address of a page."""
    try:
        check_link(typed)
    except (LinkUnreadable, LinkTooLong):
        return False
    return True


def finish_row(
    session: Session,
    *,
    actor: Actor,
    entry_id: int,
    done_on: date | None = None,
    url: str = "",
    note: str = "",
    file_id: int | None = None,
    now: datetime,
) -> RowSettled:
    """Mark a row as done by hand: with a link, a scan or in a word, unless one of these was put down before.
    Doing it twice keeps the first date.

    Raises NotFound, NotAllowed, LinkUnreadable, LinkTooLong, NoteTooLong, NotYet, ProofMissing.
    """
    entry = find(session, RoadmapEntry, entry_id, lock=True)
    check_answers_for(session, actor, entry, _role_of(session, entry))
    today = today_of(session, entry.organization_id, now)
    if done_on is not None and done_on > today:
        raise NotYet
    if not (url.strip() or note.strip() or file_id):
        if entry.done_on is not None:
            return RowSettled(entry.id, entry.done_on)
        if session.scalar(select(RoadmapProof.id).where(RoadmapProof.entry_id == entry_id).limit(1)) is None:
            raise ProofMissing(field="note")
    _put_down(session, actor, entry, _Given(url, note, file_id), now)
    if entry.done_on is None:
        _close(session, actor, entry, done_on or today, now, is_by_data=False)
    return RowSettled(entry.id, entry.done_on)


def add_proof(
    session: Session,
    *,
    actor: Actor,
    entry_id: int,
    url: str = "",
    note: str = "",
    file_id: int | None = None,
    now: datetime,
) -> RowSettled:
    """Put a link, a scan or a word down for a row that goes on. Raises as finish_row does."""
    entry = find(session, RoadmapEntry, entry_id, lock=True)
    check_answers_for(session, actor, entry, _role_of(session, entry))
    _put_down(session, actor, entry, _Given(url, note, file_id), now)
    record(session, actor, Action.ROADMAP_PROOF_ADDED, entry, now=now, after={"row": entry.row_id})
    return RowSettled(entry.id, entry.done_on)


def reopen_row(session: Session, *, actor: Actor, entry_id: int, now: datetime) -> RowSettled:
    """Take the tick back; what was put down stays. Raises NotFound, NotAllowed."""
    entry = find(session, RoadmapEntry, entry_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, entry.organization_id)
    if entry.done_on is not None:
        _reopen(session, actor, entry, now)
    return RowSettled(entry.id, entry.done_on)


def settle_roadmaps(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Lay out what is missing and tick what the data prove, programme by programme. Gives the programmes
    looked at: those not looked at for ten minutes.
    """
    due = session.execute(
        select(Cycle.id, Cycle.organization_id)
        .join(Programme, Programme.cycle_id == Cycle.id)
        .outerjoin(RoadmapCheck, RoadmapCheck.cycle_id == Cycle.id)
        .where(
            Cycle.is_open,
            or_(RoadmapCheck.cycle_id.is_(None), RoadmapCheck.checked_at <= now - CHECK_EVERY),
        )
        .order_by(RoadmapCheck.checked_at, Cycle.id)
        .limit(limit)
    ).all()
    for cycle_id, organization_id in due:
        lay_out(session, cycle_id=cycle_id, now=now)
        _tick(session, cycle_id, organization_id, now)
        check = session.get(RoadmapCheck, cycle_id)
        if check is None:
            session.add(RoadmapCheck(cycle_id=cycle_id, organization_id=organization_id, checked_at=now))
        else:
            check.checked_at = now
    session.flush()
    return len(due)


def proven_today(entry: RoadmapEntry, row: Row, found: Sequence[Found], today: date) -> date | None:
    """The day on which data proved this entry; None while they do not. What goes on all the time is done at
    its end, not before.
    """
    day = proven_on(row, found)
    if day is None or not row.is_continuous:
        return day
    return entry.planned_to if entry.planned_to is not None and entry.planned_to <= today else None


def _tick(session: Session, cycle_id: int, organization_id: int, now: datetime) -> None:
    """What data prove is done on the day of the fact, and open again once they do not."""
    cycle = session.get_one(Cycle, cycle_id)
    found = read_evidence(session, cycle)
    rows = {row.id: row for row in pack_of(session, cycle_id=cycle_id).pack.rows()}
    today = today_of(session, organization_id, now)
    actor = system(Channel.SCHEDULER)
    entries = session.scalars(
        select(RoadmapEntry).where(
            RoadmapEntry.cycle_id == cycle_id,
            or_(RoadmapEntry.done_on.is_(None), RoadmapEntry.is_done_by_data),
        )
    ).all()
    for entry in entries:
        row = rows.get(entry.row_id)
        day = proven_today(entry, row, found.get(entry.id, ()), today) if row is not None else None
        if day is None and entry.done_on is not None:
            _reopen(session, actor, entry, now)
        elif day is not None and day != entry.done_on:
            _close(session, actor, entry, day, now, is_by_data=True)


@dataclass(frozen=True, slots=True)
class _Given:
    """What a person put down; `file_id` is a scan that is kept already."""

    url: str
    note: str
    file_id: int | None


def _put_down(session: Session, actor: Actor, entry: RoadmapEntry, given: _Given, now: datetime) -> None:
    note, url = " ".join(given.note.split()), given.url.strip()
    if len(note) > NOTE_LIMIT:
        raise NoteTooLong(limit=NOTE_LIMIT)
    if not (url or note or given.file_id):
        return
    kind = ProofKind.FILE if given.file_id else ProofKind.LINK if url else ProofKind.WORD
    session.add(
        RoadmapProof(
            organization_id=entry.organization_id,
            entry_id=entry.id,
            kind=kind,
            url=check_link(url) if url else None,
            file_id=given.file_id,
            note=note,
            given_at=now,
            account_id=actor.id if actor.kind is ActorKind.ACCOUNT else None,
            person_id=actor.id if actor.kind is ActorKind.PERSON else None,
        )
    )
    session.flush()


def _close(
    session: Session, actor: Actor, entry: RoadmapEntry, day: date, now: datetime, *, is_by_data: bool
) -> None:
    entry.done_on, entry.is_done_by_data, entry.remind_at = day, is_by_data, None
    after = {"row": entry.row_id, "done_on": day.isoformat(), "by_data": is_by_data}
    record(session, actor, Action.ROADMAP_DONE, entry, now=now, after=after)


def _reopen(session: Session, actor: Actor, entry: RoadmapEntry, now: datetime) -> None:
    before = {"row": entry.row_id, "done_on": entry.done_on.isoformat() if entry.done_on else None}
    entry.done_on, entry.is_done_by_data = None, False
    reschedule(session, entry, now=now)
    record(session, actor, Action.ROADMAP_REOPENED, entry, now=now, before=before)


def _role_of(session: Session, entry: RoadmapEntry) -> Role | None:
    return _row_of(pack_of(session, cycle_id=entry.cycle_id), entry).responsible


def _row_of(pack: ResolvedPack, entry: RoadmapEntry) -> Row:
    try:
        return pack.row(entry.row_id)
    except KeyError:
        raise NotFound from None
