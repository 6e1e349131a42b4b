"""What waits for the curator (docs/design.md#panel): counts, ages and ids, no words but those passed on.

Each block is a query of its own, counted and cut by the database.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from models.meetings import Meeting, MeetingStatus
from models.pairs import IN_WORK, Pair, PairMember, PairStatus, is_in_pair
from models.people import JoinRequest, JoinStatus, Participation, ParticipationStatus, Person, Role
from models.requests import Request, RequestKind, RequestStatus
from models.tasks import Task, TaskKind
from services.access.actors import Actor, Right
from services.access.listing import Asked, Listed, list_page
from services.curator.blocks import BLOCK_OF_TASK, Block
from services.curator.names import names_of_pairs, names_of_people
from services.joining.invitations import list_late
from services.pairs.contacts import MET
from services.pairs.papers import MentorPaper, find_missing_papers, lacks_paper
from services.people.leaves import is_away
from services.privacy.erasures import find_overdue
from services.programmes.running import pack_of

MOST_NAMED = 20  # people of the task on terms that have run out; the others are counted
SHOWN = 3  # items of a block on the home page; the rest stands behind its count


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits. `names` are the people it is about, `others` how many more there are,
    `awaited` the sides who must answer.
    """

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
    request_id: int | None = None
    request_kind: RequestKind | None = None
    digits: str | None = None
    awaited: tuple[Role, ...] = ()
    wanted_on: date | None = None
    words: str | None = None
    amount: int | None = None
    papers: tuple[MentorPaper, ...] = ()
    others: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A block of the home page, the oldest first. `is_capped`: more wait than `count` says."""

    block: Block
    count: int
    is_capped: bool
    oldest: datetime
    items: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where is looked. `cycle_id` is None while nothing runs: then only people can wait."""

    session: Session
    organization_id: int
    cycle_id: int | None
    now: datetime


def read_sections(
    session: Session, *, actor: Actor, organization_id: int, cycle_id: int | None, now: datetime
) -> list[Section]:
    """The blocks in which something waits, the one that has waited longest first. Raises NotAllowed."""
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    scope = _Scope(session, organization_id, cycle_id, now)
    sections = []
    for block in _blocks(scope):
        found = _look(scope, block, Asked(size=SHOWN))
        if found.rows:
            sections.append(Section(block, found.count, found.is_capped, found.rows[0].since, found.rows))
    return sorted(sections, key=lambda section: section.oldest)


def list_waiting(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    cycle_id: int | None,
    block: Block,
    now: datetime,
    asked: Asked,
) -> Listed[Waiting]:
    """A page of one block, the oldest first. Raises NotAllowed."""
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    return _look(_Scope(session, organization_id, cycle_id, now), block, asked)


def _blocks(scope: _Scope) -> list[Block]:
    """Those that can hold something: of tasks the ones with an open task."""
    kinds = scope.session.scalars(
        select(Task.kind)
        .where(Task.organization_id == scope.organization_id, Task.done_at.is_(None))
        .distinct()
    )
    tasks = {BLOCK_OF_TASK[kind] for kind in kinds if kind in BLOCK_OF_TASK}
    others = {Block.RECOGNISE} if scope.cycle_id is None else set(_READ)
    return [block for block in Block if block in tasks | others]


def _look(scope: _Scope, block: Block, asked: Asked) -> Listed[Waiting]:
    return _READ.get(block, _tasks)(scope, block, asked)


def _strangers(scope: _Scope, block: Block, asked: Asked) -> Listed[Waiting]:
    query = select(JoinRequest).where(
        JoinRequest.organization_id == scope.organization_id, JoinRequest.status == JoinStatus.WAITING
    )
    found = list_page(
        scope.session, query, keys={"since": (JoinRequest.created_at, JoinRequest.id)}, asked=asked
    )
    return found.showing(
        [Waiting(block, row.created_at, join_request_id=row.id, digits=row.digits) for row in found.rows]
    )


