"""The archive of a backup: manifest.json first, then the database and the files, each with its SHA-256."""

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from services.files.backups.refusals import BackupBroken
from services.files.store import FOLDER, OWNER_ONLY, open_owned

FORMAT = 1
MANIFEST = "manifest.json"
DATABASES = {"sqlite": "database.sqlite", "postgresql": "database.dump"}
MANIFEST_LIMIT = 64 << 20
BLOCK = 1 << 20
_FILE_NAME = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Part:
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the archive holds. `parts` by the names in it, `counts` of rows by table."""

    made_at: str
    engine: str
    stamp: str
    revision: str
    counts: Mapping[str, int]
    parts: Mapping[str, Part]
    missing: int = 0  # files that a row names and the disk no longer had
    format: int = FORMAT

    @property
    def database(self) -> str:
        return DATABASES[self.engine]


def measure(path: Path) -> Part:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return Part(path.stat().st_size, digest.hexdigest())


def pack(staged: Path, manifest: Manifest, target: Path, now: datetime) -> None:
    """Write the archive beside its place and rename it: it is whole or it is not there. Mode 0600."""
    part = target.with_name(f".{target.name}.part")
    try:
        with open_owned(part) as raw:
            with tarfile.open(
                fileobj=raw, mode="w:gz", format=tarfile.PAX_FORMAT, compresslevel=6
            ) as archive:
                body = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
                _add(archive, MANIFEST, io.BytesIO(body), len(body), now)
                for name, described in manifest.parts.items():
                    with (staged / name).open("rb") as content:
                        _add(archive, name, content, described.size, now)
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(target)
        _sync_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)


def read_manifest(archive: Path) -> Manifest:
    """Raises BackupBroken when this is no archive of ours."""
    try:
        with tarfile.open(archive, mode="r:gz") as opened:
            return _read_manifest(opened)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise BackupBroken(part=MANIFEST) from error


def unpack(archive: Path, staged: Path) -> Manifest:
    """Take everything out into an empty folder and check every sum. Raises BackupBroken."""
    (staged / FOLDER).mkdir()
    part = MANIFEST
    try:
        with tarfile.open(archive, mode="r:gz") as opened:
            manifest = _read_manifest(opened)
            waiting = dict(manifest.parts)
            while (member := opened.next()) is not None:
                part = member.name
                described = waiting.pop(part, None)
                content = opened.extractfile(member) if member.isreg() else None
                if described is None or content is None or member.size != described.size:
                    raise BackupBroken(part=part)
                if _copy(content, staged / part) != described.sha256:
                    raise BackupBroken(part=part)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise BackupBroken(part=part) from error
    if waiting:
        raise BackupBroken(part=next(iter(waiting)))
    return manifest


def _read_manifest(opened: tarfile.TarFile) -> Manifest:
    member = opened.next()
    content = opened.extractfile(member) if member is not None and member.isreg() else None
    if member is None or content is None or member.name != MANIFEST or member.size > MANIFEST_LIMIT:
        raise BackupBroken(part=MANIFEST)
    try:
        plain: dict[str, Any] = json.loads(content.read())
        parts = {str(name): Part(int(p["size"]), str(p["sha256"])) for name, p in plain.pop("parts").items()}
        manifest = Manifest(parts=parts, **plain)
        datetime.fromisoformat(manifest.made_at)
        is_known = manifest.format == FORMAT and manifest.database in parts
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupBroken(part=MANIFEST) from error
    if not is_known or not all(_is_ours(name, manifest) for name in parts):
        raise BackupBroken(part=MANIFEST)
    return manifest


def _is_ours(name: str, manifest: Manifest) -> bool:
    """Only names that we write ourselves: nothing can be unpacked to another place."""
    folder, _, file = name.rpartition("/")
    return name == manifest.database or (folder == FOLDER and _FILE_NAME.fullmatch(file) is not None)


def _add(archive: tarfile.TarFile, name: str, content: IO[bytes], size: int, now: datetime) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, OWNER_ONLY, int(now.timestamp())
    archive.addfile(member, content)


def _copy(content: IO[bytes], target: Path) -> str:
    digest = hashlib.sha256()
    with open_owned(target) as out:
        while block := content.read(BLOCK):
            digest.update(block)
            out.write(block)
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    """Without this the rename itself may be lost when the power goes."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
