"""What a person wants of the pair itself: to leave it, another partner, more time (E27, E29; art. 351.8).

The curator gets a task; the other side is not told.
"""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.pairs import IN_WORK, Pair, PairMember
from models.people import Role
from models.tasks import Task, TaskKind
from services.access.actors import Actor
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed
from services.access.records import find
from services.delivery.tasks import open_task
from services.organizations.days import day_of
from services.organizations.working_days import find_working_day

NOTICE_DAYS = 3  # working days of notice, Labour Code, art. 351.8

PETITIONS = frozenset({TaskKind.MENTOR_RESIGNS, TaskKind.MENTOR_REPLACEMENT, TaskKind.EXTENSION_WANTED})


class PairOver(DomainError):
    text = N_("This pair has ended meanwhile, so nothing was saved. Your curator can help.")


def find_earliest_leave(now: datetime, zone: ZoneInfo) -> date:
    """The first day on which a mentor who gives notice now need not be one any more."""
    return find_working_day(day_of(now, zone), after=NOTICE_DAYS)


def send_petition(
    session: Session,
    *,
    actor: Actor,
    kind: TaskKind,
    pair_ids: Sequence[int],
    wanted_on: date | None,
    occasion: str,
    now: datetime,
) -> None:
    """One task for each pair; what is open already is not opened twice.

    Raises PairOver, NotAllowed, NotFound.
    """
    for pair_id in sorted(pair_ids):
        pair = find(session, Pair, pair_id, lock=True)
        if pair.status not in IN_WORK:
            raise PairOver
        _check_side(actor, pair, kind)
        if _is_open(session, kind, pair_id, actor.id):
            continue
        key = f"{kind.value}:pair:{pair_id}:{occasion}"
        open_task(session, kind, pair, key=key, person_id=actor.id, wanted_on=wanted_on, now=now)
        after = {"kind": kind.value, "wanted_on": wanted_on.isoformat() if wanted_on else None}
        record(session, actor, Action.PETITION_SENT, pair, now=now, after=after)


def _check_side(actor: Actor, pair: Pair, kind: TaskKind) -> PairMember:
    actor.check_organization(pair.organization_id)
    for member in pair.members:
        is_allowed = kind is not TaskKind.MENTOR_RESIGNS or member.role is Role.MENTOR
        if member.person_id == actor.id and is_allowed:
            return member
    raise NotAllowed


def _is_open(session: Session, kind: TaskKind, pair_id: int, person_id: int | None) -> bool:
    found = session.scalar(
        select(Task.id).where(
            Task.kind == kind,
            Task.pair_id == pair_id,
            Task.person_id == person_id,
            Task.done_at.is_(None),
        )
    )
    return found is not None
