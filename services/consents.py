"""Consent to personal data processing as an object of its own, and its evidence (A49, D5; domain.md 2.3).

The newest row of a person decides. A new version of the text is asked for again. Nothing is asked of a
person, and nothing kept beyond name and position, while `check_consent` refuses.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from models.accounts import Account, AccountRole
from models.consents import Consent, ConsentDecision, ConsentKind, ConsentMedium
from models.people import Organization, Person
from models.tasks import Task, TaskKind
from services.actors import Actor, Right
from services.audit import record
from services.errors import N_, DomainError, NotFound
from services.programmes.consents import render, sha256
from services.programmes.running import current_cycle, pack_of
from services.tasks import open_task

KIND = ConsentKind.PD_PROCESSING


class ConsentMissing(DomainError):
    text = N_("Your consent to personal data processing is needed first.")


class ConsentTextChanged(DomainError):
    text = N_("The text of the consent has changed meanwhile. Please read it once more.")


class ConsentState(StrEnum):
    """Where a person stands with the consent that the programme asks for now."""

    NONE = "none"
    GIVEN = "given"
    OUTDATED = "outdated"  # given to an earlier version of the text
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class ConsentOffer:
    """The text as it is shown to this person; `mark` proves later which text it was."""

    title: str
    text: str
    version: int
    locale: str
    mark: str


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    decision: ConsentDecision
    version: int
    decided_at: datetime
    timezone: str
    medium: ConsentMedium


def read_offer(session: Session, *, person_id: int, locale: str) -> ConsentOffer:
    """The consent that the programme asks of this person. Raises NotFound, ConsentFactMissing."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound
    pack = pack_of(session, cycle_id=current_cycle(session, person.organization_id).id)
    words = pack.consent(KIND.value, locale)
    title = next(use.title.get(locale) for use in pack.pack.consents if use.id == KIND.value)
    shown = render(words.body, _facts(session, person))
    return ConsentOffer(title, shown, words.version, words.locale, sha256(shown))


def _facts(session: Session, person: Person) -> dict[str, str]:
    organization = session.get_one(Organization, person.organization_id)
    curator = session.scalar(
        select(Account.name)
        .where(
            Account.organization_id == organization.id,
            Account.role == AccountRole.CURATOR,
            Account.disabled_at.is_(None),
        )
        .order_by(Account.id)
        .limit(1)
    )
    return {
        "organization": organization.name,
        "organization_address": organization.address,
        "operator_inn": organization.inn,
        "person": person.full_name,
        "curator": curator or "",
        "contact": organization.address,
    }


def _current_version(session: Session, organization_id: int) -> int:
    pack = pack_of(session, cycle_id=current_cycle(session, organization_id).id)
    return next(use.version for use in pack.pack.consents if use.id == KIND.value)


def latest_decision(session: Session, person_id: int) -> DecisionFacts | None:
    row = _latest(session, person_id)
    if row is None:
        return None
    return DecisionFacts(row.decision, row.version, row.decided_at, row.timezone, row.medium)


def _latest(session: Session, person_id: int) -> Consent | None:
    return session.scalars(
        select(Consent)
        .where(Consent.person_id == person_id, Consent.kind == KIND)
        .order_by(Consent.id.desc())
        .limit(1)
    ).first()


# asked before every answer and every screen: one statement, built once
_STANDING = (
    select(Person.organization_id, Consent.decision, Consent.version)
    .outerjoin(Consent, (Consent.person_id == Person.id) & (Consent.kind == KIND))
    .where(Person.id == bindparam("person_id"))
    .order_by(Consent.id.desc())
    .limit(1)
)


def read_state(session: Session, person_id: int) -> ConsentState:
    """Raises NotFound for an unknown person. Noted in the session until a decision is made in it."""
    noted: ConsentState | None = session.info.get(("consent", person_id))
    if noted is not None:
        return noted
    found = session.execute(_STANDING, {"person_id": person_id}).one_or_none()
    if found is None:
        raise NotFound
    organization_id, decision, version = found
    state = ConsentState.NONE
    if decision is not None:
        state = _state(decision, version, _current_version(session, organization_id))
    session.info["consent", person_id] = state
    return state


def read_states(session: Session, *, organization_id: int) -> dict[int, ConsentState]:
    """The states of everyone who ever decided, by person."""
    newest = (
        select(func.max(Consent.id))
        .where(Consent.organization_id == organization_id, Consent.kind == KIND)
        .group_by(Consent.person_id)
    )
    current = _current_version(session, organization_id)
    found = session.execute(
        select(Consent.person_id, Consent.decision, Consent.version).where(Consent.id.in_(newest))
    )
    return {person_id: _state(decision, version, current) for person_id, decision, version in found}


def _state(decision: ConsentDecision, version: int, current: int) -> ConsentState:
    if decision is not ConsentDecision.GIVEN:
        return ConsentState(decision.value)
    return ConsentState.GIVEN if version >= current else ConsentState.OUTDATED


