"""Files under DATA_DIR/files: random names on disk, described in a table (docs/design.md#files).

The content is placed first, outside any transaction, and its row is written after it: a row never names a
file that is not whole. What a crash leaves between the two is swept a day later.
"""

import hashlib
import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import Action
from models.jobs import FileKind, Job, StoredFile
from services.access.actors import Actor, ActorKind
from services.access.audit import record
from services.access.errors import N_, DomainError, NotAllowed, NotFound
from services.access.records import find
from services.files.jobs import OPEN

FOLDER = "files"
PART = ".part"
OWNER_ONLY, FOLDER_MODE = 0o600, 0o700
ORPHAN_AFTER = timedelta(days=1)


class FileMissing(DomainError):
    text = N_("The file is no longer on the disk. Please make it anew.")


@dataclass(frozen=True, slots=True)
class PlacedFile:
    """Whole content on the disk that no row describes yet."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class FileFacts:
    id: int
    organization_id: int | None
    kind: FileKind
    name: str
    title: str
    size: int
    sha256: str
    created_at: datetime
    expires_at: datetime | None


class Sink(Protocol):
    """Where bytes go: a file, standard output, or one that counts."""

    def write(self, data: bytes, /) -> int: ...

    def flush(self) -> None: ...


class Measured:
    """Counts and hashes what is written through it, so that a large file is read only once."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes, /) -> int:
        self._out.write(data)
        self._hash.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        self._out.flush()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def folder_of(data_dir: Path) -> Path:
    """The folder of files, made when it is missing."""
    folder = data_dir / FOLDER
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    return folder


def draw_name() -> str:
    return secrets.token_hex(16)


def open_owned(path: Path, mode: str = "wb") -> BinaryIO:
    """Open for writing so that nobody else on the machine can read it."""
    flags = os.O_RDWR | os.O_CREAT | (os.O_TRUNC if mode == "wb" else 0)
    return cast("BinaryIO", os.fdopen(os.open(path, flags, OWNER_ONLY), mode))


def write_file(folder: Path, write: Callable[[Sink], object]) -> PlacedFile:
    """Let `write` fill a new file; it appears under its name only when it is whole and on the disk."""
    name = draw_name()
    part = folder / (name + PART)
    try:
        with open_owned(part) as file:
            measured = Measured(file)
            write(measured)
            file.flush()
            os.fsync(file.fileno())
        part.replace(folder / name)
    finally:
        part.unlink(missing_ok=True)
    return PlacedFile(name, measured.size, measured.sha256)


def store_file(
    session: Session,
    *,
    placed: PlacedFile,
    kind: FileKind,
    title: str,
    organization_id: int | None,
    owner_id: int | None,
    keep: timedelta | None,
    now: datetime,
) -> int:
    """Describe a placed file in the transaction that makes use of it."""
    row = StoredFile(
        organization_id=organization_id,
        owner_id=owner_id,
        kind=kind,
        name=placed.name,
        title=title,
        size=placed.size,
        sha256=placed.sha256,
        created_at=now,
        expires_at=now + keep if keep is not None else None,
    )
    session.add(row)
    session.flush()
    return row.id


def read_file(session: Session, *, actor: Actor, file_id: int, kind: FileKind, now: datetime) -> FileFacts:
    """What is known of a file of this kind, for its owner (or the system).

    All kinds share one table and its numbers, so each page names the kind it serves. Only the account that
    asked for an export holds the rights it was made with: others ask for their own.

    Raises NotFound, also once it has expired, and NotAllowed.
    """
    row = find(session, StoredFile, file_id)
    if row.kind is not kind or (row.expires_at is not None and row.expires_at <= now):
        raise NotFound
    _check_may(actor, row)
    return facts_of(row)


def facts_of(row: StoredFile) -> FileFacts:
    """For a caller that has checked who asks for this very file."""
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


def open_file(folder: Path, facts: FileFacts) -> BinaryIO:
    """The content for reading. Raises FileMissing."""
    try:
        return (folder / facts.name).open("rb")
    except FileNotFoundError as error:
        raise FileMissing from error


def delete_export(session: Session, *, actor: Actor, file_id: int, now: datetime) -> str:
    """Forget an export and return its name: after the commit, remove_content takes it from the disk.

    No other kind is deleted on request: a list of staff goes when it is decided on, its result when its term
    is over, and a scan of a signed paper stays as long as the retention list says.

    Raises NotFound, NotAllowed.
    """
    row = find(session, StoredFile, file_id, lock=True)
    if row.kind is not FileKind.EXPORT:
        raise NotFound
    _check_may(actor, row)
    record(session, actor, Action.FILE_DELETED, row, now=now, before={"kind": row.kind.value})
    session.delete(row)
    session.flush()
    return row.name


def remove_content(folder: Path, name: str) -> None:
    (folder / name).unlink(missing_ok=True)


def forget_expired(session: Session, *, now: datetime) -> list[str]:
    """Delete the rows of files whose time is over and return their names, for remove_content."""
    rows = session.scalars(
        select(StoredFile).where(StoredFile.expires_at <= now).order_by(StoredFile.id).limit(500)
    ).all()
    for row in rows:
        session.delete(row)
    session.flush()
    return [row.name for row in rows]


def list_known_names(session: Session) -> frozenset[str]:
    """Names on the disk that something still needs: described files and what open jobs are writing."""
    named = set(session.scalars(select(StoredFile.name)))
    for cursor in session.scalars(select(Job.cursor).where(Job.status.in_(OPEN), Job.cursor.is_not(None))):
        named.update(value for value in (cursor or {}).values() if isinstance(value, str))
    return frozenset(named)


def sweep_folder(folder: Path, *, known: frozenset[str], now: datetime) -> int:
    """Remove content that nothing needs; how many files. Call it after the commit, from the worker only.

    Younger than a day it may belong to a row that is just being written.
    """
    swept = 0
    for path in folder.iterdir():
        age = now.timestamp() - path.stat().st_mtime
        if path.name in known or age <= ORPHAN_AFTER.total_seconds():
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        swept += 1
    return swept


def _check_may(actor: Actor, row: StoredFile) -> None:
    if actor.kind is ActorKind.SYSTEM:
        return
    if actor.kind is not ActorKind.ACCOUNT or row.organization_id is None:
        raise NotAllowed
    actor.check_organization(row.organization_id)
    if row.owner_id != actor.id:
        raise NotAllowed
