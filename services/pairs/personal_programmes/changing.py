"""What somebody of the pair wants otherwise: a card that they check, then the others' consent (E35).

Before the approval a confirmed card is written at once, because all of the pair agree to the whole later. In
work it waits for the others, and each applied change makes a version.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import NoticeKind
from models.pairs import Pair
from models.personal_programmes import (
    ChangeKind,
    ChangeState,
    PersonalProgramme,
    ProgrammeActivity,
    ProgrammeChange,
    ProgrammeStatus,
)
from models.tasks import TaskKind
from services.access.actors import Actor
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed
from services.access.records import find
from services.organizations.days import today_of
from services.pairs.personal_programmes.contents import titles_of
from services.pairs.personal_programmes.states import (
    ProgrammeNotDue,
    add_consent,
    add_version,
    check_member,
    check_open,
    check_term,
    close_tasks,
    forget_consents,
    lock_programme,
    move,
    settings_for,
    tell,
)
from services.pairs.rules import rules_of
from services.pairs.terms import set_term
from services.programmes.running import pack_of

TITLE_LIMIT, GOAL_LIMIT = 300, 1000
DATED = frozenset({ChangeKind.ADD, ChangeKind.MOVE, ChangeKind.TERM})


class WordsMissing(DomainError):
    text = N_("Please say it in a few words.")


class WordsTooLong(DomainError):
    text = N_("Please keep it to {limit} characters.")


class DayOutsideTerm(DomainError):
    text = N_("The day lies outside the term of the programme: from {first} to {last}.")

    def __init__(self, first: date, last: date) -> None:
        super().__init__(first=f"{first:%d.%m.%Y}", last=f"{last:%d.%m.%Y}")


class ChangeDecided(DomainError):
    text = N_("This change has been decided already.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One change; each kind uses what it needs (models.personal_programmes.ProgrammeChange)."""

    kind: ChangeKind
    text: str = ""
    expected: str = ""
    code: str = ""
    day: date | None = None
    activity_id: int | None = None


def write_card(session: Session, *, actor: Actor, programme_id: int, wanted: Wanted, now: datetime) -> int:
    """A card that its author looks at before anybody hears of it; an earlier one of theirs is dropped. Its
    day may still be open.

    Raises ProgrammeOver, WordsMissing, WordsTooLong, DayOutsideTerm, TermOutOfRange, NotFound, NotAllowed.
    """
    row, pair = lock_programme(session, programme_id)
    person_id = check_member(actor, pair)
    check_open(row, pair)
    today = today_of(session, row.organization_id, now)
    words = _check(session, row, wanted, today=today, is_card=True)
    drop_cards(session, row.id, person_id)
    change = ProgrammeChange(
        programme_id=row.id,
        person_id=person_id,
        kind=wanted.kind,
        state=ChangeState.CARD,
        activity_id=wanted.activity_id,
        text=words,
        expected=wanted.expected,
        code=wanted.code,
        day=wanted.day,
        made_at=now,
    )
    session.add(change)
    session.flush()
    return change.id


def date_card(session: Session, *, actor: Actor, change_id: int, day: date, now: datetime) -> int:
    """The day of a card, chosen or typed; gives the card.

    Raises ChangeDecided, ProgrammeOver, ProgrammeNotDue, DayOutsideTerm, TermOutOfRange, NotFound,
    NotAllowed.
    """
    change, row, pair, person_id = _lock(session, actor, change_id)
    if change.person_id != person_id:
        raise NotAllowed
    if change.state is not ChangeState.CARD or change.kind not in DATED:
        raise ChangeDecided
    check_open(row, pair)
    wanted = replace(_wanted(change), day=day)
    _check(session, row, wanted, today=today_of(session, row.organization_id, now))
    change.day = day
    return change.id


def drop_card(session: Session, *, actor: Actor, change_id: int, now: datetime) -> int:  # noqa: ARG001
    """Its author does not want it after all; gives the programme. Raises NotFound, NotAllowed."""
    change, row, _pair, person_id = _lock(session, actor, change_id)
    if change.person_id != person_id:
        raise NotAllowed
    if change.state is ChangeState.CARD:
        drop_cards(session, row.id, person_id)
    return row.id


