"""Consents on paper: printed, signed, registered by the curator with a scan.

See docs/domain.md#personal-data.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from models.audit import Action
from models.consents import ConsentDecision, ConsentKind, ConsentMedium
from models.people import AgeGroup, Person
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.consents.ledger import DecisionFacts, Evidence, decide, facts_of_latest
from services.consents.states import (
    DECISIVE,
    KIND,
    STATES,
    ConsentMissing,
    ConsentState,
    newest,
    pack_now,
    state_of,
)
from services.consents.texts import read_offer, use_of

FIELDS = ("name", "photo", "position", "results")
"""What a dissemination may allow, each by itself (E36, A47, C36)."""

SHORT, LONG = 60, 500


class PaperDateWrong(DomainError):
    text = N_("The date on the paper cannot lie in the future.")


class PaperFactTooLong(DomainError):
    text = N_("This is too long: at most {limit} characters fit.")


class NothingAllowed(DomainError):
    text = N_("Please mark what may be published and at which address, as the paper says.")


class ConsentStands(DomainError):
    text = N_("This consent is given: register a withdrawal instead.")


class SignerMissing(DomainError):
    text = N_("Please give the name of the legal representative who signed.")


class MinorsNotInProgramme(DomainError):
    text = N_("This programme is for adults: its regulation has no consents for someone under 18.")


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What stands on a signed paper beyond its date. `fields`, `sites` and `bans` are of a dissemination."""

    number: str = ""
    signed_by: str = ""
    fields: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    bans: str = ""
    term_until: date | None = None
    file_id: int | None = None


def register_paper(
    session: Session,
    *,
    actor: Actor,
    person_id: int,
    decided_at: datetime,
    now: datetime,
    kind: ConsentKind = KIND,
    paper: PaperFacts = PaperFacts(),  # frozen
) -> DecisionFacts:
    """The curator registers a signed paper of the text as it reads now (docs/domain.md#personal-data).

    Raises NotFound, NotAllowed, PaperDateWrong, PaperFactTooLong, NothingAllowed, SignerMissing.
    """
    person = lock_person(session, actor, person_id)
    if decided_at > now:
        raise PaperDateWrong
    offer = read_offer(session, person_id=person.id, locale="ru", kind=kind)
    signer = " ".join(paper.signed_by.split())
    if kind is ConsentKind.REPRESENTATIVE and not signer:
        raise SignerMissing(field="signed_by")
    for value, limit in ((paper.number, SHORT), (signer, 200), (paper.bans, LONG)):
        if len(value) > limit:
            raise PaperFactTooLong(limit=limit)
    decide(
        session,
        actor=actor,
        person=person,
        kind=kind,
        decision=ConsentDecision.GIVEN,
        version=offer.version,
        locale=offer.locale,
        now=now,
        evidence=Evidence(
            mark=offer.mark,
            medium=ConsentMedium.PAPER,
            decided_at=decided_at,
            choices=_choices(kind, paper),
            term_until=paper.term_until,
            paper_number=paper.number.strip() or None,
            signed_by=signer or None,
            registered_by=actor.id,
            file_id=paper.file_id,
        ),
    )
    return facts_of_latest(session, person.id, kind)


def _choices(kind: ConsentKind, paper: PaperFacts) -> dict[str, Any] | None:
    if kind is not ConsentKind.DISSEMINATION:
        return None
    fields = [name for name in FIELDS if name in paper.fields]
    sites = [site.strip() for site in paper.sites if site.strip()]
    if not fields or not sites:
        raise NothingAllowed
    return {"fields": fields, "sites": sites, "bans": " ".join(paper.bans.split())}


def register_refusal(
    session: Session, *, actor: Actor, person_id: int, kind: ConsentKind, now: datetime
) -> DecisionFacts:
    """The person said no to the curator or on paper. See services.joining.withdrawing for what follows.

    Raises NotFound, NotAllowed, ConsentStands.
    """
    person = lock_person(session, actor, person_id)
    if state_of(session, person_id=person.id, kind=kind) is ConsentState.GIVEN:
        raise ConsentStands
    decide(
        session,
        actor=actor,
        person=person,
        kind=kind,
        decision=ConsentDecision.DECLINED,
        version=use_of(session, person.organization_id, kind).version,
        locale=person.locale,
        now=now,
        evidence=Evidence(medium=ConsentMedium.PAPER, registered_by=actor.id),
    )
    return facts_of_latest(session, person.id, kind)


def register_withdrawal(
    session: Session, *, actor: Actor, person_id: int, kind: ConsentKind, now: datetime
) -> DecisionFacts:
    """A letter of withdrawal has reached the curator. See services.joining.withdrawing for what follows.

    Raises NotFound, NotAllowed, ConsentMissing.
    """
    person = lock_person(session, actor, person_id)
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
        evidence=Evidence(medium=ConsentMedium.PAPER, registered_by=actor.id),
    )
    return facts_of_latest(session, person.id, kind)


def choose_age_group(
    session: Session, *, actor: Actor, person_id: int, age_group: AgeGroup, now: datetime
) -> AgeGroup:
    """Who consents for this person: adults by themselves, minors with a representative. No birth date.

    Raises MinorsNotInProgramme where the regulation knows no consent of a representative
    (docs/domain.md#regulations).
    """
    person = lock_person(session, actor, person_id)
    asked = {use.id for use in pack_now(session, person.organization_id).pack.consents}
    if not {kind.value for kind in DECISIVE[age_group]} <= asked:
        raise MinorsNotInProgramme
    if person.age_group is not age_group:
        after = {"age_group": age_group.value}
        record(
            session,
            actor,
            Action.PERSON_AGE_GROUP_CHOSEN,
            person,
            now=now,
            before={"age_group": person.age_group.value},
            after=after,
        )
        person.age_group = age_group
        STATES.forget(session, person.id)
    return age_group


def lock_person(session: Session, actor: Actor, person_id: int) -> Person:
    person = find(session, Person, person_id, lock=True)
    if person.erased_at is not None:
        raise NotFound
    actor.check_right(Right.EDIT_PEOPLE, person.organization_id)
    return person
