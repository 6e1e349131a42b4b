"""What the panel says of the backups: which are kept, and how the last try ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.jobs import Job, JobStatus
from services.access.actors import Actor, Right
from services.files.backups.making import BACKUPS, KIND, moment_of

LATE_AFTER = timedelta(hours=36)
SHOWN = 5


@dataclass(frozen=True, slots=True)
class StoredBackup:
    name: str
    made_at: datetime
    size: int


@dataclass(frozen=True, slots=True)
class BackupState:
    """The newest first. `is_late`: a day has passed without one. `error_text` is a msgid with its facts."""

    kept: tuple[StoredBackup, ...]
    count: int
    is_late: bool
    error_text: str | None
    error_facts: dict[str, Any]


def read_backup_state(
    session: Session, *, actor: Actor, organization_id: int, data_dir: Path, now: datetime
) -> BackupState:
    """A backup is of the whole installation: who manages settings learns of it, nobody gets it here.

    Raises NotAllowed.
    """
    actor.check_right(Right.MANAGE_SETTINGS, organization_id)
    kept = list_backups(data_dir / BACKUPS)
    error = session.execute(
        select(Job.error, Job.status)
        .where(Job.kind == KIND, Job.organization_id.is_(None), Job.finished_at.is_not(None))
        .order_by(Job.id.desc())
        .limit(1)
    ).one_or_none()
    told = (error.error or {}) if error is not None and error.status is JobStatus.FAILED else {}
    return BackupState(
        kept=tuple(kept[:SHOWN]),
        count=len(kept),
        is_late=not kept or kept[0].made_at < now - LATE_AFTER,
        error_text=told.get("text"),
        error_facts=told.get("facts", {}),
    )


def list_backups(folder: Path) -> list[StoredBackup]:
    """Those with names of ours, the newest first."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        made_at = moment_of(path.name)
        if made_at is not None:
            found.append(StoredBackup(path.name, made_at, path.stat().st_size))
    return sorted(found, key=lambda one: one.made_at, reverse=True)