def confirm_card(session: Session, *, actor: Actor, change_id: int, now: datetime) -> ChangeState:
    """Its author stands by it: written at once before the approval, otherwise put to the others.

    Raises ChangeDecided, ProgrammeOver, DayOutsideTerm, TermOutOfRange, WordsMissing, WordsTooLong, NotFound,
    NotAllowed.
    """
    change, row, pair, person_id = _lock(session, actor, change_id)
    if change.person_id != person_id:
        raise NotAllowed
    if change.state is not ChangeState.CARD:
        raise ChangeDecided
    check_open(row, pair)
    _check(session, row, _wanted(change), today=today_of(session, row.organization_id, now))
    change.made_at = now
    if row.status is ProgrammeStatus.ACTIVE:
        change.state = ChangeState.WAITING
        row.look_at = now
        after = _audit_facts(change)
        record(session, actor, Action.PERSONAL_PROGRAMME_CHANGE_ASKED, row, now=now, after=after)
        add_consent(session, row, person_id, change.id, now)
        tell(
            session,
            row,
            NoticeKind.PROGRAMME_CHANGE,
            key=str(change.id),
            but=person_id,
            now=now,
            change_id=change.id,
        )
        return change.state
    _apply(session, row, change, now=now)
    record(session, actor, Action.PERSONAL_PROGRAMME_CHANGED, row, now=now, after=_audit_facts(change))
    if forget_consents(session, row, but=person_id):
        _return_to_pair(session, row, actor=actor, now=now)
        _ask_again(session, row, change, now)
    return change.state


def answer_change(
    session: Session, *, actor: Actor, change_id: int, agrees: bool, now: datetime
) -> ChangeState:
    """Another of the pair agrees, or does not; when all do, it is written. The author hears of the outcome.

    Raises ChangeDecided, ProgrammeOver, DayOutsideTerm, TermOutOfRange, WordsMissing, WordsTooLong, NotFound,
    NotAllowed.
    """
    change, row, pair, person_id = _lock(session, actor, change_id)
    if change.person_id == person_id:
        raise NotAllowed
    if change.state is not ChangeState.WAITING:
        raise ChangeDecided
    check_open(row, pair)
    if not agrees:
        change.state, change.decided_at = ChangeState.DECLINED, now
    elif add_consent(session, row, person_id, change.id, now):
        _check(session, row, _wanted(change), today=today_of(session, row.organization_id, now))
        _apply(session, row, change, now=now)
        add_version(session, row, actor=actor, change_id=change.id, now=now)
    else:
        return change.state
    _finish(session, row, change, actor=actor, now=now)
    tell(
        session,
        row,
        NoticeKind.PROGRAMME_ANSWERED,
        key=str(change.id),
        but=person_id,
        now=now,
        change_id=change.id,
    )
    return change.state


def withdraw_change(session: Session, *, actor: Actor, change_id: int, now: datetime) -> int:
    """Its author takes back what waits for the others; gives the programme.

    Raises ChangeDecided, NotFound, NotAllowed.
    """
    change, row, _pair, person_id = _lock(session, actor, change_id)
    if change.person_id != person_id:
        raise NotAllowed
    if change.state is not ChangeState.WAITING:
        raise ChangeDecided
    change.state, change.decided_at = ChangeState.WITHDRAWN, now
    _finish(session, row, change, actor=actor, now=now)
    return row.id


def drop_cards(session: Session, programme_id: int, person_id: int) -> None:
    session.execute(
        delete(ProgrammeChange).where(
            ProgrammeChange.programme_id == programme_id,
            ProgrammeChange.person_id == person_id,
            ProgrammeChange.state == ChangeState.CARD,
        )
    )


def _lock(
    session: Session, actor: Actor, change_id: int
) -> tuple[ProgrammeChange, PersonalProgramme, Pair, int]:
    programme_id = find(session, ProgrammeChange, change_id).programme_id
    row, pair = lock_programme(session, programme_id)
    person_id = check_member(actor, pair)
    return find(session, ProgrammeChange, change_id, lock=True), row, pair, person_id


def _wanted(change: ProgrammeChange) -> Wanted:
    return Wanted(change.kind, change.text, change.expected, change.code, change.day, change.activity_id)


