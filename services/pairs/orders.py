"""The order that made a pair official: its number and date, as the signed document has them (DC07)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.documents import Document, DocumentKind, DocumentPair, DocumentStatus


@dataclass(frozen=True, slots=True)
class PairOrder:
    document_id: int
    number: str
    signed_on: date


def read_orders(session: Session, pair_ids: Collection[int]) -> dict[int, PairOrder]:
    """By pair; a pair without a signed order is not there. The caller has checked who asks."""
    rows = session.execute(
        select(DocumentPair.pair_id, Document.id, Document.number, Document.signed_on)
        .join(Document, Document.id == DocumentPair.document_id)
        .where(
            DocumentPair.pair_id.in_(pair_ids),
            Document.kind == DocumentKind.PAIRS_ORDER,
            Document.status == DocumentStatus.SIGNED,
        )
        .order_by(Document.id)
    )
    return {pair_id: PairOrder(row_id, number or "", day) for pair_id, row_id, number, day in rows if day}
