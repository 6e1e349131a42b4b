"""The register of requests (docs/domain.md#dc21): who asked for what, who decided, by which order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, case, func, select
from sqlalchemy.orm import Session

from models.people import Role
from models.requests import Request, RequestConsent, RequestKind, RequestStatus
from services.access.errors import N_
from services.accounts.staff import names_of_accounts
from services.documents import words
from services.documents.exports.naming import NOBODY, Member, cycle_labels, names_of, sides_of
from services.documents.exports.tables import Column, Found, Scope, Table, fixed, last_of

TEXT, NOTE = "text", "note"  # columns, no words for the catalogues


def _requests(scope: Scope, what: Any) -> Select[Any]:
    query = select(what).where(
        Request.organization_id == scope.organization_id, *scope.between(Request.made_at)
    )
    if scope.filters.cycle_id is not None:
        query = query.where(Request.cycle_id == scope.filters.cycle_id)
    if scope.filters.statuses:
        query = query.where(Request.status.in_(scope.filters.statuses))
    return query


@dataclass(frozen=True, slots=True)
class _Line:
    """`has_agreed`: every other side that has answered; None where nobody was asked or has answered."""

    row: Row[Any]
    cycle: str | None
    person: str | None
    sides: Mapping[Role, Member]
    accounts: Mapping[int | None, str]
    has_agreed: bool | None


def _read(session: Session, scope: Scope, after: int, limit: int) -> Found:
    # what two ask and answer each other stays between them
    is_of_two = Request.kind == RequestKind.QUESTION
    found = session.execute(
        _requests(scope, Request.id)
        .add_columns(
            Request.cycle_id,
            Request.pair_id,
            Request.person_id,
            Request.kind,
            case((is_of_two, ""), else_=Request.text).label(TEXT),
            Request.wanted_on,
            Request.made_at,
            Request.due_at,
            Request.owner_id,
            Request.status,
            Request.decided_at,
            Request.account_id,
            case((is_of_two, ""), else_=Request.note).label(NOTE),
            Request.effective_on,
            Request.order_number,
            Request.order_on,
        )
        .where(Request.id > after)
        .order_by(Request.id)
        .limit(limit)
    ).all()
    ids = [row.id for row in found]
    names = names_of(session, (row.person_id for row in found))
    sides = sides_of(session, (row.pair_id for row in found))
    labels = cycle_labels(session, scope)
    staff = {one for row in found for one in (row.owner_id, row.account_id) if one is not None}
    accounts = names_of_accounts(session, staff)
    agreed: dict[int, bool] = {}
    for request_id, agrees in session.execute(
        select(RequestConsent.request_id, RequestConsent.agrees).where(RequestConsent.request_id.in_(ids))
    ):
        agreed[request_id] = agreed.get(request_id, True) and agrees
    lines = [
        _Line(
            row,
            labels.get(row.cycle_id),
            names.get(row.person_id),
            sides.get(row.pair_id, {}),
            accounts,
            agreed.get(row.id),
        )
        for row in found
    ]
    return Found(lines, last_of(ids, limit))


REQUESTS = Table(
    name="requests",
    title=N_("Register of requests"),
    columns=fixed(
        Column("request_id", N_("No."), lambda one: one.row.id, "number", width=8),
        Column("cycle", N_("School year"), lambda one: one.cycle, width=12),
        Column("kind", N_("What is asked"), lambda one: one.row.kind, "code", words.REQUEST_KINDS, width=32),
        Column("person_id", N_("Person no."), lambda one: one.row.person_id, "number", width=10),
        Column("person", N_("From whom"), lambda one: one.person, width=32),
        Column("made_at", N_("Made"), lambda one: one.row.made_at, "moment"),
        Column("pair_id", N_("Pair no."), lambda one: one.row.pair_id, "number", width=8),
        Column("mentor", N_("Mentor"), lambda one: one.sides.get(Role.MENTOR, NOBODY).name, width=32),
        Column("mentee", N_("Mentee"), lambda one: one.sides.get(Role.MENTEE, NOBODY).name, width=32),
        Column("wanted_on", N_("Wished date"), lambda one: one.row.wanted_on, "day"),
        Column("text", N_("Reason"), lambda one: one.row.text, width=60),
        Column("other_side_agrees", N_("The other side agrees"), lambda one: one.has_agreed, "flag"),
        Column("owner", N_("Who decides"), lambda one: one.accounts.get(one.row.owner_id), width=28),
        Column("due_at", N_("Due"), lambda one: one.row.due_at, "moment"),
        Column("status", N_("State"), lambda one: one.row.status, "code", words.REQUESTS, width=22),
        Column("decided_at", N_("Decided"), lambda one: one.row.decided_at, "moment"),
        Column("decided_by", N_("Decided by"), lambda one: one.accounts.get(one.row.account_id), width=28),
        Column("effective_on", N_("In force from, or until"), lambda one: one.row.effective_on, "day"),
        Column("order_number", N_("Order No."), lambda one: one.row.order_number, width=14),
        Column("order_on", N_("Date of the order"), lambda one: one.row.order_on, "day"),
        Column("note", N_("Answer"), lambda one: one.row.note, width=50),
    ),
    read=_read,
    count=lambda session, scope: session.scalar(_requests(scope, func.count(Request.id))) or 0,
    filters=frozenset({"cycle_id", "statuses", "since", "until"}),
    statuses=frozenset(status.value for status in RequestStatus),
)
