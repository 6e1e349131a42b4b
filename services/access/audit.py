"""Writing the audit trail. Values are ids, states and numbers; free text of a person never goes in."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts import Account
from models.audit import Action, Audited, AuditEntry
from services.access.actors import Actor, ActorKind


def record(
    session: Session,
    actor: Actor,
    action: Action,
    about: Audited,
    *,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write that the actor did this to the row; the row has its id by now (flush a new one first)."""
    subject = about.audit_subject()
    session.add(
        AuditEntry(
            at=now,
            organization_id=subject.organization_id,
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            channel=actor.channel.value,
            action=action.value,
            subject_kind=subject.kind,
            subject_id=subject.id,
            before=before,
            after=after,
        )
    )


def find_last_author(session: Session, *, subject: tuple[str, int]) -> str | None:
    """The name of the account that changed this record last; None when no account did. Raises nothing."""
    return session.scalar(
        select(Account.name)
        .join(AuditEntry, AuditEntry.actor_id == Account.id)
        .where(
            AuditEntry.actor_kind == ActorKind.ACCOUNT.value,
            AuditEntry.subject_kind == subject[0],
            AuditEntry.subject_id == subject[1],
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
