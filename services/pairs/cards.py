"""What is known of a pair, for whoever may see it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from models.meetings import Meeting, MeetingStatus
from models.pairs import (
    STATES,
    Case,
    Decision,
    DeclineReason,
    Pair,
    PairMember,
    PairStatus,
    WaitsFor,
    count_places,
    is_discarded,
)
from models.people import Participation, Person, Role
from services.access.actors import Actor, ActorKind, Right
from services.access.errors import NotAllowed, NotFound
from services.access.listing import Asked, Listed, list_page
from services.pairs.contacts import MET
from services.pairs.orders import PairOrder, read_orders
from services.pairs.parties import Party, party_of, title_of
from services.pairs.rules import Described, describe_form
from services.people.pseudonyms import introduce_partner, name_partner, name_self
from services.people.searching import is_pair_found


class Decided(Protocol):
    @property
    def decision(self) -> Decision | None: ...


@dataclass(frozen=True, slots=True)
class Side:
    person_id: int
    participation_id: int
    full_name: str
    chat_name: str
    position: str
    own_name: str  # how the chat addresses this side
    introduction: str  # how it is introduced to the other: name and position, or first name and code
    decision: Decision | None
    decided_at: datetime | None
    decline_reason: DeclineReason | None
    decline_note: str | None
    awaited_until: datetime | None
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class PairCard:
    id: int
    organization_id: int
    cycle_id: int
    status: PairStatus
    form: str
    kind: str
    role_variant: str | None
    described: Described  # the same in the programme's words, with the rules of the kind
    ends_on: date | None
    resumes_at: datetime | None  # when a paused pair goes on by itself
    mentor: Side
    mentees: tuple[Side, ...]  # one, or those of a group
    awaited: tuple[Side, ...]  # asked into a group at work, and not yet heard
    former: tuple[Side, ...]  # who declined, did not answer or left, while the group went on
    proposed_at: datetime
    offered_at: datetime | None
    offer_expires_at: datetime | None
    accepted_at: datetime | None
    ended_at: datetime | None
    waits_for: WaitsFor
    order: PairOrder | None

    @property
    def is_discarded(self) -> bool:
        """A draft that was discarded, and kept because something points at it."""
        return self.status is PairStatus.TERMINATED and self.offered_at is None

    @property
    def title(self) -> str:
        return title_of(self.mentor, self.mentees)

    @property
    def is_group(self) -> bool:
        return self.described.kind.is_group or len(self.mentees) > 1

    @property
    def sides(self) -> tuple[Side, ...]:
        """The mentor, then the mentees."""
        return (self.mentor, *self.mentees)

    @property
    def mentees_party(self) -> Party:
        return party_of(self.mentees, [one.introduction for one in self.mentees])

    def side_of(self, person_id: int) -> Side:
        """Raises NotAllowed for a stranger."""
        for side in (self.mentor, *self.mentees, *self.awaited, *self.former):
            if side.person_id == person_id:
                return side
        raise NotAllowed

    def role_of(self, person_id: int) -> Role:
        """Raises NotAllowed for a stranger."""
        return Role.MENTOR if self.side_of(person_id) is self.mentor else Role.MENTEE

    def partner_of(self, person_id: int) -> Party:
        """Of a mentee the mentor, of the mentor all mentees. Raises NotAllowed for a stranger."""
        if self.role_of(person_id) is Role.MENTOR:
            return self.mentees_party
        return party_of([self.mentor], [self.mentor.introduction])

    def fellows_of(self, person_id: int) -> tuple[Side, ...]:
        """The other mentees of a group; nobody for the mentor and for who is not in it."""
        if person_id not in {one.person_id for one in self.mentees}:
            return ()
        return tuple(one for one in self.mentees if one.person_id != person_id)

    def is_in(self, person_id: int) -> bool:
        """Whether the person stands in the pair, and was not only asked into a group or has left it."""
        return person_id in {one.person_id for one in self.sides}

    def is_asked(self, person_id: int) -> bool:
        """Whether the offer still waits for this person's answer."""
        if person_id in {one.person_id for one in self.awaited}:
            return True
        is_open = self.status is PairStatus.OFFERED and self.is_in(person_id)
        return is_open and self.side_of(person_id).decision is None

    def asked_until(self, person_id: int) -> datetime | None:
        """When the offer to this person ends."""
        return self.side_of(person_id).awaited_until or self.offer_expires_at


