"""All of the pair agree, the curator approves, gives back, corrects and completes (E23, E29, E34)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import NoticeKind
from models.pairs import Pair
from models.personal_programmes import (
    PersonalProgramme,
    ProgrammeActivity,
    ProgrammeOutcome,
    ProgrammeStatus,
)
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed
from services.pairs.personal_programmes.changing import (
    GOAL_LIMIT,
    TITLE_LIMIT,
    DayOutsideTerm,
    WordsMissing,
    WordsTooLong,
)
from services.pairs.personal_programmes.contents import mark_of
from services.pairs.personal_programmes.states import (
    ProgrammeNotDue,
    add_consent,
    add_version,
    check_member,
    check_open,
    check_term,
    drop_waiting_changes,
    forget_consents,
    lock_programme,
    move,
    people_of,
    settings_for,
    tell,
)
from services.pairs.rules import rules_of
from services.pairs.terms import set_term

NOTE_LIMIT, EXPECTED_LIMIT, OWN_LIMIT, SHORT_LIMIT = 500, 500, 500, 200
OPEN_TO_PAIR = frozenset({ProgrammeStatus.DRAFT, ProgrammeStatus.PROPOSED})


class NothingPlanned(DomainError):
    text = N_("The programme has no goal or no activities yet. Please add them first.")


class ActivitiesLeft(DomainError):
    text = N_("Not all activities have a result. Add the results, or choose another outcome.")


@dataclass(frozen=True, slots=True)
class ActivityWritten:
    """A line of the curator's form; `id` None adds one, an empty title takes one away."""

    id: int | None
    title: str
    expected: str
    planned_on: date
    direction: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What the curator's form says, whole; `mark` is of the programme that it was opened with."""

    mark: str
    goal: str
    own_difficulties: str
    own_strengths: str
    rhythm: str
    reports: str
    starts_on: date
    ends_on: date
    activities: Sequence[ActivityWritten]


def agree_to_programme(
    session: Session, *, actor: Actor, programme_id: int, now: datetime, for_person_id: int | None = None
) -> ProgrammeStatus:
    """Somebody of the pair agrees to it as it stands; the last one passes it on to the curator. With
    `for_person_id` the curator notes what somebody said in person.

    Raises ProgrammeOver, ProgrammeNotDue, NothingPlanned, TermOutOfRange, NotFound, NotAllowed.
    """
    row, pair = lock_programme(session, programme_id)
    if for_person_id is None:
        person_id = check_member(actor, pair)
    else:
        actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
        person_id = for_person_id
        if person_id not in people_of(session, row):
            raise NotAllowed
    check_open(row, pair)
    if row.status not in OPEN_TO_PAIR:
        raise ProgrammeNotDue
    check_whole(session, row)
    is_first = row.status is ProgrammeStatus.DRAFT
    if add_consent(session, row, person_id, None, now):
        status = ProgrammeStatus.AGREED
    else:
        status = ProgrammeStatus.PROPOSED
    row.remark = ""
    action = Action.PERSONAL_PROGRAMME_AGREED
    if status is row.status:
        record(session, actor, action, row, now=now, after={"by": person_id})
    else:
        move(session, row, status, actor=actor, action=action, now=now, by=person_id)
    if is_first and status is ProgrammeStatus.PROPOSED:
        tell(
            session,
            row,
            NoticeKind.PROGRAMME_PROPOSED,
            key=now.isoformat(),
            but=person_id,
            now=now,
            author_id=person_id,
        )
    return status


def approve_programme(session: Session, *, actor: Actor, programme_id: int, now: datetime) -> int:
    """The curator approves what all of the pair agreed to: the work begins; gives the version.

    Raises ProgrammeOver, ProgrammeNotDue, NothingPlanned, TermOutOfRange, TermInThePast, NotFound,
    NotAllowed.
    """
    row, pair = lock_programme(session, programme_id)
    actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    check_open(row, pair)
    if row.status is not ProgrammeStatus.AGREED:
        raise ProgrammeNotDue
    check_whole(session, row)
    row.approved_at = now
    set_term(session, pair, row.ends_on, rules=rules_of(session, pair), now=now)
    action = Action.PERSONAL_PROGRAMME_APPROVED
    move(session, row, ProgrammeStatus.ACTIVE, actor=actor, action=action, now=now)
    add_version(session, row, actor=actor, change_id=None, now=now)
    tell(session, row, NoticeKind.PROGRAMME_DECIDED, key=now.isoformat(), now=now)
    return row.version


def give_back(session: Session, *, actor: Actor, programme_id: int, remark: str, now: datetime) -> None:
    """The curator asks the pair to change it: all agree anew. The pair reads the remark.

    Raises ProgrammeOver, ProgrammeNotDue, WordsMissing, WordsTooLong, NotFound, NotAllowed.
    """
    row, pair = lock_programme(session, programme_id)
    actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    check_open(row, pair)
    if row.status is ProgrammeStatus.ACTIVE:
        raise ProgrammeNotDue
    words = remark.strip()
    if not words:
        raise WordsMissing
    if len(words) > NOTE_LIMIT:
        raise WordsTooLong(limit=NOTE_LIMIT)
    row.remark = words
    forget_consents(session, row)
    action = Action.PERSONAL_PROGRAMME_RETURNED
    move(session, row, ProgrammeStatus.DRAFT, actor=actor, action=action, now=now)
    tell(session, row, NoticeKind.PROGRAMME_DECIDED, key=now.isoformat(), now=now)


