"""Scans of signed papers: kept as long as the retention list says, seen by those who keep people's papers."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.audit import Action
from models.jobs import FileKind, StoredFile
from services.access.actors import Actor, ActorKind, Right
from services.access.audit import record
from services.access.errors import NotFound
from services.files.store import FileFacts, PlacedFile, store_file


def keep_scan(
    session: Session, *, actor: Actor, organization_id: int, placed: PlacedFile, title: str, now: datetime
) -> int:
    """Describe a placed scan; gives the file's id. Raises NotAllowed."""
    actor.check_right(Right.EDIT_PEOPLE, organization_id)
    return store_file(
        session,
        placed=placed,
        kind=FileKind.SCAN,
        title=title,
        organization_id=organization_id,
        owner_id=actor.id if actor.kind is ActorKind.ACCOUNT else None,
        keep=None,
        now=now,
    )


def read_scan(session: Session, *, actor: Actor, file_id: int, now: datetime) -> FileFacts:
    """A scan of the actor's organisation; that it was looked at is recorded. Raises NotFound, NotAllowed."""
    row = session.get(StoredFile, file_id)
    if row is None or row.kind is not FileKind.SCAN or row.organization_id is None:
        raise NotFound
    actor.check_right(Right.EDIT_PEOPLE, row.organization_id)
    record(
        session,
        actor=actor,
        action=Action.PRIVACY_SCAN_READ,
        subject=("file", row.id),
        organization_id=row.organization_id,
        now=now,
    )
    return FileFacts(
        id=row.id,
        organization_id=row.organization_id,
        kind=row.kind,
        name=row.name,
        title=row.title,
        size=row.size,
        sha256=row.sha256,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
