"""Making and keeping backups: online, consistent, with the files; daily and before each migration."""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from models.schema import REVISIONS
from services.access.actors import Channel, system
from services.files.backups.archives import DATABASES, Manifest, Part, measure, pack
from services.files.backups.databases import dump, engine_of, read_facts
from services.files.backups.refusals import BackupNotWritten, BackupUnderWay
from services.files.jobs import JobQueued, enqueue_job
from services.files.store import FOLDER, FOLDER_MODE

BACKUPS = "backups"
KIND = "backup"
LOCK = ".lock"
STAGED = ".making-"
KEEP_DAILY, KEEP_WEEKLY, KEEP_BEFORE = 14, 8, 3
LIFE = timedelta(weeks=8)
"""No backup of ours lives longer, counted from the newest one: acts of destruction say so."""
_NAME = re.compile(r"nastavnik-(\d{8}T\d{6}Z)(-before-[0-9a-z]+)?\.tar\.gz")


@dataclass(frozen=True, slots=True)
class BackupSummary:
    path: Path
    size: int
    rows: int
    files: int
    missing: int


def backup_folder(data_dir: Path) -> Path:
    """The folder of backups, made when it is missing."""
    folder = data_dir / BACKUPS
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    return folder


def name_of(now: datetime, *, before: str | None = None) -> str:
    """E.g. nastavnik-20261123T000000Z.tar.gz; `before` is the revision that a migration leaves."""
    return f"nastavnik-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}{f'-before-{before}' if before else ''}.tar.gz"


def unused_target(folder: Path, now: datetime, *, before: str) -> Path:
    """A target that replaces no earlier backup: of two in one second the later is named a second on."""
    while (target := folder / name_of(now, before=before)).exists():
        now += timedelta(seconds=1)
    return target


def moment_of(name: str) -> datetime | None:
    """When a backup was made, by its name; None for a name that is not ours."""
    named = _NAME.fullmatch(name)
    return datetime.strptime(named[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if named else None


def make_backup(database_url: str, data_dir: Path, target: Path, now: datetime) -> BackupSummary:
    """Back up database and files while everything runs. The same target is replaced only by a whole one.

    It opens the database by itself: a backup is of the whole installation and of no session.
    Raises NothingToBackUp, BackupUnderWay, BackupNotWritten, BackupToolMissing, BackupToolFailed.
    """
    try:
        with _staging(target.parent) as staged:
            kept = _copy_files(data_dir / FOLDER, staged / FOLDER)
            facts = dump(database_url, staged)
            kept |= _copy_files(data_dir / FOLDER, staged / FOLDER)  # those that came while it was copied
            engine = engine_of(database_url)
            manifest = Manifest(
                made_at=now.isoformat(),
                engine=engine,
                stamp=facts.stamp.value,
                revision=facts.revision,
                counts=facts.counts,
                parts=_measure(staged, engine, kept & facts.files),
                missing=len(facts.files - kept),
            )
            pack(staged, manifest, target, now)
    except OSError as error:
        raise BackupNotWritten(folder=target.parent, why=error.strerror or type(error).__name__) from error
    return BackupSummary(
        path=target,
        size=target.stat().st_size,
        rows=sum(manifest.counts.values()),
        files=len(manifest.parts) - 1,
        missing=manifest.missing,
    )


def backup_before_migration(
    database_url: str, data_dir: Path, folder: Path, now: datetime
) -> BackupSummary | None:
    """A backup when the database has data of an older schema; None when there is nothing to be afraid for."""
    facts = read_facts(database_url)
    if facts is None or facts.revision == REVISIONS[-1]:
        return None
    return make_backup(database_url, data_dir, unused_target(folder, now, before=facts.revision), now)


def enqueue_daily_backup(session: Session, *, now: datetime) -> JobQueued:
    """Ask the worker for today's backup, once a day however often it is called (a tick does).

    The day is UTC's: it begins at 03:00 in Moscow, when nobody works.
    """
    return enqueue_job(
        session,
        actor=system(Channel.SCHEDULER),
        kind=KIND,
        arguments={},
        organization_id=None,
        dedup_key=f"backup:{now.astimezone(UTC):%Y-%m-%d}",
        now=now,
    )


def ask_daily_backup(session: Session, *, now: datetime) -> int:
    """`enqueue_daily_backup` as a tick: how many were asked for."""
    return int(enqueue_daily_backup(session, now=now).is_new)


def prune_backups(folder: Path, keep_daily: int = KEEP_DAILY, keep_weekly: int = KEEP_WEEKLY) -> list[Path]:
    """Remove old backups and return what was removed: the last one of each of the latest days and weeks
    stays, and the latest few that were made before migrations; none is older than eight weeks, for it holds
    whoever was erased meanwhile. Files of other names are never touched.
    """
    dated: list[tuple[datetime, Path]] = []
    before: list[tuple[datetime, Path]] = []
    for path in folder.iterdir():
        made_at = moment_of(path.name)
        if made_at is not None:
            (before if "-before-" in path.name else dated).append((made_at, path))
    days: dict[str, Path] = {}
    weeks: dict[str, Path] = {}
    for made_at, path in sorted(dated, reverse=True):
        days.setdefault(f"{made_at:%Y-%m-%d}", path)
        weeks.setdefault(f"{made_at:%G-%V}", path)
    kept = {*list(days.values())[:keep_daily], *list(weeks.values())[:keep_weekly]}
    kept |= {path for _, path in sorted(before, reverse=True)[:KEEP_BEFORE]}
    newest = max((made_at for made_at, _ in (*dated, *before)), default=None)
    kept = {
        path for made_at, path in (*dated, *before) if path in kept and newest and newest - made_at < LIFE
    }
    removed = sorted(path for _, path in (*dated, *before) if path not in kept)
    for path in removed:
        path.unlink()
    return removed


def _copy_files(source: Path, kept: Path) -> set[str]:
    """Hold every whole file by a second name, so that erasing it now does not tear the backup."""
    kept.mkdir(exist_ok=True)
    names = {path.name for path in source.iterdir() if path.is_file()} if source.is_dir() else set()
    for name in names:
        if (kept / name).exists():
            continue
        try:
            os.link(source / name, kept / name)
        except FileNotFoundError:
            continue
        except OSError:  # the backup's folder is on another disk
            shutil.copyfile(source / name, kept / name)
    return {path.name for path in kept.iterdir()}


def _measure(staged: Path, engine: str, files: set[str]) -> dict[str, Part]:
    names = [DATABASES[engine], *(f"{FOLDER}/{name}" for name in sorted(files))]
    return {name: measure(staged / name) for name in names}


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """A folder of our own beside the target; what an interrupted backup left there goes first."""
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    with (folder / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupUnderWay from error
        for left in folder.glob(f"{STAGED}*"):
            shutil.rmtree(left, ignore_errors=True)
        staged = Path(tempfile.mkdtemp(prefix=STAGED, dir=folder))
        try:
            yield staged
        finally:
            shutil.rmtree(staged, ignore_errors=True)
