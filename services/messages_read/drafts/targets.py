"""Which meeting of the tables a text speaks of."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetings import OPEN, Meeting, MeetingStatus
from models.people import Role
from services.access.errors import N_, DomainError
from services.meetings.cards import MeetingCard, list_meetings_of
from services.messages_read.drafts.authors import Author
from services.messages_read.drafts.contents import Item, Purpose

SAME_MEETING = timedelta(hours=2)  # "с 14 до 15" may well be the meeting that was planned for 15:30


class NothingToCorrect(DomainError):
    text = N_(
        "I find no record of yours to correct. Please write the meeting anew, "
        "in Russian, like: «вчера 40 минут, план урока»."
    )


class NothingToDelete(DomainError):
    text = N_("I find no record of yours to delete. All meetings are in /meetings.")


class NothingPlanned(DomainError):
    text = N_("I find no planned meeting of that day. All meetings are in /meetings.")


class MentorWrites(DomainError):
    text = N_(
        "Meetings are written down by the mentor, and I find none of that day to mark as held. "
        "Please ask your mentor to write to me about it: then I will ask you for your feedback."
    )


REFUSALS: dict[Purpose, type[DomainError]] = {
    Purpose.MISS: NothingPlanned,
    Purpose.HELD: MentorWrites,
    Purpose.CORRECT: NothingToCorrect,
    Purpose.DELETE: NothingToDelete,
}


def list_targets(session: Session, author: Author, item: Item, now: datetime) -> list[MeetingCard]:
    """The meetings that may be meant, the likeliest first. Raises when there is none, except for a move."""
    cards = _cards_of(session, author, item)
    if item.purpose is Purpose.MOVE:
        coming = [card for card in cards if card.is_coming(now)]
        return coming or [card for card in reversed(cards) if _waits(card, author, now)]
    if item.purpose is Purpose.MISS:
        found = _list_missed(cards, author, item, now)
    elif item.purpose is Purpose.HELD:
        found = _list_held(cards, author, item, now)
    else:
        found = _list_own_logs(session, author, item)
    if not found:
        raise REFUSALS[item.purpose]
    return found


def find_planned(
    session: Session, author: Author, item: Item, pair_id: int, now: datetime
) -> MeetingCard | None:
    """The planned meeting of that day, which is logged instead of making a second one."""
    if item.is_another or item.day is None:
        return None
    for card in list_meetings_of(session, actor=author.actor, person_id=author.person_id):
        is_there = card.pair_id == pair_id and card.local_start.date() == item.day
        if is_there and card.can_be_logged(now) and _is_same_time(card, item):
            return card
    return None


def find_twin(session: Session, author: Author, item: Item, pair_id: int) -> MeetingCard | None:
    """A meeting of this pair and day that is logged already."""
    cards = list_meetings_of(session, actor=author.actor, person_id=author.person_id)
    logged = [
        card
        for card in cards
        if card.pair_id == pair_id and card.is_logged and card.local_start.date() == item.day
    ]
    return logged[-1] if logged and item.day is not None else None


def _is_same_time(card: MeetingCard, item: Item) -> bool:
    if item.start is None or item.day is None or not card.has_clock_time:
        return True
    return abs(datetime.combine(item.day, item.start) - card.local_start) <= SAME_MEETING


def _cards_of(session: Session, author: Author, item: Item) -> list[MeetingCard]:
    pairs = set(item.pair_ids) or {one.pair_id for one in author.partners}
    cards = list_meetings_of(session, actor=author.actor, person_id=author.person_id)
    return [card for card in cards if card.pair_id in pairs]


def _waits(card: MeetingCard, author: Author, now: datetime) -> bool:
    """Planned, begun, and this side has not said what became of it."""
    is_begun = card.status is MeetingStatus.PLANNED and card.starts_at <= now
    return is_begun and card.side_of(author.person_id).took_place is None


def _of_day(cards: list[MeetingCard], day: date | None) -> list[MeetingCard]:
    return [card for card in cards if card.local_start.date() == day]


def _list_missed(cards: list[MeetingCard], author: Author, item: Item, now: datetime) -> list[MeetingCard]:
    can_be_missed = [
        card
        for card in cards
        if card.is_coming(now) or (card.status is MeetingStatus.PLANNED and card.starts_at <= now)
    ]
    if item.day is not None:
        return _of_day(can_be_missed, item.day)
    waiting = [card for card in reversed(can_be_missed) if _waits(card, author, now)]
    return waiting[:1] or [card for card in can_be_missed if card.status in OPEN and card.is_coming(now)]


def _list_held(cards: list[MeetingCard], author: Author, item: Item, now: datetime) -> list[MeetingCard]:
    begun = [
        card
        for card in reversed(cards)
        if card.starts_at <= now
        and card.status in {MeetingStatus.PLANNED, MeetingStatus.HELD, MeetingStatus.MISSED}
        and card.side_of(author.person_id).role is Role.MENTEE
    ]
    if item.day is not None:
        return _of_day(begun, item.day)
    return [card for card in begun if card.side_of(author.person_id).took_place is None][:1]


def _list_own_logs(session: Session, author: Author, item: Item) -> list[MeetingCard]:
    """The latest record of that day; a day that has none may itself be what is corrected."""
    own = session.scalars(
        select(Meeting.id)
        .where(Meeting.logged_by == author.person_id, Meeting.status == MeetingStatus.HELD)
        .order_by(Meeting.logged_at.desc(), Meeting.id.desc())
    ).all()
    cards = {card.id: card for card in _cards_of(session, author, item)}
    logged = [cards[one] for one in own if one in cards and cards[one].is_logged]
    of_day = _of_day(logged, item.day) if item.day is not None else logged
    is_strict = item.purpose is Purpose.DELETE
    return (of_day if is_strict else of_day or logged)[:1]