def write_programme(
    session: Session, *, actor: Actor, programme_id: int, written: Written, now: datetime
) -> None:
    """The curator's form, before the approval: whoever had agreed is asked again.

    Raises ProgrammeOver, ProgrammeNotDue, WordsTooLong, DayOutsideTerm, TermOutOfRange, NotFound, NotAllowed.
    """
    row, pair = lock_programme(session, programme_id)
    actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    check_open(row, pair)
    if row.status is ProgrammeStatus.ACTIVE:
        raise ProgrammeNotDue
    if written.mark != mark_of(row):
        raise ProgrammeNotDue
    check_term(written.starts_on, written.ends_on, settings_for(session, row))
    _write_words(row, written)
    row.starts_on, row.ends_on = written.starts_on, written.ends_on
    _write_activities(session, row, written)
    after = {"activities": len(row.activities)}
    record(session, actor, Action.PERSONAL_PROGRAMME_EDITED, row, now=now, after=after)
    ask_again(session, row, actor=actor, now=now)


def ask_again(session: Session, row: PersonalProgramme, *, actor: Actor, now: datetime) -> None:
    """Its text is another one: whoever had agreed is asked again."""
    if not forget_consents(session, row):
        return
    action = Action.PERSONAL_PROGRAMME_EDITED
    move(session, row, ProgrammeStatus.DRAFT, actor=actor, action=action, now=now)
    tell(session, row, NoticeKind.PROGRAMME_DECIDED, key=now.isoformat(), now=now)


def complete_programme(
    session: Session,
    *,
    actor: Actor,
    programme_id: int,
    outcome: ProgrammeOutcome,
    note: str,
    now: datetime,
) -> None:
    """The work by it has ended, and how (docs/domain.md#e34). Its results may be published from now on.

    Raises ProgrammeOver, ProgrammeNotDue, ActivitiesLeft, WordsTooLong, NotFound, NotAllowed.
    """
    row, pair = lock_programme(session, programme_id)
    actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    check_open(row, pair)
    if row.status is not ProgrammeStatus.ACTIVE:
        raise ProgrammeNotDue
    if len(note.strip()) > NOTE_LIMIT:
        raise WordsTooLong(limit=NOTE_LIMIT)
    if outcome is ProgrammeOutcome.FULFILLED and any(one.done_on is None for one in row.activities):
        raise ActivitiesLeft
    row.outcome_note = note.strip()
    _complete(session, row, outcome, actor=actor, now=now)
    tell(session, row, NoticeKind.PROGRAMME_DECIDED, key=now.isoformat(), now=now)


def end_with_pair(
    session: Session, pair: Pair, outcome: ProgrammeOutcome, *, actor: Actor, now: datetime
) -> None:
    """The pair has ended: its programme in work ends with it, and a draft of it is dropped. For callers that
    have checked the actor.
    """
    row = session.scalars(
        select(PersonalProgramme).where(PersonalProgramme.pair_id == pair.id).with_for_update()
    ).one_or_none()
    if row is None or row.status is ProgrammeStatus.COMPLETED:
        return
    if row.status is ProgrammeStatus.ACTIVE:
        is_left = any(one.done_on is None for one in row.activities)
        if outcome is ProgrammeOutcome.FULFILLED and is_left:
            outcome = ProgrammeOutcome.EARLY
        _complete(session, row, outcome, actor=actor, now=now)
        return
    move_away(session, row, actor=actor, now=now)


def move_away(session: Session, row: PersonalProgramme, *, actor: Actor, now: datetime) -> None:
    """A programme that nobody approved goes with its pair: nothing of it was carried out."""
    move(
        session,
        row,
        ProgrammeStatus.COMPLETED,
        actor=actor,
        action=Action.PERSONAL_PROGRAMME_COMPLETED,
        now=now,
        outcome=None,
    )
    session.delete(row)
    session.flush()


def check_whole(session: Session, row: PersonalProgramme) -> None:
    """Raises NothingPlanned, TermOutOfRange."""
    if not row.goal.strip() or not row.activities:
        raise NothingPlanned
    check_term(row.starts_on, row.ends_on, settings_for(session, row))


def _complete(
    session: Session, row: PersonalProgramme, outcome: ProgrammeOutcome, *, actor: Actor, now: datetime
) -> None:
    row.outcome, row.completed_at = outcome, now
    drop_waiting_changes(session, row, now=now)
    move(
        session,
        row,
        ProgrammeStatus.COMPLETED,
        actor=actor,
        action=Action.PERSONAL_PROGRAMME_COMPLETED,
        now=now,
        outcome=outcome.value,
    )
    add_version(session, row, actor=actor, change_id=None, now=now)


def _write_words(row: PersonalProgramme, written: Written) -> None:
    for name, most in (
        ("goal", GOAL_LIMIT),
        ("own_difficulties", OWN_LIMIT),
        ("own_strengths", OWN_LIMIT),
        ("rhythm", SHORT_LIMIT),
        ("reports", SHORT_LIMIT),
    ):
        words = getattr(written, name).strip()
        if len(words) > most:
            raise WordsTooLong(limit=most)
        setattr(row, name, words)


def _write_activities(session: Session, row: PersonalProgramme, written: Written) -> None:
    known = {one.id: one for one in row.activities}
    kept: list[ProgrammeActivity] = []
    for line in written.activities:
        title = line.title.strip()
        if not title:
            continue
        if len(title) > TITLE_LIMIT:
            raise WordsTooLong(limit=TITLE_LIMIT)
        if len(line.expected.strip()) > EXPECTED_LIMIT:
            raise WordsTooLong(limit=EXPECTED_LIMIT)
        if not written.starts_on <= line.planned_on <= written.ends_on:
            raise DayOutsideTerm(first=written.starts_on, last=written.ends_on)
        one = known.get(line.id or 0) or ProgrammeActivity(direction=line.direction)
        one.title, one.expected, one.planned_on = title, line.expected.strip(), line.planned_on
        kept.append(one)
    row.activities = kept
    session.flush()
    session.expire(row, ["activities"])
