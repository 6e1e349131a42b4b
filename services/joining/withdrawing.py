"""Leaving the programme: a refused or a withdrawn consent stops everything at once.

See docs/domain.md#personal-data.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models.consents import Consent, ConsentDecision, ConsentKind
from models.drafts import Draft
from models.people import Organization, Participation, ParticipationStatus, Person
from models.privacy import DutyKind
from models.surveys import SurveyRun
from models.tasks import TaskKind
from services.access.actors import Actor, Channel, system
from services.access.errors import NotFound
from services.accounts.chats import unlink_chat
from services.consents.duties import ERASED_WITHIN, open_duty
from services.consents.ledger import record_refusal, record_term_end, record_withdrawal
from services.consents.papers import register_refusal, register_withdrawal
from services.consents.states import ConsentState, decisive_kinds, newest_ids, state_of
from services.delivery.tasks import open_task
from services.joining.entering import reopen_invitation
from services.organizations.days import day_of
from services.pairs.assignments import EndReason, release_person
from services.surveys.closing import close

__all__ = [
    "ERASED_WITHIN",
    "Left",
    "Withdrawn",
    "decline_consent",
    "decline_on_paper",
    "end_terms",
    "withdraw_consent",
    "withdraw_on_paper",
]

BATCH = 50
WITH_TERM = frozenset({ConsentKind.LONG_TERM_BANK, ConsentKind.DISSEMINATION})
PUBLISHING = frozenset({ConsentKind.DISSEMINATION, ConsentKind.PHOTO_VIDEO})


@dataclass(frozen=True, slots=True)
class Left:
    """`token` is the way back after a refusal."""

    person_id: int
    token: str | None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a withdrawal set running. `due_on` is its last day, None when nothing is owed."""

    person_id: int
    kind: ConsentKind
    duty: DutyKind | None
    due_on: date | None


def decline_consent(
    session: Session, *, actor: Actor, chat_id: int, now: datetime, kind: ConsentKind | None = None
) -> Left:
    """No to a consent: the decision, its date and version stay.

    Without a decisive one (the usual case, kind None) the chat is forgotten as well, and the invitation works
    again, so that the person may come back by the same link. No to an optional one changes nothing else.
    """
    if actor.id is None:
        raise NotFound
    decisive = decisive_kinds(session, actor.id)
    wanted = kind or decisive[-1]
    was_given = _was_given(session, actor.id, wanted)
    record_refusal(session, actor=actor, kind=wanted, now=now)
    if wanted not in decisive:
        return Left(actor.id, None)
    _stop(session, actor, actor.id, now)
    if was_given:
        _open_erasure_duty(session, actor.id, wanted, now)
    token = reopen_invitation(session, person_id=actor.id, now=now)
    unlink_chat(session, chat_id=chat_id)
    return Left(actor.id, token)


def decline_on_paper(
    session: Session, *, actor: Actor, person_id: int, kind: ConsentKind, now: datetime
) -> None:
    """The same, said to the curator or on paper; the chat, if there is one, stays the person's.

    Raises NotFound, NotAllowed, ConsentStands.
    """
    was_given = _was_given(session, person_id, kind)
    register_refusal(session, actor=actor, person_id=person_id, kind=kind, now=now)
    if kind in decisive_kinds(session, person_id):
        _stop(session, actor, person_id, now)
        if was_given:
            _open_erasure_duty(session, person_id, kind, now)


def _was_given(session: Session, person_id: int, kind: ConsentKind) -> bool:
    """To an earlier text: a no to the new one leaves what was gathered without a ground."""
    return state_of(session, person_id=person_id, kind=kind) is ConsentState.OUTDATED


def _open_erasure_duty(session: Session, person_id: int, kind: ConsentKind, now: datetime) -> None:
    person = session.get_one(Person, person_id)
    open_duty(session, person=person, kind=DutyKind.ERASURE, consent_kind=kind, now=now)


