"""Which kinds of meeting a pair may plan now, in the order of its programme (A18)."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from models.meetings import Meeting, MeetingKind, MeetingStatus
from models.pairs import MEETING, Pair, PairStatus
from services.pairs.rules import rules_of
from services.programmes.running import pack_of

AGREED = frozenset({MeetingStatus.PLANNED, MeetingStatus.HELD})
REPEATED = frozenset({MeetingKind.TRIAL, MeetingKind.PLANNING, MeetingKind.REGULAR})


def list_kinds(session: Session, *, pair: Pair, now: datetime) -> list[MeetingKind]:
    """The kinds that this pair may plan now; the one that comes next in the pack's order stands first.

    The introduction comes before all others and once; trial meetings need both sides' yes, the rest need
    the work to have begun, unless the pack says otherwise (docs/design.md#contracts). A proposal whose time
    passed without an answer does not count. A kind of mentoring with a number of meetings, or one that
    answers requests, has no such order (docs/design.md#kinds).
    """
    if pair.status not in MEETING:
        return []
    order = [
        (MeetingKind(one.id), one.requires)
        for one in pack_of(session, cycle_id=pair.cycle_id).pack.meeting_kinds
    ]
    is_waiting = (Meeting.status == MeetingStatus.PROPOSED) & (Meeting.starts_at > now)
    done = set(
        session.scalars(
            select(Meeting.kind)
            .where(Meeting.pair_id == pair.id, or_(Meeting.status.in_(AGREED), is_waiting))
            .distinct()
        )
    )
    rules = rules_of(session, pair)
    usual = MeetingKind.REGULAR if MeetingKind.REGULAR in dict(order) else order[0][0]
    if rules.most_meetings is not None:
        # no order of meetings to go through: so many of the usual ones, from the day on which both agreed
        return [usual] if _count_agreed(session, pair, is_waiting) < rules.most_meetings else []
    if rules.is_on_request:
        return [usual, *(kind for kind, _ in order if kind is not usual and kind in REPEATED)]
    if MeetingKind.INTRO in dict(order) and MeetingKind.INTRO not in done:
        return [MeetingKind.INTRO]
    is_active = pair.status is PairStatus.ACTIVE
    allowed = [
        kind
        for kind, requires in order
        if (requires == "accepted" or is_active) and (kind in REPEATED or kind not in done)
    ]
    ranks = {kind: place for place, (kind, _requires) in enumerate(order)}
    furthest = max((ranks[kind] for kind in done if kind in ranks), default=-1)
    is_next = [kind for kind in allowed if ranks[kind] > furthest and kind is not MeetingKind.FINAL]
    again = [kind for kind in (MeetingKind.REGULAR, MeetingKind.TRIAL) if kind in allowed and kind in done]
    first = next(iter([*is_next, *again, *allowed]), None)
    return sorted(allowed, key=lambda kind: (kind is not first, ranks[kind]))


def _count_agreed(session: Session, pair: Pair, is_waiting: ColumnElement[bool]) -> int:
    agreed = select(func.count(Meeting.id)).where(
        Meeting.pair_id == pair.id, or_(Meeting.status.in_(AGREED), is_waiting)
    )
    return session.scalar(agreed) or 0


def find_usual_kind(session: Session, *, pair: Pair, now: datetime) -> MeetingKind:
    """What a held meeting is while nobody says otherwise: regular once the work has begun.

    See docs/domain.md#meeting-messages.

    Before that it is the kind that comes next; of a pair that has ended, an ordinary meeting.
    """
    kinds = list_kinds(session, pair=pair, now=now)
    if MeetingKind.REGULAR in kinds:
        return MeetingKind.REGULAR
    if kinds:
        return kinds[0]
    return MeetingKind.INTRO if pair.status is PairStatus.ACCEPTED else MeetingKind.REGULAR