def waits_for(
    status: PairStatus,
    *,
    mentee_decision: Decision | None = None,
    mentor_decision: Decision | None = None,
    has_meetings: bool = False,
    has_return: bool = False,
) -> WaitsFor:
    """Who must act, by the table of states (docs/design.md#pair-states)."""
    answered = {
        (False, False): Case.NONE_ANSWERED,
        (False, True): Case.MENTEE_SILENT,
        (True, False): Case.MENTOR_SILENT,
    }.get((mentee_decision is not None, mentor_decision is not None))
    true = {Case.ALWAYS, Case.MET if has_meetings else Case.NOT_MET, answered}
    if not has_return:
        true.add(Case.NO_RETURN)
    return next((turn.who for turn in STATES[status].turns if turn.case in true), WaitsFor.NOBODY)


def decision_of_all(mentees: Collection[Decided]) -> Decision | None:
    """The answer of the mentees of a group together: none while one of them is silent."""
    return next((None for one in mentees if one.decision is None), Decision.ACCEPTED)


def read_pair(session: Session, *, actor: Actor, pair_id: int) -> PairCard:
    """A pair for one of its members or a curator. Raises NotFound, NotAllowed.

    Before the offer nobody is told of a pair: a draft does not exist for its members (docs/design.md#panel).
    """
    pair = session.get(Pair, pair_id, options=[_MEMBERS], populate_existing=True)
    if pair is None:
        raise NotFound
    if actor.kind is ActorKind.PERSON:
        if actor.id not in {member.person_id for member in pair.members}:
            raise NotAllowed
        if pair.status is PairStatus.DRAFT:
            raise NotFound
    else:
        actor.check_right(Right.SEE_PEOPLE, pair.organization_id)
    return _cards(session, [pair])[0]


SORTED = {
    "since": (Pair.proposed_at, Pair.id),
    "met": (
        func.coalesce(
            select(func.max(Meeting.starts_at))
            .where(Meeting.pair_id == Pair.id, Meeting.status == MeetingStatus.HELD)
            .correlate(Pair)
            .scalar_subquery(),
            Pair.accepted_at,
            Pair.proposed_at,
        ),
        Pair.id,
    ),
    "sides": (
        select(Person.sort_key)
        .join(PairMember, PairMember.person_id == Person.id)
        .where(PairMember.pair_id == Pair.id, PairMember.role == Role.MENTOR)
        .correlate(Pair)
        .scalar_subquery(),
        Pair.id,
    ),
}


def list_pairs(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    cycle_id: int | None = None,
    statuses: frozenset[PairStatus] = frozenset(),
    discarded: bool | None = None,
    search: str = "",
    only: Collection[int] | None = None,
    asked: Asked = Asked(),  # noqa: B008  # frozen
) -> Listed[PairCard]:
    """A page of the pairs of an organisation, the oldest waiting first as a rule. Raises NotAllowed.

    `discarded`: only drafts that were discarded and kept, or none of them.
    """
    actor.check_right(Right.SEE_PEOPLE, organization_id)
    query = select(Pair).where(Pair.organization_id == organization_id, is_pair_found(Pair.id, search))
    if cycle_id is not None:
        query = query.where(Pair.cycle_id == cycle_id)
    if statuses:
        query = query.where(Pair.status.in_(statuses))
    if discarded is not None:
        query = query.where(is_discarded() if discarded else ~is_discarded())
    if only is not None:
        query = query.where(Pair.id.in_(only))
    found = list_page(session, query.options(_MEMBERS), keys=SORTED, asked=asked)
    return found.showing(_cards(session, found.rows))


