"""Putting a backup back: everything is checked before anything is changed."""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from models.audit import Action
from models.engine import Database
from models.installation import Installation, Stamp
from models.messages import OutboxMessage, OutboxStatus
from models.schema import REVISIONS
from services.access.actors import Channel, system
from services.access.audit import record
from services.files.backups.archives import Manifest, read_manifest, unpack
from services.files.backups.databases import check_copy, engine_of, load, read_facts
from services.files.backups.refusals import (
    BackupBroken,
    BackupNewer,
    BackupNotFound,
    BackupOfLive,
    BackupOfSandbox,
    BackupOtherEngine,
    TargetNotEmpty,
)
from services.files.store import FOLDER, FOLDER_MODE


@dataclass(frozen=True, slots=True)
class RestoreSummary:
    """`waiting` notices will be sent once more if they left after the backup was made: say so."""

    made_at: datetime
    revision: str
    rows: int
    files: int
    missing: int
    waiting: int


def restore_backup(
    archive: Path,
    database_url: str,
    data_dir: Path,
    *,
    stamp: Stamp,
    now: datetime,
    force: bool = False,
) -> RestoreSummary:
    """Replace database and files by the backup's. Nothing may run meanwhile: the caller holds the lock.

    An older schema is restored as it was; `migrate` follows. Raises BackupNotFound, BackupBroken,
    BackupNewer, BackupOfSandbox, BackupOfLive, BackupOtherEngine, TargetNotEmpty, TargetBusy,
    BackupToolMissing, BackupToolFailed.
    """
    if not archive.is_file():
        raise BackupNotFound(name=archive.name)
    _check_fits(read_manifest(archive), database_url, stamp)
    if not force:
        _check_empty(database_url, data_dir)
    data_dir.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(prefix=".restoring-", dir=data_dir))
    try:
        manifest = unpack(archive, staged)
        if manifest.engine == "sqlite" and check_copy(staged).counts != manifest.counts:
            raise BackupBroken(part=manifest.database)
        load(database_url, staged)
        _swap_files(staged / FOLDER, data_dir / FOLDER)
        _check_loaded(database_url, manifest)
        waiting = _record(database_url, manifest, now)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return RestoreSummary(
        made_at=datetime.fromisoformat(manifest.made_at),
        revision=manifest.revision,
        rows=sum(manifest.counts.values()),
        files=len(manifest.parts) - 1,
        missing=manifest.missing,
        waiting=waiting,
    )


def _check_fits(manifest: Manifest, database_url: str, stamp: Stamp) -> None:
    engine = engine_of(database_url)
    if manifest.engine != engine:
        raise BackupOtherEngine(found=manifest.engine, expected=engine)
    if manifest.stamp != stamp.value:
        raise BackupOfSandbox if manifest.stamp == Stamp.SANDBOX.value else BackupOfLive
    if manifest.revision not in REVISIONS:
        raise BackupNewer


def _check_empty(database_url: str, data_dir: Path) -> None:
    """A schema without an organisation holds nothing of anybody."""
    facts = read_facts(database_url)
    files = data_dir / FOLDER
    if (facts and facts.counts.get("organizations")) or (files.is_dir() and any(files.iterdir())):
        raise TargetNotEmpty


def _swap_files(restored: Path, files: Path) -> None:
    """What was there before goes into the staging folder, which is removed at the end."""
    if files.is_dir():
        files.replace(restored.with_name("replaced"))
    restored.chmod(FOLDER_MODE)
    restored.replace(files)


def _check_loaded(database_url: str, manifest: Manifest) -> None:
    facts = read_facts(database_url)
    if facts is None or facts.counts != manifest.counts:
        raise BackupBroken(part=manifest.database)


def _record(database_url: str, manifest: Manifest, now: datetime) -> int:
    """Put the restore into the trail and count the notices that wait; both tables are in every schema."""
    database = Database(database_url)
    try:
        with database.writing() as session:
            after = {"made_at": manifest.made_at, "revision": manifest.revision}
            record(
                session,
                system(Channel.COMMAND_LINE),
                Action.INSTALLATION_RESTORED,
                Installation(id=1),
                now=now,
                after=after,
            )
            waiting = session.scalar(
                select(func.count(OutboxMessage.id)).where(OutboxMessage.status == OutboxStatus.WAITING)
            )
        return waiting or 0
    finally:
        database.close()
