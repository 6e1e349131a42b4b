"""What waits for the curator, and five indicators (docs/design.md#panel): counts, ages and ids, no words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from models.accounts import Account
from models.meetings import Meeting, MeetingStatus
from models.pairs import BEGINNING, IN_WORK, MEETING, Pair, PairMember, PairStatus
from models.people import JoinRequest, JoinStatus, Participation, ParticipationStatus, Person, Role
from models.tasks import Task, TaskKind
from services.access.actors import Actor, Right
from services.joining.invitations import list_late
from services.pairs.banks import count_free
from services.pairs.papers import MentorPaper, find_missing_papers
from services.people.leaves import is_away
from services.privacy.erasures import find_overdue

SHOWN = 3  # items of a block on the home page; the rest stands behind its count
MOST = 200  # items of a block on its own page


class Block(StrEnum):
    RECOGNISE = "recognise"
    HELP_WANTED = "help_wanted"
    PETITIONS = "petitions"
    LOW_RATING = "low_rating"
    MISMATCH = "mismatch"
    DECLINED = "declined"
    DRAFTS = "drafts"
    MENTEES = "mentees"
    UNANSWERED = "unanswered"
    UNLOGGED = "unlogged"
    SILENT = "silent"
    PAPERS = "papers"
    PRIVACY = "privacy"
    UNREACHABLE = "unreachable"
    NOT_COME = "not_come"
    OTHER = "other"


_BLOCK_OF_TASK = {
    TaskKind.HELP_WANTED: Block.HELP_WANTED,
    TaskKind.LOW_RATING: Block.LOW_RATING,
    TaskKind.MEETING_MISMATCH: Block.MISMATCH,
    TaskKind.OFFER_DECLINED: Block.DECLINED,
    TaskKind.OFFER_EXPIRED: Block.DECLINED,
    TaskKind.PERSON_UNREACHABLE: Block.UNREACHABLE,
    TaskKind.WRONG_INVITATION: Block.OTHER,
    TaskKind.CONSENT_DECLINED: Block.OTHER,
    TaskKind.MENTOR_RESIGNS: Block.PETITIONS,
    TaskKind.MENTOR_REPLACEMENT: Block.PETITIONS,
    TaskKind.EXTENSION_WANTED: Block.PETITIONS,
    TaskKind.MENTOR_SUGGESTS: Block.PETITIONS,
    TaskKind.SURVEY_SILENT: Block.SILENT,
    TaskKind.ERASURE_DUE: Block.PRIVACY,
    TaskKind.STOP_DUE: Block.PRIVACY,
    TaskKind.UNPUBLISH_DUE: Block.PRIVACY,
    TaskKind.RETENTION_OVER: Block.PRIVACY,
    TaskKind.LONG_TERM_OVER: Block.PRIVACY,
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits. `names` are the people it is about, `awaited` the sides who must answer."""

    block: Block
    since: datetime
    names: tuple[str, ...] = ()
    task_id: int | None = None
    task_kind: TaskKind | None = None
    person_id: int | None = None
    participation_id: int | None = None
    pair_id: int | None = None
    meeting_id: int | None = None
    join_request_id: int | None = None
    digits: str | None = None
    awaited: tuple[Role, ...] = ()
    wanted_on: date | None = None
    papers: tuple[MentorPaper, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A block of the home page, the oldest first."""

    block: Block
    count: int
    oldest: datetime
    items: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts behind the five indicators of the home page."""

    people: int
    mentees: int  # with a finished intake, paired or not
    mentees_paired: int
    mentors_free: int  # as the bank lists them: here, with consent and a place left
    pairs_at_work: int
    meetings_planned: int
    meetings_held: int
    meetings_due: int  # ended ones, held or not


def read_sections(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    cycle_id: int | None,
    now: datetime,
    limit: int = SHOWN,
) -> list[Section]:
    """The blocks in which something waits, the one that has waited longest first.

    Where `cycle_id` is None nothing runs yet and only people can wait.
    """
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    found: list[Waiting] = [*_strangers(session, organization_id), *_tasks(session, organization_id, now)]
    if cycle_id is not None:
        found += _late(session, organization_id, now)
        found += _mentees(session, cycle_id)
        found += _pairs(session, cycle_id)
        found += _papers(session, cycle_id, now)
        found += _unlogged(session, cycle_id, now)
    return _in_sections(found, limit)


def read_figures(
    session: Session, *, actor: Actor, organization_id: int, cycle_id: int | None, now: datetime
) -> Figures:
    actor.check_right(Right.SEE_SCORES, organization_id)
    people = (
        session.scalar(
            select(func.count()).where(
                Person.organization_id == organization_id,
                Person.erased_at.is_(None),
                ~exists().where(Account.person_id == Person.id),  # a curator's own chat is no first step
            )
        )
        or 0
    )
    banks = {
        (role, status): count
        for role, status, count in session.execute(
            select(Participation.role, Participation.status, func.count())
            .where(Participation.cycle_id == cycle_id)
            .group_by(Participation.role, Participation.status)
        )
    }
    by_status = session.execute(
        select(Meeting.status, func.count()).where(Meeting.cycle_id == cycle_id).group_by(Meeting.status)
    )
    meetings: dict[MeetingStatus, int] = {status: count for status, count in by_status}  # noqa: C416  # rows
    due = session.scalar(
        select(func.count()).where(
            Meeting.cycle_id == cycle_id,
            Meeting.ends_at <= now,
            Meeting.status.in_((MeetingStatus.PLANNED, MeetingStatus.HELD, MeetingStatus.MISSED)),
        )
    )
    paired = banks.get((Role.MENTEE, ParticipationStatus.PAIRED), 0)
    return Figures(
        people=people,
        mentees=paired + banks.get((Role.MENTEE, ParticipationStatus.READY), 0),
        mentees_paired=paired,
        mentors_free=0
        if cycle_id is None
        else count_free(session, organization_id=organization_id, cycle_id=cycle_id, role=Role.MENTOR),
        pairs_at_work=session.scalar(
            select(func.count()).where(Pair.cycle_id == cycle_id, Pair.status.in_(MEETING))
        )
        or 0,
        meetings_planned=meetings.get(MeetingStatus.PLANNED, 0) + meetings.get(MeetingStatus.PROPOSED, 0),
        meetings_held=meetings.get(MeetingStatus.HELD, 0),
        meetings_due=due or 0,
    )


def _in_sections(found: Iterable[Waiting], limit: int) -> list[Section]:
    blocks: dict[Block, list[Waiting]] = {}
    for one in sorted(found, key=lambda one: one.since):
        blocks.setdefault(one.block, []).append(one)
    sections = [Section(b, len(items), items[0].since, tuple(items[:limit])) for b, items in blocks.items()]
    return sorted(sections, key=lambda section: section.oldest)


def _strangers(session: Session, organization_id: int) -> list[Waiting]:
    rows = session.scalars(
        select(JoinRequest).where(
            JoinRequest.organization_id == organization_id, JoinRequest.status == JoinStatus.WAITING
        )
    )
    return [
        Waiting(Block.RECOGNISE, row.created_at, join_request_id=row.id, digits=row.digits) for row in rows
    ]


def _tasks(session: Session, organization_id: int, now: datetime) -> list[Waiting]:
    """Open tasks; those of strangers are seen from their requests instead. The month's task on terms names
    whose data are to be destroyed.
    """
    rows = session.execute(
        select(Task, Person)
        .outerjoin(Person, Person.id == Task.person_id)
        .where(
            Task.organization_id == organization_id,
            Task.done_at.is_(None),
            Task.kind != TaskKind.RECOGNISE_PERSON,
        )
        .order_by(Task.opened_at)
        .limit(MOST)
    ).all()
    sides = _names_of_pairs(session, {task.pair_id for task, _person in rows if task.pair_id})
    over: tuple[str, ...] = ()
    if any(task.kind is TaskKind.RETENTION_OVER for task, _person in rows):
        over = tuple(one.person for one in find_overdue(session, organization_id, now))
    return [
        Waiting(
            _BLOCK_OF_TASK[task.kind],
            task.opened_at,
            names=over
            if task.kind is TaskKind.RETENTION_OVER
            else (person.full_name,)
            if person
            else sides.get(task.pair_id or 0, ()),
            task_id=task.id,
            task_kind=task.kind,
            person_id=task.person_id,
            pair_id=task.pair_id,
            meeting_id=task.meeting_id,
            wanted_on=task.wanted_on,
        )
        for task, person in rows
    ]


def _late(session: Session, organization_id: int, now: datetime) -> list[Waiting]:
    """Who was invited long ago and has not come: a task that the fact closes."""
    return [
        Waiting(Block.NOT_COME, one.first_at, names=(one.full_name,), person_id=one.person_id)
        for one in list_late(session, organization_id=organization_id, now=now)
        if one.first_at is not None
    ]


def _mentees(session: Session, cycle_id: int) -> list[Waiting]:
    """Mentees in the bank who stand in no pair, draft or offer."""
    taken = select(PairMember.participation_id).where(PairMember.is_current)
    rows = session.execute(
        select(Participation, Person)
        .join(Person, Person.id == Participation.person_id)
        .where(
            Participation.cycle_id == cycle_id,
            Participation.role == Role.MENTEE,
            Participation.status == ParticipationStatus.READY,
            Participation.id.not_in(taken),
            ~is_away(Person.id),
        )
    )
    return [
        Waiting(
            Block.MENTEES,
            part.ready_at or part.joined_at,
            names=(person.full_name,),
            person_id=person.id,
            participation_id=part.id,
        )
        for part, person in rows
    ]


def _pairs(session: Session, cycle_id: int) -> list[Waiting]:
    pairs = session.scalars(select(Pair).where(Pair.cycle_id == cycle_id, Pair.status.in_(BEGINNING))).all()
    sides = _names_of_pairs(session, {pair.id for pair in pairs})
    silent: dict[int, list[Role]] = {}
    for pair_id, role in session.execute(
        select(PairMember.pair_id, PairMember.role).where(
            PairMember.pair_id.in_([pair.id for pair in pairs]), PairMember.decision.is_(None)
        )
    ):
        silent.setdefault(pair_id, []).append(role)
    found = []
    for pair in pairs:
        is_draft = pair.status is PairStatus.DRAFT
        found.append(
            Waiting(
                Block.DRAFTS if is_draft else Block.UNANSWERED,
                pair.proposed_at if is_draft else pair.offered_at or pair.proposed_at,
                names=sides.get(pair.id, ()),
                pair_id=pair.id,
                awaited=() if is_draft else tuple(sorted(silent.get(pair.id, []))),
            )
        )
    return found


def _papers(session: Session, cycle_id: int, now: datetime) -> list[Waiting]:
    """Pairs that both have agreed to, whose mentor lacks a paper of art. 351.8, until it is registered."""
    pairs = session.scalars(select(Pair).where(Pair.cycle_id == cycle_id, Pair.status.in_(IN_WORK))).all()
    lacking = find_missing_papers(session, pairs, now=now)
    sides = _names_of_pairs(session, set(lacking))
    return [
        Waiting(
            Block.PAPERS,
            pair.accepted_at or pair.proposed_at,
            names=sides.get(pair.id, ()),
            pair_id=pair.id,
            papers=lacking[pair.id],
        )
        for pair in pairs
        if pair.id in lacking
    ]


def _unlogged(session: Session, cycle_id: int, now: datetime) -> list[Waiting]:
    meetings = session.scalars(
        select(Meeting).where(
            Meeting.cycle_id == cycle_id, Meeting.status == MeetingStatus.PLANNED, Meeting.ends_at <= now
        )
    ).all()
    sides = _names_of_pairs(session, {meeting.pair_id for meeting in meetings})
    return [
        Waiting(
            Block.UNLOGGED,
            meeting.ends_at,
            names=sides.get(meeting.pair_id, ()),
            pair_id=meeting.pair_id,
            meeting_id=meeting.id,
        )
        for meeting in meetings
    ]


def _names_of_pairs(session: Session, ids: set[int]) -> dict[int, tuple[str, ...]]:
    """The mentor's name, then the mentee's, for each pair."""
    found: dict[int, dict[Role, str]] = {}
    for pair_id, role, person in session.execute(
        select(PairMember.pair_id, PairMember.role, Person)
        .join(Person, Person.id == PairMember.person_id)
        .where(PairMember.pair_id.in_(ids))
    ):
        found.setdefault(pair_id, {})[role] = person.full_name
    return {
        pair_id: tuple(names[role] for role in (Role.MENTOR, Role.MENTEE) if role in names)
        for pair_id, names in found.items()
    }
