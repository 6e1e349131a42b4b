"""Decisions of a person on a consent, and the evidence of each (A49, D5; docs/domain.md#personal-data).

A new version of the text is asked for again, the evidence of the old one stays. Nothing is asked of a person,
and nothing kept beyond name and position, while `check_consent` refuses.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from models.audit import Action
from models.consents import Consent, ConsentDecision, ConsentKind, ConsentMedium
from models.people import Person
from models.tasks import Task, TaskKind
from services.access.actors import Actor
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.consents.duties import call_off_duties
from services.consents.retention import add_years
from services.consents.states import DECISIVE, KIND, STATES, ConsentMissing, ConsentState, newest, state_of
from services.consents.texts import ConsentTextChanged, read_offer, use_of
from services.delivery.tasks import open_task
from services.organizations.days import day_of, timezone_of


class ConsentOnPaperOnly(DomainError):
    text = N_("The law wants this consent in writing: your curator prints the form, you sign it on paper.")


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    decision: ConsentDecision
    version: int
    decided_at: datetime
    timezone: str
    medium: ConsentMedium


@dataclass(frozen=True, slots=True)
class Evidence:
    """What proves a decision: the mark of the shown text and where it was shown, or the signed paper."""

    mark: str | None = None
    chat_id: int | None = None
    message_id: int | None = None
    medium: ConsentMedium = ConsentMedium.CHAT
    decided_at: datetime | None = None  # None: now
    choices: dict[str, Any] | None = None
    term_until: date | None = None
    paper_number: str | None = None
    signed_by: str | None = None
    registered_by: int | None = None
    file_id: int | None = None


def latest_decision(session: Session, person_id: int, kind: ConsentKind = KIND) -> DecisionFacts | None:
    row = newest(session, person_id, kind)
    if row is None:
        return None
    return DecisionFacts(row.decision, row.version, row.decided_at, row.timezone, row.medium)


def give_consent(
    session: Session,
    *,
    actor: Actor,
    mark: str,
    chat_id: int | None,
    message_id: int | None,
    now: datetime,
    kind: ConsentKind = KIND,
    medium: ConsentMedium = ConsentMedium.CHAT,
) -> DecisionFacts:
    """The person agreed by a button to the text whose SHA-256 begins with `mark`.

    A second tap changes nothing. Raises ConsentTextChanged when another text would be shown now, and
    ConsentOnPaperOnly where the law wants a signature.
    """
    person = lock_self(session, actor)
    check_chat_allowed(session, person.organization_id, kind)
    offer = read_offer(session, person_id=person.id, locale=person.locale, kind=kind)
    if not mark or not offer.mark.startswith(mark):
        raise ConsentTextChanged
    if state_of(session, person_id=person.id, kind=kind) is not ConsentState.GIVEN:
        decide(
            session,
            actor=actor,
            person=person,
            kind=kind,
            decision=ConsentDecision.GIVEN,
            version=offer.version,
            locale=offer.locale,
            now=now,
            evidence=Evidence(offer.mark, chat_id, message_id, medium),
        )
    return facts_of_latest(session, person.id, kind)


def check_chat_allowed(session: Session, organization_id: int, kind: ConsentKind) -> None:
    """Raises ConsentOnPaperOnly, NotFound."""
    if use_of(session, organization_id, kind).form == "paper":
        raise ConsentOnPaperOnly


def record_refusal(
    session: Session, *, actor: Actor, now: datetime, kind: ConsentKind = KIND
) -> DecisionFacts:
    """Record a refusal: decision, date and version. What follows: services.joining.withdrawing."""
    person = lock_self(session, actor)
    decide(
        session,
        actor=actor,
        person=person,
        kind=kind,
        decision=ConsentDecision.DECLINED,
        version=use_of(session, person.organization_id, kind).version,
        locale=person.locale,
        now=now,
        evidence=Evidence(),
    )
    return facts_of_latest(session, person.id, kind)


def record_withdrawal(
    session: Session, *, actor: Actor, now: datetime, kind: ConsentKind = KIND
) -> DecisionFacts:
    """The person takes back what was given. See services.joining.withdrawing for what follows.

    Raises ConsentMissing when there is nothing to withdraw.
    """
    person = lock_self(session, actor)
    latest = newest(session, person.id, kind)
    if latest is None or latest.decision is not ConsentDecision.GIVEN:
        raise ConsentMissing
    decide(
        session,
        actor=actor,
        person=person,
        kind=kind,
        decision=ConsentDecision.WITHDRAWN,
        version=latest.version,
        locale=latest.text_locale,
        now=now,
        evidence=Evidence(),
    )
    return facts_of_latest(session, person.id, kind)


def record_term_end(session: Session, *, consent_id: int, actor: Actor, now: datetime) -> None:
    """Record that a consent's term is over. What follows: services.joining.withdrawing."""
    ended = session.get_one(Consent, consent_id)
    person = session.get_one(Person, ended.person_id, with_for_update=True)
    decide(
        session,
        actor=actor,
        person=person,
        kind=ended.kind,
        decision=ConsentDecision.EXPIRED,
        version=ended.version,
        locale=ended.text_locale,
        now=now,
        evidence=Evidence(medium=ended.medium, term_until=ended.term_until),
    )


