"""Places in the banks: who is free, who is in a pair, and what follows when a pair leaves them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import NoticeKind
from models.pairs import Pair, PairMember, PairStatus, count_places, may_move
from models.people import Participation, ParticipationStatus
from services.access.actors import Actor
from services.access.audit import record
from services.access.errors import NotFound
from services.delivery.outbox import enqueue
from services.pairs.silence import watch


def lock_participations(session: Session, ids: list[int]) -> list[Participation]:
    """In the order of ids, so that two curators never wait for each other."""
    rows = session.scalars(
        select(Participation)
        .where(Participation.id.in_(ids))
        .order_by(Participation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    found = {row.id: row for row in rows}
    if any(one not in found for one in ids):
        raise NotFound
    return [found[one] for one in ids]


def release_members(session: Session, pair: Pair) -> None:
    """The pair holds nobody's place any more."""
    for member in pair.members:
        if member.awaited_until is not None:
            member.awaited_until, member.left_at = None, pair.ended_at
        member.is_current = False
    settle_members(session, pair)


def release_member(session: Session, pair: Pair, member: PairMember, *, now: datetime) -> None:
    """One mentee leaves a group, or did not come into it; the others go on."""
    member.is_current, member.awaited_until, member.left_at = False, None, now
    settle_members(session, pair)


def settle_members(session: Session, pair: Pair) -> None:
    """READY while a place is left, PAIRED when pairs in work fill them; who left stays out."""
    session.flush()
    for row in lock_participations(session, sorted(member.participation_id for member in pair.members)):
        _settle(session, row)


def settle_places(session: Session, participation_id: int) -> None:
    """The same after a change of how many mentees somebody takes. Raises NotFound."""
    session.flush()
    for row in lock_participations(session, [participation_id]):
        _settle(session, row)


def _settle(session: Session, row: Participation) -> None:
    if row.status not in {ParticipationStatus.READY, ParticipationStatus.PAIRED}:
        return
    in_work = session.scalar(count_places(row.id, in_work=True))
    is_full = 0 < (in_work or 0) >= row.capacity  # capacity 0: takes no mentees, so the place is not full
    row.status = ParticipationStatus.PAIRED if is_full else ParticipationStatus.READY


def move_pair(
    session: Session,
    pair: Pair,
    status: PairStatus,
    *,
    actor: Actor,
    action: Action,
    now: datetime,
    **facts: object,
) -> None:
    """Change a pair's state, with the audit trail. Raises ValueError for a move that the table does not have:
    whoever calls has told the person why not.
    """
    before = pair.status
    if not may_move(before, action, status):
        raise ValueError(f"a pair does not go from {before} to {status} by {action}")
    pair.status = status
    if action is Action.PAIR_RESUMED:
        pair.resumed_at = now
    if before is PairStatus.PAUSED:
        pair.resumes_at = None
    watch(pair, now=now)
    after = {"status": status.value, **facts}
    record(session, actor, action, pair, now=now, before={"status": before.value}, after=after)


def tell_member(
    session: Session,
    pair: Pair,
    member: PairMember,
    kind: NoticeKind,
    *,
    now: datetime,
    edited_text: str | None = None,
    about: PairMember | None = None,
    mark: str = "",
) -> None:
    """One notice of a kind to a member of the pair, once for this pair; `about` is another member, told of
    each time anew, `mark` tells two occasions of one kind apart.
    """
    key = f"{kind}:{pair.id}:person:{member.person_id}"
    if about is not None:
        key += f":{about.id}:{now.isoformat()}"
    elif mark:
        key += f":{mark}"
    enqueue(
        session,
        kind,
        pair,
        key=key,
        person_id=member.person_id,
        facts={"pair_id": pair.id} | ({"about": about.person_id} if about is not None else {}),
        edited_text=edited_text,
        now=now,
    )
