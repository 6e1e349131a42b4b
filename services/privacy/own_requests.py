"""Requests of a pair, as the person who asked or answered takes them along."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.pairs import PairMember
from models.people import Role
from models.requests import Request, RequestConsent, RequestKind, RequestStatus

OwnData = dict[str, Any]


def read_own_requests(session: Session, person_id: int) -> list[OwnData]:
    rows = session.scalars(select(Request).where(Request.person_id == person_id).order_by(Request.id))
    return [
        {
            "kind": one.kind.value,
            "text": one.text,
            "wanted_on": one.wanted_on.isoformat() if one.wanted_on else None,
            "made_at": _iso(one.made_at),
            "status": one.status.value,
            "decided_at": _iso(one.decided_at),
            "answer": one.note,
            "in_force_on": one.effective_on.isoformat() if one.effective_on else None,
            "order": one.order_number,
        }
        for one in rows
    ]


def read_own_answers(session: Session, person_id: int) -> list[OwnData]:
    """What this person agreed to, and the answers to questions: their own words in another's request."""
    agreed = session.execute(
        select(Request.kind, RequestConsent.agrees, RequestConsent.answered_at)
        .join(RequestConsent, RequestConsent.request_id == Request.id)
        .where(RequestConsent.person_id == person_id)
        .order_by(Request.id)
    )
    answered = session.execute(
        select(Request.kind, Request.note, Request.decided_at)
        .join(PairMember, PairMember.pair_id == Request.pair_id)
        .where(
            PairMember.person_id == person_id,
            Request.person_id != person_id,
            Request.kind == RequestKind.QUESTION,
            Request.status == RequestStatus.GRANTED,
        )
        .order_by(Request.id)
    )
    return [
        {"kind": kind.value, "answer": answer, "answered_at": _iso(at)}
        for kind, answer, at in (*agreed, *answered)
    ]


def read_file_shown(session: Session, person_id: int) -> list[str]:
    """The days on which a mentor saw this person's personal file (E27)."""
    days = session.scalars(
        select(Request.done_on)
        .join(PairMember, PairMember.pair_id == Request.pair_id)
        .where(
            PairMember.person_id == person_id,
            PairMember.role == Role.MENTEE,
            Request.kind == RequestKind.FILE,
            Request.status == RequestStatus.GRANTED,
        )
        .order_by(Request.done_on)
    )
    return [day.isoformat() for day in days if day is not None]


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
