"""A document gets its number and date when it is signed, and what it orders happens in the same act.

A pair becomes official by its order: signing it moves all its pairs (docs/documents.md#signing).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.consents import ConsentKind
from models.documents import Document, DocumentKind, DocumentPair, DocumentStatus
from models.pairs import IN_WORK, Pair, PairMember
from models.people import Role
from models.privacy import AgreementBasis
from services.access.actors import Actor, Channel, Right, account_of, system
from services.access.audit import record
from services.access.errors import N_, DomainError
from services.access.records import find
from services.consents.papers import PaperFacts, register_paper
from services.consents.states import ConsentState, pack_now, state_of
from services.documents.kinds import KINDS
from services.documents.making import DocumentSigned, check_pairs, enqueue_rendering
from services.organizations.days import today_of, zone_of
from services.pairs.assignments import EndReason, begin_ready, end_pair, register_order
from services.privacy.agreements import register_agreement
from services.programmes.running import current_cycle

LONGEST_NUMBER = 60
BATCH = 50


class NumberMissing(DomainError):
    text = N_("Please give the number of the signed paper, at most {limit} characters.")


class SigningDateWrong(DomainError):
    text = N_("The date on the paper cannot lie in the future.")


class DocumentNotMade(DomainError):
    text = N_("The document is just being made. Please try again in a moment.")


@dataclass(frozen=True, slots=True)
class Signed:
    """`pair_ids` are the pairs that the signature moved."""

    document_id: int
    pair_ids: tuple[int, ...]


def sign_document(
    session: Session,
    *,
    actor: Actor,
    document_id: int,
    number: str,
    signed_on: date,
    scan_id: int | None,
    now: datetime,
) -> Signed:
    """The paper is signed; what it orders happens. The worker prints number and date on the file.

    Raises NotFound, NotAllowed, DocumentSigned, DocumentNotMade, NumberMissing, SigningDateWrong, and what
    the act itself refuses: `register_order`, `end_pair`, `register_agreement` and `register_paper`.
    """
    row = find(session, Document, document_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    if row.status is DocumentStatus.SIGNED:
        raise DocumentSigned
    if row.facts is None:
        raise DocumentNotMade
    moved = _sign(session, row, actor=actor, number=number, signed_on=signed_on, scan_id=scan_id, now=now)
    enqueue_rendering(session, row, actor=actor, key=f"signed:{row.id}", now=now)
    return Signed(row.id, moved)


def register_paper_order(
    session: Session,
    *,
    actor: Actor,
    organization_id: int,
    pair_ids: Sequence[int],
    number: str,
    signed_on: date,
    scan_id: int | None = None,
    now: datetime,
) -> Signed:
    """An order on pairs that was made on paper elsewhere: one row, and its pairs are under order.

    Raises NotAllowed, PairNotForThis, NumberMissing, SigningDateWrong, and what `register_order` raises.
    """
    actor.check_right(Right.MANAGE_PAIRS, organization_id)
    kind = DocumentKind.PAIRS_ORDER
    cycle_id = current_cycle(session, organization_id).id
    check_pairs(session, KINDS[kind], organization_id, cycle_id, pair_ids)
    row = Document(
        organization_id=organization_id,
        cycle_id=cycle_id,
        kind=kind,
        status=DocumentStatus.DRAFT,
        choices={},
        is_elsewhere=True,
        made_at=now,
        made_by=account_of(actor),
    )
    session.add(row)
    session.flush()
    session.add_all(DocumentPair(document_id=row.id, pair_id=one) for one in sorted(set(pair_ids)))
    session.flush()
    moved = _sign(session, row, actor=actor, number=number, signed_on=signed_on, scan_id=scan_id, now=now)
    return Signed(row.id, moved)


def attach_scan(session: Session, *, actor: Actor, document_id: int, scan_id: int, now: datetime) -> None:
    """The scan of a signed paper, in place of an earlier one.

    Raises NotFound, NotAllowed, DocumentNotMade.
    """
    row = find(session, Document, document_id, lock=True)
    actor.check_right(Right.MANAGE_PAIRS, row.organization_id)
    if row.status is not DocumentStatus.SIGNED:
        raise DocumentNotMade
    row.scan_id = scan_id
    record(session, actor, Action.DOCUMENT_SCAN_ADDED, row, now=now)


def carry_out_orders(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """A tick: pairs end on the day that a signed order names. Safe to repeat and to run late."""
    done = 0
    rows = session.scalars(
        select(Document)
        # one day more: it begins earlier in the east; each organisation's own day decides below
        .where(Document.due_on.is_not(None), Document.due_on <= now.date() + timedelta(days=1))
        .order_by(Document.id)
        .limit(limit)
    )
    for row in rows:
        if row.due_on is not None and row.due_on <= today_of(session, row.organization_id, now):
            _end_pairs(session, row, actor=system(Channel.SCHEDULER), now=now)
            row.due_on = None
            done += 1
    return done


def _sign(
    session: Session,
    row: Document,
    *,
    actor: Actor,
    number: str,
    signed_on: date,
    scan_id: int | None,
    now: datetime,
) -> tuple[int, ...]:
    written = " ".join(number.split())
    if len(written) > LONGEST_NUMBER or (KINDS[row.kind].is_numbered and not written):
        raise NumberMissing(limit=LONGEST_NUMBER)
    if signed_on > today_of(session, row.organization_id, now):
        raise SigningDateWrong
    row.status, row.number, row.signed_on = DocumentStatus.SIGNED, written or None, signed_on
    row.registered_at, row.scan_id = now, scan_id
    session.flush()
    after = {"kind": row.kind.value, "number": written}
    record(session, actor, Action.DOCUMENT_SIGNED, row, now=now, after=after)
    act = {
        DocumentKind.PAIRS_ORDER: _order_pairs,
        DocumentKind.ENDING_ORDER: _order_end,
        DocumentKind.AGREEMENT: _agree,
        DocumentKind.MENTOR_CONSENT: _consent,
    }.get(row.kind)
    return act(session, row, actor=actor, now=now) if act is not None else ()


def _order_pairs(session: Session, row: Document, *, actor: Actor, now: datetime) -> tuple[int, ...]:
    pairs = _pairs(session, row)
    for pair in pairs:
        register_order(session, actor=actor, pair_id=pair.id, now=now)
    return tuple(pair.id for pair in pairs)


def _order_end(session: Session, row: Document, *, actor: Actor, now: datetime) -> tuple[int, ...]:
    effective_on = date.fromisoformat(row.choices["effective_on"])
    if effective_on > today_of(session, row.organization_id, now):
        row.due_on = effective_on
        return ()
    return _end_pairs(session, row, actor=actor, now=now)


def _end_pairs(session: Session, row: Document, *, actor: Actor, now: datetime) -> tuple[int, ...]:
    """Pairs that somebody ended before are passed over."""
    pairs = [one for one in _pairs(session, row) if one.status in IN_WORK]
    for pair in pairs:
        end_pair(session, actor=actor, pair_id=pair.id, reason=EndReason(row.choices["end_reason"]), now=now)
    return tuple(pair.id for pair in pairs)


def _agree(session: Session, row: Document, *, actor: Actor, now: datetime) -> tuple[int, ...]:
    """The agreement is the record of art. 351.8 as well (docs/domain.md#article-351-8)."""
    facts: dict[str, Any] = row.facts or {}
    pair = _pairs(session, row)[0]
    before = pair.status
    register_agreement(
        session,
        actor=actor,
        person_id=_mentor(session, pair.id),
        number=row.number or "",
        signed_on=row.signed_on or today_of(session, row.organization_id, now),
        starts_on=date.fromisoformat(row.choices["starts_on"]),
        ends_on=date.fromisoformat(row.choices["ends_on"]),
        basis=AgreementBasis.ASSIGNMENT,
        content=facts["content"],
        form=facts["work_form"],
        payment=facts["payment"],
        file_id=row.scan_id,
        pair_id=pair.id,
        now=now,
    )
    return (pair.id,) if pair.status is not before else ()


def _consent(session: Session, row: Document, *, actor: Actor, now: datetime) -> tuple[int, ...]:
    """The consent to the work is in the ledger too, where the programme asks for it and it is not given."""
    pair = _pairs(session, row)[0]
    person_id = _mentor(session, pair.id)
    kind = ConsentKind.MENTORING
    is_asked = kind.value in {one.id for one in pack_now(session, row.organization_id).pack.consents}
    if is_asked and state_of(session, person_id=person_id, kind=kind) is not ConsentState.GIVEN:
        signed_on = row.signed_on or today_of(session, row.organization_id, now)
        noon = datetime.combine(signed_on, time(12), zone_of(session, row.organization_id)).astimezone(UTC)
        register_paper(
            session,
            actor=actor,
            person_id=person_id,
            decided_at=min(noon, now),
            now=now,
            kind=kind,
            paper=PaperFacts(number=row.number or "", file_id=row.scan_id),
        )
    return begin_ready(session, actor=actor, person_id=person_id, now=now)


def _pairs(session: Session, row: Document) -> Sequence[Pair]:
    return session.scalars(
        select(Pair)
        .join(DocumentPair, DocumentPair.pair_id == Pair.id)
        .where(DocumentPair.document_id == row.id)
        .order_by(Pair.id)
    ).all()


def _mentor(session: Session, pair_id: int) -> int:
    return session.scalars(
        select(PairMember.person_id).where(PairMember.pair_id == pair_id, PairMember.role == Role.MENTOR)
    ).one()