def has_consent(session: Session, person_id: int) -> bool:
    return read_state(session, person_id) is ConsentState.GIVEN


def check_consent(session: Session, person_id: int) -> None:
    """Called before any survey and before anything personal is kept. Raises ConsentMissing."""
    if not has_consent(session, person_id):
        raise ConsentMissing


def give_consent(
    session: Session, *, actor: Actor, mark: str, chat_id: int, message_id: int | None, now: datetime
) -> DecisionFacts:
    """The person agreed by a button to the text whose SHA-256 begins with `mark`.

    A second tap changes nothing. Raises ConsentTextChanged when another text would be shown now.
    """
    person = _lock_self(session, actor)
    offer = read_offer(session, person_id=person.id, locale=person.locale)
    if not mark or not offer.mark.startswith(mark):
        raise ConsentTextChanged
    if read_state(session, person.id) is not ConsentState.GIVEN:
        _decide(
            session,
            actor=actor,
            person=person,
            decision=ConsentDecision.GIVEN,
            version=offer.version,
            locale=offer.locale,
            now=now,
            evidence=(offer.mark, chat_id, message_id),
        )
    return _facts_of_latest(session, person.id)


def register_paper(
    session: Session, *, actor: Actor, person_id: int, decided_at: datetime, now: datetime
) -> DecisionFacts:
    """The curator registers a signed paper (domain.md 7.2). Raises NotFound, NotAllowed."""
    person = session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise NotFound
    actor.check_right(Right.EDIT_PEOPLE, person.organization_id)
    offer = read_offer(session, person_id=person.id, locale="ru")
    _decide(
        session,
        actor=actor,
        person=person,
        decision=ConsentDecision.GIVEN,
        version=offer.version,
        locale=offer.locale,
        decided_at=decided_at,
        medium=ConsentMedium.PAPER,
        now=now,
        evidence=(offer.mark, None, None),
    )
    return _facts_of_latest(session, person.id)


def record_refusal(session: Session, *, actor: Actor, now: datetime) -> DecisionFacts:
    """The person said no: only the decision, its date and the version stay. See services.leaving."""
    person = _lock_self(session, actor)
    _decide(
        session,
        actor=actor,
        person=person,
        decision=ConsentDecision.DECLINED,
        version=_current_version(session, person.organization_id),
        locale=person.locale,
        now=now,
    )
    return _facts_of_latest(session, person.id)


def record_withdrawal(session: Session, *, actor: Actor, now: datetime) -> DecisionFacts:
    """The person takes back what was given; the curator gets a task. See services.leaving.

    Raises ConsentMissing when there is nothing to withdraw.
    """
    person = _lock_self(session, actor)
    latest = _latest(session, person.id)
    if latest is None or latest.decision is not ConsentDecision.GIVEN:
        raise ConsentMissing
    _decide(
        session,
        actor=actor,
        person=person,
        decision=ConsentDecision.WITHDRAWN,
        version=latest.version,
        locale=latest.text_locale,
        now=now,
    )
    return _facts_of_latest(session, person.id)


def _lock_self(session: Session, actor: Actor) -> Person:
    person = session.get(Person, actor.id, with_for_update=True) if actor.id is not None else None
    if person is None:
        raise NotFound
    actor.check_is_person(person.id)
    return person


def _decide(
    session: Session,
    *,
    actor: Actor,
    person: Person,
    decision: ConsentDecision,
    version: int,
    locale: str,
    now: datetime,
    decided_at: datetime | None = None,
    medium: ConsentMedium = ConsentMedium.CHAT,
    evidence: tuple[str | None, int | None, int | None] = (None, None, None),
) -> None:
    row = Consent(
        organization_id=person.organization_id,
        person_id=person.id,
        kind=KIND,
        version=version,
        text_locale=locale,
        text_sha256=evidence[0],
        decision=decision,
        decided_at=decided_at or now,
        timezone=session.get_one(Organization, person.organization_id).timezone,
        medium=medium,
        chat_id=evidence[1],
        message_id=evidence[2],
    )
    session.add(row)
    session.flush()
    session.info.pop(("consent", person.id), None)
    record(
        session,
        actor=actor,
        action=f"consent.{decision.value}",
        subject=("person", person.id),
        organization_id=person.organization_id,
        now=now,
        after={"version": version, "medium": medium.value},
    )
    if decision is ConsentDecision.GIVEN:
        session.execute(
            update(Task)
            .where(
                Task.person_id == person.id,
                Task.kind == TaskKind.CONSENT_DECLINED,
                Task.done_at.is_(None),
            )
            .values(done_at=now)
        )
    else:
        open_task(
            session,
            kind=TaskKind.CONSENT_DECLINED,
            dedup_key=f"consent:{row.id}:{decision.value}",
            organization_id=person.organization_id,
            person_id=person.id,
            now=now,
        )


def _facts_of_latest(session: Session, person_id: int) -> DecisionFacts:
    latest = latest_decision(session, person_id)
    assert latest is not None
    return latest
