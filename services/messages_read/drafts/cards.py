"""Everything that the card of a draft shows, computed from the tables as they are now."""

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from models.drafts import Draft, DraftStatus
from models.meetings import MeetingKind
from models.pairs import Pair
from services.access.actors import Actor
from services.dates.readings import LONGEST_USUAL_MINUTES
from services.meetings.cards import MeetingCard, read_meeting
from services.meetings.corrections import Correction, Logged
from services.meetings.kinds import list_kinds
from services.meetings.moments import TimeDoesNotExist, find_overlaps, span_of
from services.meetings.slots import find_last_day
from services.messages_read.drafts.authors import Author, Partner, read_author
from services.messages_read.drafts.contents import Contents, Field, Item, Purpose, find_question
from services.messages_read.drafts.saving import find_kind, read_correction
from services.messages_read.drafts.targets import find_planned, find_twin, list_targets
from services.messages_read.drafts.writing import CardClosed, contents_of, find_open
from services.messages_read.reading.readings import Warned
from services.organizations.school_days import Calendar, read_calendar
from services.pairs.requests.sending import find_earliest_leave
from services.programmes.running import pack_of, settings_of

SUNDAY = 6
LONGEST_PROGRAMME = 12  # months of a personal programme (docs/domain.md#words)


@dataclass(frozen=True, slots=True)
class Warnings:
    """What is said beside a card: codes of the reading that are still true, and what the tables add."""

    read: tuple[Warned, ...]
    is_sunday: bool
    is_long: bool
    has_overlap: bool
    is_over_a_year: bool
    is_before_pair: bool  # a log of a day on which there was no pair yet


@dataclass(frozen=True, slots=True)
class DraftCard:
    """`number` of `total` meetings. `planned` is what will be logged instead of a new one, `twin` what stands
    in the journal for that day, `meeting` the one that a move, a correction ... concerns.
    """

    id: int
    at: int
    total: int
    today: date  # where the author is
    item: Item
    question: Field | None
    partners: tuple[Partner, ...]
    candidates: tuple[Partner, ...]
    cycle_id: int
    kind: MeetingKind | None
    kinds: tuple[MeetingKind, ...]
    planned: MeetingCard | None
    twin: MeetingCard | None
    meeting: MeetingCard | None
    is_ahead: bool  # that meeting has not begun: what will not be is cancelled, not missed
    choices: tuple[MeetingCard, ...]
    earliest_leave: date | None
    day_slots: tuple[time, ...]
    school: Calendar
    can_join: bool
    correction: Correction  # what differs from the record that is corrected
    warnings: Warnings

    @property
    def changes_nothing(self) -> bool:
        """Everything that was told stands so already: there is nothing to confirm."""
        if self.meeting is None or self.question is not None:
            return False
        if self.item.purpose is Purpose.CORRECT:
            return self.correction.is_empty
        if (
            self.item.purpose is not Purpose.MOVE
            or self.item.start is None
            or not self.meeting.has_clock_time
        ):
            return False
        day = self.item.day or self.meeting.local_start.date()
        has_same_length = self.item.minutes in {None, self.meeting.minutes}
        return has_same_length and datetime.combine(day, self.item.start) == self.meeting.local_start


def find_open_draft(session: Session, *, actor: Actor) -> int | None:
    """The card that waits for this person, wherever the chat stands."""
    draft = find_open(session, actor.id or 0)
    return draft.id if draft else None


def read_draft(session: Session, *, actor: Actor, draft_id: int, now: datetime) -> DraftCard:
    """Raises CardClosed, NotFound, and the refusals of services.messages_read.drafts.targets."""
    author = read_author(session, actor=actor)
    draft = session.get(Draft, draft_id)
    if draft is None or draft.person_id != author.person_id or draft.status is not DraftStatus.OPEN:
        raise CardClosed
    contents = contents_of(draft)
    item = contents.current
    question = find_question(item)
    meeting = read_meeting(session, actor=actor, meeting_id=item.meeting_id) if item.meeting_id else None
    partners = tuple(one for pair_id in item.pair_ids if (one := author.partner_in(pair_id)))
    if item.pair_ids and not partners:
        raise CardClosed  # the pair has ended meanwhile
    cycle_id = partners[0].cycle_id if partners else author.partners[0].cycle_id
    first = partners[0].pair_id if partners and item.purpose is Purpose.LOG else None
    planned = find_planned(session, author, item, first, now) if first else None
    told = find_kind(session, item, partners[0].pair_id, now) if partners else item.kind
    return DraftCard(
        id=draft.id,
        at=contents.at,
        total=len(contents.items),
        today=author.local(now).date(),
        item=item,
        question=question,
        partners=partners,
        candidates=author.partners,
        cycle_id=meeting.cycle_id if meeting else cycle_id,
        kind=planned.kind if planned else told,
        kinds=tuple(_list_kinds(session, item, partners, cycle_id, now)),
        planned=planned,
        twin=find_twin(session, author, item, first) if first else None,
        meeting=meeting,
        is_ahead=meeting is not None and meeting.starts_at > now,
        choices=tuple(list_targets(session, author, item, now)) if question is Field.MEETING else (),
        earliest_leave=find_earliest_leave(now, author.zone) if item.purpose is Purpose.RESIGN else None,
        day_slots=tuple(settings_of(session, cycle_id=cycle_id).day_slots),
        school=read_calendar(session, organization_id=draft.organization_id),
        can_join=bool(contents.earlier),
        correction=_read_correction(item, meeting),
        warnings=_list_warnings(session, author, contents, partners),
    )