def _check(
    session: Session, row: PersonalProgramme, wanted: Wanted, *, today: date, is_card: bool = False
) -> str:
    """The words of the change, ready to be stored. The day of a card may be open."""
    kind = wanted.kind
    is_open = is_card and wanted.day is None
    if kind in {ChangeKind.MOVE, ChangeKind.DROP}:
        activity = find(session, ProgrammeActivity, wanted.activity_id)
        if activity.programme_id != row.id or activity.done_on is not None:
            raise ProgrammeNotDue
        words = activity.title
    else:
        words = _check_words(wanted)
    if kind in {ChangeKind.ADD, ChangeKind.MOVE} and not is_open:
        first = max(row.starts_on, today)
        if wanted.day is None or not first <= wanted.day <= row.ends_on:
            raise DayOutsideTerm(first=first, last=row.ends_on)
    if kind is ChangeKind.TERM and not is_open:
        if wanted.day is None or wanted.day < today:
            raise ProgrammeNotDue
        check_term(row.starts_on, wanted.day, settings_for(session, row))
    if kind is ChangeKind.AREA:
        known = titles_of(pack_of(session, cycle_id=row.cycle_id)).areas
        if wanted.code in row.areas or wanted.code not in known:
            raise ProgrammeNotDue
    return words


def _check_words(wanted: Wanted) -> str:
    words = wanted.text.strip()
    limit = {ChangeKind.ADD: TITLE_LIMIT, ChangeKind.GOAL: GOAL_LIMIT}.get(wanted.kind)
    if limit is not None and not words:
        raise WordsMissing
    if limit is not None and len(words) > limit:
        raise WordsTooLong(limit=limit)
    return words


def _apply(session: Session, row: PersonalProgramme, change: ProgrammeChange, *, now: datetime) -> None:
    activity = session.get(ProgrammeActivity, change.activity_id) if change.activity_id else None
    match change.kind:
        case ChangeKind.ADD:
            assert change.day is not None
            added = ProgrammeActivity(
                programme_id=row.id,
                direction=change.code,
                title=change.text,
                expected=change.expected,
                planned_on=change.day,
            )
            session.add(added)
            session.flush()
            change.activity_id = added.id
        case ChangeKind.MOVE:
            assert activity is not None
            assert change.day is not None
            activity.planned_on = change.day
        case ChangeKind.DROP:
            assert activity is not None
            change.activity_id = None
            session.flush()
            session.delete(activity)
        case ChangeKind.GOAL:
            row.goal = change.text
        case ChangeKind.AREA:
            row.areas = [*row.areas, change.code]
        case ChangeKind.TERM:
            assert change.day is not None
            row.ends_on = change.day
            if row.status is ProgrammeStatus.ACTIVE:
                pair = session.get_one(Pair, row.pair_id)
                set_term(session, pair, change.day, rules=rules_of(session, pair), now=now)
    change.state, change.decided_at = ChangeState.APPLIED, now
    session.flush()
    session.expire(row, ["activities"])


def _finish(
    session: Session, row: PersonalProgramme, change: ProgrammeChange, *, actor: Actor, now: datetime
) -> None:
    record(session, actor, Action.PERSONAL_PROGRAMME_CHANGE_ENDED, row, now=now, after=_audit_facts(change))
    session.flush()
    waiting = select(ProgrammeChange.id).where(
        ProgrammeChange.programme_id == row.id, ProgrammeChange.state == ChangeState.WAITING
    )
    if session.scalar(waiting.limit(1)) is None:
        close_tasks(session, row, TaskKind.PROGRAMME_SILENT, now=now)
    if change.state is ChangeState.APPLIED:
        close_tasks(session, row, TaskKind.PROGRAMME_LATE, TaskKind.PROGRAMME_ENDS, now=now)
    row.look_at = now


def _return_to_pair(session: Session, row: PersonalProgramme, *, actor: Actor, now: datetime) -> None:
    """Somebody agreed to what it said before: they are asked again."""
    move(session, row, ProgrammeStatus.DRAFT, actor=actor, action=Action.PERSONAL_PROGRAMME_CHANGED, now=now)


def _ask_again(session: Session, row: PersonalProgramme, change: ProgrammeChange, now: datetime) -> None:
    tell(
        session,
        row,
        NoticeKind.PROGRAMME_PROPOSED,
        key=f"change:{change.id}",
        but=change.person_id,
        now=now,
        author_id=change.person_id,
    )


def _audit_facts(change: ProgrammeChange) -> dict[str, object]:
    return {"kind": change.kind.value, "state": change.state.value}
