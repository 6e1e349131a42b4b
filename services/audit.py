"""Writing the audit trail. Values are ids, states and numbers; free text of a person never goes in."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.audit import AuditEntry
from services.actors import Actor


def record(
    session: Session,
    *,
    actor: Actor,
    action: str,
    subject: tuple[str, int | None],
    organization_id: int | None,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    session.add(
        AuditEntry(
            at=now,
            organization_id=organization_id,
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            door=actor.door.value,
            action=action,
            subject_kind=subject[0],
            subject_id=subject[1],
            before=before,
            after=after,
        )
    )
