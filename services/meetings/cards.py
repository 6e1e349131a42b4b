"""What is known of a meeting, for its two sides and the curator."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session, selectinload

from models.meetings import OPEN, Meeting, MeetingFormat, MeetingKind, MeetingStatus, Source
from models.pairs import Pair, PairMember
from models.people import Role
from services.access.actors import Actor, ActorKind, Right
from services.access.errors import NotAllowed, NotFound
from services.access.records import find
from services.pairs.parties import Party, party_of, title_of
from services.people.pseudonyms import name_partner


@dataclass(frozen=True, slots=True)
class MeetingSide:
    person_id: int
    role: Role
    full_name: str
    chat_name: str
    took_place: bool | None  # what this side says; None before it was asked or has answered
    is_marked: bool = False  # of a group: the mentor said so of this mentee, who has not answered


@dataclass(frozen=True, slots=True)
class MeetingCard:
    id: int
    organization_id: int
    pair_id: int
    cycle_id: int
    kind: MeetingKind
    status: MeetingStatus
    local_start: datetime  # naive, in `timezone`
    timezone: str
    starts_at: datetime
    ends_at: datetime
    minutes: int
    proposed_by: int
    moved_to_id: int | None
    cancelled_by: int | None
    held_minutes: int | None
    topic: str | None
    next_step: str | None
    format: MeetingFormat | None
    place: str | None
    source: Source | None
    logged_at: datetime | None
    has_clock_time: bool  # False when only the day of a past meeting was told
    mentor: MeetingSide
    mentees: tuple[MeetingSide, ...]  # one, or who stood in the group at that time

    @property
    def title(self) -> str:
        return title_of(self.mentor, self.mentees)

    @property
    def is_group(self) -> bool:
        return len(self.mentees) > 1

    @property
    def sides(self) -> tuple[MeetingSide, ...]:
        """The mentor, then the mentees."""
        return (self.mentor, *self.mentees)

    @property
    def absent(self) -> tuple[MeetingSide, ...]:
        """The mentees of a group who were not there, or say before it that they cannot come."""
        return tuple(one for one in self.mentees if one.took_place is False) if self.is_group else ()

    @property
    def is_logged(self) -> bool:
        return self.held_minutes is not None

    def has_lapsed(self, now: datetime) -> bool:
        """Proposed, never confirmed, and its time has come."""
        return self.status is MeetingStatus.PROPOSED and self.starts_at <= now

    def is_coming(self, now: datetime) -> bool:
        return self.status in OPEN and self.starts_at > now

    def can_be_cancelled(self, now: datetime) -> bool:
        """Open, and not a planned meeting whose time has come: that one took place or did not."""
        return self.status in OPEN and (self.status is MeetingStatus.PROPOSED or self.starts_at > now)

    def can_be_logged(self, now: datetime) -> bool:
        """Begun, and nobody has written down how long it took."""
        has_begun = self.starts_at <= now
        is_over = self.status in {MeetingStatus.MOVED, MeetingStatus.CANCELLED}
        return has_begun and not is_over and not self.is_logged

    def side_of(self, person_id: int) -> MeetingSide:
        """Raises NotAllowed for a stranger."""
        for side in self.sides:
            if side.person_id == person_id:
                return side
        raise NotAllowed

    def partner_of(self, person_id: int) -> Party:
        """Of a mentee the mentor, of the mentor all mentees. Raises NotAllowed for a stranger."""
        if self.side_of(person_id).role is Role.MENTEE:
            return party_of([self.mentor])
        return party_of(self.mentees)


def read_meeting(session: Session, *, actor: Actor, meeting_id: int) -> MeetingCard:
    """A meeting for one of its sides or a curator. Raises NotFound, NotAllowed."""
    meeting = session.get(Meeting, meeting_id, options=WHOLE, populate_existing=True)
    if meeting is None:
        raise NotFound
    card = card_of(meeting)
    if actor.kind is ActorKind.PERSON:
        card.side_of(actor.id or 0)
    else:
        actor.check_right(Right.SEE_PEOPLE, meeting.organization_id)
    return card


def find_replaced(session: Session, card: MeetingCard) -> MeetingCard | None:
    """The meeting that was moved to this one."""
    meeting = session.scalar(
        select(Meeting).where(Meeting.pair_id == card.pair_id, Meeting.moved_to_id == card.id).options(*WHOLE)
    )
    return card_of(meeting) if meeting is not None else None


def list_meetings_of(session: Session, *, actor: Actor, person_id: int) -> list[MeetingCard]:
    """All meetings of a person's pairs that were not moved, in order of time."""
    if actor.kind is ActorKind.PERSON:
        actor.check_is_person(person_id)
    pairs = select(PairMember.pair_id).where(PairMember.person_id == person_id)
    found = session.scalars(
        select(Meeting)
        .where(Meeting.pair_id.in_(pairs), Meeting.status != MeetingStatus.MOVED)
        .options(*WHOLE)
        .order_by(Meeting.starts_at, Meeting.id)
    )
    cards = [card_of(one) for one in found if actor.organization_id in {None, one.organization_id}]
    # not those of a group before somebody joined or after they left it
    return [card for card in cards if person_id in {side.person_id for side in card.sides}]


