"""People with their roles, and the ledger of consents (A22, A49, A51, D5)."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from models.consents import Consent, ConsentDecision
from models.people import ChatAccount, Participation, ParticipationStatus, Person
from models.privacy import DestructionAct, PrivacyDuty
from services.access.errors import N_
from services.consents.states import ConsentState, read_decisive
from services.documents import words
from services.documents.exports.naming import cycle_labels, names_of
from services.documents.exports.tables import Chunk, Column, Row, Scope, Table, fixed, last_of


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


def _read_people(session: Session, scope: Scope, after: int, limit: int) -> Chunk:
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
    roles: dict[int, list[Row]] = {}
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
        facts = [labels.get(role.cycle_id), role.role.value, role.status.value, role.capacity]
        roles.setdefault(role.person_id, []).append([*facts, role.joined_at, role.ready_at])
    decided = read_decisive(session, organization_id=scope.organization_id, people=ids)
    consents = {
        person_id: [one.state.value, one.version, one.decided_at] for person_id, one in decided.items()
    }
    found = session.execute(
        select(ChatAccount.person_id, ChatAccount.is_reachable).where(ChatAccount.person_id.in_(ids))
    )
    chats = {chat.person_id: chat.is_reachable for chat in found}
    rows = [
        [
            *(person.id, person.family_name, person.given_name, person.patronymic, person.position),
            *role,
            *consents.get(person.id, [ConsentState.NONE.value, None, None]),
            person.id in chats,
            chats.get(person.id),
            person.created_at,
        ]
        for person in people
        for role in roles.get(person.id, [[None] * 6])
    ]
    return Chunk(rows, last_of(ids, limit))


PEOPLE = Table(
    name="people",
    title=N_("Participants"),
    columns=fixed(
        Column("person_id", N_("No."), "number", width=8),
        Column("family_name", N_("Family name"), width=20),
        Column("given_name", N_("Given name")),
        Column("patronymic", N_("Patronymic"), width=20),
        Column("position", N_("Position"), width=28),
        Column("cycle", N_("School year"), width=12),
        Column("role", N_("Role"), "code", words.ROLES),
        Column("status", N_("State"), "code", words.PARTICIPATIONS, width=20),
        Column("capacity", N_("Places for mentees"), "number"),
        Column("joined_at", N_("Joined"), "moment"),
        Column("ready_at", N_("Questionnaire completed"), "moment"),
        Column("consent", N_("Consent"), "code", words.CONSENTS),
        Column("consent_version", N_("Version of consent"), "number"),
        Column("consent_at", N_("Consent decided"), "moment"),
        Column("is_linked", N_("In the chat"), "flag"),
        Column("is_reachable", N_("The bot can write"), "flag"),
        Column("created_at", N_("Record made"), "moment"),
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


def _read_consents(session: Session, scope: Scope, after: int, limit: int) -> Chunk:
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
    rows = [
        [
            *(row.id, row.person_id, names.get(row.person_id, ""), row.kind.value, row.decision.value),
            *(row.decided_at, row.timezone, row.version, row.text_locale, row.text_sha256),
            *(row.medium.value, row.chat_id, row.message_id, row.paper_number, row.term_until),
            row.file_id is not None,
            row.scan_gone_at,
            owed.get((row.person_id, row.kind)) if row.decision is ConsentDecision.WITHDRAWN else None,
            acts.get(row.person_id),
        ]
        for row in found
    ]
    return Chunk(rows, last_of([row.id for row in found], limit))


CONSENTS = Table(
    name="consents",
    title=N_("Consents"),
    columns=fixed(
        Column("consent_id", N_("No."), "number", width=8),
        Column("person_id", N_("Person no."), "number", width=10),
        Column("person", N_("Person"), width=32),
        Column("kind", N_("Of what"), "code", words.CONSENT_KINDS, width=32),
        Column("decision", N_("Decision"), "code", words.CONSENTS),
        Column("decided_at", N_("When"), "moment"),
        Column("timezone", N_("Time zone"), width=18),
        Column("version", N_("Version of the text"), "number"),
        Column("text_locale", N_("Language of the text"), width=10),
        Column("text_sha256", N_("SHA-256 of the text"), width=24),
        Column("medium", N_("Way of consent"), "code", words.CONSENT_MEDIA),
        Column("chat_id", N_("Chat"), "number"),
        Column("message_id", N_("Message"), "number"),
        Column("paper_number", N_("Paper no.")),
        Column("term_until", N_("In force until"), "day"),
        Column("has_scan", N_("Has a scan"), "flag"),
        Column("scan_gone_at", N_("Scan destroyed"), "moment"),
        Column("due_on", N_("Due by"), "day"),
        Column("act", N_("Act of destruction no."), "number"),
    ),
    read=_read_consents,
    count=lambda session, scope: session.scalar(_consents(scope, func.count(Consent.id))) or 0,
    filters=frozenset({"statuses", "since", "until"}),
    statuses=frozenset(decision.value for decision in ConsentDecision),
)