def list_pairs_of(session: Session, *, actor: Actor, person_id: int) -> list[PairCard]:
    """The pairs that a person knows of and that have not ended, the newest last."""
    if actor.kind is ActorKind.PERSON:
        actor.check_is_person(person_id)
    query = (
        select(Pair)
        .join(PairMember, PairMember.pair_id == Pair.id)
        .where(PairMember.person_id == person_id, PairMember.is_current, Pair.status != PairStatus.DRAFT)
        .options(_MEMBERS)
        .order_by(Pair.id)
    )
    pairs = [pair for pair in session.scalars(query).unique() if _is_visible(actor, pair)]
    return _cards(session, pairs)


def count_places_left(session: Session, participation_id: int) -> int:
    """How many more of the other side this participation can take; drafts and offers hold their places."""
    capacity = session.scalar(select(Participation.capacity).where(Participation.id == participation_id))
    taken = session.scalar(count_places(participation_id))
    return max((capacity or 0) - (taken or 0), 0)


_MEMBERS = selectinload(Pair.members).joinedload(PairMember.person)


def _is_visible(actor: Actor, pair: Pair) -> bool:
    return actor.organization_id in {None, pair.organization_id}


def _cards(session: Session, pairs: Sequence[Pair]) -> list[PairCard]:
    with_meetings = set(
        session.scalars(
            select(Meeting.pair_id)
            .where(Meeting.pair_id.in_([pair.id for pair in pairs]), Meeting.status.in_(MET))
            .distinct()
        )
    )
    orders = read_orders(session, [pair.id for pair in pairs])
    return [
        _card(session, pair, has_meetings=pair.id in with_meetings, order=orders.get(pair.id))
        for pair in pairs
    ]


def _card(session: Session, pair: Pair, *, has_meetings: bool, order: PairOrder | None) -> PairCard:
    mentor = _side(session, pair, pair.mentor)
    mentees = tuple(_side(session, pair, one) for one in pair.mentees)
    others = [one for one in pair.members if not one.is_in]
    described = describe_form(session, pair)
    return PairCard(
        id=pair.id,
        organization_id=pair.organization_id,
        cycle_id=pair.cycle_id,
        status=pair.status,
        form=pair.form,
        kind=pair.kind,
        role_variant=pair.role_variant,
        described=described,
        ends_on=pair.ends_on,
        resumes_at=pair.resumes_at,
        mentor=mentor,
        mentees=mentees,
        awaited=tuple(_side(session, pair, one) for one in others if one.left_at is None),
        former=tuple(_side(session, pair, one) for one in others if one.left_at is not None),
        proposed_at=pair.proposed_at,
        offered_at=pair.offered_at,
        offer_expires_at=pair.offer_expires_at,
        accepted_at=pair.accepted_at,
        ended_at=pair.ended_at,
        waits_for=waits_for(
            pair.status,
            mentee_decision=decision_of_all(mentees),
            mentor_decision=mentor.decision,
            has_meetings=has_meetings or described.kind.is_on_request,
            has_return=pair.resumes_at is not None,
        ),
        order=order,
    )


def _side(session: Session, pair: Pair, member: PairMember) -> Side:
    person = member.person
    return Side(
        person_id=member.person_id,
        participation_id=member.participation_id,
        full_name=person.full_name,
        chat_name=name_partner(session, person, cycle_id=pair.cycle_id, pair_id=pair.id),
        position=person.position,
        own_name=name_self(session, person),
        introduction=introduce_partner(session, person, cycle_id=pair.cycle_id, pair_id=pair.id),
        decision=member.decision,
        decided_at=member.decided_at,
        decline_reason=member.decline_reason,
        decline_note=member.decline_note,
        awaited_until=member.awaited_until,
        left_at=member.left_at,
    )