def lock_self(session: Session, actor: Actor) -> Person:
    """The person who acts, locked. Raises NotFound, NotAllowed."""
    person = find(session, Person, actor.id, lock=True)
    if person.erased_at is not None:
        raise NotFound
    actor.check_is_person(person.id)
    return person


def decide(
    session: Session,
    *,
    actor: Actor,
    person: Person,
    kind: ConsentKind,
    decision: ConsentDecision,
    version: int,
    locale: str,
    now: datetime,
    evidence: Evidence,
) -> int:
    """Write one row of the ledger, and what a decision alone changes; gives its id."""
    timezone = timezone_of(session, person.organization_id)
    decided_at = evidence.decided_at or now
    term_until = evidence.term_until
    if decision is ConsentDecision.GIVEN and term_until is None:
        term_until = _find_term(session, person, kind, day_of(decided_at, timezone))
    row = Consent(
        organization_id=person.organization_id,
        person_id=person.id,
        kind=kind,
        version=version,
        text_locale=locale,
        text_sha256=evidence.mark,
        decision=decision,
        decided_at=decided_at,
        timezone=timezone,
        medium=evidence.medium,
        chat_id=evidence.chat_id,
        message_id=evidence.message_id,
        choices=evidence.choices,
        term_until=term_until,
        paper_number=evidence.paper_number,
        signed_by=evidence.signed_by,
        registered_by=evidence.registered_by,
        file_id=evidence.file_id,
    )
    session.add(row)
    session.flush()
    STATES.forget(session, person.id)
    after = {"kind": kind.value, "version": version, "medium": evidence.medium.value}
    record(session, actor, Action(f"consent.{decision.value}"), person, now=now, after=after)
    if decision is ConsentDecision.GIVEN:
        call_off_duties(session, person_id=person.id, consent_kind=kind, now=now)
        if kind is ConsentKind.LONG_TERM_BANK:
            _close_tasks(session, person.id, TaskKind.LONG_TERM_OVER, now)
    if kind in DECISIVE[person.age_group]:
        _tell_curator(session, person, row, now)
    return row.id


def _find_term(session: Session, person: Person, kind: ConsentKind, since: date) -> date | None:
    """The last day that the pack's text gives; None where it names no years."""
    years = use_of(session, person.organization_id, kind).term_years
    return add_years(since, years) if years is not None else None


def _tell_curator(session: Session, person: Person, row: Consent, now: datetime) -> None:
    """A task for a no, closed by a yes: without this consent the person takes no part."""
    if row.decision is ConsentDecision.GIVEN:
        _close_tasks(session, person.id, TaskKind.CONSENT_DECLINED, now)
        return
    open_task(
        session, TaskKind.CONSENT_DECLINED, person, key=f"consent:{row.id}:{row.decision.value}", now=now
    )


def _close_tasks(session: Session, person_id: int, kind: TaskKind, now: datetime) -> None:
    session.execute(
        update(Task)
        .where(Task.person_id == person_id, Task.kind == kind, Task.done_at.is_(None))
        .values(done_at=now)
    )


def facts_of_latest(session: Session, person_id: int, kind: ConsentKind) -> DecisionFacts:
    latest = latest_decision(session, person_id, kind)
    assert latest is not None
    return latest
