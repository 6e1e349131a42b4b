"""Personalised programmes and plans of support, as the person whom they are about takes them along."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.pairs import PairMember
from models.personal_programmes import (
    ChangeState,
    PersonalProgramme,
    ProgrammeChange,
    ProgrammeConsent,
    SupportPlan,
)
from services.pairs.personal_programmes.contents import snapshot


def read_own_programmes(session: Session, person_id: int) -> list[dict[str, Any]]:
    """Each as it stands, with what the person wanted otherwise and when they agreed to it."""
    rows = session.scalars(
        select(PersonalProgramme)
        .join(PairMember, PairMember.pair_id == PersonalProgramme.pair_id)
        .where(PairMember.person_id == person_id)
        .order_by(PersonalProgramme.id)
    )
    return [_tell(session, row, person_id) for row in rows]


def read_own_support(session: Session, person_id: int) -> list[dict[str, Any]]:
    """The plans of support that the person was shown."""
    rows = session.scalars(
        select(SupportPlan)
        .where(SupportPlan.person_id == person_id, SupportPlan.shared_at.is_not(None))
        .order_by(SupportPlan.id)
    )
    return [
        {
            "reason": one.reason.value,
            "words": one.words,
            "steps": one.steps,
            "next_search_on": one.next_search_on.isoformat(),
            "shared_at": one.shared_at.isoformat() if one.shared_at else None,
            "closed_at": one.closed_at.isoformat() if one.closed_at else None,
        }
        for one in rows
    ]


def _tell(session: Session, row: PersonalProgramme, person_id: int) -> dict[str, Any]:
    changes = session.scalars(
        select(ProgrammeChange)
        .where(ProgrammeChange.programme_id == row.id, ProgrammeChange.person_id == person_id)
        .order_by(ProgrammeChange.id)
    )
    consents = session.scalars(
        select(ProgrammeConsent.agreed_at)
        .where(ProgrammeConsent.programme_id == row.id, ProgrammeConsent.person_id == person_id)
        .order_by(ProgrammeConsent.id)
    )
    return {
        "status": row.status.value,
        **snapshot(row),
        "my_changes": [
            {
                "kind": one.kind.value,
                "state": one.state.value,
                "text": one.text,
                "made_at": one.made_at.isoformat(),
            }
            for one in changes
            if one.state is not ChangeState.CARD
        ],
        "i_agreed_at": [one.isoformat() for one in consents],
    }