def _tasks(scope: _Scope, block: Block, asked: Asked) -> Listed[Waiting]:
    """Open tasks; those of strangers are seen from their requests instead. The month's task on terms names
    whose data are to be destroyed.
    """
    kinds = [kind for kind, its in BLOCK_OF_TASK.items() if its is block]
    query = select(Task).where(
        Task.organization_id == scope.organization_id, Task.done_at.is_(None), Task.kind.in_(kinds)
    )
    found = list_page(scope.session, query, keys={"since": (Task.opened_at, Task.id)}, asked=asked)
    names = names_of_people(scope.session, {task.person_id for task in found.rows if task.person_id})
    sides = names_of_pairs(scope.session, {task.pair_id for task in found.rows if task.pair_id})
    over: tuple[str, ...] = ()
    if any(task.kind is TaskKind.RETENTION_OVER for task in found.rows):
        over = tuple(one.person for one in find_overdue(scope.session, scope.organization_id, scope.now))
    return found.showing(
        [
            Waiting(
                block,
                task.opened_at,
                names=over[:MOST_NAMED]
                if task.kind is TaskKind.RETENTION_OVER
                else names.get(task.person_id or 0) or sides.get(task.pair_id or 0, ()),
                task_id=task.id,
                task_kind=task.kind,
                person_id=task.person_id,
                pair_id=task.pair_id,
                meeting_id=task.meeting_id,
                wanted_on=task.wanted_on,
                words=task.words,
                amount=task.amount,
                others=max(len(over) - MOST_NAMED, 0) if task.kind is TaskKind.RETENTION_OVER else 0,
            )
            for task in found.rows
        ]
    )


def _late(scope: _Scope, block: Block, asked: Asked) -> Listed[Waiting]:
    """Who was invited long ago and has not come: a task that the fact closes."""
    found = list_late(scope.session, organization_id=scope.organization_id, now=scope.now, asked=asked)
    return found.showing(
        [
            Waiting(block, one.first_at, names=(one.full_name,), person_id=one.person_id)
            for one in found.rows
            if one.first_at is not None
        ]
    )


def _mentees(scope: _Scope, block: Block, asked: Asked) -> Listed[Waiting]:
    """Mentees in the bank who stand in no pair, draft or offer."""
    since = func.coalesce(Participation.ready_at, Participation.joined_at)
    query = (
        select(Participation)
        .join(Person, Person.id == Participation.person_id)
        .where(
            Participation.cycle_id == scope.cycle_id,
            Participation.role == Role.MENTEE,
            Participation.status == ParticipationStatus.READY,
            ~select(PairMember.id)
            .where(PairMember.participation_id == Participation.id, PairMember.is_current)
            .exists(),
            ~is_away(Person.id),
        )
    )
    found = list_page(scope.session, query, keys={"since": (since, Participation.id)}, asked=asked)
    names = names_of_people(scope.session, {part.person_id for part in found.rows})
    return found.showing(
        [
            Waiting(
                block,
                part.ready_at or part.joined_at,
                names=names.get(part.person_id, ()),
                person_id=part.person_id,
                participation_id=part.id,
            )
            for part in found.rows
        ]
    )


def _drafts(scope: _Scope, block: Block, asked: Asked) -> Listed[Waiting]:
    found = _pairs(scope, asked, Pair.proposed_at, Pair.status == PairStatus.DRAFT)
    sides = names_of_pairs(scope.session, {pair.id for pair in found.rows})
    return found.showing(
        [
            Waiting(block, pair.proposed_at, names=sides.get(pair.id, ()), pair_id=pair.id)
            for pair in found.rows
        ]
    )


def _unanswered(scope: _Scope, block: Block, asked: Asked) -> Listed[Waiting]:
    since = func.coalesce(Pair.offered_at, Pair.proposed_at)
    found = _pairs(scope, asked, since, Pair.status == PairStatus.OFFERED)
    ids = {pair.id for pair in found.rows}
    sides = names_of_pairs(scope.session, ids)
    silent: dict[int, list[Role]] = {}
    for pair_id, role in scope.session.execute(
        select(PairMember.pair_id, PairMember.role).where(
            PairMember.pair_id.in_(ids), PairMember.decision.is_(None), is_in_pair()
        )
    ):
        silent.setdefault(pair_id, []).append(role)
    return found.showing(
        [
            Waiting(
                block,
                pair.offered_at or pair.proposed_at,
                names=sides.get(pair.id, ()),
                pair_id=pair.id,
                awaited=tuple(sorted(silent.get(pair.id, []))),
            )
            for pair in found.rows
        ]
    )


