"""Drafts being made: opened by a text, filled by taps and typed answers, put away."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.drafts import Draft, DraftStatus
from models.people import Role
from services.access.actors import Actor
from services.access.errors import N_, DomainError, NotFound
from services.dates.answers import read_date
from services.dates.readings import Towards
from services.meetings.outcomes import A_DAY, DayNotPast, MinutesOutOfRange
from services.meetings.slots import check_day, find_last_day
from services.messages_read.drafts.absent import split_absent
from services.messages_read.drafts.authors import Author, read_author
from services.messages_read.drafts.contents import (
    ANSWERS,
    OF_A_MEETING,
    Contents,
    Field,
    Item,
    Purpose,
    find_question,
    is_addition,
    is_worth_a_card,
    make_items,
    merge,
)
from services.messages_read.drafts.targets import list_targets
from services.messages_read.reading.readings import Intent, Reading

KEPT = timedelta(days=7)
BATCH = 200
SIDES: dict[Purpose, Towards] = {Purpose.LOG: "past", Purpose.PLAN: "future"}


class CardClosed(DomainError):
    """The button or the answer belongs to a card that was decided on; the chat shows what is current."""

    text = N_("This card is closed already.")


def open_draft(
    session: Session,
    *,
    actor: Actor,
    text: str,
    reading: Reading,
    message_id: int,
    is_beside_card: bool,
    now: datetime,
) -> int:
    """Make a card of a text, instead of the one that is open. Gives the draft's id.

    `reading` is what authors.read_text made of the text: a long one takes a while, and the
    writer has no time. `is_beside_card`: written under the open card, so a bare "50 minutes" completes it.
    Raises NotFound, and the refusals of drafts.targets when the meeting meant does not exist.
    """
    author = read_author(session, actor=actor)
    old = find_open(session, author.person_id, is_locked=True)
    if old is not None and is_beside_card and _completes(contents_of(old).current, reading):
        return _complete(session, author, old, reading, text, now)
    contents = _read_contents(session, author, reading, text, now)
    if old is not None:
        contents = contents.model_copy(update={"earlier": _list_also_meant(contents_of(old), contents)})
        close(session, old, DraftStatus.REFUSED, now=now)
    draft = Draft(
        organization_id=author.organization_id,
        person_id=author.person_id,
        message_id=message_id,
        text=text,
        contents=contents.model_dump(mode="json"),
        status=DraftStatus.OPEN,
        opened_at=now,
    )
    session.add(draft)
    session.flush()
    return draft.id


def reread_draft(
    session: Session, *, actor: Actor, draft_id: int, text: str, reading: Reading, now: datetime
) -> int:
    """The message of an open card was edited: the card is made anew. Raises as `open_draft`, CardClosed."""
    author = read_author(session, actor=actor)
    draft = lock_draft(session, author, draft_id)
    if not is_worth_a_card(reading):
        close(session, draft, DraftStatus.REFUSED, now=now)
        return draft.id
    contents = _read_contents(session, author, reading, text, now)
    draft.text, draft.contents = text, contents.model_dump(mode="json")
    return draft.id


def fill_draft(
    session: Session, *, actor: Actor, draft_id: int, changes: Mapping[str, Any], now: datetime
) -> None:
    """Set fields of the current meeting of a card, by their names in Item.

    Raises CardClosed, DayNotPast, DayOutOfRange, MinutesOutOfRange and what `open_draft` raises.
    """
    author = read_author(session, actor=actor)
    draft = lock_draft(session, author, draft_id)
    contents = contents_of(draft)
    item = contents.current
    given = {field for field, name in ANSWERS.items() if name in changes}
    told = {**changes, "asks": tuple(one for one in item.asks if one not in given)}
    if "minutes" in changes:
        told |= {"is_about": bool(changes.get("is_about")), "end": None}
    if "pair_ids" in changes:
        told |= {"is_another": False}
    item = Item.model_validate({**item.model_dump(), **told})
    _check_values(item, changes, author, now)
    _store(draft, contents.with_current(_settle(session, author, item, now)))


def leave_unanswered(session: Session, *, actor: Actor, draft_id: int, field: Field, now: datetime) -> None:
    """A field that may stay empty is not asked again; "without" also empties it. Raises CardClosed, NotFound
    for a field that no button offers to leave.
    """
    if field not in ANSWERS:
        raise NotFound
    fill_draft(session, actor=actor, draft_id=draft_id, changes={ANSWERS[field]: None}, now=now)


def choose_tense(session: Session, *, actor: Actor, draft_id: int, purpose: Purpose, now: datetime) -> None:
    """Held already, or only planned: what the words left open is read again in that light."""
    author = read_author(session, actor=actor)
    draft = lock_draft(session, author, draft_id)
    contents = contents_of(draft)
    towards = contents.current.model_copy(update={"purpose": purpose})
    if towards.day is None and len(contents.items) == 1:
        reading = read_date(draft.text or "", author.local(now), SIDES[purpose])
        towards = towards.model_copy(update={"day": reading.date})
    _store(draft, contents.with_current(_settle(session, author, towards, now)))


def join_earlier(
    session: Session,
    *,
    actor: Actor,
    draft_id: int,
    now: datetime,  # noqa: ARG001  # every write is given it
) -> None:
    """The card before this one was another meeting: both stand on the card, in order. Raises CardClosed."""
    author = read_author(session, actor=actor)
    draft = lock_draft(session, author, draft_id)
    contents = contents_of(draft)
    _store(
        draft,
        contents.model_copy(update={"items": (*contents.earlier, *contents.items), "earlier": (), "at": 0}),
    )


def correct_twin(session: Session, *, actor: Actor, draft_id: int, meeting_id: int, now: datetime) -> None:
    """The meeting stands in the journal already: what was written now corrects it. Raises CardClosed."""
    author = read_author(session, actor=actor)
    draft = lock_draft(session, author, draft_id)
    contents = contents_of(draft)
    update = {"purpose": Purpose.CORRECT, "meeting_id": meeting_id, "asks": ()}
    item = contents.current.model_copy(update=update)
    _settle(session, author, item.model_copy(update={"meeting_id": None}), now)  # it must be an own record
    _store(draft, contents.with_current(item))


def refuse_item(session: Session, *, actor: Actor, draft_id: int, now: datetime) -> bool:
    """Not a meeting, or not now: leave the current one out. Gives whether others follow on the card."""
    author = read_author(session, actor=actor)
    draft = lock_draft(session, author, draft_id)
    return go_on(session, draft, DraftStatus.REFUSED, now=now)


def go_on(session: Session, draft: Draft, status: DraftStatus, *, now: datetime) -> bool:
    """To the next meeting of the card; False when that was the last and the card is closed."""
    contents = contents_of(draft)
    if contents.at + 1 < len(contents.items):
        _store(draft, contents.model_copy(update={"at": contents.at + 1, "earlier": ()}))
        return True
    close(session, draft, status, now=now)
    return False


def close(session: Session, draft: Draft, status: DraftStatus, *, now: datetime) -> None:
    """Nothing of what was typed stays in the draft."""
    draft.status, draft.closed_at, draft.text, draft.contents = status, now, None, None
    session.flush()


def find_open(session: Session, person_id: int, *, is_locked: bool = False) -> Draft | None:
    query = select(Draft).where(Draft.person_id == person_id, Draft.status == DraftStatus.OPEN)
    return session.scalars(query.with_for_update() if is_locked else query).one_or_none()


def find_by_message(session: Session, *, actor: Actor, message_id: int) -> tuple[int, DraftStatus] | None:
    """The draft that a message opened, the latest."""
    found = session.execute(
        select(Draft.id, Draft.status)
        .where(Draft.person_id == actor.id, Draft.message_id == message_id)
        .order_by(Draft.id.desc())
        .limit(1)
    ).one_or_none()
    return (found[0], found[1]) if found else None


def lock_draft(session: Session, author: Author, draft_id: int) -> Draft:
    draft = session.get(Draft, draft_id, with_for_update=True, populate_existing=True)
    if draft is None or draft.person_id != author.person_id or draft.status is not DraftStatus.OPEN:
        raise CardClosed
    return draft


def contents_of(draft: Draft) -> Contents:
    return Contents.model_validate(draft.contents)


def erase_old_drafts(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """What nobody decided on in a week, and the traces of what was decided. Gives how many went."""
    old = select(Draft.id).where(Draft.opened_at <= now - KEPT).order_by(Draft.opened_at).limit(limit)
    ids = session.scalars(old).all()
    session.execute(delete(Draft).where(Draft.id.in_(ids)))
    return len(ids)


def _completes(item: Item, reading: Reading) -> bool:
    """Whether a text answers what the card asks, or mends it, instead of telling of another meeting."""
    is_only_times = len(reading.entries) == 1 and reading.entries[0].topic is None
    is_answer = reading.intent in {Intent.LOG, Intent.PLAN, Intent.UNCLEAR} and is_only_times
    return is_addition(reading) or (find_question(item) is not None and is_answer)


def _complete(
    session: Session, author: Author, draft: Draft, reading: Reading, text: str, now: datetime
) -> int:
    contents = contents_of(draft)
    told = make_items(reading, author.pairs_of)[0]
    item = merge(contents.current, told)
    changed = {name for name in ("day", "minutes") if getattr(told, name) is not None}
    _check_values(item, dict.fromkeys(changed), author, now)
    warnings = tuple(dict.fromkeys((*contents.warnings, *reading.warnings)))
    contents = contents.with_current(_settle(session, author, item, now))
    draft.text = f"{draft.text}\n{text}"
    _store(draft, contents.model_copy(update={"warnings": warnings}))
    return draft.id


def _read_contents(session: Session, author: Author, reading: Reading, text: str, now: datetime) -> Contents:
    if not is_worth_a_card(reading):
        raise NotFound
    _told, absent = split_absent(text, author.group_people)
    items = tuple(
        _settle(session, author, item.model_copy(update={"absent": absent}), now)
        for item in make_items(reading, author.pairs_of)
    )
    return Contents(items=items, warnings=reading.warnings)


def _list_also_meant(old: Contents, new: Contents) -> tuple[Item, ...]:
    """The meetings of the replaced card that are evidently others: logs of other days."""
    days = {item.day for item in new.items}
    left = old.items[old.at :]
    are_logs = all(item.purpose is Purpose.LOG for item in (*left, *new.items))
    return left if are_logs and None not in days and not days & {item.day for item in left} else ()


def _store(draft: Draft, contents: Contents) -> None:
    draft.contents = contents.model_dump(mode="json")


def _settle(session: Session, author: Author, item: Item, now: datetime) -> Item:
    """What follows from what is known: whose pair it is, who logs, which meeting is meant."""
    if item.purpose is Purpose.RESIGN:
        own = tuple(one.pair_id for one in author.partners if one.role is Role.MENTOR)
        return item.model_copy(update={"pair_ids": own})
    is_only = not item.pair_ids and len(author.partners) == 1
    if is_only and (author.partners[0].is_group or item.purpose in {Purpose.REPLACE, Purpose.EXTEND}):
        item = item.model_copy(update={"pair_ids": (author.partners[0].pair_id,)})
    if item.purpose is Purpose.LOG and item.pair_ids:
        item = _share(author, item)
    if item.purpose not in OF_A_MEETING or item.meeting_id is not None:
        return item
    targets = list_targets(session, author, item, now)
    if not targets:  # a move of nothing is a plan
        pairs = item.pair_ids or ((author.partners[0].pair_id,) if len(author.partners) == 1 else ())
        return item.model_copy(update={"purpose": Purpose.PLAN, "has_lost_meeting": True, "pair_ids": pairs})
    if len(targets) != 1:
        return item
    start = targets[0].local_start.time() if item.keeps_time and targets[0].has_clock_time else item.start
    return item.model_copy(update={"meeting_id": targets[0].id, "start": start})


def _share(author: Author, item: Item) -> Item:
    """The mentor logs; a mentee's word is that they met."""
    own = tuple(
        one.pair_id for one in author.partners if one.pair_id in item.pair_ids and one.role is Role.MENTOR
    )
    if own:
        return item.model_copy(update={"pair_ids": own})
    return item.model_copy(update={"purpose": Purpose.HELD, "asks": ()})


def _check_values(item: Item, changes: Mapping[str, Any], author: Author, now: datetime) -> None:
    today = author.local(now).date()
    if "day" in changes and item.day is not None:
        _check_day(item.purpose, item.day, today)
    if "minutes" in changes and item.minutes is not None and not 1 <= item.minutes <= A_DAY:
        raise MinutesOutOfRange


def _check_day(purpose: Purpose, day: date, today: date) -> None:
    if purpose in {Purpose.LOG, Purpose.CORRECT} and day > today:
        raise DayNotPast
    if purpose in {Purpose.PLAN, Purpose.MOVE}:
        check_day(day, first_day=today, last_day=find_last_day(today))
