"""All consents of one person side by side: what /privacy and the panel's card show."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.consents import ConsentDecision, ConsentKind, ConsentMedium
from models.messages import NoticeKind
from models.people import AgeGroup, Participation, ParticipationStatus, Person
from services.access.actors import Actor, ActorKind, Right
from services.access.errors import NotFound
from services.access.records import find
from services.consents.states import DECISIVE, ConsentState, newest, pack_now, state_of
from services.delivery.outbox import enqueue
from services.programmes.regulations import ConsentUse


@dataclass(frozen=True, slots=True)
class Standing:
    """One consent of one person. `is_decisive`: without it they take no part. `version` is the text's now."""

    kind: ConsentKind
    title: str
    is_paper: bool
    is_decisive: bool
    state: ConsentState
    version: int
    decided_version: int | None = None
    decided_at: datetime | None = None
    timezone: str = "UTC"
    medium: ConsentMedium | None = None
    choices: dict[str, Any] | None = None
    term_until: date | None = None
    paper_number: str | None = None
    signed_by: str | None = None
    file_id: int | None = None

    @property
    def can_be_taken_back(self) -> bool:
        """MENTORING is no consent to data processing: it ends by notice (art. 351.8), not by withdrawal."""
        is_given = self.state in {ConsentState.GIVEN, ConsentState.OUTDATED}
        return is_given and self.kind is not ConsentKind.MENTORING


def list_standings(session: Session, *, actor: Actor, person_id: int, locale: str) -> tuple[Standing, ...]:
    """The consents that concern this person, in the pack's order. Raises NotFound, NotAllowed."""
    person = find(session, Person, person_id)
    if person.erased_at is not None:
        raise NotFound
    if actor.kind is ActorKind.PERSON:
        actor.check_is_person(person_id)
    else:
        actor.check_right(Right.SEE_PEOPLE, person.organization_id)
    roles = set(
        session.scalars(
            select(Participation.role).where(
                Participation.person_id == person_id,
                Participation.status != ParticipationStatus.LEFT,
            )
        )
    )
    found = []
    for use in pack_now(session, person.organization_id).pack.consents:
        if use.id not in set(ConsentKind):
            continue
        standing = _stand(session, person, use, locale)
        concerns = standing.is_decisive or (
            not _is_for_another_age(standing.kind, person.age_group)
            and bool(set(use.audiences) & roles or not roles)
        )
        if concerns or standing.state is not ConsentState.NONE:
            found.append(standing)
    return tuple(found)


def read_standing(
    session: Session, *, actor: Actor, person_id: int, kind: ConsentKind, locale: str
) -> Standing:
    """Raises NotFound, NotAllowed."""
    for standing in list_standings(session, actor=actor, person_id=person_id, locale=locale):
        if standing.kind is kind:
            return standing
    raise NotFound


def _is_for_another_age(kind: ConsentKind, age_group: AgeGroup) -> bool:
    decisive = {one for kinds in DECISIVE.values() for one in kinds}
    return kind in decisive and kind not in DECISIVE[age_group]


def _stand(session: Session, person: Person, use: ConsentUse, locale: str) -> Standing:
    kind = ConsentKind(use.id)
    row = newest(session, person.id, kind)
    known: dict[str, Any] = {}
    if row is not None:
        known = {
            "decided_version": row.version,
            "decided_at": row.decided_at,
            "timezone": row.timezone,
            "medium": row.medium,
        }
        if row.decision is ConsentDecision.GIVEN:
            known |= {
                "choices": row.choices,
                "term_until": row.term_until,
                "paper_number": row.paper_number,
                "signed_by": row.signed_by,
                "file_id": row.file_id,
            }
    return Standing(
        kind=kind,
        title=use.title.get(locale),
        is_paper=use.form == "paper",
        is_decisive=kind in DECISIVE[person.age_group],
        state=state_of(session, person_id=person.id, kind=kind),
        version=use.version,
        **known,
    )


def ask_for_consent(
    session: Session, *, actor: Actor, person_id: int, kind: ConsentKind, now: datetime
) -> bool:
    """Let the bot put the question once a day at most; the person decides. False when it was asked today.

    Raises NotFound, NotAllowed.
    """
    person = find(session, Person, person_id)
    if person.erased_at is not None:
        raise NotFound
    actor.check_right(Right.EDIT_PEOPLE, person.organization_id)
    key = f"consent:{kind.value}:request:{now:%Y-%m-%d}:person:{person_id}"
    return enqueue(
        session,
        NoticeKind.CONSENT_REQUEST,
        person,
        key=key,
        person_id=person_id,
        facts={"consent": kind.value},
        now=now,
    )
