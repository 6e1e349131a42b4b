"""Memos for mentors and for mentees: written or linked, sent into the chat, each sending on record (DC19)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import Action
from models.messages import NoticeKind
from models.outreach import Memo
from models.people import Participation, ParticipationStatus, Role
from models.programmes import Cycle
from services.access.actors import Actor, Right
from services.access.audit import record
from services.access.errors import N_, DomainError
from services.access.records import find
from services.consents.states import ConsentState, read_states
from services.delivery.outbox import Occasion, enqueue_many
from services.roadmap.proofs import check_link

TITLE_LIMIT, BODY_LIMIT = 200, 3000


class MemoEmpty(DomainError):
    text = N_("A memo needs a title, and a text or a link.")


class MemoTooLong(DomainError):
    text = N_("This memo is too long for one message: at most {limit} characters fit.")


class MemoSent(DomainError):
    text = N_("This memo was sent already. Write a new version.")


class NoRecipients(DomainError):
    text = N_("Nobody of them has consented yet: there is nobody to send it to.")


@dataclass(frozen=True, slots=True)
class MemoFacts:
    """`reach` is how many would get it now: participants of the audience who have consented."""

    id: int
    audience: Role
    title: str
    version: int
    body: str
    url: str
    sent_at: datetime | None
    sent_to: int
    reach: int = 0


def write_memo(
    session: Session,
    *,
    actor: Actor,
    cycle_id: int,
    audience: Role,
    title: str,
    body: str = "",
    url: str = "",
    now: datetime,
) -> MemoFacts:
    """A new version of the audience's memo; nobody gets it before it is sent.

    Raises NotFound, NotAllowed, MemoEmpty, MemoTooLong, LinkUnreadable, LinkTooLong.
    """
    cycle = _cycle(session, actor, cycle_id, Right.MANAGE_PAIRS)
    title, body = " ".join(title.split()), body.replace("\r\n", "\n").strip()
    if not title or not (body or url.strip()):
        raise MemoEmpty
    if len(title) > TITLE_LIMIT or len(body) > BODY_LIMIT:
        raise MemoTooLong(limit=BODY_LIMIT)
    newest = session.scalar(
        select(func.max(Memo.version)).where(Memo.cycle_id == cycle_id, Memo.audience == audience)
    )
    memo = Memo(
        organization_id=cycle.organization_id,
        cycle_id=cycle_id,
        audience=audience,
        title=title,
        version=(newest or 0) + 1,
        body=body,
        url=check_link(url) if url.strip() else "",
        created_at=now,
        sent_to=0,
    )
    session.add(memo)
    session.flush()
    record(session, actor, Action.MEMO_WRITTEN, memo, now=now, after=_audit_facts(memo))
    return _facts(memo, len(_audience(session, memo)))


def send_memo(session: Session, *, actor: Actor, memo_id: int, now: datetime) -> MemoFacts:
    """Send a memo to its audience, once. Raises NotFound, NotAllowed, MemoSent, NoRecipients."""
    memo = find(session, Memo, memo_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, memo.organization_id)
    if memo.sent_at is not None:
        raise MemoSent
    people = _audience(session, memo)
    if not people:
        raise NoRecipients
    enqueue_many(
        session,
        [
            Occasion(
                kind=NoticeKind.MEMO_SENT,
                dedup_key=f"memo:{memo.id}:person:{person_id}",
                organization_id=memo.organization_id,
                person_id=person_id,
                facts={"memo_id": memo.id},
            )
            for person_id in people
        ],
        now=now,
    )
    memo.sent_at, memo.sent_to = now, len(people)
    record(session, actor, Action.MEMO_SENT, memo, now=now, after=_audit_facts(memo))
    return _facts(memo, len(people))


def list_memos(session: Session, *, actor: Actor, cycle_id: int) -> tuple[MemoFacts, ...]:
    """The newest first. Raises NotFound, NotAllowed."""
    _cycle(session, actor, cycle_id, Right.SEE_SCORES)
    rows = session.scalars(select(Memo).where(Memo.cycle_id == cycle_id).order_by(Memo.id.desc()))
    return tuple(_facts(memo, len(_audience(session, memo))) for memo in rows)


def read_memo(session: Session, *, memo_id: int) -> MemoFacts:
    """For the words of its notice. Raises NotFound."""
    memo = find(session, Memo, memo_id)
    return _facts(memo, 0)


def _audience(session: Session, memo: Memo) -> list[int]:
    people = session.scalars(
        select(Participation.person_id)
        .where(
            Participation.cycle_id == memo.cycle_id,
            Participation.role == memo.audience,
            Participation.status != ParticipationStatus.LEFT,
        )
        .order_by(Participation.person_id)
    )
    states = read_states(session, organization_id=memo.organization_id)
    return [one for one in people if states.get(one) is ConsentState.GIVEN]


def _cycle(session: Session, actor: Actor, cycle_id: int, right: Right) -> Cycle:
    cycle = find(session, Cycle, cycle_id)
    actor.check_right(right, cycle.organization_id)
    return cycle


def _facts(memo: Memo, reach: int) -> MemoFacts:
    return MemoFacts(
        memo.id,
        memo.audience,
        memo.title,
        memo.version,
        memo.body,
        memo.url,
        memo.sent_at,
        memo.sent_to,
        reach,
    )


def _audit_facts(memo: Memo) -> dict[str, Any]:
    return {"audience": memo.audience.value, "version": memo.version, "people": memo.sent_to}
