"""Compares what the teachers said, what the tables hold and what Telegram was told."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.consents import Consent
from models.messages import InboxStatus, InboxUpdate, NoticeKind, OutboxMessage, OutboxStatus
from sandbox.refusal import Json
from tests.faults.pairs import PairInChat, list_meeting_ids, read_log, read_rating
from tests.faults.shared import Shared
from tests.faults.teachers import Teacher, find_answer

Messages = dict[int, set[int]]  # chat to ids

ONCE = (
    "invitation.claimed",
    "consent.given",
    "role.chosen",
    "role.ready",
    "survey.sent",
    "pair.side_accepted",
    "pair.accepted",
    "meeting.proposed",
    "meeting.planned",
    "meeting.logged",
)
"""What the audit trail may tell once of one subject and one actor, however often the bot died over it."""

SLACK = 2.0  # seconds: a delayed call is done by Telegram even when its caller is dead by then


@dataclass(frozen=True)
class Repeat:
    """A message that came twice: the first was sent at `first`, the second at `again`."""

    chat_id: int
    first: float
    again: float
    is_reset: bool
    text: str


async def audit(shared: Shared, teachers: list[Teacher], couples: list[PairInChat]) -> None:
    """Everything that must not be goes into the shared findings; figures go into its tally."""
    await audit_answers(shared, teachers)
    await audit_meetings(shared, couples)
    for words in await shared.read(audit_tables):
        shared.find(words)
    notices, owed = await shared.read(list_notices), await shared.read(list_owed)
    calls = await shared.machine.telegram.record()
    for teacher in teachers:
        for repeat in find_repeats(teacher, calls, notices, owed):
            explain(shared, repeat)
    shared.tally["messages sent"] = sum(
        1 for call in calls if call["method"] == "sendMessage" and call["done"]
    )
    hit = Counter(call["fault"] for call in calls if call.get("fault"))
    shared.tally.update({f"calls hit by {kind}": count for kind, count in hit.items()})


async def audit_answers(shared: Shared, teachers: list[Teacher]) -> None:
    for teacher in teachers:
        for (run_id, question_id), value in teacher.said.items():
            found = await shared.read(find_answer, run_id, question_id)
            if found != value:
                shared.find(f"lost: run {run_id}, {question_id}: {value!r} is {found!r} at the end")
            shared.tally["answers checked"] += 1


async def audit_meetings(shared: Shared, couples: list[PairInChat]) -> None:
    for couple in couples:
        agreed = [one.meeting_id for one in couple.meetings]
        found = await shared.read(list_meeting_ids, couple.pair_id)
        if found != agreed:
            shared.find(f"doubled or lost: pair {couple.pair_id} agreed on {agreed} and has {found}")
        for one in couple.meetings:
            log = await shared.read(read_log, one.meeting_id)
            if log != (one.minutes, one.topic):
                shared.find(f"lost: meeting {one.meeting_id} was told {one.minutes, one.topic}, has {log}")
            for person_id, rating in one.ratings.items():
                await audit_rating(shared, one.meeting_id, person_id, rating)


async def audit_rating(shared: Shared, meeting_id: int, person_id: int, rating: int) -> None:
    key = f"feedback:meeting:{meeting_id}:person:{person_id}"

    given = await shared.read(read_rating, key)
    shared.tally["answers checked"] += 1
    if given != rating:
        shared.find(f"lost: person {person_id} rated meeting {meeting_id} {rating}, the table has {given}")


def audit_tables(session: Session) -> list[str]:
    """What may not stand in the tables after any run."""
    once = (AuditEntry.action, AuditEntry.subject_kind, AuditEntry.subject_id, AuditEntry.actor_id)
    told = select(*once, func.count()).where(AuditEntry.action.in_(ONCE)).group_by(*once)
    found = [
        f"doubled: {row[0]} of {row[1]} {row[2]} is told {row[4]} times"
        for row in session.execute(told.having(func.count() > 1))
    ]
    decisions = select(Consent.person_id, func.count()).group_by(Consent.person_id)
    found += [
        f"doubled: person {person_id} consented {count} times"
        for person_id, count in session.execute(decisions.having(func.count() > 1))
    ]
    found += [
        f"lost: update {left.update_id} is {left.status.value} ({left.fault})"
        for left in session.scalars(select(InboxUpdate).where(InboxUpdate.status != InboxStatus.ANSWERED))
    ]
    occasions: Counter[tuple[str, str]] = Counter()
    for notice in session.scalars(select(OutboxMessage)):
        if notice.chat_id is None:
            occasions[notice.kind, f"{sorted(notice.facts.items())} {notice.person_id}"] += 1
        if notice.status is OutboxStatus.PARKED:
            found.append(f"parked: notice {notice.id} ({notice.kind}): {notice.reason}")
    found += [f"doubled: {count} rows for {key}" for key, count in occasions.items() if count > 1]
    return found


def list_notices(session: Session) -> Messages:
    """Messages of notices: their ids as the outbox recorded them."""
    from models.people import ChatAccount

    rows = session.execute(
        select(ChatAccount.chat_id, OutboxMessage.message_id)
        .join(ChatAccount, ChatAccount.person_id == OutboxMessage.person_id)
        .where(OutboxMessage.message_id.is_not(None))
    )
    return by_chat(rows)


def list_owed(session: Session) -> Messages:
    """Screens that the outbox showed because an answer could not be: each is the answer to an act."""
    rows = session.execute(
        select(OutboxMessage.chat_id, OutboxMessage.message_id).where(
            OutboxMessage.kind == NoticeKind.SCREEN_CURRENT, OutboxMessage.message_id.is_not(None)
        )
    )
    return by_chat(rows)


def by_chat(rows: Iterable[Any]) -> Messages:
    found: Messages = defaultdict(set)
    for chat_id, message_id in rows:
        found[chat_id].add(int(message_id))
    return found


def find_repeats(teacher: Teacher, calls: Iterable[Json], known: Messages, owed: Messages) -> list[Repeat]:
    """Messages beyond one for each notice and one answer for each act.

    A screen may have a notice's words: of a pair that is offered, for one.
    """
    chat_id = teacher.person.id
    sent = [
        call
        for call in calls
        if call["done"]
        and call["method"] in {"sendMessage", "editMessageText"}
        and call["parameters"].get("chat_id") == chat_id
    ]
    recorded = known.get(chat_id, set())
    notices = [call for call in sent if message_of(call) in recorded and call["method"] == "sendMessage"]
    copies = {content_of(call): call for call in notices}
    repeats, answers = [], []
    for call in sent:
        if message_of(call) in recorded:
            continue
        copy = None if message_of(call) in owed.get(chat_id, set()) else copies.get(content_of(call))
        if call["method"] == "sendMessage" and copy is not None:
            first, second = sorted((call, copy), key=lambda one: one["at"])
            repeats.append(repeat_of(chat_id, first, second))
        else:
            answers.append(call)
    return repeats + find_repeated_answers(teacher, answers)


def find_repeated_answers(teacher: Teacher, answers: list[Json]) -> list[Repeat]:
    """One answer for each act is right; beyond that, which one came twice is told by its words."""
    repeats: list[Repeat] = []
    episodes = iter(teacher.episodes)
    episode = next(episodes, None)
    credit, was_hasty = 0, False
    window: list[Json] = []  # answers to this episode, and to those before it that were left in a hurry
    for call in answers:
        while episode is not None and episode.began <= call["at"]:
            credit = episode.acts + (max(credit, 0) if was_hasty else 0)
            window = window if was_hasty else window[-1:]
            was_hasty = episode.is_hasty
            episode = next(episodes, None)
        window.append(call)
        credit -= 1
        if credit < 0 and call["method"] == "sendMessage":
            repeats.append(repeat_of(teacher.person.id, *find_twins(window)))
            credit = 0
    return repeats


def find_twins(window: list[Json]) -> tuple[Json, Json]:
    """The first showing of what was shown again; where no words came twice, the newest two answers."""
    for later in range(len(window) - 1, 0, -1):
        for earlier in range(later):
            if is_shown_again(window[earlier], window[later]):
                return window[earlier], window[later]
    return window[max(len(window) - 2, 0)], window[-1]


def is_shown_again(first: Json, again: Json) -> bool:
    """A screen shown anew may lack the sentence that stood above it."""
    return str(first["parameters"].get("text")).endswith(str(again["parameters"].get("text")))


def repeat_of(chat_id: int, first: Json, again: Json) -> Repeat:
    is_reset = first.get("fault") == "reset_after"
    return Repeat(chat_id, first["at"], again["at"], is_reset, str(again["parameters"].get("text"))[:60])


def message_of(call: Json) -> int | None:
    result: Any = call["answer"].get("result")
    return int(result["message_id"]) if isinstance(result, dict) and "message_id" in result else None


def content_of(call: Json) -> str:
    return f"{call['parameters'].get('text')}\n{call['parameters'].get('reply_markup')}"


def explain(shared: Shared, repeat: Repeat) -> None:
    """A repeat is allowed where a crash or a broken connection fell between sending and recording."""
    if repeat.is_reset:
        shared.tally["repeated after a reset"] += 1
        return
    for mark in shared.machine.marks:
        if mark.what == "kill bot" and repeat.first - SLACK <= mark.at <= repeat.again:
            shared.tally["repeated after a kill"] += 1
            return
    when = f"{repeat.first % 1e5:.2f} and {repeat.again % 1e5:.2f}"
    shared.find(f"repeated without a reason in chat {repeat.chat_id} at {when}: {repeat.text!r}")
