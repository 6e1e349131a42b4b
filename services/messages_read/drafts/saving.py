"""The one tap: what stands on the card becomes a record, by the same rules as in every other channel."""

from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy.orm import Session

from models.drafts import DraftStatus
from models.meetings import Meeting, MeetingKind
from models.pairs import ENDED, Pair
from models.requests import RequestKind
from services.access.actors import Actor
from services.meetings.attendance import set_attendance
from services.meetings.cards import read_meeting
from services.meetings.corrections import Correction, correct_log, withdraw_log
from services.meetings.kinds import find_usual_kind, list_kinds
from services.meetings.outcomes import (
    Story,
    log_meeting,
    log_past_meeting,
    report_held,
)
from services.meetings.planning import (
    KindNotDue,
    PairCannotMeet,
    cancel_meeting,
    move_meeting,
    propose_meeting,
)
from services.messages_read.drafts.authors import Author, read_author
from services.messages_read.drafts.contents import Item, Purpose, find_question
from services.messages_read.drafts.targets import find_planned
from services.messages_read.drafts.writing import CardClosed, contents_of, go_on, lock_draft
from services.messages_read.reading.told import leave_out_private
from services.pairs.requests.rules import PairOver
from services.pairs.requests.sending import send_request
from services.programmes.running import pack_of

REQUESTS = {
    Purpose.RESIGN: RequestKind.RELEASE,
    Purpose.REPLACE: RequestKind.REPLACEMENT,
    Purpose.EXTEND: RequestKind.EXTENSION,
}


@dataclass(frozen=True, slots=True)
class MeetingSaved:
    """What the tap did; `goes_on` when another meeting of the card follows. `run_id`: feedback to give.
    `is_group`: one meeting of a group was logged.
    """

    purpose: Purpose
    meeting_ids: tuple[int, ...]
    run_id: int | None
    goes_on: bool
    is_group: bool = False


def save_meeting(
    session: Session, *, actor: Actor, draft_id: int, at: int, is_sure: bool, now: datetime
) -> MeetingSaved:
    """Save the meeting number `at` of a card. A second tap finds the card closed, or further on.

    Raises CardClosed, PairOver and whatever the service of the purpose raises; then nothing is changed.
    """
    author = read_author(session, actor=actor)
    draft = lock_draft(session, author, draft_id)
    contents = contents_of(draft)
    item = contents.current
    if at != contents.at or find_question(item) is not None:
        raise CardClosed
    if item.purpose in REQUESTS:
        _check_pairs(session, item)
        _ask(session, author, item, draft.text or "", now=now)
        goes_on = go_on(session, draft, DraftStatus.SAVED, now=now)
        return MeetingSaved(item.purpose, (), None, goes_on)
    meeting_ids, run_id = _act(session, author, item, is_sure=is_sure, now=now)
    goes_on = go_on(session, draft, DraftStatus.SAVED, now=now)
    logs_group = item.purpose is Purpose.LOG and len(meeting_ids) == 1
    is_group = logs_group and any(one.is_group for one in author.partners if one.pair_id in item.pair_ids)
    return MeetingSaved(item.purpose, meeting_ids, run_id, goes_on, is_group)


def read_correction(item: Item) -> Correction:
    return Correction(item.day, item.start, item.minutes, item.topic, item.kind)


def find_kind(session: Session, item: Item, pair_id: int, now: datetime) -> MeetingKind | None:
    """The kind that the card shows: the one that was told where the programme has it, or the usual one.

    For a plan only what is due can be proposed; None when nothing is.
    """
    pair = session.get_one(Pair, pair_id)
    if item.purpose is Purpose.PLAN:
        kinds = list_kinds(session, pair=pair, now=now)
        return item.kind if item.kind in kinds else next(iter(kinds), None)
    known = {one.id for one in pack_of(session, cycle_id=pair.cycle_id).pack.meeting_kinds}
    if item.kind is not None and item.kind.value in known:
        return item.kind
    return find_usual_kind(session, pair=pair, now=now)


def _act(
    session: Session, author: Author, item: Item, *, is_sure: bool, now: datetime
) -> tuple[tuple[int, ...], int | None]:
    _check_pairs(session, item)
    if item.purpose is Purpose.LOG:
        return _log(session, author, item, is_sure=is_sure, now=now)
    if item.purpose is Purpose.PLAN:
        return _propose(session, author, item, now), None
    if item.meeting_id is None:
        raise CardClosed
    return _act_on_meeting(session, author, item, item.meeting_id, is_sure=is_sure, now=now)


