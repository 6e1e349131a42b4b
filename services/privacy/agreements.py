"""Agreements of art. 351.8 of the Labour Code with mentors: content, terms, form, payment (DC08)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.pairs import ENDED, Pair, PairMember, is_in_pair
from models.people import Person, Role
from models.privacy import AgreementBasis, MentoringAgreement
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.pairs.assignments import begin_ready

SHORT, MIDDLE, LONG = 60, 300, 2000


class AgreementIncomplete(DomainError):
    text = N_("An agreement has a number, a date, a content, a form and a term that ends after it begins.")


class AgreementTextTooLong(DomainError):
    text = N_("This is too long: at most {limit} characters fit.")


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    id: int
    person_id: int
    number: str
    signed_on: date
    starts_on: date
    ends_on: date
    basis: AgreementBasis
    content: str
    form: str
    payment: str
    file_id: int | None
    pair_id: int | None


@dataclass(frozen=True, slots=True)
class MentoredPair:
    """A pair that an agreement may be made for."""

    id: int
    mentee: str


def register_agreement(
    session: Session,
    *,
    actor: Actor,
    person_id: int,
    number: str,
    signed_on: date,
    starts_on: date,
    ends_on: date,
    basis: AgreementBasis,
    content: str,
    form: str,
    payment: str,
    file_id: int | None,
    now: datetime,
    pair_id: int | None = None,
) -> int:
    """A signed agreement, with its scan if there is one; without a pair it covers all of the mentor's.
    Pairs under order that waited for it begin their work.

    Gives its id. Raises NotFound, NotAllowed, AgreementIncomplete, AgreementTextTooLong.
    """
    person = find(session, Person, person_id, lock=True)
    if person.erased_at is not None:
        raise NotFound
    actor.check_right(Right.EDIT_PEOPLE, person.organization_id)
    told = {"number": number.strip(), "content": content.strip(), "form": form.strip()}
    if not all(told.values()) or ends_on <= starts_on:
        raise AgreementIncomplete
    if pair_id is not None and pair_id not in {one.id for one in _find_pairs(session, person_id)}:
        raise NotFound
    limits = {"number": SHORT, "content": LONG, "form": MIDDLE, "payment": 500}
    for name, value in (*told.items(), ("payment", payment.strip())):
        if len(value) > limits[name]:
            raise AgreementTextTooLong(field=name, limit=limits[name])
    row = MentoringAgreement(
        organization_id=person.organization_id,
        person_id=person_id,
        pair_id=pair_id,
        signed_on=signed_on,
        starts_on=starts_on,
        ends_on=ends_on,
        basis=basis,
        payment=payment.strip(),
        registered_at=now,
        registered_by=actor.id,
        file_id=file_id,
        **told,
    )
    session.add(row)
    session.flush()
    after = {"agreement": row.id, "basis": basis.value, "pair": pair_id}
    record(session, actor, Action.PRIVACY_AGREEMENT_REGISTERED, person, now=now, after=after)
    begin_ready(session, actor=actor, person_id=person_id, now=now)
    return row.id


def list_agreements(session: Session, *, actor: Actor, person_id: int) -> list[AgreementFacts]:
    """Raises NotFound, NotAllowed."""
    person = find(session, Person, person_id)
    actor.check_right(Right.SEE_PEOPLE, person.organization_id)
    rows = session.scalars(
        select(MentoringAgreement)
        .where(MentoringAgreement.person_id == person_id)
        .order_by(MentoringAgreement.id)
    )
    return [
        AgreementFacts(
            row.id,
            row.person_id,
            row.number,
            row.signed_on,
            row.starts_on,
            row.ends_on,
            row.basis,
            row.content,
            row.form,
            row.payment,
            row.file_id,
            row.pair_id,
        )
        for row in rows
    ]


def list_mentored_pairs(session: Session, *, actor: Actor, person_id: int) -> list[MentoredPair]:
    """Pairs of this mentor that have not ended, the oldest first. Raises NotFound, NotAllowed."""
    person = find(session, Person, person_id)
    actor.check_right(Right.SEE_PEOPLE, person.organization_id)
    return _find_pairs(session, person_id)


def _find_pairs(session: Session, person_id: int) -> list[MentoredPair]:
    own = select(PairMember.pair_id).where(PairMember.person_id == person_id, PairMember.role == Role.MENTOR)
    rows = session.execute(
        select(Pair.id, Person)
        .join(PairMember, PairMember.pair_id == Pair.id)
        .join(Person, Person.id == PairMember.person_id)
        .where(Pair.id.in_(own), Pair.status.not_in(ENDED), PairMember.role == Role.MENTEE, is_in_pair())
        .order_by(Pair.id, PairMember.id)
    )
    names: dict[int, list[str]] = {}
    for pair_id, mentee in rows:
        names.setdefault(pair_id, []).append(mentee.full_name)
    return [MentoredPair(pair_id, ", ".join(found)) for pair_id, found in names.items()]
