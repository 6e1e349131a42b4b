"""Pairs and their meetings (A18, B14; DC18)."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from models.meetings import Meeting, MeetingAnswer, MeetingStatus
from models.pairs import DeclineReason, Pair, PairStatus
from models.people import Role
from services.access.actors import Right
from services.access.errors import N_
from services.documents import words
from services.documents.exports.naming import NOBODY, Member, cycle_labels, packs_of, sides_of, words_of
from services.documents.exports.tables import Column, Found, Scope, Table, last_of
from services.pairs.orders import PairOrder, read_orders

_FILTERS = frozenset({"cycle_id", "statuses", "since", "until"})


def _pairs(scope: Scope, what: Any) -> Select[Any]:
    query = select(what).where(
        Pair.organization_id == scope.organization_id, *scope.between(Pair.proposed_at)
    )
    if scope.filters.cycle_id is not None:
        query = query.where(Pair.cycle_id == scope.filters.cycle_id)
    if scope.filters.statuses:
        query = query.where(Pair.status.in_(scope.filters.statuses))
    return query


@dataclass(frozen=True, slots=True)
class _PairLine:
    """`may_read`: the reasons and notes of who declined. A person gave them to the curator, so the page
    withholds both from everybody else.
    """

    row: Row[Any]
    cycle: str | None
    sides: Mapping[Role, Member]
    order: PairOrder | None
    may_read: bool

    @property
    def mentee(self) -> Member:
        return self.sides.get(Role.MENTEE, NOBODY)

    @property
    def mentor(self) -> Member:
        return self.sides.get(Role.MENTOR, NOBODY)


def _pair_columns(session: Session, scope: Scope) -> tuple[Column, ...]:
    packs = packs_of(session, scope).values()
    variants = words_of(packs, "role_variants")
    return (
        Column("pair_id", N_("No."), lambda one: one.row.id, "number", width=8),
        Column("cycle", N_("School year"), lambda one: one.cycle, width=12),
        Column("status", N_("State"), lambda one: one.row.status, "code", words.PAIRS, width=24),
        Column("form", N_("Form"), lambda one: one.row.form, "code", words_of(packs, "forms"), width=24),
        Column("kind", N_("Kind"), lambda one: one.row.kind, "code", words_of(packs, "kinds"), width=24),
        Column("role_variant", N_("Mentor's role"), lambda one: one.row.role_variant, "code", variants),
        Column("mentee_id", N_("Mentee no."), lambda one: one.mentee.person_id, "number", width=10),
        Column("mentee", N_("Mentee"), lambda one: one.mentee.name, width=32),
        Column("mentor_id", N_("Mentor no."), lambda one: one.mentor.person_id, "number", width=10),
        Column("mentor", N_("Mentor"), lambda one: one.mentor.name, width=32),
        Column("proposed_at", N_("Proposed"), lambda one: one.row.proposed_at, "moment"),
        Column("offered_at", N_("Offered"), lambda one: one.row.offered_at, "moment"),
        Column("accepted_at", N_("Accepted by both"), lambda one: one.row.accepted_at, "moment"),
        Column("order_number", N_("Order No."), lambda one: one.order and one.order.number, width=12),
        Column("ordered_on", N_("Date of the order"), lambda one: one.order and one.order.signed_on, "day"),
        Column("ended_at", N_("Ended"), lambda one: one.row.ended_at, "moment"),
        Column(
            "mentee_decision", N_("Mentee's answer"), lambda one: one.mentee.decision, "code", words.DECISIONS
        ),
        *_declined_columns("mentee", lambda one: one.mentee),
        Column(
            "mentor_decision", N_("Mentor's answer"), lambda one: one.mentor.decision, "code", words.DECISIONS
        ),
        *_declined_columns("mentor", lambda one: one.mentor),
    )


def _declined_columns(side: str, member: Callable[[Any], Member]) -> tuple[Column, ...]:
    def reason(one: _PairLine) -> DeclineReason | None:
        return member(one).reason if one.may_read else None

    def note(one: _PairLine) -> str | None:
        return member(one).note if one.may_read else None

    return (
        Column(f"{side}_reason", N_("Reason for declining"), reason, "code", words.DECLINE_REASONS, width=22),
        Column(f"{side}_note", N_("In own words"), note, width=30),
    )


def _read_pairs(session: Session, scope: Scope, after: int, limit: int) -> Found:
    found = session.execute(
        _pairs(scope, Pair.id)
        .add_columns(
            Pair.cycle_id,
            Pair.status,
            Pair.form,
            Pair.kind,
            Pair.role_variant,
            Pair.proposed_at,
            Pair.offered_at,
            Pair.accepted_at,
            Pair.ended_at,
        )
        .where(Pair.id > after)
        .order_by(Pair.id)
        .limit(limit)
    ).all()
    ids = [row.id for row in found]
    sides = sides_of(session, ids)
    labels = cycle_labels(session, scope)
    may_read = scope.has_right(Right.MANAGE_PAIRS)
    orders = read_orders(session, ids)
    lines = [
        _PairLine(row, labels.get(row.cycle_id), sides.get(row.id, {}), orders.get(row.id), may_read=may_read)
        for row in found
    ]
    return Found(lines, last_of(ids, limit))


PAIRS = Table(
    name="pairs",
    title=N_("Pairs"),
    columns=_pair_columns,
    read=_read_pairs,
    count=lambda session, scope: session.scalar(_pairs(scope, func.count(Pair.id))) or 0,
    filters=_FILTERS,
    statuses=frozenset(status.value for status in PairStatus),
)


def _meetings(scope: Scope, what: Any) -> Select[Any]:
    query = select(what).where(
        Meeting.organization_id == scope.organization_id, *scope.between(Meeting.starts_at)
    )
    if scope.filters.cycle_id is not None:
        query = query.where(Meeting.cycle_id == scope.filters.cycle_id)
    if scope.filters.statuses:
        query = query.where(Meeting.status.in_(scope.filters.statuses))
    return query


@dataclass(frozen=True, slots=True)
class _MeetingLine:
    """`said`: whether it took place, by the role of who said so."""

    row: Row[Any]
    cycle: str | None
    sides: Mapping[Role, Member]
    said: Mapping[Role, bool]


def _meeting_columns(session: Session, scope: Scope) -> tuple[Column, ...]:
    kinds = words_of(packs_of(session, scope).values(), "meeting_kinds")
    return (
        Column("meeting_id", N_("No."), lambda one: one.row.id, "number", width=8),
        Column("cycle", N_("School year"), lambda one: one.cycle, width=12),
        Column("pair_id", N_("Pair no."), lambda one: one.row.pair_id, "number", width=8),
        Column("mentee", N_("Mentee"), lambda one: one.sides.get(Role.MENTEE, NOBODY).name, width=32),
        Column("mentor", N_("Mentor"), lambda one: one.sides.get(Role.MENTOR, NOBODY).name, width=32),
        Column("kind", N_("Kind of meeting"), lambda one: one.row.kind, "code", kinds, width=24),
        Column("status", N_("State"), lambda one: one.row.status, "code", words.MEETINGS),
        Column("starts_at", N_("Start"), lambda one: one.row.starts_at, "moment"),
        Column("timezone", N_("Time zone of the meeting"), lambda one: one.row.timezone, width=18),
        Column("minutes", N_("Planned, min"), lambda one: one.row.minutes, "number"),
        Column("held_minutes", N_("Held, min"), lambda one: one.row.held_minutes, "number"),
        Column("topic", N_("Topic"), lambda one: one.row.topic, width=40),
        Column(
            "format", N_("Form of the meeting"), lambda one: one.row.format, "code", words.MEETING_FORMATS
        ),
        Column("place", N_("Place"), lambda one: one.row.place, width=24),
        Column("next_step", N_("Next step"), lambda one: one.row.next_step, width=40),
        Column("said_by_mentee", N_("Held, says the mentee"), lambda one: one.said.get(Role.MENTEE), "flag"),
        Column("said_by_mentor", N_("Held, says the mentor"), lambda one: one.said.get(Role.MENTOR), "flag"),
        Column("logged_at", N_("Logged"), lambda one: one.row.logged_at, "moment"),
        Column("source", N_("Logged where"), lambda one: one.row.source, "code", words.SOURCES, width=20),
        Column("corrected_at", N_("Corrected"), lambda one: one.row.corrected_at, "moment"),
    )


def _read_meetings(session: Session, scope: Scope, after: int, limit: int) -> Found:
    found = session.execute(
        _meetings(scope, Meeting.id)
        .add_columns(
            Meeting.cycle_id,
            Meeting.pair_id,
            Meeting.kind,
            Meeting.status,
            Meeting.starts_at,
            Meeting.timezone,
            Meeting.minutes,
            Meeting.held_minutes,
            Meeting.topic,
            Meeting.format,
            Meeting.place,
            Meeting.next_step,
            Meeting.logged_at,
            Meeting.source,
            Meeting.corrected_at,
        )
        .where(Meeting.id > after)
        .order_by(Meeting.id)
        .limit(limit)
    ).all()
    ids = [row.id for row in found]
    sides = sides_of(session, (row.pair_id for row in found))
    labels = cycle_labels(session, scope)
    said: defaultdict[int, dict[Role, bool]] = defaultdict(dict)
    for meeting_id, role, took_place in session.execute(
        select(MeetingAnswer.meeting_id, MeetingAnswer.role, MeetingAnswer.took_place).where(
            MeetingAnswer.meeting_id.in_(ids)
        )
    ):
        said[meeting_id][role] = took_place
    lines = [
        _MeetingLine(row, labels.get(row.cycle_id), sides.get(row.pair_id, {}), said[row.id]) for row in found
    ]
    return Found(lines, last_of(ids, limit))


MEETINGS = Table(
    name="meetings",
    title=N_("Meetings"),
    columns=_meeting_columns,
    read=_read_meetings,
    count=lambda session, scope: session.scalar(_meetings(scope, func.count(Meeting.id))) or 0,
    filters=_FILTERS,
    statuses=frozenset(status.value for status in MeetingStatus),
)
