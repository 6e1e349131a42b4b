"""What a mentor puts to the curator about the mentee, and what the curator decided (E27, E28).

To encourage the mentee, to send them to a contest, to involve a colleague, to look into the personal file. A
colleague is involved only with their own consent, of a named day; that the file was shown, to whom and when,
stays in the trail of the mentee's card. The other side of the pair is not told: the curator decides first.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import NoticeKind
from models.pairs import MEETING, Pair
from models.people import Person
from models.suggestions import Suggestion, SuggestionKind
from models.tasks import TaskKind
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed
from services.access.records import find
from services.delivery.outbox import enqueue
from services.delivery.tasks import close_by_fact, open_task
from services.pairs.petitions import PairOver

TEXT_LIMIT, NOTE_LIMIT = 500, 300


class SuggestionEmpty(DomainError):
    text = N_("Please say it in a few words.")


class SuggestionTooLong(DomainError):
    text = N_("Please keep it to {limit} characters.")


class DecidedAlready(DomainError):
    text = N_("This has been decided already.")


class ColleagueMissing(DomainError):
    text = N_("Please say who is involved, and on which day they consented.")


class DayOfFileMissing(DomainError):
    text = N_("Please give the day on which the personal file was shown.")


class DecisionInFuture(DomainError):
    text = N_("This day cannot lie in the future.")


@dataclass(frozen=True, slots=True)
class SuggestionFacts:
    id: int
    pair_id: int
    kind: SuggestionKind
    text: str
    mentor: str
    made_at: datetime
    is_granted: bool | None
    decided_at: datetime | None
    note: str
    done_on: date | None
    colleague: str


def suggest(
    session: Session, *, actor: Actor, pair_id: int, kind: SuggestionKind, text: str, now: datetime
) -> int:
    """A mentor's word; the curator gets a task. Raises NotFound, NotAllowed, PairOver, SuggestionEmpty,
    SuggestionTooLong.
    """
    pair = find(session, Pair, pair_id, lock=True)
    mentor_id = check_mentor(actor, pair)
    words = text.strip()
    if not words:
        raise SuggestionEmpty
    if len(words) > TEXT_LIMIT:
        raise SuggestionTooLong(limit=TEXT_LIMIT)
    row = Suggestion(
        organization_id=pair.organization_id,
        pair_id=pair_id,
        person_id=mentor_id,
        kind=kind,
        text=words,
        made_at=now,
    )
    session.add(row)
    session.flush()
    open_task(session, TaskKind.MENTOR_SUGGESTS, pair, key=_task_key(row.id), person_id=mentor_id, now=now)
    record(session, actor, Action.SUGGESTION_MADE, row, now=now, after=_audit_facts(row))
    return row.id


def check_mentor(actor: Actor, pair: Pair) -> int:
    """The mentor of a pair that meets. Raises NotAllowed, PairOver."""
    actor.check_organization(pair.organization_id)
    if actor.kind is not ActorKind.PERSON or actor.id != pair.mentor.person_id:
        raise NotAllowed
    if pair.status not in MEETING:
        raise PairOver
    return actor.id


def decide_suggestion(
    session: Session,
    *,
    actor: Actor,
    suggestion_id: int,
    is_granted: bool,
    note: str,
    done_on: date | None,
    colleague_id: int | None,
    today: date,
    now: datetime,
) -> SuggestionFacts:
    """The curator's decision; the mentor hears of it, the task closes. Raises NotFound, NotAllowed,
    DecidedAlready, ColleagueMissing, DayOfFileMissing, DecisionInFuture, SuggestionTooLong.
    """
    row = find(session, Suggestion, suggestion_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    if row.decided_at is not None:
        raise DecidedAlready
    if len(note.strip()) > NOTE_LIMIT:
        raise SuggestionTooLong(limit=NOTE_LIMIT)
    if is_granted and row.kind is SuggestionKind.INVOLVE:
        row.colleague_id = _check_colleague(session, row, colleague_id, done_on)
    if is_granted and row.kind is SuggestionKind.FILE and done_on is None:
        raise DayOfFileMissing
    if is_granted and row.kind in {SuggestionKind.INVOLVE, SuggestionKind.FILE}:
        if done_on is not None and done_on > today:
            raise DecisionInFuture
        row.done_on = done_on
    row.is_granted, row.decided_at, row.note = is_granted, now, note.strip()
    row.account_id = actor.id if actor.kind is ActorKind.ACCOUNT else None
    close_by_fact(session, dedup_key=_task_key(row.id), now=now)
    record(session, actor, Action.SUGGESTION_DECIDED, row, now=now, after=_audit_facts(row))
    if is_granted and row.kind is SuggestionKind.FILE:
        _record_file_shown(session, actor, row, now)
    key = f"suggestion:{row.id}:decided"
    enqueue(
        session,
        NoticeKind.SUGGESTION_DECIDED,
        row,
        key=key,
        person_id=row.person_id,
        facts={"suggestion_id": row.id},
        now=now,
    )
    return _facts(session, row)


def list_suggestions(session: Session, *, actor: Actor, pair_id: int) -> list[SuggestionFacts]:
    """Of one pair, the oldest first: for who leads the pairs. Raises NotFound, NotAllowed."""
    pair = find(session, Pair, pair_id)
    actor.check_right(Right.MANAGE_PAIRS, pair.organization_id)
    rows = session.scalars(select(Suggestion).where(Suggestion.pair_id == pair_id).order_by(Suggestion.id))
    return [_facts(session, one) for one in rows]


def read_suggestion(session: Session, *, actor: Actor, suggestion_id: int) -> SuggestionFacts:
    """For the mentor who made it. Raises NotFound, NotAllowed."""
    row = find(session, Suggestion, suggestion_id)
    if actor.kind is not ActorKind.SYSTEM:
        actor.check_is_person(row.person_id)
    return _facts(session, row)


def _check_colleague(
    session: Session, row: Suggestion, colleague_id: int | None, agreed_on: date | None
) -> int:
    if colleague_id is None or agreed_on is None:
        raise ColleagueMissing
    colleague = session.get(Person, colleague_id)
    if colleague is None or colleague.organization_id != row.organization_id or colleague.erased_at:
        raise ColleagueMissing
    pair = session.get_one(Pair, row.pair_id)
    if colleague_id in {one.person_id for one in pair.members}:
        raise ColleagueMissing
    return colleague_id


def _record_file_shown(session: Session, actor: Actor, row: Suggestion, now: datetime) -> None:
    """On the card of each mentee: who saw their file, and when."""
    for member in session.get_one(Pair, row.pair_id).mentees:
        after = {"to_person": row.person_id, "on": row.done_on.isoformat() if row.done_on else None}
        record(session, actor, Action.PERSON_FILE_SHOWN, member.person, now=now, after=after)


def _facts(session: Session, row: Suggestion) -> SuggestionFacts:
    colleague = session.get(Person, row.colleague_id) if row.colleague_id is not None else None
    return SuggestionFacts(
        id=row.id,
        pair_id=row.pair_id,
        kind=row.kind,
        text=row.text,
        mentor=session.get_one(Person, row.person_id).full_name,
        made_at=row.made_at,
        is_granted=row.is_granted,
        decided_at=row.decided_at,
        note=row.note,
        done_on=row.done_on,
        colleague=colleague.full_name if colleague else "",
    )


def _task_key(suggestion_id: int) -> str:
    return f"suggestion:{suggestion_id}"


def _audit_facts(row: Suggestion) -> dict[str, Any]:
    return {"suggestion": row.id, "kind": row.kind.value, "is_granted": row.is_granted}
