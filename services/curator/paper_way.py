"""The paper way: the curator enters for a participant what they said or wrote outside the chat.

Each entry calls the very service that the chat calls, as that person, so every rule and every consequence is
the same; beside it stands who entered it, from what and of which date (docs/domain.md#foreign-messengers).
Consents are registered by services.consents, questionnaires typed in by services.surveys.forms.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts import Account
from models.audit import Action
from models.meetings import MeetingKind
from models.pairs import DeclineReason
from models.paper_way import Deed, PaperEntry, WordOf
from models.people import Person, Role
from models.requests import RequestKind
from services.access.actors import Actor, ActorKind, Channel, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotFound
from services.access.records import find
from services.meetings.outcomes import report_held
from services.meetings.planning import cancel_meeting, confirm_meeting, propose_meeting
from services.organizations.days import today_of
from services.pairs.offers import accept_offer, decline_offer
from services.pairs.requests.sending import send_request
from services.surveys.intake import choose_role


class DayMissing(DomainError):
    text = N_("Please give the date that stands on the paper, or of the talk.")


class DayAhead(DomainError):
    text = N_("This date lies in the future.")


@dataclass(frozen=True, slots=True)
class Given:
    """How and when the participant said it."""

    source: WordOf
    said_on: date | None


@dataclass(frozen=True, slots=True)
class EntryFacts:
    deed: Deed
    subject_kind: str
    subject_id: int | None
    source: WordOf
    said_on: date
    author: str
    entered_at: datetime


def enter_role(
    session: Session, *, actor: Actor, person_id: int, role: Role, given: Given, now: datetime
) -> int | None:
    """The role that a participant wants; gives the questionnaire to type in, None when it is in.

    Raises NotFound, NotAllowed, DayMissing, DayAhead and what `choose_role` raises.
    """
    proxy = _proxy(session, actor, person_id, given, now)
    chosen = choose_role(session, actor=proxy, role=role, now=now)
    _store(session, actor, proxy, Deed.ROLE_CHOSEN, ("participation", chosen.participation_id), given, now)
    return chosen.run_id


def enter_offer_answer(
    session: Session,
    *,
    actor: Actor,
    person_id: int,
    pair_id: int,
    reason: DeclineReason | None,
    note: str = "",
    given: Given,
    now: datetime,
) -> Deed:
    """The answer to an offer: yes without a reason, no with one. Raises what the chat's services raise."""
    proxy = _proxy(session, actor, person_id, given, now)
    if reason is None:
        accept_offer(session, actor=proxy, pair_id=pair_id, now=now)
        deed = Deed.OFFER_ACCEPTED
    else:
        decline_offer(session, actor=proxy, pair_id=pair_id, reason=reason, note=note, now=now)
        deed = Deed.OFFER_DECLINED
    _store(session, actor, proxy, deed, ("pair", pair_id), given, now)
    return deed


def enter_proposal(
    session: Session,
    *,
    actor: Actor,
    person_id: int,
    pair_id: int,
    kind: MeetingKind,
    local_start: datetime,
    topic: str | None,
    given: Given,
    now: datetime,
) -> int:
    """A time that a participant proposes; the other side hears of it. Raises what the chat's raises."""
    proxy = _proxy(session, actor, person_id, given, now)
    proposed = propose_meeting(
        session, actor=proxy, pair_id=pair_id, kind=kind, local_start=local_start, topic=topic, now=now
    )
    _store(session, actor, proxy, Deed.MEETING_PROPOSED, ("meeting", proposed.meeting_id), given, now)
    return proposed.meeting_id


def enter_meeting_answer(
    session: Session,
    *,
    actor: Actor,
    person_id: int,
    meeting_id: int,
    deed: Deed,
    given: Given,
    now: datetime,
) -> int | None:
    """Agreed, cancelled, held or missed; after a held one gives the feedback to type in, if it is due.

    Raises NotFound for any other deed, and what the chat's services raise.
    """
    proxy = _proxy(session, actor, person_id, given, now)
    run_id = None
    match deed:
        case Deed.MEETING_AGREED:
            confirm_meeting(session, actor=proxy, meeting_id=meeting_id, now=now)
        case Deed.MEETING_CANCELLED:
            cancel_meeting(session, actor=proxy, meeting_id=meeting_id, now=now)
        case Deed.MEETING_HELD | Deed.MEETING_MISSED:
            said = report_held(
                session,
                actor=proxy,
                meeting_id=meeting_id,
                took_place=deed is Deed.MEETING_HELD,
                now=now,
            )
            run_id = said.run_id
        case _:
            raise NotFound
    _store(session, actor, proxy, deed, ("meeting", meeting_id), given, now)
    return run_id


def enter_request(
    session: Session,
    *,
    actor: Actor,
    person_id: int,
    pair_id: int,
    kind: RequestKind,
    text: str,
    wanted_on: date | None,
    given: Given,
    now: datetime,
) -> int:
    """What a side of a pair asks for (E27 to E29, E35). Raises what the chat's services raise."""
    proxy = _proxy(session, actor, person_id, given, now)
    sent = send_request(
        session, actor=proxy, kind=kind, pair_id=pair_id, text=text, wanted_on=wanted_on, now=now
    )
    _store(session, actor, proxy, Deed.SUGGESTED, ("pair", pair_id), given, now)
    return sent.request_id


def list_entries(session: Session, *, actor: Actor, person_id: int) -> list[EntryFacts]:
    """What was entered for a person, the newest first. Raises NotFound, NotAllowed."""
    person = find(session, Person, person_id)
    actor.check_right(Right.SEE_PEOPLE, person.organization_id)
    rows = session.execute(
        select(PaperEntry, Account.name)
        .outerjoin(Account, Account.id == PaperEntry.account_id)
        .where(PaperEntry.person_id == person_id)
        .order_by(PaperEntry.id.desc())
    )
    return [
        EntryFacts(
            row.deed, row.subject_kind, row.subject_id, row.source, row.said_on, name or "", row.entered_at
        )
        for row, name in rows
    ]


def _proxy(session: Session, actor: Actor, person_id: int, given: Given, now: datetime) -> Actor:
    """The participant, acting through the panel. Raises NotFound, NotAllowed, DayMissing, DayAhead."""
    person = find(session, Person, person_id)
    actor.check_right(Right.MANAGE_PAIRS, person.organization_id)
    if given.said_on is None:
        raise DayMissing
    if given.said_on > today_of(session, person.organization_id, now):
        raise DayAhead
    return Actor(ActorKind.PERSON, person.id, person.organization_id, Channel.PANEL)


def _store(
    session: Session,
    actor: Actor,
    proxy: Actor,
    deed: Deed,
    subject: tuple[str, int],
    given: Given,
    now: datetime,
) -> None:
    assert given.said_on is not None  # _proxy has looked
    assert proxy.id is not None
    entry = PaperEntry(
        organization_id=proxy.organization_id,
        person_id=proxy.id,
        account_id=actor.id if actor.kind is ActorKind.ACCOUNT else None,
        deed=deed,
        subject_kind=subject[0],
        subject_id=subject[1],
        source=given.source,
        said_on=given.said_on,
        entered_at=now,
    )
    session.add(entry)
    session.flush()
    after = {"deed": deed.value, subject[0]: subject[1], "source": given.source.value}
    record(session, actor, Action.PAPER_ENTERED, entry, now=now, after=after)