def withdraw_consent(
    session: Session, *, actor: Actor, now: datetime, kind: ConsentKind | None = None
) -> Withdrawn:
    """One consent is taken back; the others stand. Raises ConsentMissing, NotFound.

    The decisive one (kind None) ends participation: pairs end, surveys close, the curator gets a task, the
    data are destroyed in time. A dissemination or pictures: what is published is taken down in time.
    """
    if actor.id is None:
        raise NotFound
    wanted = kind or decisive_kinds(session, actor.id)[-1]
    record_withdrawal(session, actor=actor, kind=wanted, now=now)
    return _follow(session, actor, actor.id, wanted, now)


def withdraw_on_paper(
    session: Session, *, actor: Actor, person_id: int, kind: ConsentKind, now: datetime
) -> Withdrawn:
    """The same by a letter that the curator registers. Raises NotFound, NotAllowed, ConsentMissing."""
    register_withdrawal(session, actor=actor, person_id=person_id, kind=kind, now=now)
    return _follow(session, actor, person_id, kind, now)


def end_terms(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """A tick: consents whose last day has passed end as if they were taken back, and the curator hears of it.

    Who leaves the long-term bank by it is asked again or erased (the text of the consent says so).
    """
    rows = session.execute(
        select(Consent.id, Consent.person_id, Consent.kind, Consent.term_until, Organization.timezone)
        .join(Organization, Organization.id == Consent.organization_id)
        .join(Person, Person.id == Consent.person_id)
        .where(
            Consent.decision == ConsentDecision.GIVEN,
            Consent.kind.in_(WITH_TERM),
            Consent.term_until < (now + timedelta(days=1)).date(),
            Consent.id.in_(newest_ids(*WITH_TERM)),
            Person.erased_at.is_(None),
        )
        .order_by(Consent.id)
        .limit(limit)
    ).all()
    actor, ended = system(Channel.SCHEDULER), 0
    for consent_id, person_id, kind, last_day, timezone in rows:
        if last_day is None or last_day >= day_of(now, timezone):
            continue
        ended += 1
        record_term_end(session, consent_id=consent_id, actor=actor, now=now)
        done = _follow(session, actor, person_id, kind, now)
        if kind is ConsentKind.LONG_TERM_BANK:
            key = f"consent:{consent_id}:term"
            open_task(
                session,
                TaskKind.LONG_TERM_OVER,
                session.get_one(Person, person_id),
                key=key,
                wanted_on=done.due_on,
                now=now,
            )
    return ended


def _follow(session: Session, actor: Actor, person_id: int, kind: ConsentKind, now: datetime) -> Withdrawn:
    person = session.get_one(Person, person_id)
    duty: DutyKind | None = None
    if kind in decisive_kinds(session, person_id):
        _stop(session, actor, person_id, now)
        duty = DutyKind.ERASURE
    elif kind in PUBLISHING:
        duty = DutyKind.UNPUBLISH
    elif kind is ConsentKind.LONG_TERM_BANK and _has_no_other_ground(session, person_id):
        duty = DutyKind.ERASURE
    due_on = (
        open_duty(session, person=person, kind=duty, consent_kind=kind, now=now) if duty is not None else None
    )
    return Withdrawn(person_id, kind, duty, due_on)


def _has_no_other_ground(session: Session, person_id: int) -> bool:
    """Whether the long-term bank was all that the data were still kept for."""
    kinds = decisive_kinds(session, person_id)
    return any(
        state_of(session, person_id=person_id, kind=one) not in {ConsentState.GIVEN, ConsentState.OUTDATED}
        for one in kinds
    )


def _stop(session: Session, actor: Actor, person_id: int, now: datetime) -> None:
    release_person(session, actor=actor, person_id=person_id, reason=EndReason.CONSENT_WITHDRAWN, now=now)
    close(session, SurveyRun.person_id == person_id, now=now)
    erase_drafts(session, person_id=person_id)
    session.execute(
        update(Participation)
        .where(Participation.person_id == person_id, Participation.status != ParticipationStatus.LEFT)
        .values(status=ParticipationStatus.LEFT)
    )


def erase_drafts(session: Session, *, person_id: int) -> None:
    """Erase what this person wrote of meetings and has not saved. Raises nothing."""
    session.execute(delete(Draft).where(Draft.person_id == person_id))