def list_meetings_of_pair(session: Session, *, actor: Actor, pair_id: int) -> list[MeetingCard]:
    """The whole history of a pair, moved and cancelled meetings too. Raises NotFound, NotAllowed."""
    pair = find(session, Pair, pair_id)
    if actor.kind is ActorKind.PERSON:
        if actor.id not in {member.person_id for member in pair.members}:
            raise NotAllowed
    else:
        actor.check_right(Right.SEE_PEOPLE, pair.organization_id)
    query = select(Meeting).where(Meeting.pair_id == pair_id).options(*WHOLE)
    return cards_of(session.scalars(query.order_by(Meeting.starts_at, Meeting.id)).all())


WHOLE = (  # what a card tells, read for all meetings of a query at once
    selectinload(Meeting.words),
    selectinload(Meeting.pair).selectinload(Pair.members).joinedload(PairMember.person),
)


def cards_of(meetings: Sequence[Meeting]) -> list[MeetingCard]:
    return [card_of(one) for one in meetings]


def card_of(meeting: Meeting) -> MeetingCard:
    session = object_session(meeting)
    assert session is not None  # read in this very unit
    said = {word.person_id: word for word in meeting.words}

    def side(member: PairMember) -> MeetingSide:
        word = said.get(member.person_id)
        return MeetingSide(
            person_id=member.person_id,
            role=member.role,
            full_name=member.person.full_name,
            chat_name=name_partner(
                session, member.person, cycle_id=meeting.cycle_id, pair_id=meeting.pair_id
            ),
            took_place=word.took_place if word is not None else None,
            is_marked=word is not None and word.is_marked,
        )

    members = [one for one in meeting.pair.members if one.was_in(meeting.starts_at, meeting.ends_at)]
    return MeetingCard(
        id=meeting.id,
        organization_id=meeting.organization_id,
        pair_id=meeting.pair_id,
        cycle_id=meeting.cycle_id,
        kind=meeting.kind,
        status=meeting.status,
        local_start=datetime.fromisoformat(meeting.local_start),
        timezone=meeting.timezone,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        minutes=meeting.minutes,
        proposed_by=meeting.proposed_by,
        moved_to_id=meeting.moved_to_id,
        cancelled_by=meeting.cancelled_by,
        held_minutes=meeting.held_minutes,
        topic=meeting.topic,
        next_step=meeting.next_step,
        format=meeting.format,
        place=meeting.place,
        source=meeting.source,
        logged_at=meeting.logged_at,
        has_clock_time=not meeting.local_start.endswith(DAY_ONLY),
        mentor=side(meeting.pair.mentor),
        mentees=tuple(side(one) for one in members if one.role is Role.MENTEE),
    )


DAY_ONLY = "T00:00"
"""A past meeting of which only the day was told stands at midnight: nobody meets then."""