def _orders(scope: _Scope, block: Block, asked: Asked) -> Listed[Waiting]:
    """Pairs that both have agreed to and that have begun: what is missing is the order."""
    assert scope.cycle_id is not None
    on_request = [
        one.id for one in pack_of(scope.session, cycle_id=scope.cycle_id).pack.kinds if one.is_on_request
    ]
    has_begun = exists().where(Meeting.pair_id == Pair.id, Meeting.status.in_(MET))
    since = func.coalesce(Pair.accepted_at, Pair.proposed_at)
    found = _pairs(
        scope,
        asked,
        since,
        Pair.status == PairStatus.ACCEPTED,
        or_(has_begun, Pair.kind.in_(on_request)),
    )
    sides = names_of_pairs(scope.session, {pair.id for pair in found.rows})
    return found.showing(
        [
            Waiting(
                block, pair.accepted_at or pair.proposed_at, names=sides.get(pair.id, ()), pair_id=pair.id
            )
            for pair in found.rows
        ]
    )


def _papers(scope: _Scope, block: Block, asked: Asked) -> Listed[Waiting]:
    """Pairs that both have agreed to, whose mentor lacks a paper of art. 351.8, until it is registered."""
    assert scope.cycle_id is not None
    lacking = lacks_paper(
        scope.session, organization_id=scope.organization_id, cycle_id=scope.cycle_id, now=scope.now
    )
    since = func.coalesce(Pair.accepted_at, Pair.proposed_at)
    found = _pairs(scope, asked, since, Pair.status.in_(IN_WORK), lacking)
    papers = find_missing_papers(scope.session, found.rows, now=scope.now)
    sides = names_of_pairs(scope.session, {pair.id for pair in found.rows})
    return found.showing(
        [
            Waiting(
                block,
                pair.accepted_at or pair.proposed_at,
                names=sides.get(pair.id, ()),
                pair_id=pair.id,
                papers=papers.get(pair.id, ()),
            )
            for pair in found.rows
        ]
    )


def _unlogged(scope: _Scope, block: Block, asked: Asked) -> Listed[Waiting]:
    query = select(Meeting).where(
        Meeting.cycle_id == scope.cycle_id,
        Meeting.status == MeetingStatus.PLANNED,
        Meeting.ends_at <= scope.now,
    )
    found = list_page(scope.session, query, keys={"since": (Meeting.ends_at, Meeting.id)}, asked=asked)
    sides = names_of_pairs(scope.session, {meeting.pair_id for meeting in found.rows})
    return found.showing(
        [
            Waiting(
                block,
                meeting.ends_at,
                names=sides.get(meeting.pair_id, ()),
                pair_id=meeting.pair_id,
                meeting_id=meeting.id,
            )
            for meeting in found.rows
        ]
    )


def _requests(scope: _Scope, block: Block, asked: Asked) -> Listed[Waiting]:
    """What people of pairs ask the staff for; a question of two comes here when it has had no answer."""
    is_due = or_(Request.kind != RequestKind.QUESTION, Request.due_at <= scope.now)
    query = select(Request).where(
        Request.organization_id == scope.organization_id,
        Request.status == RequestStatus.WAITING,
        is_due,
    )
    found = list_page(scope.session, query, keys={"since": (Request.made_at, Request.id)}, asked=asked)
    names = names_of_people(scope.session, {one.person_id for one in found.rows})
    return found.showing(
        [
            Waiting(
                block,
                one.made_at,
                names=names.get(one.person_id, ()),
                person_id=one.person_id,
                pair_id=one.pair_id,
                request_id=one.id,
                request_kind=one.kind,
                wanted_on=one.effective_on or one.wanted_on,
            )
            for one in found.rows
        ]
    )


_READ: dict[Block, Callable[[_Scope, Block, Asked], Listed[Waiting]]] = {
    Block.RECOGNISE: _strangers,
    Block.NOT_COME: _late,
    Block.MENTEES: _mentees,
    Block.DRAFTS: _drafts,
    Block.UNANSWERED: _unanswered,
    Block.ORDERS: _orders,
    Block.PAPERS: _papers,
    Block.UNLOGGED: _unlogged,
    Block.REQUESTS: _requests,
}
"""The blocks that are computed; the others are open tasks."""


def _pairs(scope: _Scope, asked: Asked, since: Any, *conditions: Any) -> Listed[Pair]:
    query = select(Pair).where(Pair.cycle_id == scope.cycle_id, *conditions)
    return list_page(scope.session, query, keys={"since": (since, Pair.id)}, asked=asked)
