"""People with their roles, and the ledger of consents (A22, A49, A51, D5)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from models.consents import Consent, ConsentDecision
from models.people import ChatAccount, Participation, ParticipationStatus, Person
from models.privacy import DestructionAct, PrivacyDuty
from services.access.errors import N_
from services.consents.states import ConsentState, Decisive, read_decisive
from services.documents import words
from services.documents.exports.naming import cycle_labels, names_of
from services.documents.exports.tables import Column, Found, Scope, Table, fixed, last_of


def _roles(scope: Scope) -> list[ColumnElement[bool]]:
    """Conditions on the roles of a person that the filter asks for."""
    conditions: list[ColumnElement[bool]] = []
    if scope.filters.cycle_id is not None:
        conditions.append(Participation.cycle_id == scope.filters.cycle_id)
    if scope.filters.role is not None:
        conditions.append(Participation.role == scope.filters.role)
    if scope.filters.statuses:
        conditions.append(Participation.status.in_(scope.filters.statuses))
    return conditions


def _people(scope: Scope, what: Any) -> Select[Any]:
    query = select(what).where(
        Person.organization_id == scope.organization_id,
        Person.erased_at.is_(None),
        *scope.between(Person.created_at),
    )
    roles = _roles(scope)
    if roles:
        query = query.where(Person.id.in_(select(Participation.person_id).where(*roles)))
    return query


@dataclass(frozen=True, slots=True)
class _RoleLine:
    """A person in one of their roles; without one, once."""

    person: Row[Any]
    role: Row[Any] | None
    cycle: str | None
    consent: Decisive | None
    is_reachable: bool | None

    def of_role(self, name: str) -> Any:
        return getattr(self.role, name) if self.role is not None else None


def _read_people(session: Session, scope: Scope, after: int, limit: int) -> Found:
    people = session.execute(
        _people(scope, Person.id)
        .add_columns(
            Person.family_name, Person.given_name, Person.patronymic, Person.position, Person.created_at
        )
        .where(Person.id > after)
        .order_by(Person.id)
        .limit(limit)
    ).all()
    ids = [person.id for person in people]
    labels = cycle_labels(session, scope)
    roles: defaultdict[int, list[Any]] = defaultdict(list)
    for role in session.execute(
        select(
            Participation.person_id,
            Participation.cycle_id,
            Participation.role,
            Participation.status,
            Participation.capacity,
            Participation.joined_at,
            Participation.ready_at,
        )
        .where(Participation.person_id.in_(ids), *_roles(scope))
        .order_by(Participation.id)
    ):
        roles[role.person_id].append(role)
    consents = read_decisive(session, organization_id=scope.organization_id, people=ids)
    found = session.execute(
        select(ChatAccount.person_id, ChatAccount.is_reachable).where(ChatAccount.person_id.in_(ids))
    )
    chats = {chat.person_id: chat.is_reachable for chat in found}
    lines = [
        _RoleLine(
            person=person,
            role=role,
            cycle=labels.get(role.cycle_id) if role is not None else None,
            consent=consents.get(person.id),
            is_reachable=chats.get(person.id),
        )
        for person in people
        for role in roles[person.id] or [None]
    ]
    return Found(lines, last_of(ids, limit))


PEOPLE = Table(
    name="people",
    title=N_("Participants"),
    columns=fixed(
        Column("person_id", N_("No."), lambda one: one.person.id, "number", width=8),
        Column("family_name", N_("Family name"), lambda one: one.person.family_name, width=20),
        Column("given_name", N_("Given name"), lambda one: one.person.given_name),
        Column("patronymic", N_("Patronymic"), lambda one: one.person.patronymic, width=20),
        Column("position", N_("Position"), lambda one: one.person.position, width=28),
        Column("cycle", N_("School year"), lambda one: one.cycle, width=12),
        Column("role", N_("Role"), lambda one: one.of_role("role"), "code", words.ROLES),
        Column(
            "status", N_("State"), lambda one: one.of_role("status"), "code", words.PARTICIPATIONS, width=20
        ),
        Column("capacity", N_("Places for mentees"), lambda one: one.of_role("capacity"), "number"),
        Column("joined_at", N_("Joined"), lambda one: one.of_role("joined_at"), "moment"),
        Column("ready_at", N_("Questionnaire completed"), lambda one: one.of_role("ready_at"), "moment"),
        Column(
            "consent",
            N_("Consent"),
            lambda one: one.consent.state if one.consent else ConsentState.NONE,
            "code",
            words.CONSENTS,
        ),
        Column(
            "consent_version",
            N_("Version of consent"),
            lambda one: one.consent and one.consent.version,
            "number",
        ),
        Column(
            "consent_at", N_("Consent decided"), lambda one: one.consent and one.consent.decided_at, "moment"
        ),
        Column("is_linked", N_("In the chat"), lambda one: one.is_reachable is not None, "flag"),
        Column("is_reachable", N_("The bot can write"), lambda one: one.is_reachable, "flag"),
        Column("created_at", N_("Record made"), lambda one: one.person.created_at, "moment"),
    ),
    read=_read_people,
    count=lambda session, scope: session.scalar(_people(scope, func.count(Person.id))) or 0,
    filters=frozenset({"cycle_id", "role", "statuses", "since", "until"}),
    statuses=frozenset(status.value for status in ParticipationStatus),
)


def _consents(scope: Scope, what: Any) -> Select[Any]:
    query = select(what).where(
        Consent.organization_id == scope.organization_id, *scope.between(Consent.decided_at)
    )
    if scope.filters.statuses:
        query = query.where(Consent.decision.in_(scope.filters.statuses))
    return query


@dataclass(frozen=True, slots=True)
class _ConsentLine:
    """`due_on`: until when a withdrawn one must be acted on; `act`: the number of the act of destruction."""

    row: Row[Any]
    person: str
    due_on: date | None
    act: int | None


def _read_consents(session: Session, scope: Scope, after: int, limit: int) -> Found:
    found = session.execute(
        _consents(scope, Consent.id)
        .add_columns(
            Consent.person_id,
            Consent.kind,
            Consent.decision,
            Consent.decided_at,
            Consent.timezone,
            Consent.version,
            Consent.text_locale,
            Consent.text_sha256,
            Consent.medium,
            Consent.chat_id,
            Consent.message_id,
            Consent.paper_number,
            Consent.term_until,
            Consent.file_id,
            Consent.scan_gone_at,
        )
        .where(Consent.id > after)
        .order_by(Consent.id)
        .limit(limit)
    ).all()
    people = {row.person_id for row in found}
    names = names_of(session, people)
    owed = {
        (duty.person_id, duty.consent_kind): duty.due_on
        for duty in session.execute(
            select(PrivacyDuty.person_id, PrivacyDuty.consent_kind, PrivacyDuty.due_on)
            .where(PrivacyDuty.person_id.in_(people), PrivacyDuty.called_off_at.is_(None))
            .order_by(PrivacyDuty.id)
        )
    }
    acts: dict[int, int] = {
        act.person_id: act.id
        for act in session.execute(
            select(DestructionAct.person_id, DestructionAct.id).where(DestructionAct.person_id.in_(people))
        )
    }
    lines = [
        _ConsentLine(
            row=row,
            person=names.get(row.person_id, ""),
            due_on=(
                owed.get((row.person_id, row.kind)) if row.decision is ConsentDecision.WITHDRAWN else None
            ),
            act=acts.get(row.person_id),
        )
        for row in found
    ]
    return Found(lines, last_of([row.id for row in found], limit))


CONSENTS = Table(
    name="consents",
    title=N_("Consents"),
    columns=fixed(
        Column("consent_id", N_("No."), lambda one: one.row.id, "number", width=8),
        Column("person_id", N_("Person no."), lambda one: one.row.person_id, "number", width=10),
        Column("person", N_("Person"), lambda one: one.person, width=32),
        Column("kind", N_("Of what"), lambda one: one.row.kind, "code", words.CONSENT_KINDS, width=32),
        Column("decision", N_("Decision"), lambda one: one.row.decision, "code", words.CONSENTS),
        Column("decided_at", N_("When"), lambda one: one.row.decided_at, "moment"),
        Column("timezone", N_("Time zone"), lambda one: one.row.timezone, width=18),
        Column("version", N_("Version of the text"), lambda one: one.row.version, "number"),
        Column("text_locale", N_("Language of the text"), lambda one: one.row.text_locale, width=10),
        Column("text_sha256", N_("SHA-256 of the text"), lambda one: one.row.text_sha256, width=24),
        Column("medium", N_("Way of consent"), lambda one: one.row.medium, "code", words.CONSENT_MEDIA),
        Column("chat_id", N_("Chat"), lambda one: one.row.chat_id, "number"),
        Column("message_id", N_("Message"), lambda one: one.row.message_id, "number"),
        Column("paper_number", N_("Paper no."), lambda one: one.row.paper_number),
        Column("term_until", N_("In force until"), lambda one: one.row.term_until, "day"),
        Column("has_scan", N_("Has a scan"), lambda one: one.row.file_id is not None, "flag"),
        Column("scan_gone_at", N_("Scan destroyed"), lambda one: one.row.scan_gone_at, "moment"),
        Column("due_on", N_("Due by"), lambda one: one.due_on, "day"),
        Column("act", N_("Act of destruction no."), lambda one: one.act, "number"),
    ),
    read=_read_consents,
    count=lambda session, scope: session.scalar(_consents(scope, func.count(Consent.id))) or 0,
    filters=frozenset({"statuses", "since", "until"}),
    statuses=frozenset(decision.value for decision in ConsentDecision),
)
