"""Pairs and their meetings (A18, B14; DC18)."""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.meetings import Meeting, MeetingAnswer, MeetingStatus
from models.pairs import Pair, PairStatus
from models.people import Role
from services.access.actors import Right
from services.access.errors import N_
from services.documents import words
from services.documents.exports.naming import NOBODY, cycle_labels, packs_of, sides_of, words_of
from services.documents.exports.tables import Chunk, Column, Row, Scope, Table, Words, last_of

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


def _pair_columns(session: Session, scope: Scope) -> tuple[Column, ...]:
    packs = packs_of(session, scope).values()
    return (
        Column("pair_id", N_("No."), "number", width=8),
        Column("cycle", N_("School year"), width=12),
        Column("status", N_("State"), "code", words.PAIRS, width=24),
        Column("form", N_("Form"), "code", words_of(packs, "forms"), width=24),
        Column("kind", N_("Kind"), "code", words_of(packs, "kinds"), width=24),
        Column("role_variant", N_("Mentor's role"), "code", _variants(session, scope)),
        Column("mentee_id", N_("Mentee no."), "number", width=10),
        Column("mentee", N_("Mentee"), width=32),
        Column("mentor_id", N_("Mentor no."), "number", width=10),
        Column("mentor", N_("Mentor"), width=32),
        Column("proposed_at", N_("Proposed"), "moment"),
        Column("offered_at", N_("Offered"), "moment"),
        Column("accepted_at", N_("Accepted by both"), "moment"),
        Column("ended_at", N_("Ended"), "moment"),
        *_decision_columns("mentee", N_("Mentee's answer")),
        *_decision_columns("mentor", N_("Mentor's answer")),
    )


def _decision_columns(side: str, title: Any) -> tuple[Column, ...]:
    return (
        Column(f"{side}_decision", title, "code", words.DECISIONS),
        Column(f"{side}_reason", N_("Reason for declining"), "code", words.DECLINE_REASONS, width=22),
        Column(f"{side}_note", N_("In own words"), width=30),
    )


def _variants(session: Session, scope: Scope) -> Words:
    return words_of(packs_of(session, scope).values(), "role_variants")


def _read_pairs(session: Session, scope: Scope, after: int, limit: int) -> Chunk:
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
    # a person gave the reason and the note to the curator; the page withholds both from everybody else
    may_read = scope.has_right(Right.MANAGE_PAIRS)
    rows: list[Row] = []
    for row in found:
        mentee, mentor = (sides.get(row.id, {}).get(role, NOBODY) for role in (Role.MENTEE, Role.MENTOR))
        answers: Row = []
        for side in (mentee, mentor):
            answers.append(side.decision and side.decision.value)
            answers += [side.reason and side.reason.value, side.note] if may_read else [None, None]
        rows.append(
            [
                *(row.id, labels.get(row.cycle_id), row.status.value, row.form, row.kind, row.role_variant),
                *(mentee.person_id, mentee.name, mentor.person_id, mentor.name),
                *(row.proposed_at, row.offered_at, row.accepted_at, row.ended_at),
                *answers,
            ]
        )
    return Chunk(rows, last_of(ids, limit))


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


def _meeting_columns(session: Session, scope: Scope) -> tuple[Column, ...]:
    kinds = words_of(packs_of(session, scope).values(), "meeting_kinds")
    return (
        Column("meeting_id", N_("No."), "number", width=8),
        Column("cycle", N_("School year"), width=12),
        Column("pair_id", N_("Pair no."), "number", width=8),
        Column("mentee", N_("Mentee"), width=32),
        Column("mentor", N_("Mentor"), width=32),
        Column("kind", N_("Kind of meeting"), "code", kinds, width=24),
        Column("status", N_("State"), "code", words.MEETINGS),
        Column("starts_at", N_("Start"), "moment"),
        Column("timezone", N_("Time zone of the meeting"), width=18),
        Column("minutes", N_("Planned, min"), "number"),
        Column("held_minutes", N_("Held, min"), "number"),
        Column("topic", N_("Topic"), width=40),
        Column("format", N_("Form of the meeting"), "code", words.MEETING_FORMATS),
        Column("place", N_("Place"), width=24),
        Column("next_step", N_("Next step"), width=40),
        Column("said_by_mentee", N_("Held, says the mentee"), "flag"),
        Column("said_by_mentor", N_("Held, says the mentor"), "flag"),
        Column("logged_at", N_("Logged"), "moment"),
        Column("source", N_("Logged where"), "code", words.SOURCES, width=20),
        Column("corrected_at", N_("Corrected"), "moment"),
    )


def _read_meetings(session: Session, scope: Scope, after: int, limit: int) -> Chunk:
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
    said = {
        (meeting_id, role): took_place
        for meeting_id, role, took_place in session.execute(
            select(MeetingAnswer.meeting_id, MeetingAnswer.role, MeetingAnswer.took_place).where(
                MeetingAnswer.meeting_id.in_(ids)
            )
        )
    }
    rows: list[Row] = []
    for row in found:
        members = sides.get(row.pair_id, {})
        names = [members.get(role, NOBODY).name for role in (Role.MENTEE, Role.MENTOR)]
        rows.append(
            [
                *(row.id, labels.get(row.cycle_id), row.pair_id, *names, row.kind.value, row.status.value),
                *(row.starts_at, row.timezone, row.minutes, row.held_minutes, row.topic),
                *(row.format and row.format.value, row.place, row.next_step),
                *(said.get((row.id, role)) for role in (Role.MENTEE, Role.MENTOR)),
                *(row.logged_at, row.source and row.source.value, row.corrected_at),
            ]
        )
    return Chunk(rows, last_of(ids, limit))


MEETINGS = Table(
    name="meetings",
    title=N_("Meetings"),
    columns=_meeting_columns,
    read=_read_meetings,
    count=lambda session, scope: session.scalar(_meetings(scope, func.count(Meeting.id))) or 0,
    filters=_FILTERS,
    statuses=frozenset(status.value for status in MeetingStatus),
)