def _read_correction(item: Item, meeting: MeetingCard | None) -> Correction:
    if item.purpose is not Purpose.CORRECT or meeting is None:
        return Correction()
    return read_correction(item).against(
        Logged(
            local_start=meeting.local_start,
            has_clock_time=meeting.has_clock_time,
            minutes=meeting.held_minutes,
            topic=meeting.topic,
            kind=meeting.kind,
        )
    )


def _list_kinds(
    session: Session, item: Item, partners: tuple[Partner, ...], cycle_id: int, now: datetime
) -> list[MeetingKind]:
    """What may be chosen: for a plan what is due, for a log whatever the programme has."""
    if item.purpose is Purpose.PLAN and partners:
        return list_kinds(session, pair=session.get_one(Pair, partners[0].pair_id), now=now)
    return [MeetingKind(one.id) for one in pack_of(session, cycle_id=cycle_id).pack.meeting_kinds]


def _list_warnings(
    session: Session, author: Author, contents: Contents, partners: tuple[Partner, ...]
) -> Warnings:
    item = contents.current
    is_time = item.purpose in {Purpose.PLAN, Purpose.MOVE}
    is_of_time = is_time or item.purpose in {Purpose.LOG, Purpose.CORRECT}
    return Warnings(
        read=tuple(one for one in contents.warnings if _is_still_true(one, item)),
        is_sunday=is_of_time and item.day is not None and item.day.weekday() == SUNDAY,
        is_long=item.minutes is not None and item.minutes >= LONGEST_USUAL_MINUTES,
        has_overlap=is_time and _has_overlap(session, author, item),
        is_over_a_year=item.purpose is Purpose.EXTEND and _is_over_a_year(session, item, partners),
        is_before_pair=item.purpose is Purpose.LOG and _is_before_pair(session, author, item, partners),
    )


def _is_still_true(warned: Warned, item: Item) -> bool:
    """Answered meanwhile, or told from the card itself."""
    about_day = {
        Warned.IMPOSSIBLE_DATE,
        Warned.DATE_AGAINST_TENSE,
        Warned.WEEKDAY_AGAINST_DATE,
        Warned.AFTER_MIDNIGHT,
        Warned.FAR_DAY,
    }
    if warned in {Warned.SUNDAY, Warned.LONG_MEETING, Warned.PREVIOUS_SCHOOL_YEAR, Warned.LESSON_VISIT}:
        return False
    if warned in about_day:
        return item.day is None
    if warned is Warned.IMPOSSIBLE_TIME:
        return item.start is None
    if warned is Warned.SPAN_AGAINST_MINUTES:
        return item.minutes is None
    return True


def _has_overlap(session: Session, author: Author, item: Item) -> bool:
    if item.day is None or item.start is None:
        return False
    minutes = item.minutes or settings_of(session, cycle_id=author.partners[0].cycle_id).meeting_minutes
    try:
        span = span_of(datetime.combine(item.day, item.start), author.zone.key, minutes)
    except TimeDoesNotExist:
        return False
    return bool(
        find_overlaps(
            session,
            person_id=author.person_id,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            except_id=item.meeting_id,
        )
    )


def _is_before_pair(session: Session, author: Author, item: Item, partners: tuple[Partner, ...]) -> bool:
    if item.day is None or not partners:
        return False
    begun = [session.get_one(Pair, one.pair_id).accepted_at for one in partners]
    return all(moment is not None and item.day < author.local(moment).date() for moment in begun)


def _is_over_a_year(session: Session, item: Item, partners: tuple[Partner, ...]) -> bool:
    if item.day is None or not partners:
        return False
    accepted_at = session.get_one(Pair, partners[0].pair_id).accepted_at
    return accepted_at is not None and item.day > find_last_day(accepted_at.date(), months=LONGEST_PROGRAMME)