def _ask(session: Session, author: Author, item: Item, text: str, *, now: datetime) -> None:
    """A request for each pair; what the person wrote is its reason, without what is not kept here."""
    kept, left_out = leave_out_private(text)
    reason = kept if left_out else text
    for pair_id in item.pair_ids:
        send_request(
            session,
            actor=author.actor,
            kind=REQUESTS[item.purpose],
            pair_id=pair_id,
            text=reason,
            wanted_on=item.day,
            now=now,
        )


def _check_pairs(session: Session, item: Item) -> None:
    """A pair that has ended gets no new records from the chat; the curator may still add them."""
    ids = set(item.pair_ids)
    if item.meeting_id is not None:
        ids.add(session.get_one(Meeting, item.meeting_id).pair_id)
    if any(session.get_one(Pair, pair_id).status in ENDED for pair_id in ids):
        raise PairOver


def _log(
    session: Session, author: Author, item: Item, *, is_sure: bool, now: datetime
) -> tuple[tuple[int, ...], int | None]:
    """One record for each pair that took part; a group is one pair."""
    if item.day is None or item.minutes is None:
        raise CardClosed
    actor = author.actor
    story = Story(item.next_step, item.format, item.place)
    ids: list[int] = []
    run_id = None
    for pair_id in item.pair_ids:
        planned = find_planned(session, author, item, pair_id, now)
        if planned is not None:
            logged = log_meeting(
                session,
                actor=actor,
                meeting_id=planned.id,
                minutes=item.minutes,
                topic=item.topic,
                story=story,
                is_sure=is_sure,
                now=now,
            )
        else:
            logged = log_past_meeting(
                session,
                actor=actor,
                pair_id=pair_id,
                day=item.day,
                clock=item.start,
                minutes=item.minutes,
                topic=item.topic,
                kind=find_kind(session, item, pair_id, now),
                story=story,
                is_sure=is_sure,
                is_another=True,
                now=now,
            )
        ids.append(logged.meeting_id)
        run_id = run_id or logged.run_id
        _mark_absent(session, author, item, pair_id, logged.meeting_id, now)
    return tuple(ids), run_id


def _mark_absent(
    session: Session, author: Author, item: Item, pair_id: int, meeting_id: int, now: datetime
) -> None:
    """Who of a group was not there, as the text says."""
    partner = author.partner_in(pair_id)
    people = [person_id for person_id, _name in partner.people] if partner and partner.is_group else []
    for person_id in item.absent:
        if person_id in people:
            set_attendance(
                session,
                actor=author.actor,
                meeting_id=meeting_id,
                person_id=person_id,
                was_there=False,
                now=now,
            )


def _propose(session: Session, author: Author, item: Item, now: datetime) -> tuple[int, ...]:
    if item.day is None or item.start is None:
        raise CardClosed
    ids = []
    for pair_id in item.pair_ids:
        kind = find_kind(session, item, pair_id, now)
        if kind is None:
            is_over = session.get_one(Pair, pair_id).status in ENDED
            raise PairCannotMeet if is_over else KindNotDue
        proposed = propose_meeting(
            session,
            actor=author.actor,
            pair_id=pair_id,
            kind=kind,
            local_start=datetime.combine(item.day, item.start),
            minutes=item.minutes,
            topic=item.topic,
            now=now,
        )
        ids.append(proposed.meeting_id)
    return tuple(ids)


def _act_on_meeting(
    session: Session, author: Author, item: Item, meeting_id: int, *, is_sure: bool, now: datetime
) -> tuple[tuple[int, ...], int | None]:
    actor, run_id = author.actor, None
    card = read_meeting(session, actor=actor, meeting_id=meeting_id)
    match item.purpose:
        case Purpose.HELD:
            said = report_held(session, actor=actor, meeting_id=meeting_id, took_place=True, now=now)
            run_id = said.run_id
        case Purpose.MISS if card.starts_at > now:
            cancel_meeting(session, actor=actor, meeting_id=meeting_id, now=now)
        case Purpose.MISS:
            report_held(session, actor=actor, meeting_id=meeting_id, took_place=False, now=now)
        case Purpose.MOVE:
            local_start = datetime.combine(item.day or card.local_start.date(), item.start or time.min)
            moved = move_meeting(
                session,
                actor=actor,
                meeting_id=meeting_id,
                local_start=local_start,
                minutes=item.minutes,
                now=now,
            )
            meeting_id = moved.meeting_id
        case Purpose.CORRECT:
            correction = read_correction(item)
            correct_log(
                session,
                actor=actor,
                meeting_id=meeting_id,
                correction=correction,
                is_sure=is_sure,
                now=now,
            )
        case _:
            withdraw_log(session, actor=actor, meeting_id=meeting_id, now=now)
    return (meeting_id,), run_id
